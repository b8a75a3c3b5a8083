//! What a gateway shows and lets through: functions, accounts, effects, sizes. A profile narrows what
//! policy and tokens allow and never widens it. It is read from a file and from flags, which win.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::catalogue::Effect;
use crate::catalogue::tool::PREFIX;
use crate::engine::fence::Fence;
use crate::error::{Fault, Kind};
use crate::settings::Settings;

/// The most characters of a result unless a profile says otherwise.
const MAX_RESULT: usize = 50_000;

/// The fewest that a profile may ask for.
const MIN_RESULT: usize = 1_000;

/// How long a script may take unless the setting `run.timeout` says so: whoever waits is a program
/// that may never give up.
const SCRIPT_TIME: Duration = Duration::from_secs(300);

/// Which tools are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// Four tools that know everything.
    #[default]
    Code,
    /// One tool a function.
    Direct,
}

impl Shape {
    /// The shape of that name.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "code" => Some(Self::Code),
            "direct" => Some(Self::Direct),
            _ => None,
        }
    }
}

/// Whether anything may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Write {
    /// Nothing.
    Deny,
    /// What policy allows.
    Allow,
}

/// A profile as it is written; whatever is left out has a default.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// The functions, as patterns for `provider.function`.
    pub functions: Option<Vec<String>>,
    /// The accounts, as patterns for `provider.account` or the account alone.
    pub accounts: Option<Vec<String>>,
    /// Other MCP servers whose tools are passed on, as patterns; single tools are named among the
    /// functions, as `mcp.server.tool`.
    pub upstreams: Option<Vec<String>>,
    /// Functions that have a tool of their own in code mode, and come first in the other.
    pub pinned: Option<Vec<String>>,
    /// Which tools are listed.
    pub tools: Option<Shape>,
    /// Whether anything may be changed.
    pub write: Option<Write>,
    /// Whether things may be replaced, deleted and erased.
    pub allow_destructive: Option<bool>,
    /// The most characters of a result.
    pub max_result_chars: Option<usize>,
    /// Whether the documentation is served as resources.
    pub resources: Option<bool>,
    /// Whether the example workflows are served as prompts.
    pub prompts: Option<bool>,
    /// Whether `ask` counts as `allow`.
    pub force: Option<bool>,
}

impl Written {
    /// The profile of that name or in that file.
    ///
    /// # Errors
    /// A file that is not there, or cannot be understood; with its line.
    pub fn read(wanted: &str, settings: &Settings) -> Result<Self, Fault> {
        let path = place(wanted, settings);
        let text = std::fs::read_to_string(&path).map_err(|why| {
            Fault::new(Kind::NotFound, format!("cannot read the profile {}: {why}", path.display()))
                .code("unknown_profile")
                .hint("give a file, or a name of one in the folder `profiles` beside config.toml")
        })?;
        toml::from_str(&text).map_err(|why| {
            let why = why.to_string();
            Fault::new(Kind::Config, format!("profile {}: {}", path.display(), why.trim()))
                .code("invalid_profile")
        })
    }

    /// This one where it says something, `other` where it does not.
    #[must_use]
    pub fn over(self, other: Self) -> Self {
        Self {
            functions: self.functions.or(other.functions),
            accounts: self.accounts.or(other.accounts),
            upstreams: self.upstreams.or(other.upstreams),
            pinned: self.pinned.or(other.pinned),
            tools: self.tools.or(other.tools),
            write: self.write.or(other.write),
            allow_destructive: self.allow_destructive.or(other.allow_destructive),
            max_result_chars: self.max_result_chars.or(other.max_result_chars),
            resources: self.resources.or(other.resources),
            prompts: self.prompts.or(other.prompts),
            force: self.force.or(other.force),
        }
    }
}

fn place(wanted: &str, settings: &Settings) -> PathBuf {
    let path = Path::new(wanted);
    let named = !wanted.contains(['/', '.', '\\']);
    let folder = settings.paths().config.as_deref().filter(|_| named);
    folder.map_or_else(|| path.to_owned(), |config| config.join(format!("profiles/{wanted}.toml")))
}

/// What a gateway shows and lets through.
#[derive(Debug, Clone)]
pub struct Profile {
    /// What it lets through, whichever tool is used.
    pub fence: Arc<Fence>,
    /// The same for scripts that only read.
    pub reading: Arc<Fence>,
    /// Which tools are listed.
    pub shape: Shape,
    /// Whether tools that change things are listed.
    pub writes: bool,
    /// Patterns of functions that have a tool of their own.
    pub pinned: Vec<String>,
    /// Other servers that are passed on whole.
    pub upstreams: Vec<String>,
    /// The most characters of a result.
    pub max_result: usize,
    /// Whether the documentation is served as resources.
    pub resources: bool,
    /// Whether the example workflows are served as prompts.
    pub prompts: bool,
    /// Whether `ask` counts as `allow`.
    pub force: bool,
    /// How long a script may take.
    pub script_time: Duration,
}

impl Profile {
    /// What is written, completed. `name` is what refusals call it.
    ///
    /// # Errors
    /// A size that is too small, no function at all.
    pub fn new(name: &str, written: Written, settings: &Settings) -> Result<Self, Fault> {
        let wrong = |why: String| Fault::new(Kind::Config, why).code("invalid_profile");
        let shape = written.tools.unwrap_or_default();
        // In code mode clients can tell reading from writing by the tool, so policy decides alone.
        let write = written.write.unwrap_or(match shape {
            Shape::Code => Write::Allow,
            Shape::Direct => Write::Deny,
        });
        let destructive = written.allow_destructive.unwrap_or(shape == Shape::Code);
        let most = match (write, destructive) {
            (Write::Deny, _) => Effect::Read,
            (Write::Allow, false) => Effect::Write,
            (Write::Allow, true) => Effect::Erase,
        };
        let max_result = written.max_result_chars.unwrap_or(MAX_RESULT);
        if max_result < MIN_RESULT {
            return Err(wrong(format!("a result needs at least {MIN_RESULT} characters")));
        }
        let all = || vec!["*".to_owned()];
        let upstreams = written.upstreams.unwrap_or_default();
        let mut functions = written.functions.unwrap_or_else(all);
        functions.extend(upstreams.iter().map(|server| format!("{PREFIX}.{server}.*")));
        let fence = Fence {
            functions,
            accounts: written.accounts.unwrap_or_else(all),
            most,
            name: name.to_owned(),
            hint: match most {
                Effect::Read => "start the gateway with --write allow if that is meant".to_owned(),
                _ => "start the gateway with --allow-destructive if that is meant".to_owned(),
            },
        };
        let cure = if most > Effect::Read { "use run_lua_write" } else { fence.hint.as_str() };
        let reading = Fence {
            most: Effect::Read,
            name: if most > Effect::Read { "run_lua".to_owned() } else { fence.name.clone() },
            hint: cure.to_owned(),
            ..fence.clone()
        };
        Ok(Self {
            reading: Arc::new(reading),
            fence: Arc::new(fence),
            shape,
            writes: most > Effect::Read,
            pinned: written.pinned.unwrap_or_default(),
            upstreams,
            max_result,
            resources: written.resources.unwrap_or(true),
            prompts: written.prompts.unwrap_or(true),
            force: written.force.unwrap_or(false),
            script_time: settings.duration("run.timeout").unwrap_or(SCRIPT_TIME),
        })
    }
}
