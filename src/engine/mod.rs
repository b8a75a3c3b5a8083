//! How a call is performed. [`Engine::call`] is the one pipeline: find → normalise → permit → bind
//! → (a dry run returns here) → guard → resolve → deliver → decode → shape → record. Faces make a [`Call`] and
//! render the [`Run`]; what rows cannot say about a provider is left to its [`hooks`].

pub mod account;
pub mod action;
mod advice;
mod answer;
mod args;
mod ask;
pub mod call;
pub mod consent;
mod content;
pub mod courier;
pub mod crossing;
pub mod curl;
mod deliver;
mod encode;
mod envelope;
mod exchange;
pub mod fence;
mod flow;
pub mod governor;
pub mod hooks;
pub mod import;
mod lines;
mod listing;
mod lookup;
mod moment;
pub mod oauth;
pub mod outgoing;
mod pages;
mod plain;
pub mod policy;
pub mod raw;
mod ready;
mod record;
pub mod relay;
mod replace;
pub mod request;
mod resolve;
pub mod retry;
mod scan;
mod split;
pub mod stream;
pub mod trace;
pub mod transport;
mod whose;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use tracing::debug;

pub use account::{Account, Accounts};
pub use action::Scripts;
pub use args::Args;
pub use call::{Call, Delivery, Options, Origin, Outcome, Pages, Run, Warning};
pub use deliver::Journey;
pub use envelope::milliseconds;
pub use exchange::Noting;
pub use listing::{Listing, Page};
pub use record::{new_id, now};
pub use relay::Upstream;

use crate::access::Access;
use crate::catalogue::{Catalogue, Effect, Operation, Provider, Route};
use crate::error::{Fault, Kind};
use crate::ledger::facts::Facts;
use crate::ledger::journal::Journal;
use crate::redact::Redactor;
use crate::settings::Settings;
use consent::Approve;
use governor::Governor;
use hooks::{Hooks, Scene};
use outgoing::Outgoing;
use pages::Gathered;
use policy::Verdict;
use record::{Recording, message_id};
use request::Request;
use transport::Transport;

/// The time a call has when nothing else is said.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// Performs calls. One per process, shared by every face.
pub struct Engine {
    /// What can be called.
    pub catalogue: Arc<Catalogue>,
    /// Whose credentials.
    pub accounts: Accounts,
    /// The settings in force.
    pub settings: Arc<Settings>,
    /// What must never be printed.
    pub redactor: Redactor,
    /// Where calls are remembered.
    pub journal: Journal,
    /// How much of what they said and were told.
    pub noting: Noting,
    /// Who paces calls to documented limits.
    pub governor: Governor,
    /// What is known of accounts from earlier runs.
    pub facts: Facts,
    /// Tokens in hand.
    pub tokens: oauth::Tokens,
    /// Where events wait that are not sent at once.
    pub outgoing: Outgoing,
    /// The door out.
    pub transport: Transport,
    /// What rows cannot say, by provider.
    pub hooks: Vec<(&'static str, Arc<dyn Hooks>)>,
    /// What tokens allow.
    pub access: Arc<Access>,
    /// Who can run the scripts of actions.
    pub scripts: Option<Arc<dyn Scripts>>,
    /// Who reaches the servers of others.
    pub upstream: Option<Arc<dyn Upstream>>,
    /// Who can be asked for consent; nobody when there is no terminal.
    pub approve: Option<Arc<dyn Approve>>,
}

impl Engine {
    /// Performs one call, whatever comes of it, and remembers it.
    pub async fn call(&self, call: Call) -> Run {
        let mut recording = Recording::begin(self, &call);
        let result = self.perform(call, &mut recording.run).await;
        recording.finish(result)
    }

    async fn perform(&self, mut call: Call, run: &mut Run) -> Result<Outcome, Fault> {
        if relay::address(&call.function).is_some() {
            return Box::pin(self.relay(call, run)).await;
        }
        let operation = self.catalogue.find(&call.function)?;
        run.found(operation);
        let provider = self.catalogue.provider(&operation.provider)?;
        if let Some(custom) = operation.custom.as_ref().filter(|custom| !custom.is_row()) {
            return Box::pin(self.act((provider, operation, custom), call, run)).await;
        }
        call.hold_back(operation.effect);
        run.dry_run = call.options.dry_run;
        let account = &self.accounts.open(provider, call.account.as_deref())?;
        run.account.clone_from(&account.name);
        let route = self.choose(provider, operation, account);
        let row = (provider, operation, route);
        debug!(function = run.function, account = run.account, service = route.service, "calling");
        run.backend = Some(route.service.clone());
        if let Some(plain) = self.plain(row, account, &call) {
            return self.pass_on(plain, &call, run).await;
        }
        let given = std::mem::take(&mut call.args);
        let args = self.arguments(provider, operation, route, account, given)?;
        self.learn_path(route.placeholders().filter_map(|name| Some((name, args.get(name)?))));
        if let Some(name) = self.crossing(row, account) {
            return Box::pin(self.cross(row, (name, account), args, &call, run)).await;
        }
        let permit = self.permit(operation, account, &call, &args)?;
        debug!(effect = operation.effect.word(), ?permit, "policy");
        if let Some(keeping) = self.keeping(row, account, &call.options) {
            return self.put_by(keeping, args, &call, permit, run).await;
        }
        let (body, warnings) = self.prepare(row, account, &call.options, args.clone())?;
        run.warnings = warnings;
        let args = &args;
        let mut request = self.bind(provider, operation, route, account, &body)?;
        if let Some(lines) = &operation.lines {
            Box::pin(lines::pack(operation, lines, &mut request, call.options.lines.as_deref()))
                .await?;
        }
        let request = &request;
        let bound = Bound { provider, operation, route, account, args, request };
        // Apart, so that an event that is only kept does not carry the room for a journey.
        Box::pin(self.carry_out(bound, &call, permit, run)).await
    }

