//! Connections: accounts as programs that connect apps know them, with an id, a state and what has to
//! be done next. Every verb but `connect` is here; nothing is stored but the account itself.

mod change;
mod place;
mod problem;
mod record;
mod remembered;
mod verify;
mod wait;

use std::time::Duration;

use serde_json::{Map, Value, json};

pub(super) use change::{
    DeleteArgs, PATCH_EXAMPLES, PatchArgs, RestoreArgs, delete, patch, restore,
};
pub(super) use place::Place;
pub(super) use record::{Record, State};
pub(super) use remembered::{form_open, form_shut};
pub(super) use verify::{Finding, Verdict, verify};

use super::describe::table;
use super::invocation::Invocation;
use super::reply::Reply;
use super::units;
use crate::catalogue::name::fold;
use crate::error::Fault;
use crate::runtime::Runtime;

/// Command lines for the help.
pub(super) const ENSURE_EXAMPLES: &str = "\
kosmo connection ensure https://segment.com --json
kosmo connection ensure segment.com --connectionKey staging --name 'Staging'";

/// Command lines for the help.
pub(super) const TEST_EXAMPLES: &str = "\
kosmo connection test segment
kosmo connection test segment.production --json";

/// Command lines for the help.
pub(super) const GET_EXAMPLES: &str = "\
kosmo connection get segment --json
kosmo connection get segment.staging --wait --timeout 5m --json";

/// What to connect to.
#[derive(Debug, clap::Args)]
pub(super) struct EnsureArgs {
    /// The app's address or domain, the provider, or the connection
    app: String,
    /// The account; the usual one if absent
    #[arg(long = "connectionKey", value_name = "ACCOUNT", visible_alias = "account")]
    connection_key: Option<String>,
    /// What people call it
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// Which connection.
#[derive(Debug, clap::Args)]
pub(super) struct GetArgs {
    /// Its id, the name of its account, or the app's address
    connection: String,
    /// Wait until its state changes
    #[arg(long)]
    wait: bool,
    /// How long to wait
    #[arg(long, value_name = "TIME", default_value = "30", value_parser = units::duration)]
    timeout: Duration,
}

/// Which connections.
#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// Of this provider only
    #[arg(long = "integrationKey", value_name = "PROVIDER", alias = "integrationId")]
    integration: Option<String>,
    /// Those whose id or name holds this
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// At most so many
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
    /// Those after this one, as `cursor` of the answer before it says
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
    /// Those that were put away, too
    #[arg(long, alias = "includeArchived")]
    archived: bool,
}

/// Which connection to check.
#[derive(Debug, clap::Args)]
pub(super) struct TestArgs {
    /// Its id, the name of its account, or the app's address
    connection: String,
}

/// Finds a connection or begins one; what is still missing is in the answer.
///
/// # Errors
/// `not_found` for an app nobody knows, usage for a name that cannot be an account's.
pub(super) fn ensure(invocation: &Invocation, args: &EnsureArgs) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let mut place = Place::meant(runtime, &args.app)?;
    if !args.app.contains(['.', ':']) && !is_there(runtime, &place)? {
        // A word that is no account yet was meant as an app.
        place = Place::of_app(runtime, &args.app)?;
    }
    if let Some(account) = &args.connection_key {
        place = Place::meant(runtime, &format!("{}.{account}", place.provider))?;
    }
    if !is_there(runtime, &place)? || args.name.is_some() {
        invocation.owner("making connections")?;
        change::name(runtime, &place, args.name.as_deref().unwrap_or(&place.account))?;
    }
    show(invocation, &invocation.look(place)?)
}

fn is_there(runtime: &Runtime, place: &Place) -> Result<bool, Fault> {
    let provider = runtime.catalogue().provider(&place.provider)?;
    let accounts = &runtime.engine().accounts;
    let archived = accounts.archived(provider, &place.account).is_some();
    Ok(archived || accounts.names(provider).contains(&place.account))
}

/// One connection, as soon as its state changes if that is asked for.
///
/// # Errors
/// `not_found` when there is none; `timeout` when it has not changed.
pub(super) fn get(invocation: &Invocation, args: &GetArgs) -> Result<u8, Fault> {
    let place = Place::existing(invocation.runtime()?, &args.connection)?;
    if !args.wait {
        return show(invocation, &invocation.look(place)?);
    }
    let look = || invocation.look(place.clone());
    let (record, late) = wait::until_changed(&wait::Real::start(), args.timeout, look)?;
    if !late {
        return show(invocation, &record);
    }
    let fault = remembered::still(record.state.word(), args.timeout.as_secs_f64());
    let mut json = record.to_json();
    json.insert("success".to_owned(), json!(false));
    json.insert("error".to_owned(), json!(fault.message));
    json.insert("error_detail".to_owned(), fault.to_json());
    invocation.say(&Reply::new(Value::Object(json), record.text(false)));
    if !invocation.json() {
        invocation.printer().complain(&fault);
    }
    Ok(fault.exit())
}

