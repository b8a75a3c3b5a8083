//! `connection-request`: a form offered in the background, and what became of it. The request has the
//! id of its connection; nothing else is kept of it.

use std::time::Duration;

use serde_json::{Value, json};

use super::form::{self, Offer};
use super::{ConnectArgs, place};
use crate::cli::connection::{self, Place, Record, State};
use crate::cli::invocation::Invocation;
use crate::cli::reply::Reply;
use crate::cli::units;
use crate::error::Fault;

/// Command lines for the help.
pub(in crate::cli) const CREATE_EXAMPLES: &str = "\
kosmo connection-request create --integrationKey segment --json
kosmo connection-request create --connectionId segment.staging --timeout 5m";

/// Command lines for the help.
pub(in crate::cli) const GET_EXAMPLES: &str = "kosmo connection-request get segment.staging --json";

/// What to ask for.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct CreateArgs {
    /// What to connect; the only provider there is if absent
    #[arg(
        long = "integrationKey",
        value_name = "PROVIDER",
        aliases = ["integrationId", "connectorKey", "connectorId"],
        conflicts_with = "connection_id"
    )]
    integration: Option<String>,
    /// The connection to give new credentials
    #[arg(long = "connectionId", value_name = "ID")]
    connection_id: Option<String>,
    /// The account; the usual one if absent
    #[arg(long = "connectionKey", value_name = "ACCOUNT", visible_alias = "account")]
    connection_key: Option<String>,
    /// What people call the connection
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// How long the form is offered
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = units::duration)]
    timeout: Duration,
}

/// Which request.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct GetArgs {
    /// Its id: that of the connection
    request: String,
}

/// Offers the form in the background and answers at once.
///
/// # Errors
/// `not_found` for an app nobody knows, `token_scope` under a token, when the form cannot be offered.
pub(in crate::cli) fn create(invocation: &Invocation, args: &CreateArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("giving accounts credentials")?;
    let connect = ConnectArgs {
        integration: args.integration.clone(),
        connection_id: args.connection_id.clone(),
        connection_key: args.connection_key.clone(),
        ..ConnectArgs::default()
    };
    let place = place(runtime, &connect)?;
    if let Some(name) = &args.name {
        connection::rename(runtime, &place, name)?;
    }
    let record = form::detach(invocation, &Offer { place, timeout: args.timeout, test: true })?;
    Ok(say(invocation, &record))
}

/// What became of it.
///
/// # Errors
/// `not_found` when there is no such connection.
pub(in crate::cli) fn get(invocation: &Invocation, args: &GetArgs) -> Result<u8, Fault> {
    let place = Place::existing(invocation.runtime()?, &args.request)?;
    Ok(say(invocation, &invocation.look(place)?))
}

fn say(invocation: &Invocation, record: &Record) -> u8 {
    let status = status(record);
    let mut json = record.to_json();
    json.insert("status".to_owned(), json!(status));
    json.insert("connectionId".to_owned(), json!(record.place.id()));
    invocation.say(&Reply::new(Value::Object(json), format!("{status}\n{}", record.text(false))));
    record.exit()
}

/// The word for it: while a form is open, nobody has answered yet.
fn status(record: &Record) -> &'static str {
    match record.state {
        _ if record.form().is_some() => "pending",
        State::Ready => "success",
        State::Building | State::ClientAction => "pending",
        State::Configuration | State::Setup => "error",
    }
}