    /// Sends what is bound and permitted, or shows it.
    async fn carry_out(
        &self,
        bound: Bound<'_>,
        call: &Call,
        permit: Verdict,
        run: &mut Run,
    ) -> Result<Outcome, Fault> {
        let Bound { provider, operation, route, account, args, request } = bound;
        let options = &call.options;
        run.forced = permit == Verdict::Forced;
        run.transcript.input(args);
        run.message_id = request.body.as_ref().and_then(message_id);
        if options.dry_run && options.curl {
            let line = self.curl(&bound, &now());
            return Ok(Outcome { value: Value::String(line), ..Outcome::default() });
        }
        if options.dry_run {
            let request = self.as_signed(&bound).preview(&self.redactor, &now());
            self.plan_on((operation, account), call, &request, permit);
            return Ok(Outcome::preview(request, permit));
        }
        if permit == Verdict::NeedsConsent {
            self.consent(&bound, call).await?;
        }
        self.access.spend(options.grant.as_ref())?;
        // The ledger is opened while the request is under way.
        self.journal.warm_up();
        let journey =
            Journey::new(self.allowed(options)).hurried(options.no_wait).noted(&run.transcript);
        let engine = self;
        let scene =
            Scene { engine, provider, operation, route, account, args, request, journey: &journey };
        let answer = self.answer(scene, options).await;
        run.travelled(&journey);
        answer
    }

    /// Everything that needs the network.
    async fn answer(&self, scene: Scene<'_>, options: &Options) -> Result<Outcome, Fault> {
        self.guard(scene).await?;
        self.guard_replace(scene, options).await?;
        let resolved = self.resolve(scene, options).await?;
        let scene = match &resolved {
            Some((args, request)) => Scene { args, request, ..scene },
            None => scene,
        };
        let hooks = self.hooks(&scene.provider.name);
        let gathered = match self.gather_all(scene, &options.pages).await {
            Err(fault) => self.recover(scene, fault).await,
            gathered => gathered,
        };
        let gathered = match (gathered, hooks, &scene.route.rescue) {
            (Err(fault), Some(hooks), Some(name)) if fault.kind == Kind::NotFound => {
                match hooks.rescue(name, scene).await? {
                    Some(value) => Gathered { value, status: 200, next: None },
                    None => return Err(self.name_ids(scene, fault).await),
                }
            }
            (Err(fault), ..) => return Err(self.name_ids(scene, fault).await),
            (Ok(gathered), ..) => gathered,
        };
        let value = match (hooks, &scene.route.shape) {
            (Some(hooks), Some(name)) => hooks.shape(name, scene, gathered.value).await?,
            _ => gathered.value,
        };
        let effect = scene.operation.lookup.as_ref().map(|_| "created");
        let (status, next_cursor) = (Some(gathered.status), gathered.next);
        Ok(Outcome { value, status, next_cursor, effect, ..Outcome::default() })
    }

    /// Whether this is the right place: for whatever changes something, and where a route says so.
    async fn guard(&self, scene: Scene<'_>) -> Result<(), Fault> {
        let service = &scene.provider.services[&scene.route.service];
        let changes = scene.operation.effect != Effect::Read && !scene.account.emulated;
        let guards = [service.guard.as_ref().filter(|_| changes), scene.route.guard.as_ref()];
        let Some(hooks) = self.hooks(&scene.provider.name) else { return Ok(()) };
        for name in guards.into_iter().flatten() {
            hooks.guard(name, scene).await?;
        }
        Ok(())
    }

    /// What rows cannot say about a provider.
    pub fn hooks(&self, provider: &str) -> Option<&Arc<dyn Hooks>> {
        self.hooks.iter().find(|(name, _)| *name == provider).map(|(_, hooks)| hooks)
    }

    fn allowed(&self, options: &Options) -> Duration {
        let setting = || self.settings.duration("http.timeout");
        options.timeout.or_else(setting).unwrap_or(DEFAULT_TIMEOUT)
    }
}

/// A call that is ready to be sent.
struct Bound<'a> {
    provider: &'a Provider,
    operation: &'a Operation,
    route: &'a Route,
    account: &'a Account,
    args: &'a Map<String, Value>,
    request: &'a Request,
}

impl Outcome {
    /// What a dry run returns: the request, and whether policy would ask first.
    fn preview(mut request: Value, permit: Verdict) -> Self {
        if let Some(map) = request.as_object_mut() {
            let policy = match permit {
                Verdict::NeedsConsent => "ask",
                Verdict::NeedsConfirmation => "confirm",
                Verdict::Pass | Verdict::Forced | Verdict::Refused => "allow",
            };
            map.insert("policy".to_owned(), Value::from(policy));
        }
        Self { value: request, ..Self::default() }
    }
}
