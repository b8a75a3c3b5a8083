//! What a face lets through before policy is asked: functions, accounts and effects. A fence only
//! narrows; whatever is within it is still for tokens and policy to decide.

use crate::access::claims::fits;
use crate::catalogue::tool::PREFIX;
use crate::catalogue::{Effect, Operation};
use crate::error::{Fault, Kind};

/// The limits of a face, handed down to every call that is made through it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The functions, as patterns for `provider.function`. Tools of MCP servers are meant only by those
    /// that begin with `mcp.`.
    pub functions: Vec<String>,
    /// The accounts, as patterns for `provider.account` or the account alone.
    pub accounts: Vec<String>,
    /// The most that a call may do to the world.
    pub most: Effect,
    /// What it is called in a refusal (`the profile `ops``).
    pub name: String,
    /// What to do about an effect that is too much.
    pub hint: String,
}

impl Fence {
    /// Whether it lets a function through, whatever its effect and account.
    pub fn covers(&self, full_name: &str) -> bool {
        // A star for every function is not said of what other servers may come up with.
        let relayed = rest(full_name).is_some();
        let mut patterns =
            self.functions.iter().filter(|pattern| rest(pattern).is_some() == relayed);
        patterns.any(|pattern| fits(pattern, full_name))
    }

    /// Whether it lets anything of an MCP server through.
    pub fn passes(&self, server: &str) -> bool {
        let mut patterns = self.functions.iter().filter_map(|pattern| rest(pattern));
        patterns.any(|pattern| fits(pattern.rsplit_once('.').map_or(pattern, |it| it.0), server))
    }

    /// Whether an MCP server is within it, so that it may be started at all.
    ///
    /// # Errors
    /// `profile_scope`, naming it.
    pub fn admit_server(&self, server: &str) -> Result<(), Fault> {
        if self.passes(server) {
            return Ok(());
        }
        let what = format!("{} does not expose the MCP server `{server}`", self.name);
        Err(Fault::new(Kind::PolicyDenied, what)
            .code("profile_scope")
            .hint(format!("start the gateway with --upstream {server} if that is meant")))
    }

    /// Whether it lets an account of a provider through.
    pub fn reaches(&self, provider: &str, account: &str) -> bool {
        let full = format!("{provider}.{account}");
        self.accounts.iter().any(|pattern| fits(pattern, &full) || fits(pattern, account))
    }

    /// Whether a call is within it.
    ///
    /// # Errors
    /// `profile_scope`, naming what is not.
    pub(super) fn admit(&self, operation: &Operation, account: &str) -> Result<(), Fault> {
        let (name, effect) = (operation.full_name(), operation.effect);
        let refuse = |what: String, hint: &str| {
            Err(Fault::new(Kind::PolicyDenied, what).code("profile_scope").hint(hint))
        };
        let wider = "whoever set it up can change the profile";
        if !self.covers(&name) {
            return refuse(format!("{} does not expose `{name}`", self.name), wider);
        }
        if operation.tool.is_none() && !self.reaches(&operation.provider, account) {
            return refuse(format!("{} does not expose the account `{account}`", self.name), wider);
        }
        if effect > self.most {
            let (word, most) = (effect.word(), self.most.word());
            let what =
                format!("`{name}` is a {word}, and {} allows no more than {most}", self.name);
            return refuse(what, &self.hint);
        }
        Ok(())
    }
}

/// What follows `mcp.`, where a name or a pattern begins with it.
fn rest(name: &str) -> Option<&str> {
    name.strip_prefix(PREFIX)?.strip_prefix('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fence(functions: &[&str]) -> Fence {
        Fence {
            functions: functions.iter().map(|&pattern| pattern.to_owned()).collect(),
            accounts: vec!["*".to_owned()],
            most: Effect::Read,
            name: "the gateway".to_owned(),
            hint: String::new(),
        }
    }

    #[test]
    fn tools_of_other_servers_are_let_through_only_by_name() {
        let all = fence(&["*"]);
        assert!(all.covers("segment.list_sources") && !all.covers("mcp.s.look"));
        assert!(!all.passes("s"));
        assert_eq!(all.admit_server("s").unwrap_err().code, "profile_scope");
        let one = fence(&["segment.*", "mcp.s.look"]);
        assert!(one.covers("mcp.s.look") && !one.covers("mcp.s.write"));
        assert!(one.passes("s") && !one.passes("t"));
        let dotted = fence(&["mcp.a.b.*"]);
        assert!(dotted.passes("a.b") && !dotted.passes("a") && !dotted.covers("segment.x"));
        assert!(fence(&["mcp.*"]).passes("s") && fence(&["mcp.*.*"]).covers("mcp.s.look"));
    }
}
