//! A wish, and what came of it: the types that every face shares with the engine.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::action::Within;
use super::args::Args;
use super::exchange::Transcript;
use crate::access::Grant;
use crate::catalogue::Effect;
use crate::error::Fault;

/// Which face asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// A script.
    Lua,
    /// A command.
    #[default]
    Cli,
    /// An agent.
    Mcp,
    /// An HTTP client.
    Rest,
}

impl Origin {
    /// The word kept in the journal.
    pub fn word(self) -> &'static str {
        match self {
            Self::Lua => "lua",
            Self::Cli => "cli",
            Self::Mcp => "mcp",
            Self::Rest => "rest",
        }
    }
}

/// How much of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Pages {
    /// Every item.
    #[default]
    All,
    /// One page: where to start, and how many items.
    One {
        /// The cursor of the page, none for the first.
        cursor: Option<String>,
        /// The page size, none for the service's habit.
        count: Option<u32>,
    },
    /// The first items, in as few pages as possible.
    First {
        /// How many.
        items: usize,
        /// Where to start, none for the beginning.
        cursor: Option<String>,
        /// The page size, none for the service's habit.
        count: Option<u32>,
    },
}

impl Pages {
    /// Where to start, and the page size asked for.
    pub(super) fn start(&self) -> (Option<&str>, Option<u32>) {
        match self {
            Self::All => (None, None),
            Self::One { cursor, count } | Self::First { cursor, count, .. } => {
                (cursor.as_deref(), *count)
            }
        }
    }

    /// The most items wanted, when there is a most.
    pub(super) fn most(&self) -> Option<usize> {
        match self {
            Self::First { items, .. } => Some(*items),
            Self::All | Self::One { .. } => None,
        }
    }

    /// What is still wanted when this many items have come.
    pub(super) fn after(&self, came: usize) -> Self {
        match self {
            Self::First { items, count, .. } => {
                Self::First { items: items.saturating_sub(came), cursor: None, count: *count }
            }
            other => other.clone(),
        }
    }
}

/// When an event counts as delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// When the service took it.
    Direct,
    /// When it is safely kept; it is sent in a batch, soon or later.
    Outbox,
}

impl Delivery {
    /// The way of that name.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "direct" => Some(Self::Direct),
            "outbox" => Some(Self::Outbox),
            _ => None,
        }
    }
}

/// How a call is to be made.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Stop before anything is sent and show the request.
    pub dry_run: bool,
    /// Show it as a command line of `curl`; for a dry run.
    pub curl: bool,
    /// Turn `ask` into `allow` (never lifts `deny`).
    pub force: bool,
    /// Longest time for the call with all its retries; none for the setting's.
    pub timeout: Option<Duration>,
    /// How much of a list is wanted.
    pub pages: Pages,
    /// Fail at once rather than wait for a turn at a limited operation.
    pub no_wait: bool,
    /// For a replace: the hash of the set that may be overwritten.
    pub expect: Option<String>,
    /// For a replace: overwrite whatever is there.
    pub replace_all: bool,
    /// For an erasure: the number of people it is about.
    pub confirm: Option<usize>,
    /// How an event is delivered; none for the account's habit.
    pub delivery: Option<Delivery>,
    /// What a script around the call hands down to it.
    pub within: Within,
    /// What the caller's token allows; none for a caller that needs none.
    pub grant: Option<Grant>,
    /// For a body of lines: the file that stands for the list, which is then empty. Never set for
    /// who may not read files.
    pub lines: Option<PathBuf>,
    /// For events: the plan they are held to, a name or a file; none for the account's own.
    pub plan: Option<String>,
    /// For events: how strictly; none for what the account says.
    pub plan_check: Option<PlanCheck>,
}

/// How strictly events are held to a plan before they are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanCheck {
    /// An event that breaks it is not sent.
    Strict,
    /// It is sent, with a warning.
    Warn,
    /// Nobody looks.
    Off,
}

impl PlanCheck {
    /// Every way, strictest first.
    pub const ALL: [Self; 3] = [Self::Strict, Self::Warn, Self::Off];

    /// The word in flags and settings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Warn => "warn",
            Self::Off => "off",
        }
    }

    /// The way of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.word() == word)
    }
}

/// One wish.
#[derive(Debug, Clone, Default)]
pub struct Call {
    /// The function by any of its names.
    pub function: String,
    /// The account, none for the default one.
    pub account: Option<String>,
    /// The arguments.
    pub args: Args,
    /// Who asks.
    pub origin: Origin,
    /// How to go about it.
    pub options: Options,
    /// The id the run is to have, when somebody must know it beforehand.
    pub id: Option<String>,
    /// The run it is part of, such as a script's.
    pub parent: Option<String>,
    /// What the run is to be found by later.
    pub meta: Option<Value>,
}

/// What a successful call brought.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The result in its documented form; on a dry run the bound request.
    pub value: Value,
    /// The service's status; none on a dry run.
    pub status: Option<u16>,
    /// The cursor of the next page, when not everything was asked for and there is more.
    pub next_cursor: Option<String>,
    /// `created` for a create that is known to have made what it says, also when its answer was
    /// lost and what it made was looked up. A failure says what is known in its fault.
    pub effect: Option<&'static str>,
    /// Whether it was kept to be sent later.
    pub queued: bool,
}

/// Something to know about a call that was made all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Stable, machine-readable code.
    pub code: String,
    /// The parameter it is about, as a dotted path on the wire; empty for the call as a whole.
    pub param: String,
    /// What it is, for a person.
    pub message: String,
}

impl Warning {
    /// `code`, `param`, `message`.
    pub fn to_json(&self) -> Value {
        json!({"code": self.code, "param": self.param, "message": self.message})
    }
}

/// One call from start to end: what every envelope, log line and journal entry is made of. Its id
/// is there on success and on failure.
#[derive(Debug)]
pub struct Run {
    /// The id in the journal.
    pub id: String,
    /// The canonical full name, or what the caller wrote when there is no such function.
    pub function: String,
    /// The tool's slug, when the function was found.
    pub tool: Option<String>,
    /// The MCP server, for a tool of one.
    pub server: Option<String>,
    /// The account as the caller gave it.
    pub asked_account: Option<String>,
    /// The account that was used.
    pub account: String,
    /// The function's effect, when it was found.
    pub effect: Option<Effect>,
    /// The service that answers (`tracking`, `public`, `config`).
    pub backend: Option<String>,
    /// How many requests were sent for the main answer.
    pub attempts: u32,
    /// Whether nothing was to be sent.
    pub dry_run: bool,
    /// Whether policy was bypassed by force.
    pub forced: bool,
    /// How long it took in all.
    pub took: Duration,
    /// Time spent waiting between attempts or for a rate limit.
    pub waited: Duration,
    /// The message id of an event.
    pub message_id: Option<String>,
    /// What is to be known of it although it was made.
    pub warnings: Vec<Warning>,
    /// What was said and answered, for the journal.
    pub transcript: Arc<Transcript>,
    /// What came of it.
    pub result: Result<Outcome, Fault>,
}
