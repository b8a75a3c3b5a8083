//! Rows of a user's own: their requests go the way of every request in its own words, their scripts
//! run wherever somebody can run scripts. Which language those are in is that somebody's business.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::call::{Call, Options, Outcome, Run};
use super::consent::{Asks, Planning};
use super::encode::{encode, flatten};
use super::fence::Fence;
use super::raw::{Body, Raw};
use super::record::Recording;
use super::{Engine, new_id};
use crate::catalogue::action::{Custom, FORM, Template, Work};
use crate::catalogue::{Effect, Operation, Provider, schema};
use crate::error::{Fault, Kind, SideEffect};

/// How deep scripts may call actions that run scripts.
const DEEPEST: u8 = 8;

/// What a script hands down to the calls it makes.
#[derive(Debug, Clone, Default)]
pub struct Within {
    /// How many scripts are around it.
    pub depth: u8,
    /// The most that calls may do to the world, as the script declares.
    pub ceiling: Option<Effect>,
    /// Calls made so far by the outermost script and all it has run.
    pub called: Option<Arc<AtomicU64>>,
    /// The outer script's limits: calls in all, bytes of memory, CPU time.
    pub calls: Option<u64>,
    /// Bytes of memory.
    pub memory: Option<usize>,
    /// CPU time.
    pub cpu: Option<Duration>,
    /// What the face around it lets through.
    pub fence: Option<Arc<Fence>>,
    /// Who is asked where policy says `ask`; nobody for whoever is asked about every call.
    pub asks: Asks,
    /// Where a script that only plans puts down what it would change.
    pub planning: Option<Arc<Planning>>,
}

/// A script that is to be run.
#[derive(Debug, Clone, Default)]
pub struct Job {
    /// What errors call it.
    pub name: String,
    /// Its source.
    pub code: String,
    /// Its input.
    pub input: Value,
    /// The provider its requests go to.
    pub provider: String,
    /// The account meant where it names none.
    pub account: String,
    /// The id of the run that its calls are part of.
    pub run: String,
    /// How its calls are to be made.
    pub options: Options,
}

/// What came of a script.
#[derive(Debug, Default)]
pub struct Ended {
    /// What it returned, or why it failed.
    pub result: Option<Result<Value, Fault>>,
    /// What it printed.
    pub output: String,
    /// The calls it made, as they are listed elsewhere.
    pub calls: Vec<Value>,
    /// How long it took.
    pub took: Duration,
    /// Peak bytes of memory.
    pub memory: usize,
}

/// Someone who can run scripts.
pub trait Scripts: Send + Sync {
    /// Runs one to its end. When nobody waits for it any more it is ended.
    fn run(&self, job: Job) -> Pin<Box<dyn Future<Output = Ended> + Send + '_>>;

    /// Whether a text is a script at all.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    fn check(&self, name: &str, code: &str) -> Result<(), Fault>;
}

/// A script that no file holds.
#[derive(Debug, Clone, Default)]
pub struct Code {
    /// The provider its requests go to.
    pub provider: String,
    /// Its source.
    pub code: String,
    /// Its input.
    pub input: Value,
}

impl Engine {
    /// Runs a script that no file holds, whatever comes of it, and remembers it. `call` says who
    /// calls and how.
    pub async fn code(&self, code: Code, call: Call) -> Run {
        self.script(code, call).await.0
    }

    /// The same, with what it printed, the calls it made and what it used.
    pub async fn script(&self, code: Code, call: Call) -> (Run, Ended) {
        let mut recording = Recording::begin(self, &call);
        let within = &call.options.within;
        let most =
            within.fence.as_ref().map_or(Effect::Write, |fence| fence.most.min(Effect::Write));
        recording.run.effect = Some(most);
        // A plan leaves no trace.
        recording.run.dry_run |= within.planning.is_some();
        let result = async {
            let provider = self.catalogue.provider(&code.provider)?;
            let account = self.accounts.open(provider, call.account.as_deref())?;
            recording.run.account.clone_from(&account.name);
            recording.run.transcript.input(code.input.as_object().unwrap_or(&Map::new()));
            let job = Job {
                name: "code".to_owned(),
                code: code.code,
                input: code.input,
                provider: provider.name.clone(),
                account: account.name,
                run: recording.run.id.clone(),
                options: call.options.clone(),
            };
            self.job(job).await
        };
        match result.await {
            Ok((outcome, ended)) => (recording.finish(outcome), ended),
            Err(fault) => (recording.finish(Err(fault)), Ended::default()),
        }
    }

