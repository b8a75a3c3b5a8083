//! What a server has: a list of tools and what else it serves. The list is made when somebody first
//! asks for it and kept. Any list will do: one computed from rows by a profile, or one that was
//! written down somewhere else, with names, hints and order of its own.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use rmcp::model;

use super::code;
use super::passed;
use super::profile::{Profile, Shape};
use super::tool::Tool;
use crate::access::claims::fits;
use crate::catalogue::name::nearest;
use crate::error::Fault;
use crate::runtime::Runtime;

/// The code of a name that no tool has.
pub(super) const UNKNOWN_TOOL: &str = "unknown_tool";

/// Tools on one page of a list.
const PAGE: usize = 100;

type Make = Box<dyn Fn() -> Result<Vec<Tool>, Fault> + Send + Sync>;

/// What a server has.
pub struct Offer {
    /// What it is called.
    pub name: String,
    /// What its clients should know before they begin.
    pub instructions: Option<String>,
    make: Make,
    made: OnceLock<Result<Made, Fault>>,
}

/// A list of tools, ready to be sent and to be looked into.
struct Made {
    tools: Vec<Arc<Tool>>,
    definitions: Vec<model::Tool>,
    numbers: HashMap<String, usize>,
}

impl Offer {
    /// A server with this list of tools, in this order.
    pub fn of(name: &str, tools: Vec<Tool>) -> Self {
        Self::lazy(name, Box::new(move || Ok(tools.clone())))
    }

    /// The tools that a profile chooses from the catalogue.
    pub fn by_profile(runtime: &Arc<Runtime>, profile: &Profile) -> Self {
        let (runtime, profile) = (Arc::clone(runtime), profile.clone());
        let mut instructions = match profile.shape {
            Shape::Code => code::INSTRUCTIONS.to_owned(),
            Shape::Direct => DIRECT.to_owned(),
        };
        let servers = passed::exposed(&runtime, &profile);
        if !servers.is_empty() && profile.shape == Shape::Code {
            let names: Vec<&str> = servers.iter().map(|(_, server)| server.as_str()).collect();
            instructions += &format!(
                " Scripts also reach the MCP servers {}: `mcp.tools(server)` lists their tools, \
                 `app.mcp.<server>.<tool>{{…}}` calls one.",
                names.join(", ")
            );
        }
        let mut offer = Self::lazy("kosmo", Box::new(move || Ok(chosen(&runtime, &profile))));
        offer.instructions = Some(instructions);
        offer
    }

    fn lazy(name: &str, make: Make) -> Self {
        Self { name: name.to_owned(), instructions: None, make, made: OnceLock::new() }
    }

    fn made(&self) -> Result<&Made, Fault> {
        let made = self.made.get_or_init(|| {
            let tools: Vec<Arc<Tool>> = (self.make)()?.into_iter().map(Arc::new).collect();
            let definitions = tools.iter().map(|tool| tool.definition()).collect();
            let numbers = tools.iter().enumerate().map(|(n, tool)| (tool.name.clone(), n));
            Ok(Made { numbers: numbers.collect(), definitions, tools })
        });
        made.as_ref().map_err(Clone::clone)
    }

    /// The definitions of all tools.
    ///
    /// # Errors
    /// What kept the list from being made.
    pub(super) fn definitions(&self) -> Result<&[model::Tool], Fault> {
        Ok(&self.made()?.definitions)
    }

    /// The tool of that name.
    ///
    /// # Errors
    /// `unknown_tool` with the nearest names.
    pub(super) fn find(&self, name: &str) -> Result<Arc<Tool>, Fault> {
        let made = self.made()?;
        if let Some(number) = made.numbers.get(name) {
            return Ok(Arc::clone(&made.tools[*number]));
        }
        let fault = Fault::not_found(format!("unknown tool `{name}`")).code(UNKNOWN_TOOL);
        let near = nearest(name, made.tools.iter().map(|tool| tool.name.as_str()));
        Err(match near.is_empty() {
            true => fault.hint("tools/list names them"),
            false => fault.hint(format!("did you mean {}?", near.join(", "))),
        })
    }
}

/// A page of a list: where it begins and ends, and the cursor of the next one.
///
/// # Errors
/// A cursor that no page had.
pub(super) fn page(len: usize, cursor: Option<&str>) -> Option<(usize, usize, Option<String>)> {
    let start = match cursor {
        None => 0,
        Some(cursor) => cursor.strip_prefix("from-")?.parse().ok().filter(|at| *at < len)?,
    };
    let end = len.min(start + PAGE);
    Some((start, end, (end < len).then(|| format!("from-{end}"))))
}

const DIRECT: &str = "Each tool is one function of kosmo's catalogue. `_account` chooses the account, \
    `_dry_run` shows a request without sending it. A result that was cut says how to read on.";

fn chosen(runtime: &Runtime, profile: &Profile) -> Vec<Tool> {
    let pinned = |full: &str| profile.pinned.iter().any(|pattern| fits(pattern, full));
    let direct = profile.shape == Shape::Direct;
    let rows = runtime.catalogue().operations().filter(|operation| {
        let full = operation.full_name();
        operation.effect <= profile.fence.most
            && profile.fence.covers(&full)
            && (direct || pinned(&full))
    });
    let mut own: Vec<(bool, Tool)> = match direct || !profile.pinned.is_empty() {
        true => rows.map(|row| (!pinned(&row.full_name()), Tool::of(row))).collect(),
        false => Vec::new(),
    };
    own.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.name.cmp(&other.name)));
    let mut tools: Vec<Tool> = own.into_iter().map(|(_, tool)| tool).collect();
    match profile.shape {
        Shape::Code => tools.splice(0..0, code::tools(profile.writes)).for_each(drop),
        Shape::Direct => tools.push(code::read_result()),
    }
    tools
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_one_another_and_end() {
        assert_eq!(page(3, None), Some((0, 3, None)));
        assert_eq!(page(250, None), Some((0, 100, Some("from-100".to_owned()))));
        assert_eq!(page(250, Some("from-200")), Some((200, 250, None)));
        for wrong in ["from-250", "200", "from-x", ""] {
            assert_eq!(page(250, Some(wrong)), None, "{wrong}");
        }
    }
}
