//! The secrets that entries refer to, kept with the user's other credentials, where nobody else can
//! read them.

use crate::error::Fault;
use crate::settings::Settings;
use crate::settings::edit::{self, Draft, Privacy};

/// The full key of a secret, as entries refer to it.
pub fn full_key(server: &str, name: &str) -> String {
    format!("mcp.{server}.{name}")
}

/// Whether text can be the name of a server or a secret that settings are kept for.
pub fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    !name.is_empty() && name.len() <= 64 && name.bytes().all(plain)
}

/// The secrets that are kept: server and name.
pub fn list(settings: &Settings, server: Option<&str>) -> Vec<(String, String)> {
    let keys = settings.under("mcp.servers.").filter_map(|(key, _)| {
        let (server, name) = key.strip_prefix("mcp.servers.")?.split_once(".secrets.")?;
        Some((server.to_owned(), name.to_owned()))
    });
    keys.filter(|(of, _)| server.is_none_or(|server| server == of)).collect()
}

/// Keeps a secret, or forgets it; whether anything changed.
///
/// # Errors
/// A name that cannot be kept, or a file that cannot be written.
pub fn set(
    settings: &Settings,
    server: &str,
    name: &str,
    value: Option<&str>,
) -> Result<bool, Fault> {
    for word in [server, name] {
        if !is_name(word) {
            return Err(Fault::usage(format!(
                "`{word}` cannot be the name of a server or a secret"
            ))
            .hint("use letters, digits, `_` and `-`"));
        }
    }
    let path = settings.paths().credentials_file().ok_or_else(edit::no_home)?;
    let _lock = settings.paths().config.as_deref().and_then(edit::lock);
    let mut draft = Draft::open(path, Privacy::Private)?;
    let key = ["mcp", "servers", server, "secrets", name];
    match value {
        Some(value) => draft.set(&key, value.into()),
        None => drop(draft.remove(&key)),
    }
    let changed = draft.changed();
    edit::save(&[&draft])?;
    Ok(changed)
}
