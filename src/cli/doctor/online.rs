//! What the doctor finds out by asking the service: whose the credentials are, whether they are real,
//! and what became of what was sent. Nothing is changed by it.

use std::time::Duration;

use serde_json::{Map, Value};

use super::checks::Finding;
use crate::catalogue::Provider;
use crate::cli::describe::has_credential;
use crate::engine::Call;
use crate::engine::hooks::Level;
use crate::error::Kind;
use crate::runtime::Runtime;

/// The function that says whose credential it is, where a provider has one.
const WHO: &str = "get_current_user";

/// Whether the credentials are what they should be, account by account.
pub(super) async fn credentials(runtime: &Runtime, provider: &Provider) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in asked(runtime, provider) {
        let verified = match runtime.engine().hooks(&provider.name) {
            Some(hooks) => hooks.verify(runtime.engine(), &name).await,
            None => Ok(Vec::new()),
        };
        match verified {
            Ok(seen) if seen.is_empty() => findings.extend(who(runtime, provider, &name).await),
            Ok(seen) => {
                // Who is behind a token that is not even taken, nobody can say.
                let taken = seen.iter().any(|one| one.code == "token_works");
                let seen = seen.into_iter().filter(|one| one.code != "token_works");
                findings.extend(seen.map(|one| Finding::of_observation(&name, one)));
                if taken {
                    findings.extend(who(runtime, provider, &name).await);
                }
            }
            Err(fault) => findings.push(Finding::of_fault(&name, &fault)),
        }
    }
    findings
}

/// The accounts that have something to ask with.
fn asked(runtime: &Runtime, provider: &Provider) -> Vec<String> {
    let accounts = &runtime.engine().accounts;
    let mut names = accounts.names(provider);
    names.retain(|name| has_credential(accounts, provider, name));
    names
}

async fn who(runtime: &Runtime, provider: &Provider, account: &str) -> Option<Finding> {
    let operation = provider.operation(WHO)?;
    let call = Call {
        function: operation.full_name(),
        account: Some(account.to_owned()),
        ..Call::default()
    };
    let run = runtime.engine().call(call).await;
    Some(match run.result {
        Ok(outcome) => {
            let place = outcome.value["workspace"]["slug"].as_str().unwrap_or("the service");
            Finding::new(Level::Fine, format!("the token works for {place}")).about(account)
        }
        Err(fault) if fault.kind == Kind::MissingCredential => {
            Finding::new(Level::Fine, "there is no token to ask with").about(account)
        }
        Err(fault) => Finding::of_fault(account, &fault),
    })
}

/// What became of the events that were sent since then: what explains the counts, and the counts
/// by account.
pub(super) async fn delivery(
    runtime: &Runtime,
    provider: &Provider,
    since: Duration,
) -> (Vec<Finding>, Map<String, Value>) {
    let (mut findings, mut counts) = (Vec::new(), Map::new());
    let Some(hooks) = runtime.engine().hooks(&provider.name) else { return (findings, counts) };
    for name in asked(runtime, provider) {
        match hooks.delivery(runtime.engine(), &name, since).await {
            Ok(None) => {}
            Ok(Some(delivery)) => {
                let seen = delivery.observations.into_iter();
                findings.extend(seen.map(|one| Finding::of_observation(&name, one)));
                counts.insert(name, delivery.counts);
            }
            Err(fault) => findings.push(Finding::of_fault(&name, &fault)),
        }
    }
    (findings, counts)
}
