//! The workspace an account was first seen to lead to. A token that is replaced by one of another
//! workspace is found out before anything is changed there.

use serde_json::{Map, Value, json};

use super::{Segment, shape};
use crate::engine::Engine;
use crate::engine::hooks::Scene;
use crate::error::{Fault, Kind};

fn name(scene: Scene<'_>) -> String {
    format!("pin/{}/{}", scene.account.provider, scene.account.name)
}

fn pinned(scene: Scene<'_>) -> Option<Value> {
    remembered(scene.engine, &scene.account.provider, &scene.account.name)
}

/// The workspace (`id`, `slug`, `region`) an account was first seen to lead to.
pub fn remembered(engine: &Engine, provider: &str, account: &str) -> Option<Value> {
    serde_json::from_str(&engine.facts.get(&format!("pin/{provider}/{account}"))?).ok()
}

/// Remembers where an account leads, unless that is known already. An account whose settings name
/// this very workspace is pinned anew: somebody has decided so.
pub(super) fn pin(scene: Scene<'_>, workspace: &Value) -> Result<(), Fault> {
    if scene.account.emulated {
        return Ok(());
    }
    let region = scene.engine.accounts.region(scene.provider, scene.account)?;
    let now = json!({"id": workspace["id"], "slug": workspace["slug"], "region": region});
    let tied = scene.engine.accounts.field(scene.provider, scene.account, "workspace")?;
    let anew = pinned(scene).is_none_or(|before| tied.is_some() && before != now);
    if anew {
        scene.engine.facts.set(&name(scene), &now.to_string());
    }
    Ok(())
}

impl Segment {
    /// The workspace behind the account's token, asked for once a process.
    pub(super) async fn workspace(&self, scene: Scene<'_>) -> Result<Value, Fault> {
        let key = format!("{}/{}", scene.account.provider, scene.account.name);
        // Held while asking, so that of many calls at once only one asks.
        let mut known = self.workspaces.lock().await;
        if let Some(workspace) = known.get(&key) {
            return Ok(workspace.clone());
        }
        let answer = scene.engine.ask(scene, "get_workspace", &Map::new()).await?.0;
        let workspace = shape::workspace(&answer);
        known.insert(key, workspace.clone());
        Ok(workspace)
    }

    /// Refuses to change anything in a workspace other than the one the account is tied or pinned
    /// to.
    pub(super) async fn check_place(&self, scene: Scene<'_>) -> Result<(), Fault> {
        let tied = scene.engine.accounts.field(scene.provider, scene.account, "workspace")?;
        if scene.route.service == "config" {
            return check_named(scene, tied);
        }
        let workspace = self.workspace(scene).await?;
        super::workspace::tied(scene, &workspace)?;
        if let Some(before) = pinned(scene).filter(|_| tied.is_none()) {
            let region = scene.engine.accounts.region(scene.provider, scene.account)?;
            compare(scene, &before, &workspace, &region)?;
        }
        pin(scene, &workspace)
    }
}

/// A call of the Config API names its workspace, so nobody has to be asked.
fn check_named(scene: Scene<'_>, tied: Option<String>) -> Result<(), Fault> {
    let Some(given) = scene.args.get("workspaceName").and_then(Value::as_str) else {
        return Ok(());
    };
    let slug = given.rsplit('/').next().unwrap_or_default();
    let before = pinned(scene).unwrap_or_default();
    let wanted = match tied {
        Some(tied) if before["id"] != *tied => tied,
        _ => text(&before["slug"]).to_owned(),
    };
    if wanted.is_empty() || wanted == slug {
        return Ok(());
    }
    let name = &scene.account.name;
    let message = format!("account `{name}` belongs to workspace `{wanted}`, not `{slug}`");
    Err(Fault::new(Kind::WrongPlace, message)
        .param("workspaceName")
        .hint(format!("nothing was changed; use an account of `{slug}`")))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn compare(scene: Scene<'_>, before: &Value, actual: &Value, region: &str) -> Result<(), Fault> {
    let same = before["id"] == actual["id"];
    let (provider, account) = (&scene.provider.name, &scene.account.name);
    let (was, is) = (text(&before["slug"]), text(&actual["slug"]));
    if !same {
        let message =
            format!("account `{account}` has led to workspace `{was}` so far, now it is `{is}`");
        return Err(Fault::new(Kind::WrongPlace, message).hint(format!(
            "nothing was changed; if it is meant to be `{is}`: kosmo integrations:configure \
             {provider} --account {account} --set workspace={is}"
        )));
    }
    if before["region"] != region {
        let was = text(&before["region"]);
        let message = format!(
            "account `{account}` has been in region `{was}` so far, now it is in `{region}`"
        );
        return Err(Fault::new(Kind::WrongPlace, message).code("wrong_region").hint(format!(
            "nothing was changed; set the region back, or tie the account to its workspace: \
             kosmo integrations:configure {provider} --account {account} --set workspace={is}"
        )));
    }
    Ok(())
}