    /// Performs a row of the user's own.
    pub(super) async fn act(
        &self,
        (provider, operation, custom): (&Provider, &Operation, &Custom),
        call: Call,
        run: &mut Run,
    ) -> Result<Outcome, Fault> {
        let named = call.args.clone().named(operation)?;
        if let Work::Flow(flow) = &custom.work {
            return self.act_out(operation, flow, &call, run).await;
        }
        let mut named = named;
        let owner = call.account.as_deref().or(custom.account.as_deref());
        let owner = self.accounts.open(provider, owner)?;
        self.stand_in((provider, operation, operation.route()), &owner, &mut named)?;
        let args = schema::normalise(operation, named)?;
        let call =
            Call { account: call.account.clone().or_else(|| custom.account.clone()), ..call };
        match &custom.work {
            Work::Request(template) => {
                let raw = request(provider, template, &args, &call);
                self.perform_raw(raw, &call, run, Some(operation)).await
            }
            Work::Row | Work::Flow(_) => Err(Fault::new(Kind::Internal, "performed elsewhere")),
            Work::Script(code) => {
                let account = &self.accounts.open(provider, call.account.as_deref())?;
                run.account.clone_from(&account.name);
                self.permit(operation, account, &call, &args)?;
                run.transcript.input(&args);
                let ceiling = call.options.within.ceiling.unwrap_or(operation.effect);
                let mut options = call.options.clone();
                options.within.ceiling = Some(ceiling.min(operation.effect));
                let job = Job {
                    name: custom.file.clone(),
                    code: code.clone(),
                    input: Value::Object(args),
                    provider: provider.name.clone(),
                    account: account.name.clone(),
                    run: run.id.clone(),
                    options,
                };
                self.job(job).await?.0
            }
        }
    }

    /// Runs a script; what came of it, and what else is known of it.
    pub(super) async fn job(&self, mut job: Job) -> Result<(Result<Outcome, Fault>, Ended), Fault> {
        if job.options.curl {
            return Err(Fault::usage("a script is no single request that curl could make")
                .hint("--dry-run shows its calls"));
        }
        if job.options.within.depth >= DEEPEST {
            let message = format!("actions call one another more than {DEEPEST} deep");
            return Err(
                Fault::new(Kind::ScriptLimit, message).hint("does one of them call itself?")
            );
        }
        job.options.within.depth += 1;
        let dry_run = job.options.dry_run;
        let scripts = self.scripts.as_ref();
        let scripts =
            scripts.ok_or_else(|| Fault::new(Kind::Internal, "nobody can run scripts here"))?;
        let mut ended = scripts.run(job).await;
        let stopped = || {
            Fault::new(Kind::Internal, "the script ended without a word")
                .effect(SideEffect::Unknown)
        };
        let result = ended.result.take().unwrap_or_else(|| Err(stopped()));
        let outcome = result.map(|value| match dry_run {
            true => json!({"result": value, "calls": ended.calls, "output": ended.output}),
            false => value,
        });
        let outcome = outcome.map(|value| Outcome { value, ..Outcome::default() });
        Ok((outcome, ended))
    }
}

/// The request of an action for these arguments.
fn request(
    provider: &Provider,
    template: &Template,
    args: &Map<String, Value>,
    call: &Call,
) -> Raw {
    let filled = template.fill(args);
    Raw {
        provider: provider.name.clone(),
        account: call.account.clone(),
        path: template.plain_path(),
        method: template.method.clone(),
        service: template.service.clone(),
        headers: typed(template, filled.headers),
        query: filled.query,
        path_params: filled.path,
        body: filled.body.map_or(Body::None, |body| written(template, body)),
        origin: call.origin,
        options: call.options.clone(),
        region: None,
        id: Some(call.id.clone().unwrap_or_else(new_id)),
        parent: call.parent.clone(),
        meta: call.meta.clone(),
    }
}

/// The headers, with the type of a body that is not JSON.
fn typed(template: &Template, mut headers: Vec<(String, String)>) -> Vec<(String, String)> {
    let own = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if let Some(media_type) = template.media_type.as_ref().filter(|_| !own) {
        headers.push(("Content-Type".to_owned(), media_type.clone()));
    }
    headers
}

/// The body as its media type has it.
fn written(template: &Template, body: Value) -> Body {
    match (&template.media_type, body) {
        (None, body) => Body::Json(body),
        (Some(_), Value::String(text)) => Body::Text(text),
        (Some(media_type), Value::Object(map)) if media_type == FORM => {
            let mut pairs = Vec::new();
            let given = map.iter().filter(|(_, value)| !value.is_null());
            given.for_each(|(name, value)| flatten(name, value, &mut pairs));
            Body::Text(encode(&pairs))
        }
        (Some(_), body) => Body::Text(body.to_string()),
    }
}