/// Every connection that was begun.
///
/// # Errors
/// `not_found` for an unknown provider, usage for a cursor that leads nowhere.
pub(super) fn list(invocation: &Invocation, args: &ListArgs) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let only = args.integration.as_deref().map(|name| Place::of_app(runtime, name)).transpose()?;
    let mut records = Vec::new();
    for name in runtime.catalogue().names() {
        if only.as_ref().is_none_or(|only| only.provider == name) {
            records.extend(of_provider(runtime, name, args.archived));
        }
    }
    let wanted = args.search.as_deref().map(fold).unwrap_or_default();
    records.retain(|record| {
        fold(&record.place.id()).contains(&wanted) || fold(&record.name).contains(&wanted)
    });
    if let Some(cursor) = &args.cursor {
        let at = records.iter().position(|record| record.place.id() == *cursor);
        let at = at.ok_or_else(|| Fault::usage("the cursor leads nowhere").param("cursor"))?;
        records.drain(..=at);
    }
    let more = args.limit.is_some_and(|limit| records.len() > limit);
    records.truncate(args.limit.unwrap_or(usize::MAX));
    let cursor = records.last().filter(|_| more).map(|record| record.place.id());
    let items: Vec<Value> = records
        .iter()
        .map(|record| {
            let mut item = record.to_json();
            item.shift_remove("success");
            Value::Object(item)
        })
        .collect();
    let rows = records.iter().map(|record| {
        let checked = if record.is_verified() { "checked" } else { "" };
        let held = record.credentials.join(", ");
        let state = record.state.word().to_owned();
        vec![record.place.id(), record.name.clone(), state, held, checked.to_owned()]
    });
    let text = match records.is_empty() {
        true => "No connections. Begin one: kosmo connect".to_owned(),
        false => table(&["Id", "Name", "State", "Has", ""], rows),
    };
    let json = json!({"success": true, "items": items, "cursor": cursor});
    Ok(invocation.say(&Reply::new(json, text).listing("items")))
}

fn of_provider(runtime: &Runtime, name: &str, archived: bool) -> Vec<Record> {
    let Ok(provider) = runtime.catalogue().provider(name) else {
        return vec![Record::of(runtime, Place::new(name, crate::engine::account::DEFAULT))];
    };
    let accounts = &runtime.engine().accounts;
    let mut names = accounts.names(provider);
    names.retain(|account| accounts.archived(provider, account).is_none());
    if archived {
        names.extend(accounts.put_away(provider));
    }
    let records = names.iter().map(|account| Record::of(runtime, Place::new(name, account)));
    records.filter(|record| record.is_begun(runtime)).collect()
}

/// Asks the service whether the credentials are good; nothing is written there.
///
/// # Errors
/// `not_found` when there is no such connection.
pub(super) fn test(invocation: &Invocation, args: &TestArgs) -> Result<u8, Fault> {
    let place = Place::existing(invocation.runtime()?, &args.connection)?;
    let (record, verdict) = tested(invocation, place)?;
    say(invocation, &record, verdict.as_ref(), &[])
}

/// Checks a connection and looks at it again. One that lacks something is not checked.
pub(super) fn tested(
    invocation: &Invocation,
    place: Place,
) -> Result<(Record, Option<Verdict>), Fault> {
    invocation.wait(checked(invocation, place))?
}

/// As [`tested`], for what waits already.
pub(super) async fn checked(
    invocation: &Invocation,
    place: Place,
) -> Result<(Record, Option<Verdict>), Fault> {
    let runtime = invocation.fresh()?;
    let provider = runtime.catalogue().provider(&place.provider)?;
    let before = Record::of(&runtime, place.clone());
    if before.credentials.is_empty() || before.is_hindered() {
        return Ok((before, None));
    }
    let verdict = verify(&runtime, provider, &place, &before.credentials).await;
    Ok((Record::of(&runtime, place), Some(verdict)))
}

/// Gives a connection a name.
///
/// # Errors
/// Usage for what can be no name; when it cannot be written.
pub(super) fn rename(runtime: &Runtime, place: &Place, name: &str) -> Result<(), Fault> {
    change::name(runtime, place, name)
}

fn show(invocation: &Invocation, record: &Record) -> Result<u8, Fault> {
    say(invocation, record, None, &[])
}

/// Prints a connection with what was found out about it, and returns the exit status that says how it
/// stands.
pub(super) fn say(
    invocation: &Invocation,
    record: &Record,
    verdict: Option<&Verdict>,
    notes: &[String],
) -> Result<u8, Fault> {
    let mut json: Map<String, Value> = record.to_json();
    let mut text = record.text(verdict.is_some());
    let mut exit = record.exit();
    for note in notes {
        text += &format!("\nnote: {note}");
    }
    if !notes.is_empty() {
        json.insert("notes".to_owned(), json!(notes));
    }
    if let Some(verdict) = verdict {
        let findings = verdict.findings.iter().map(Finding::to_json);
        json.insert("checks".to_owned(), findings.collect());
        for finding in &verdict.findings {
            text += &format!("\n{}", finding.line());
        }
        if let Some(fault) = &verdict.fault {
            exit = fault.exit();
            json.insert("success".to_owned(), json!(false));
            json.insert("error".to_owned(), json!(fault.message));
            json.insert("error_detail".to_owned(), fault.to_json());
        }
    }
    invocation.say(&Reply::new(Value::Object(json), text));
    Ok(exit)
}
