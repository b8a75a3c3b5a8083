//! `connect`: a person gives an account its credentials, typed unseen at a prompt, named by
//! reference, or in a form in a browser. Whoever runs the command need not see them.

mod form;
mod page;
mod prompt;
pub(super) mod request;

use std::io::{IsTerminal as _, stderr, stdin};
use std::time::Duration;

use super::configure::{self, ConfigureArgs};
use super::connection::{self, Place, Record};
use super::invocation::Invocation;
use super::units;
use crate::catalogue::Provider;
use crate::catalogue::name::fold;
use crate::error::Fault;
use crate::runtime::Runtime;

/// Command lines for the help.
pub(super) const EXAMPLES: &str = "\
kosmo connect segment
kosmo connect segment.staging --browser
kosmo connect segment --connectionKey eu --set write_key=env:EU_WRITE_KEY --set region=eu
kosmo connect segment --browser --detach --json";

/// What to connect, and how.
#[derive(Debug, Default, clap::Args)]
pub(super) struct ConnectArgs {
    /// The app's address, the provider, or the connection; the only provider there is if absent
    app: Option<String>,
    /// The same, for those who are used to it
    #[arg(
        long = "integrationKey",
        value_name = "PROVIDER",
        aliases = ["integrationId", "connectorKey", "connectorId"],
        conflicts_with_all = ["app", "connection_id", "intent"]
    )]
    integration: Option<String>,
    /// The connection to give new credentials
    #[arg(long = "connectionId", value_name = "ID", conflicts_with_all = ["app", "intent"])]
    connection_id: Option<String>,
    /// The account; the usual one if absent
    #[arg(long = "connectionKey", value_name = "ACCOUNT", visible_alias = "account")]
    connection_key: Option<String>,
    /// The app in your own words
    #[arg(long, value_name = "TEXT", conflicts_with = "app")]
    intent: Option<String>,
    /// What people call the connection
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Offer a form in a browser on this machine
    #[arg(long)]
    browser: bool,
    /// With --browser: answer at once and offer the form in the background
    #[arg(long, requires = "browser")]
    detach: bool,
    /// How long the form is offered
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = units::duration)]
    timeout: Duration,
    /// A field; `-` as the value reads it from a line of standard input, and `env:NAME`, `file:PATH`
    /// or `cmd:COMMAND` says where it is to be found
    #[arg(long, value_name = "KEY=VALUE", conflicts_with = "browser")]
    set: Vec<String>,
    /// Do not ask the service whether the credentials are good
    #[arg(long)]
    no_test: bool,
    /// Never ask; say what is missing instead
    #[arg(long = "non-interactive")]
    non_interactive: bool,
}

/// Connects.
///
/// # Errors
/// `not_found` for an app nobody knows, usage for values that cannot be right, `timeout` for a form
/// nobody filled in.
pub(super) fn run(invocation: &Invocation, args: &ConnectArgs) -> Result<u8, Fault> {
    let runtime = invocation.owner("giving accounts credentials")?;
    let place = place(runtime, args)?;
    let provider = runtime.catalogue().provider(&place.provider)?;
    if runtime.engine().accounts.archived(provider, &place.account).is_some() {
        return connection::say(invocation, &invocation.look(place)?, None, &[]);
    }
    if let Some(name) = &args.name {
        connection::rename(runtime, &place, name)?;
    }
    if args.browser {
        let offer = form::Offer { place, timeout: args.timeout, test: !args.no_test };
        if args.detach {
            let record = form::detach(invocation, &offer)?;
            return connection::say(invocation, &record, None, &[]);
        }
        return form::offer(invocation, &offer);
    }
    let notes = if !args.set.is_empty() {
        let wish = ConfigureArgs {
            provider: place.provider.clone(),
            account: Some(place.account.clone()),
            set: args.set.clone(),
            ..ConfigureArgs::default()
        };
        configure::keep_given(invocation, provider, &wish)?
    } else if !args.non_interactive
        && invocation.may_ask()
        && stdin().is_terminal()
        && stderr().is_terminal()
    {
        prompt::ask(invocation, runtime, provider, &place)?
    } else {
        return connection::say(invocation, &invocation.look(place)?, None, &[]);
    };
    finish(invocation, place, !args.no_test, &notes)
}

/// Checks what was saved unless that is not wanted, and says how the connection stands.
fn finish(
    invocation: &Invocation,
    place: Place,
    test: bool,
    notes: &[String],
) -> Result<u8, Fault> {
    if !test {
        return connection::say(invocation, &invocation.look(place)?, None, notes);
    }
    let (record, verdict) = connection::tested(invocation, place)?;
    connection::say(invocation, &record, verdict.as_ref(), notes)
}

/// The connection that is meant, in one of the many ways to say it.
fn place(runtime: &Runtime, args: &ConnectArgs) -> Result<Place, Fault> {
    if let Some(id) = &args.connection_id {
        return Place::existing(runtime, id);
    }
    let place = match (&args.app, &args.integration, &args.intent) {
        (Some(written), ..) => Place::meant(runtime, written)?,
        (None, Some(app), _) => Place::of_app(runtime, app)?,
        (None, None, Some(intent)) => Place::of_app(runtime, &by_intent(runtime, intent)?)?,
        (None, None, None) => Place::of_app(runtime, &only(runtime)?)?,
    };
    match &args.connection_key {
        Some(account) => Place::meant(runtime, &format!("{}.{account}", place.provider)),
        None => Ok(place),
    }
}

/// The only provider there is.
fn only(runtime: &Runtime) -> Result<String, Fault> {
    let names: Vec<&str> = runtime.catalogue().names().collect();
    match names.as_slice() {
        [one] => Ok((*one).to_owned()),
        several => {
            Err(Fault::usage("say what to connect")
                .hint(format!("there are: {}", several.join(", "))))
        }
    }
}

/// The provider whose name is among the words of a wish.
fn by_intent(runtime: &Runtime, intent: &str) -> Result<String, Fault> {
    let words: Vec<String> =
        intent.split(|c: char| !c.is_alphanumeric() && c != '.').map(fold).collect();
    let named = |provider: &&Provider| {
        words.iter().any(|word| *word == fold(&provider.name) || *word == fold(&provider.title))
    };
    let found: Vec<&Provider> = runtime.catalogue().providers().filter(named).collect();
    match found.as_slice() {
        [one] => Ok(one.name.clone()),
        _ => {
            let names: Vec<&str> = runtime.catalogue().names().collect();
            Err(Fault::not_found("no provider fits that intent")
                .code("unknown_app")
                .hint(format!("there are: {}; name one", names.join(", "))))
        }
    }
}

/// How a connection stands, for a page or a prompt that comes back to it.
fn look(invocation: &Invocation, place: &Place) -> Result<Record, Fault> {
    invocation.look(place.clone())
}
