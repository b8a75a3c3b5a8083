//! `mcp:*`: the servers of others, whose tools are called like any function. What an entry is and
//! which one counts is `upstream`'s business.

pub(super) mod add;
pub(super) mod besides;
pub(super) mod call;
pub(super) mod change;
pub(super) mod doctor;
pub(super) mod list;
pub(super) mod secret;
pub(super) mod tools;
pub(super) mod transfer;
pub(super) mod trust;

use serde_json::Value;

use super::invocation::Invocation;
use crate::error::Fault;
use crate::runtime::Runtime;
use crate::upstream::entry::Entry;
use crate::upstream::sources::Source;

/// Which file is meant.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(super) struct Scope {
    /// The project's .mcp.json
    #[arg(long, conflicts_with = "global")]
    project: bool,
    /// Your own file, for all projects
    #[arg(long)]
    global: bool,
}

impl Scope {
    /// The file that was asked for; none when nothing was said.
    fn said(self) -> Option<Source> {
        match (self.project, self.global) {
            (true, _) => Some(Source::Project),
            (_, true) => Some(Source::User),
            _ => None,
        }
    }
}

/// The word for a file in replies.
fn scope(source: Source) -> &'static str {
    if source.is_project() { "project" } else { "global" }
}

/// How an entry stands, in one word.
fn status(runtime: &Runtime, entry: &Entry) -> &'static str {
    match &entry.reach {
        _ if !entry.enabled => "disabled",
        Err(_) => "invalid",
        Ok(_) if !runtime.servers().is_trusted(entry).unwrap_or(false) => "untrusted",
        Ok(_) => "configured",
    }
}

/// Says what is wrong with files, so that nothing is missed in silence.
fn warn(invocation: &Invocation, runtime: &Runtime) {
    for problem in &runtime.servers().all().problems {
        invocation.printer().warn(&problem.message);
    }
}

/// The problems of files, for programs.
fn problems(runtime: &Runtime) -> Vec<Value> {
    runtime.servers().all().problems.iter().map(Fault::to_json).collect()
}
