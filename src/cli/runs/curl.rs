//! A remembered run as a command line of `curl`.

use serde_json::Value;

use crate::engine::curl;
use crate::error::Fault;
use crate::ledger::journal::Entry;
use crate::runtime::Runtime;

/// A run's last request as a command line.
pub(super) fn line(runtime: &Runtime, entry: &Entry) -> Result<String, Fault> {
    let engine = runtime.engine();
    let details = engine.journal.details(&entry.id)?.unwrap_or(Value::Null);
    let Some(exchange) = details["exchanges"].as_array().and_then(|all| all.last()) else {
        return Err(Fault::not_found(format!("no request of run `{}` is remembered", entry.id))
            .hint("either none was sent, or the settings journal.details and journal.details_days say so"));
    };
    let request = entry.request();
    let backend = request.as_ref().and_then(|request| request["backend"].as_str());
    let (provider, _) = entry.function.split_once('.').unwrap_or((&entry.function, ""));
    let provider = runtime.catalogue().provider(provider).ok();
    let service = provider.and_then(|provider| provider.services.get(backend?));
    let variable = provider
        .and_then(|provider| {
            let account = engine.accounts.open(provider, Some(&entry.account)).ok()?;
            Some(engine.accounts.variable_of(provider, &account, backend?))
        })
        .unwrap_or_else(|| "SECRET".to_owned());
    Ok(curl::remembered(&exchange["request"], service, &variable))
}
