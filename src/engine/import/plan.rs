//! What an import will do, decided before anything is sent: whose events they become, in which form
//! rows come, and whether an earlier run has begun it.

use std::path::PathBuf;

use serde_json::{Map, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::rows::Format;
use super::{Import, Source};
use crate::catalogue::Provider;
use crate::catalogue::operation::Batch;
use crate::engine::courier::place::batching;
use crate::engine::policy::Verdict;
use crate::engine::{Bound, Call, Engine, Options, Origin, now};
use crate::error::{Fault, Kind};
use crate::ledger::imports::{self, Checkpoint, Record};
use crate::ledger::outbox::Place;
use crate::settings::edit::no_home;

/// What an import will do.
pub(super) struct Plan<'a> {
    pub(super) provider: &'a Provider,
    pub(super) batch: &'a Batch,
    pub(super) place: Place,
    pub(super) format: Format,
    /// Where the record is kept; none for what nobody can resume.
    pub(super) checkpoint: Option<Checkpoint>,
    pub(super) record: Record,
    /// Whether an earlier run has begun it.
    pub(super) resumed: bool,
    /// Whether an earlier run has finished it.
    pub(super) already: bool,
    /// Where refused rows go; none for nowhere.
    pub(super) side: Option<PathBuf>,
}

impl Engine {
    /// Decides, asks for consent, and takes hold of the record.
    ///
    /// # Errors
    /// A source that is not there, a refusal by policy, another process at the same import, a source
    /// or mapping that has changed since the import was begun.
    pub(super) async fn plan(&self, import: &Import, call: &Call) -> Result<Plan<'_>, Fault> {
        let identity = import.source.identity()?;
        let format = import.format.or_else(|| import.source.format()).ok_or_else(|| {
            Fault::usage(format!("the form of {} is not known", import.source.name()))
                .code("unknown_format")
                .hint("say --format jsonl, csv or tsv")
        })?;
        let provider = self.catalogue.provider(&import.provider)?;
        let (_, service) = batching(provider)?;
        let batch = service.batch.as_ref().ok_or_else(no_batch)?;
        let place = self.place(&provider.name, import.account.as_deref())?;
        self.may_import(batch, &place, import, call).await?;
        let how = format!("{:?} {:?} {}", format, import.mapping, place.mark);
        let how: String = Sha256::digest(how.as_bytes())
            .iter()
            .take(12)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let fresh = |head| fresh(import, &place, head, how.clone());
        let kept = identity.filter(|_| !import.dry_run && !self.accounts.emulated());
        let Some(identity) = kept else {
            let record = fresh(String::new());
            let side = side(import, &record);
            return Ok(Plan {
                provider,
                batch,
                place,
                format,
                checkpoint: None,
                record,
                resumed: false,
                already: false,
                side,
            });
        };
        let path = self.settings.ledger_path().ok_or_else(no_home)?;
        let key = format!("{}/{} {identity}", place.provider, place.account);
        let checkpoint = imports::open(&path, &key)?;
        let earlier = checkpoint.record.clone().filter(|_| !import.again);
        let (record, resumed) = match earlier {
            None => (fresh(import.source.head(None)?), false),
            Some(record) => (unchanged(import, record, &how)?, true),
        };
        let whole =
            import.source.length().is_some_and(|length| length <= record.low_water().offset);
        let already = record.done && (whole || import.source.length().is_none());
        let side = side(import, &record);
        Ok(Plan {
            provider,
            batch,
            place,
            format,
            checkpoint: Some(checkpoint),
            record,
            resumed,
            already,
            side,
        })
    }

    /// The call that an import stands for.
    ///
    /// # Errors
    /// A provider that takes no batches.
    pub(super) fn import_call(&self, import: &Import) -> Result<Call, Fault> {
        let provider = self.catalogue.provider(&import.provider)?;
        let batch = batching(provider)?.1.batch.as_ref().ok_or_else(no_batch)?;
        Ok(Call {
            function: format!("{}.{}", provider.name, batch.operation),
            account: import.account.clone(),
            origin: Origin::Cli,
            options: Options { force: import.force, dry_run: import.dry_run, ..Options::default() },
            ..Call::default()
        })
    }

    async fn may_import(
        &self,
        batch: &Batch,
        place: &Place,
        import: &Import,
        call: &Call,
    ) -> Result<(), Fault> {
        let operation = self.catalogue.find(&call.function)?;
        let provider = self.catalogue.provider(&place.provider)?;
        let account = &self.accounts.open(provider, Some(&place.account))?;
        let shown = json!(format!("every event of {}", import.source.name()));
        let args = &Map::from_iter([(batch.list.clone(), shown)]);
        let permit = self.permit(operation, account, call, args)?;
        if permit == Verdict::NeedsConsent && !import.dry_run {
            let route = operation.route();
            let request = &self.bind(provider, operation, route, account, args)?;
            let bound = Bound { provider, operation, route, account, args, request };
            return self.consent(&bound, call).await;
        }
        Ok(())
    }
}

fn no_batch() -> Fault {
    Fault::new(Kind::Internal, "the provider's row of batches is incomplete")
}

fn fresh(import: &Import, place: &Place, head: String, mapping: String) -> Record {
    let now = now();
    Record {
        id: Uuid::new_v4().to_string(),
        source: import.source.name(),
        account: place.account.clone(),
        head,
        mapping,
        settled: Default::default(),
        seen: Default::default(),
        refused_bytes: 0,
        sent: 0,
        queued: 0,
        refused: 0,
        done: false,
        began: now.clone(),
        at: now,
    }
}

/// The record of an earlier run, if this one can go on with it.
fn unchanged(import: &Import, record: Record, how: &str) -> Result<Record, Fault> {
    let name = import.source.name();
    let changed = |what: &str| {
        Err(Fault::new(Kind::Conflict, format!("{what} since the import of {name} was begun"))
            .code("import_changed")
            .hint("--again sends everything as new events; or restore what has changed and go on"))
    };
    let shrunk = import.source.length().is_some_and(|length| length < record.low_water().offset);
    if shrunk || import.source.head(Some(&record.head))? != record.head {
        return changed("the file has changed");
    }
    if record.mapping != how {
        return changed("the format, the mapping or the account's key or URL has changed");
    }
    Ok(record)
}

/// Where refused rows go.
fn side(import: &Import, record: &Record) -> Option<PathBuf> {
    if import.dry_run {
        return None;
    }
    Some(import.refused.clone().unwrap_or_else(|| match &import.source {
        Source::File(path) => {
            let mut name = path.clone().into_os_string();
            name.push(".refused.jsonl");
            name.into()
        }
        Source::Stdin => {
            let short: String = record.id.chars().take(8).collect();
            format!("import-{short}.refused.jsonl").into()
        }
    }))
}
