//! `trust` and `untrust`: whether a project's `kosmo.toml` may do more than tighten.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::reply::Reply;
use crate::error::Fault;
use crate::runtime::{Runtime, own};
use crate::settings::{Settings, Standing, trust};

/// Which file.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct TrustArgs {
    /// A kosmo.toml or its folder; the nearest one when absent
    pub(super) path: Option<PathBuf>,
}

/// Trusts a project file as it is now.
///
/// # Errors
/// `not_found` when there is none, a settings fault when it is broken.
pub(super) fn trust(runtime: &Runtime, args: &TrustArgs) -> Result<Reply, Fault> {
    let settings = runtime.settings();
    let file = meant(settings, args, "trust")?;
    let path = trust::trust(settings.paths(), &file)?;
    let gained = match settings.standing() {
        Standing::Untrusted { ignored } if settings.paths().project.as_deref() == Some(&file) => {
            ignored.clone()
        }
        _ => Vec::new(),
    };
    let folder = path.parent();
    let mut actions = own::untrusted(settings);
    actions.retain(|file| file.parent().and_then(Path::parent) == folder);
    trust::trust_files(settings.paths(), &actions)?;
    let mut text = format!("Trusted {} until it changes.", path.display());
    for action in &actions {
        text += &format!("\nTrusted {} until it changes.", action.display());
    }
    if !gained.is_empty() {
        text += &format!("\nNow in force: {}", gained.join(", "));
    }
    let json = json!({"success": true, "path": path, "trusted": true, "settings": gained, "actions": actions});
    Ok(Reply::new(json, text))
}

/// Ends the trust in a project file.
///
/// # Errors
/// `not_found` when there is no such file.
pub(super) fn untrust(runtime: &Runtime, args: &TrustArgs) -> Result<Reply, Fault> {
    let settings = runtime.settings();
    let file = meant(settings, args, "untrust")?;
    let was = trust::untrust(settings.paths(), &file)?;
    let text = match was {
        true => format!("{} is no longer trusted.", file.display()),
        false => format!("{} was not trusted.", file.display()),
    };
    let json = json!({"success": true, "path": file, "trusted": false, "was_trusted": was});
    Ok(Reply::new(json, text))
}

fn meant(settings: &Settings, args: &TrustArgs, command: &str) -> Result<PathBuf, Fault> {
    let within =
        |path: &Path| if path.is_dir() { path.join("kosmo.toml") } else { path.to_owned() };
    let nearest = || settings.paths().project.clone();
    args.path.as_deref().map(within).or_else(nearest).ok_or_else(|| {
        Fault::not_found("there is no kosmo.toml here or above")
            .hint(format!("name one: kosmo {command} PATH"))
    })
}
