//! One run of the program: what the user asked of every command, and the runtime, opened only when
//! a command needs it. What a command does with it is the command's business.

use std::cell::OnceCell;
use std::future::Future;
use std::sync::Arc;

use clap::{ArgMatches, FromArgMatches};

use super::connection::{Place, Record};
use super::consent::{self, Asking};
use super::everywhere::{Everywhere, Scope};
use super::listen::listen;
use super::output::Printer;
use super::reply::Reply;
use super::sending::given;
use super::token;
use crate::catalogue::ActionSource;
use crate::emulator::{Emulator, Setup};
use crate::engine::Accounts;
use crate::engine::consent::Approve;
use crate::error::{Fault, Kind};
use crate::redact::{Redactor, Secret};
use crate::runtime::{Opening, Runtime};
use crate::settings::Surroundings;

/// One run of the program.
pub struct Invocation {
    everywhere: Everywhere,
    scope: Scope,
    /// Settings that flags of the command stand for.
    flags: Vec<(String, toml::Value, String)>,
    printer: Arc<Printer>,
    /// A capability file that is served without having been added.
    served: OnceCell<ActionSource>,
    runtime: OnceCell<Arc<Runtime>>,
    // After the runtime, so that the calls in flight end before the server they talk to.
    emulator: OnceCell<Emulator>,
}

impl Invocation {
    /// A run whose flags are in `matches`.
    ///
    /// # Errors
    /// Two forms at once.
    pub fn new(printer: Arc<Printer>, matches: &ArgMatches) -> Result<Self, Fault> {
        let everywhere = from_matches::<Everywhere>(matches)?;
        printer.settle(everywhere.manner());
        everywhere.check()?;
        printer.look_through(everywhere.view());
        let scope = from_matches::<Scope>(matches)?;
        if scope.workspace_key.is_some() {
            printer.warn("--workspaceKey changes nothing: there is one workspace here, your files");
        }
        let flags = given(matches);
        let (served, runtime, emulator) = Default::default();
        Ok(Self { everywhere, scope, flags, printer, served, runtime, emulator })
    }

    /// What prints.
    pub fn printer(&self) -> &Arc<Printer> {
        &self.printer
    }

    /// Whether one JSON object is wanted.
    pub fn json(&self) -> bool {
        self.everywhere.json
    }

    /// The account that is meant where none is named, when the command line says so.
    pub(super) fn tenant(&self) -> Option<&str> {
        self.scope.tenant_key.as_deref()
    }

    /// Has the runtime know a capability file that is not kept. Counts before the runtime is opened.
    pub(super) fn bring(&self, file: ActionSource) {
        let _ = self.served.set(file);
    }

