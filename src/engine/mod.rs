//! How a call is performed. [`Engine::call`] is the one pipeline: find → normalise → permit → bind
//! → (a dry run returns here) → pace → deliver → decode → shape → record. Faces make a [`Call`] and
//! render the [`Run`]; what rows cannot say about a provider is left to its [`hooks`].

pub mod account;
mod answer;
pub mod call;
mod deliver;
pub mod governor;
pub mod hooks;
mod lookup;
pub mod oauth;
mod pages;
pub mod policy;
mod record;
mod replace;
pub mod request;
pub mod retry;
pub mod transport;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

pub use account::{Account, Accounts};
pub use call::{Args, Call, Options, Origin, Outcome, Pages, Run};
pub use deliver::Journey;

use crate::catalogue::name::fold;
use crate::catalogue::{Catalogue, Operation, Provider, Route, schema};
use crate::error::{Fault, Kind};
use crate::ledger::journal::Journal;
use crate::redact::Redactor;
use crate::settings::Settings;
use governor::Governor;
use hooks::{Hooks, Scene};
use pages::Gathered;
use policy::{Approve, Verdict};
use record::Recording;
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
    /// Who paces calls to documented limits.
    pub governor: Governor,
    /// Tokens in hand.
    pub tokens: oauth::Tokens,
    /// The door out.
    pub transport: Transport,
    /// What rows cannot say, by provider.
    pub hooks: Vec<(&'static str, Arc<dyn Hooks>)>,
    /// Who can be asked for consent; nobody when there is no terminal.
    pub approve: Option<Arc<dyn Approve>>,
}

/// The current time as every stamp and journal line has it: RFC 3339 in UTC, with milliseconds.
pub fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}

impl Engine {
    /// Performs one call, whatever comes of it, and remembers it.
    pub async fn call(&self, call: Call) -> Run {
        let mut recording = Recording::begin(self, &call);
        let result = self.perform(call, &mut recording.run).await;
        recording.finish(result)
    }

    async fn perform(&self, call: Call, run: &mut Run) -> Result<Outcome, Fault> {
        let operation = self.catalogue.find(&call.function)?;
        run.found(operation);
        let provider = self.catalogue.provider(&operation.provider)?;
        let args = named(operation, &call.args)?;
        let args = self.stand_in(provider, operation, call.account.as_deref(), args)?;
        let args = schema::normalise(operation, args)?;
        let account = self.accounts.open(provider, call.account.as_deref())?;
        run.account.clone_from(&account.name);
        let route = self.choose(provider, operation, &account);
        run.backend = Some(route.service.clone());
        let permit = self.permit(operation, &account, &call, &args)?;
        run.forced = permit == Verdict::Forced;
        let body = self.prepare(provider, operation, route, &args)?;
        let request = self.bind(provider, operation, route, &account, &body)?;
        run.message_id = message_id(&request);
        if call.options.dry_run {
            return Ok(Outcome::preview(request.preview(&self.redactor, &now()), permit));
        }
        // The ledger is opened while the request is under way.
        self.journal.warm_up();
        let journey = Journey::new(self.allowed(&call.options));
        let engine = self;
        let (args, account, request) = (&args, &account, &request);
        let scene =
            Scene { engine, provider, operation, route, account, args, request, journey: &journey };
        let answer = self.answer(scene, &call.options).await;
        run.travelled(&journey);
        answer
    }

    /// Waits for a turn at a limited operation. The emulator has all the time in the world.
    async fn pace(&self, scene: Scene<'_>, no_wait: bool) -> Result<(), Fault> {
        if scene.account.emulated {
            return Ok(());
        }
        let patience = if no_wait { Duration::ZERO } else { scene.journey.left() };
        let wait = self.governor.turn(scene.operation, scene.account, patience)?;
        if !wait.is_zero() {
            scene.journey.pause(wait).await;
        }
        Ok(())
    }

    /// Everything that needs the network.
    async fn answer(&self, scene: Scene<'_>, options: &Options) -> Result<Outcome, Fault> {
        self.pace(scene, options.no_wait).await?;
        self.guard_replace(scene, options).await?;
        let hooks = self.hooks(&scene.provider.name);
        if let (Some(hooks), Some(name)) = (hooks, &scene.route.guard) {
            hooks.guard(name, scene).await?;
        }
        let gathered = match self.gather(scene, scene.request.clone(), &options.pages).await {
            Err(fault) => self.recover(scene, fault).await,
            gathered => gathered,
        };
        let gathered = match (gathered, hooks, &scene.route.rescue) {
            (Err(fault), Some(hooks), Some(name)) if fault.kind == Kind::NotFound => {
                match hooks.rescue(name, scene).await? {
                    Some(value) => Gathered { value, status: 200, next: None },
                    None => return Err(fault),
                }
            }
            (gathered, ..) => gathered?,
        };
        let value = match (hooks, &scene.route.shape) {
            (Some(hooks), Some(name)) => hooks.shape(name, scene, gathered.value).await?,
            _ => gathered.value,
        };
        Ok(Outcome { value, status: Some(gathered.status), next_cursor: gathered.next })
    }

