//! How a call is to be made: the flags that every command takes which sends something.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::sending::Sending;
use super::units;
use crate::engine::action::Within;
use crate::engine::call::PlanCheck;
use crate::engine::{Options, Pages};

/// What events are held to before they are sent.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Held {
    /// Hold events to this tracking plan: a fetched one (plan:pull) or a file
    #[arg(long, value_name = "NAME|FILE")]
    pub(super) plan: Option<String>,
    /// What to do about events that break it: strict, warn or off
    #[arg(long, value_name = "HOW", value_parser = plan_check)]
    pub(super) plan_check: Option<PlanCheck>,
}

fn plan_check(word: &str) -> Result<PlanCheck, String> {
    PlanCheck::parse(word).ok_or_else(|| "it is strict, warn or off".to_owned())
}

/// What may be said about a call besides what it says itself.
#[derive(Debug, Default, clap::Args)]
pub(super) struct How {
    /// Count `ask` in the policy as `allow`
    #[arg(long)]
    pub(super) force: bool,
    /// Check everything and print the request instead of sending it
    #[arg(long)]
    pub(super) dry_run: bool,
    /// The same as a curl command line, with variables for secrets
    #[arg(long)]
    pub(super) curl: bool,
    /// Longest time for the call with all its retries (30, 500ms, 2m)
    #[arg(long, value_name = "TIME", value_parser = units::duration)]
    timeout: Option<Duration>,
    /// Fail at once (exit 7) rather than wait for a turn at a limited operation
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    pub(super) sending: Sending,
    /// Replace a whole set only if it is the one with this hash
    #[arg(long, value_name = "HASH")]
    expect: Option<String>,
    /// Replace a whole set whatever is in it
    #[arg(long)]
    yes_replace_all: bool,
    /// Erase the data of exactly this many people
    #[arg(long, value_name = "COUNT")]
    confirm: Option<usize>,
    /// What to find the run by later: a JSON object, or KEY=VALUE (repeatable)
    #[arg(long, value_name = "KEY=VALUE", value_parser = tags)]
    meta: Vec<Value>,
}

/// An object, or one key and its value.
fn tags(text: &str) -> Result<Value, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|why| format!("not a JSON object: {why}"));
    }
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok(json!({ key: value })),
        _ => Err("write it as KEY=VALUE or as a JSON object".to_owned()),
    }
}

impl How {
    /// Whether nothing is to be sent.
    pub(super) fn shows_only(&self) -> bool {
        self.dry_run || self.curl
    }

    /// What the run is to be found by.
    pub(super) fn meta(&self) -> Option<Value> {
        let tags = self.meta.iter().filter_map(Value::as_object).flatten();
        let all: Map<String, Value> =
            tags.map(|(key, value)| (key.clone(), value.clone())).collect();
        (!all.is_empty()).then_some(Value::Object(all))
    }

    /// What the engine is told.
    pub(super) fn options(&self, pages: Pages) -> Options {
        Options {
            dry_run: self.shows_only(),
            curl: self.curl,
            force: self.force,
            timeout: self.timeout,
            pages,
            no_wait: self.no_wait,
            expect: self.expect.clone(),
            replace_all: self.yes_replace_all,
            confirm: self.confirm,
            delivery: self.sending.delivery(),
            within: Within::default(),
            grant: None,
            lines: None,
            plan: None,
            plan_check: None,
        }
    }
}
