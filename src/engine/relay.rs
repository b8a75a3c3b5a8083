//! Calls of tools that belong to other servers: what the user lets a server's tools do.

use super::policy::Policy;
use crate::catalogue::Effect;
use crate::settings::Settings;

/// What the user lets the tools of a server do: looking is allowed and everything else asks, unless
/// settings say otherwise; what is said of writing holds for deleting too.
pub fn permission(settings: &Settings, server: &str, effect: Effect) -> Policy {
    let said = |access: &str| {
        let key = format!("mcp.servers.{server}.permissions.{access}");
        settings.text(&key).and_then(Policy::parse)
    };
    match effect {
        Effect::Read => said("read").unwrap_or(Policy::Allow),
        Effect::Write | Effect::Replace => said("write").unwrap_or(Policy::Ask),
        Effect::Destroy | Effect::Erase => {
            said("destroy").or_else(|| said("write")).unwrap_or(Policy::Ask)
        }
    }
}