    /// The arguments, with the account's own values for those that it can stand in for.
    fn stand_in(
        &self,
        provider: &Provider,
        operation: &Operation,
        account: Option<&str>,
        mut args: Map<String, Value>,
    ) -> Result<Map<String, Value>, Fault> {
        for (name, param) in &operation.params {
            let Some(field) = &param.field else { continue };
            if args.keys().any(|given| fold(given) == fold(name)) {
                continue;
            }
            let account = self.accounts.open(provider, account)?;
            if let Some(value) = self.accounts.field(provider, &account, field)? {
                args.insert(name.clone(), Value::String(value));
            }
        }
        Ok(args)
    }

    fn hooks(&self, provider: &str) -> Option<&Arc<dyn Hooks>> {
        self.hooks.iter().find(|(name, _)| *name == provider).map(|(_, hooks)| hooks)
    }

    /// The first route whose credential the account has; the first of all when it has none, so
    /// that the complaint is about the best one.
    fn choose<'a>(
        &self,
        provider: &Provider,
        operation: &'a Operation,
        account: &Account,
    ) -> &'a Route {
        let has = |route: &&Route| match &provider.services[&route.service].secret {
            Some(field) => self.accounts.has(provider, account, field),
            None => true,
        };
        operation.routes.iter().find(has).unwrap_or_else(|| operation.route())
    }

    fn permit(
        &self,
        operation: &Operation,
        account: &Account,
        call: &Call,
        args: &Map<String, Value>,
    ) -> Result<Verdict, Fault> {
        let effect = operation.effect;
        let policy = policy::in_force(&self.settings, &operation.provider, &account.name, effect);
        let verdict = policy::decide(effect, policy, call.options.force, account.emulated);
        let consent =
            || self.approve.as_ref().is_some_and(|who| who.approve(operation, account, args));
        match verdict {
            Verdict::Pass | Verdict::Forced => Ok(verdict),
            // Nothing is sent, so there is nothing to consent to yet; the preview says what would be asked.
            Verdict::NeedsConsent | Verdict::NeedsConfirmation if call.options.dry_run => {
                Ok(verdict)
            }
            Verdict::NeedsConsent if consent() => Ok(Verdict::Pass),
            Verdict::NeedsConfirmation => {
                let cap = self.settings.bytes("safety.erase_cap");
                let cap = cap.and_then(|cap| usize::try_from(cap).ok());
                policy::confirmed(operation, args, call.options.confirm, cap)?;
                Ok(Verdict::Pass)
            }
            verdict => Err(policy::refusal(verdict, operation, account, call)),
        }
    }

    /// The arguments as they travel: completed and checked by the service's own rules.
    fn prepare(
        &self,
        provider: &Provider,
        operation: &Operation,
        route: &Route,
        args: &Map<String, Value>,
    ) -> Result<Map<String, Value>, Fault> {
        let mut body = args.clone();
        let service = &provider.services[&route.service];
        if let (Some(hooks), Some(name)) = (self.hooks(&provider.name), &service.prepare) {
            hooks.prepare(name, provider, operation, &mut body)?;
        }
        Ok(body)
    }

    fn allowed(&self, options: &Options) -> Duration {
        let setting = || self.settings.duration("http.timeout");
        options.timeout.or_else(setting).unwrap_or(DEFAULT_TIMEOUT)
    }
}

fn named(operation: &Operation, args: &Args) -> Result<Map<String, Value>, Fault> {
    match args {
        Args::Named(map) => Ok(map.clone()),
        Args::Positional(values) => schema::positional(operation, values.clone()),
    }
}

fn message_id(request: &request::Request) -> Option<String> {
    request.body.as_ref()?.get("messageId")?.as_str().map(str::to_owned)
}

impl Run {
    fn found(&mut self, operation: &Operation) {
        self.function = operation.full_name();
        self.tool = Some(operation.slug());
        self.effect = Some(operation.effect);
    }

    fn travelled(&mut self, journey: &Journey) {
        self.attempts = journey.attempts();
        self.waited = journey.waited();
    }
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
        Self { value: request, status: None, next_cursor: None }
    }
}