    /// Settings, catalogue and engine, opened now if they are not yet.
    ///
    /// # Errors
    /// A broken settings file, or an emulator that cannot start.
    pub fn runtime(&self) -> Result<&Arc<Runtime>, Fault> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let redactor = Redactor::default();
        listen(&self.printer, &redactor)?;
        let runtime = self.open(&redactor)?;
        if self.everywhere.emulator || runtime.settings().flag("emulator") == Some(true) {
            let emulator = Emulator::start(Arc::clone(runtime.catalogue()), Setup::default())?;
            runtime.use_emulator(self.emulator.get_or_init(|| emulator).url());
        }
        for warning in runtime.settings().warnings() {
            self.printer.warn(warning);
        }
        Ok(self.runtime.get_or_init(|| runtime))
    }

    fn open(&self, redactor: &Redactor) -> Result<Arc<Runtime>, Fault> {
        let surroundings = Surroundings::of_process();
        let automatic = surroundings.environment.get("CI").is_some_and(|value| !value.is_empty());
        let approve = Asking::possible(self.everywhere.no_input || automatic)
            .then(|| Arc::new(Asking::new(Arc::clone(&self.printer))) as Arc<dyn Approve>);
        let token = self.everywhere.token.as_deref().map(token::read).transpose()?.map(Secret::new);
        let with = |flags| {
            Runtime::open(Opening {
                surroundings: Some(surroundings.clone()),
                flags,
                approve: approve.clone(),
                token: token.clone(),
                redactor: redactor.clone(),
                scripts: Some(crate::lua::actions::scripts),
                served: self.served.get().cloned(),
                ..Opening::default()
            })
        };
        let runtime = with(self.flags.clone())?;
        let Some(tenant) = self.tenant() else { return Ok(runtime) };
        let usual = |name| (Accounts::usual_key(name), tenant.into(), "--tenantKey".to_owned());
        let usual = runtime.catalogue().names().map(usual);
        with(self.flags.iter().cloned().chain(usual).collect())
    }

    /// The runtime, for a command that no token covers.
    ///
    /// # Errors
    /// `token_scope` when the run is limited by a token; as [`Self::runtime`].
    pub(super) fn owner(&self, what: &str) -> Result<&Arc<Runtime>, Fault> {
        let runtime = self.runtime()?;
        match runtime.engine().access.presented() {
            Some(_) => Err(token::not_covered(what)),
            None => Ok(runtime),
        }
    }

    /// Another runtime that sees what has been written since this one was opened.
    ///
    /// # Errors
    /// As [`Self::runtime`].
    pub(super) fn fresh(&self) -> Result<Arc<Runtime>, Fault> {
        let runtime = self.open(self.runtime()?.redactor())?;
        if let Some(emulator) = self.emulator.get() {
            runtime.use_emulator(emulator.url());
        }
        Ok(runtime)
    }

    /// How a connection stands now.
    ///
    /// # Errors
    /// As [`Self::runtime`].
    pub(super) fn look(&self, place: Place) -> Result<Record, Fault> {
        Ok(Record::of(&*self.fresh()?, place))
    }

    /// Whether a person may be asked something.
    pub(super) fn may_ask(&self) -> bool {
        let environment = Surroundings::of_process().environment;
        !self.everywhere.no_input && environment.get("CI").is_none_or(|value| value.is_empty())
    }

    /// Asks the person at the terminal; nobody there is a no.
    pub(super) fn agreed(&self, question: &str) -> bool {
        Asking::possible(!self.may_ask()) && consent::yes(&self.printer, question)
    }

    /// A command's own arguments.
    ///
    /// # Errors
    /// None but a defect of the command table.
    pub fn args<A: FromArgMatches>(&self, matches: &ArgMatches) -> Result<A, Fault> {
        from_matches(matches)
    }

    /// Runs a command that answers with a [`Reply`] and prints the answer.
    ///
    /// # Errors
    /// The command's own.
    pub fn reply<A: FromArgMatches>(
        &self,
        matches: &ArgMatches,
        command: fn(&Runtime, &A) -> Result<Reply, Fault>,
    ) -> Result<u8, Fault> {
        let args = from_matches::<A>(matches)?;
        Ok(self.say(&command(self.runtime()?, &args)?))
    }

    /// Prints an answer in the form that was asked for.
    pub fn say(&self, reply: &Reply) -> u8 {
        if self.json() {
            self.printer.answer(&reply.object(self.printer.view()));
        } else if self.printer.view().is_usual() {
            self.printer.page(&reply.text);
        } else {
            self.printer.data(&reply.data(), None);
        }
        0
    }

    /// Runs a future on this thread.
    ///
    /// # Errors
    /// When the platform gives no event loop.
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> Result<T, Fault> {
        event_loop().map(|event_loop| event_loop.block_on(future))
    }

    /// Waits for what is still being written down; a ledger that cannot be written costs a warning.
    pub fn close(&self) {
        let Some(runtime) = self.runtime.get() else { return };
        for warning in runtime.complaints().into_iter().chain(runtime.flush()) {
            self.printer.warn(&warning);
        }
    }
}

/// An event loop for this thread alone.
///
/// # Errors
/// When the platform gives none.
pub(super) fn event_loop() -> Result<tokio::runtime::Runtime, Fault> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|why| Fault::io("cannot start an event loop", &why))
}

fn from_matches<A: FromArgMatches>(matches: &ArgMatches) -> Result<A, Fault> {
    A::from_arg_matches(matches)
        .map_err(|error| Fault::new(Kind::Internal, error.render().to_string().trim()))
}
