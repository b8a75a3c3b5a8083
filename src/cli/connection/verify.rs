//! Checking a connection's credentials with the service, without writing anything there.

use serde_json::{Value, json};

use super::{Place, remembered};
use crate::catalogue::Provider;
use crate::engine::hooks::{Level, Observation};
use crate::engine::{Call, Engine};
use crate::error::{Fault, Kind};
use crate::runtime::Runtime;

/// The function that says whose credential it is, where a provider has one.
const WHO: &str = "get_current_user";

/// What was found out about one credential.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Finding {
    /// The field that holds it.
    field: String,
    /// Whether it is good; none when that cannot be known without writing.
    good: Option<bool>,
    message: String,
}

impl Finding {
    /// The object that programs read.
    pub(in crate::cli) fn to_json(&self) -> Value {
        json!({"field": self.field, "ok": self.good, "message": self.message})
    }

    /// What a person reads.
    pub(in crate::cli) fn line(&self) -> String {
        let mark = match self.good {
            Some(true) => "ok",
            Some(false) => "bad",
            None => "not checked",
        };
        format!("{}: {mark}: {}", self.field, self.message)
    }
}

/// What was found out about a connection.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Verdict {
    /// Credential by credential.
    pub(in crate::cli) findings: Vec<Finding>,
    /// The first thing that is wrong.
    pub(in crate::cli) fault: Option<Fault>,
}

impl Verdict {
    /// Takes in what the provider found out by itself. What it says of a credential that nothing
    /// else could be asked with takes the place of that.
    fn take(&mut self, observations: Vec<Observation>) {
        for seen in observations {
            let good = match seen.level {
                Level::Fine => Some(true),
                Level::Warning => None,
                Level::Problem => Some(false),
            };
            let Some((_, field)) = ABOUT.iter().find(|(code, _)| *code == seen.code) else {
                continue;
            };
            if good == Some(false) {
                let kind = if seen.code == "wrong_region" {
                    Kind::WrongPlace
                } else {
                    Kind::AuthenticationFailed
                };
                let fault = Fault::new(kind, seen.message.clone()).code(seen.code);
                let cure = seen.command.or(seen.hint);
                self.fault = Some(match cure {
                    Some(cure) => fault.hint(cure),
                    None => fault,
                });
            }
            match self.findings.iter_mut().find(|finding| finding.field == *field) {
                Some(finding) if finding.good.is_none() || good == Some(false) => {
                    (finding.good, finding.message) = (good, seen.message);
                }
                _ => {}
            }
        }
    }
}

/// Which field an observation is about, by its code.
const ABOUT: &[(&str, &str)] = &[
    ("wrong_region", "api_token"),
    ("key_listed", "write_key"),
    ("key_known", "write_key"),
    ("key_unknown", "write_key"),
    ("key_not_checked", "write_key"),
    ("key_foreign", "write_key"),
    ("source_disabled", "write_key"),
];

/// What the provider's own check has to say; nothing where it has none, or cannot tell.
async fn observed(engine: &Engine, provider: &Provider, place: &Place) -> Vec<Observation> {
    let hooks = engine.hooks.iter().find(|(name, _)| *name == provider.name);
    let Some((_, hooks)) = hooks else { return Vec::new() };
    hooks.verify(engine, &place.account).await.unwrap_or_default()
}

/// Asks the service, and remembers what it said.
pub(in crate::cli) async fn verify(
    runtime: &Runtime,
    provider: &Provider,
    place: &Place,
    held: &[String],
) -> Verdict {
    let engine = runtime.engine();
    remembered::begin(engine, provider, place);
    let mut verdict = Verdict { findings: Vec::new(), fault: None };
    let token = provider.operation(WHO).and_then(|operation| {
        let secrets = operation
            .routes
            .iter()
            .filter_map(|route| provider.services.get(&route.service)?.secret.as_ref());
        secrets.into_iter().find(|secret| held.contains(secret))
    });
    for field in held {
        let finding = if Some(field) == token {
            match whose(runtime, provider, place).await {
                Ok(message) => Finding { field: field.clone(), good: Some(true), message },
                Err(fault) => {
                    let good = super::State::of(&fault).map(|_| false);
                    let message = fault.message.clone();
                    verdict.fault.get_or_insert(fault);
                    Finding { field: field.clone(), good, message }
                }
            }
        } else {
            let message = "nothing can be asked with it; using it would tell".to_owned();
            Finding { field: field.clone(), good: None, message }
        };
        verdict.findings.push(finding);
    }
    verdict.take(observed(engine, provider, place).await);
    let proven = verdict.findings.iter().any(|finding| finding.good == Some(true));
    match &verdict.fault {
        None if !proven => remembered::forget_check(engine, place),
        fault => remembered::end(engine, provider, place, fault.as_ref()),
    }
    verdict
}

/// Where the token leads, if that is where it always led.
async fn whose(runtime: &Runtime, provider: &Provider, place: &Place) -> Result<String, Fault> {
    let engine = runtime.engine();
    let before = crate::segment::pin::remembered(engine, &place.provider, &place.account);
    let call = Call {
        function: format!("{}.{WHO}", provider.name),
        account: Some(place.account.clone()),
        ..Call::default()
    };
    let answer = engine.call(call).await.result?.value;
    let workspace = &answer["workspace"];
    let slug = workspace["slug"].as_str().unwrap_or("the service");
    let account = super::record::opened(&engine.accounts, place);
    let tied = engine.accounts.field(provider, &account, "workspace")?;
    if let Some(before) = before.filter(|_| tied.is_none() && !account.emulated)
        && before["id"] != workspace["id"]
    {
        let was = before["slug"].as_str().unwrap_or_default();
        let name = &place.account;
        let message =
            format!("account `{name}` has led to workspace `{was}` so far, now it is `{slug}`");
        return Err(Fault::new(Kind::WrongPlace, message).hint(format!(
            "if that is meant: kosmo integrations:configure {} --account {name} --set \
             workspace={slug}",
            provider.name
        )));
    }
    Ok(format!("it works for workspace `{slug}`"))
}
