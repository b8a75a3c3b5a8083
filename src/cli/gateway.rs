//! `mcp:serve`: the gateway for agents, over pipes or HTTP. What it shows and lets through is made of
//! a profile's file and of flags, which win.

pub(super) mod place;
mod web;

use std::sync::Arc;

use tokio::sync::Notify;

use super::invocation::Invocation;
use super::output::wire::wire;
use super::signal::Signals;
use crate::error::{Fault, Kind};
use crate::mcp::{Offer, Profile, Server, Shape, Write, Written, stdio};
use crate::runtime::Runtime;

/// Command lines for the help.
pub(super) const SERVE_EXAMPLES: &str = "\
kosmo mcp:serve
kosmo mcp:serve --emulator --http 127.0.0.1:0
kosmo mcp:serve --tools direct --function 'segment.list_*' --function segment.track_event --write allow
kosmo mcp:serve --profile analysts --max-result-chars 20000";

/// What is shown and let through.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Profile")]
pub(super) struct Chosen {
    /// A profile: its name in the folder `profiles` beside config.toml, or a file
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
    /// Which tools are listed: code (four that know everything) or direct (one a function)
    #[arg(long, value_name = "SHAPE", value_parser = ["code", "direct"])]
    tools: Option<String>,
    /// Functions to expose, as a pattern for provider.function; may be given several times
    #[arg(long, value_name = "PATTERN")]
    function: Vec<String>,
    /// All functions of this integration; may be given several times
    #[arg(long, value_name = "PROVIDER", alias = "integrations", value_delimiter = ',')]
    integration: Vec<String>,
    /// Accounts to expose, as a pattern; may be given several times
    #[arg(long, value_name = "PATTERN")]
    accounts: Vec<String>,
    /// Pass on the tools of this configured and trusted MCP server, or pattern; may be given several times
    #[arg(long, value_name = "SERVER", alias = "upstreams", value_delimiter = ',')]
    upstream: Vec<String>,
    /// Functions with a tool of their own in code mode, listed first otherwise
    #[arg(long, value_name = "PATTERN")]
    pin: Vec<String>,
    /// Whether anything may be changed, as far as policy allows: allow or deny
    #[arg(long, value_name = "POLICY", value_parser = ["allow", "deny"])]
    write: Option<String>,
    /// Also what replaces, deletes or erases, as far as policy allows
    #[arg(long)]
    allow_destructive: bool,
    /// The most characters of one result; more is cut and can be read on
    #[arg(long, value_name = "N")]
    max_result_chars: Option<usize>,
    /// Serve no documentation as resources
    #[arg(long)]
    no_resources: bool,
    /// Serve no workflows as prompts
    #[arg(long)]
    no_prompts: bool,
    /// Count `ask` in the policy as `allow`
    #[arg(long)]
    force: bool,
}

impl Chosen {
    fn written(&self) -> Written {
        let listed = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
        let mut functions = self.function.clone();
        functions.extend(self.integration.iter().map(|provider| format!("{provider}.*")));
        Written {
            functions: listed(&functions),
            accounts: listed(&self.accounts),
            upstreams: listed(&self.upstream),
            pinned: listed(&self.pin),
            tools: self.tools.as_deref().and_then(Shape::parse),
            write: self.write.as_deref().map(|word| match word {
                "allow" => Write::Allow,
                _ => Write::Deny,
            }),
            allow_destructive: self.allow_destructive.then_some(true),
            max_result_chars: self.max_result_chars,
            resources: self.no_resources.then_some(false),
            prompts: self.no_prompts.then_some(false),
            force: self.force.then_some(true),
        }
    }

    /// The profile they make together.
    ///
    /// # Errors
    /// A file that cannot be read or understood; what makes no profile.
    pub(super) fn profile(&self, runtime: &Runtime) -> Result<Profile, Fault> {
        let settings = runtime.settings();
        let (name, file) = match &self.profile {
            Some(wanted) => (format!("the profile `{wanted}`"), Written::read(wanted, settings)?),
            None => ("the gateway".to_owned(), Written::default()),
        };
        Profile::new(&name, self.written().over(file), settings)
    }

    /// The same as arguments of a command line.
    pub(super) fn arguments(&self) -> Vec<String> {
        let mut all = Vec::new();
        let mut flag = |name: &str, value: &str| all.push(format!("--{name}={value}"));
        self.profile.iter().for_each(|value| flag("profile", value));
        self.tools.iter().for_each(|value| flag("tools", value));
        self.function.iter().for_each(|value| flag("function", value));
        self.integration.iter().for_each(|value| flag("integration", value));
        self.accounts.iter().for_each(|value| flag("accounts", value));
        self.upstream.iter().for_each(|value| flag("upstream", value));
        self.pin.iter().for_each(|value| flag("pin", value));
        self.write.iter().for_each(|value| flag("write", value));
        self.max_result_chars.iter().for_each(|value| flag("max-result-chars", &value.to_string()));
        let switches = [
            ("--allow-destructive", self.allow_destructive),
            ("--no-resources", self.no_resources),
            ("--no-prompts", self.no_prompts),
            ("--force", self.force),
        ];
        all.extend(switches.iter().filter(|(_, on)| *on).map(|(name, _)| (*name).to_owned()));
        all
    }
}

/// How to serve.
#[derive(Debug, clap::Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    web: web::Web,
    #[command(flatten)]
    chosen: Chosen,
}

/// Serves until the client leaves or a signal comes.
///
/// # Errors
/// When it cannot start.
pub(super) fn serve(invocation: &Invocation, args: &ServeArgs) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let profile = args.chosen.profile(runtime)?;
    check(invocation, runtime, &profile)?;
    let offer = Offer::by_profile(runtime, &profile);
    let server = Server::new(Arc::clone(runtime), offer, profile);
    match args.web.rules() {
        Some(rules) => invocation.wait(web::serve(invocation, runtime, server, rules))?,
        None => invocation.wait(pipes(server))?,
    }
}

/// Refuses a server that is not there, which is a slip; warns of one that may not be started yet.
fn check(invocation: &Invocation, runtime: &Runtime, profile: &Profile) -> Result<(), Fault> {
    for server in profile.upstreams.iter().filter(|pattern| !pattern.contains('*')) {
        match runtime.engine().upstream()?.ready(server) {
            Err(fault) if fault.kind == Kind::NotFound => return Err(fault),
            Err(fault) => {
                let hint = fault.hint.unwrap_or_default();
                invocation.printer().note(&format!("warning: {} {hint}", fault.message));
            }
            Ok(_) => {}
        }
    }
    Ok(())
}

async fn pipes(server: Server) -> Result<u8, Fault> {
    let mut signals = Signals::listen()?;
    let stop = Arc::new(Notify::new());
    let serving = stdio::serve(server, std::io::stdin(), wire(), Arc::clone(&stop));
    let mut serving = std::pin::pin!(serving);
    tokio::select! {
        served = &mut serving => return served.map(|()| 0),
        _ = signals.next() => stop.notify_one(),
    }
    // What is in flight may finish; whoever is in a hurry says so again.
    tokio::select! {
        served = &mut serving => served.map(|()| 0),
        status = signals.next() => Ok(status),
    }
}
