//! Where a token leads: the workspace behind it, compared with the one that was asked for, and
//! the honest answer to "who am I". A Public API token *is* its workspace; it says nothing of a
//! person, and neither may we.

use serde_json::{Map, Value, json};

use super::{Segment, pin, shape};
use crate::engine::hooks::Scene;
use crate::error::{Fault, Kind};

impl Segment {
    /// Refuses a call whose `slug` is not the workspace of the account's token.
    pub(super) async fn check_slug(&self, scene: Scene<'_>) -> Result<(), Fault> {
        let workspace = self.workspace(scene).await?;
        checked(scene, workspace).map(drop)
    }
}

/// The workspace, if it is the one that was asked for and the one the account is tied to.
pub(super) fn checked(scene: Scene<'_>, workspace: Value) -> Result<Value, Fault> {
    let is = |wanted: &str| workspace["slug"] == *wanted || workspace["id"] == *wanted;
    let asked = scene.args.get("slug").and_then(Value::as_str);
    let actual = workspace["slug"].as_str().unwrap_or_default();
    if let Some(wanted) = asked.filter(|wanted| !is(wanted)) {
        return Err(elsewhere(format!("token belongs to workspace `{actual}`, not `{wanted}`"))
            .param("slug")
            .hint(format!("ask for `{actual}`, or use an account of `{wanted}`")));
    }
    tied(scene, &workspace)?;
    pin::pin(scene, &workspace)?;
    Ok(workspace)
}

/// Refuses a workspace other than the one that the account's settings name.
pub(super) fn tied(scene: Scene<'_>, workspace: &Value) -> Result<(), Fault> {
    let tied = scene.engine.accounts.field(scene.provider, scene.account, "workspace")?;
    let is = |wanted: &str| workspace["slug"] == *wanted || workspace["id"] == *wanted;
    let Some(tied) = tied.filter(|tied| !is(tied)) else { return Ok(()) };
    let (name, actual) = (&scene.account.name, workspace["slug"].as_str().unwrap_or_default());
    let message =
        format!("account `{name}` is tied to workspace `{tied}`, its token belongs to `{actual}`");
    Err(elsewhere(message).hint("correct the account's token or its `workspace`"))
}

fn elsewhere(message: String) -> Fault {
    Fault::new(Kind::WrongPlace, message)
}

/// The source whose slug was given as an id: people who know the Config API think in slugs.
pub(super) async fn source_by_slug(scene: Scene<'_>) -> Result<Option<Value>, Fault> {
    let wanted = scene.args.get("id").cloned().unwrap_or_default();
    let listed = scene.engine.ask(scene, "list_sources", &Map::new()).await?.0;
    let found = listed["sources"]
        .as_array()
        .and_then(|sources| sources.iter().find(|source| source["slug"] == wanted))
        .cloned();
    let Some(found) = found else { return Ok(None) };
    // Asked again by its id, since only that answer names the tracking plan.
    let args = Map::from_iter([("id".to_owned(), found["id"].clone())]);
    Ok(Some(scene.engine.ask(scene, "get_source", &args).await?.0))
}

/// Whose token this is, as far as anyone can know.
pub(super) async fn current_user(scene: Scene<'_>, answer: &Value) -> Result<Value, Fault> {
    let legacy = answer.get("workspaces").map(|list| list[0].clone());
    let workspace = checked(scene, shape::workspace(legacy.as_ref().unwrap_or(answer)))?;
    let name = workspace["name"].as_str().unwrap_or_default();
    let region = scene.engine.accounts.region(scene.provider, scene.account)?;
    let mut user = Map::from_iter([
        ("authenticated".to_owned(), json!(true)),
        ("kind".to_owned(), json!("workspace_token")),
        ("identity".to_owned(), json!("token")),
        ("id".to_owned(), workspace["id"].clone()),
        ("name".to_owned(), json!(format!("Workspace token: {name}"))),
        ("email".to_owned(), json!("")),
        ("workspace".to_owned(), workspace),
        ("region".to_owned(), json!(region)),
        (
            "note".to_owned(),
            json!("Segment has no current-user endpoint; this token stands for a workspace"),
        ),
    ]);
    let email = scene.engine.accounts.field(scene.provider, scene.account, "user_email")?;
    if let Some(email) = email.filter(|_| scene.route.service == "public") {
        declared(scene, &mut user, &email).await?;
    }
    Ok(Value::Object(user))
}

/// The person the account says it belongs to, when the workspace knows that person. Declared, not
/// proven, and the result says so.
async fn declared(
    scene: Scene<'_>,
    user: &mut Map<String, Value>,
    email: &str,
) -> Result<(), Fault> {
    let listed = scene.engine.ask(scene, "list_users", &Map::new()).await?.0;
    let people = listed["users"].as_array();
    let found = people.and_then(|people| {
        people.iter().find(|person| {
            person["email"].as_str().is_some_and(|have| have.eq_ignore_ascii_case(email))
        })
    });
    let note = match found {
        Some(person) => {
            for key in ["id", "name", "email", "permissions"] {
                user.insert(key.to_owned(), person[key].clone());
            }
            user.insert("identity".to_owned(), json!("declared"));
            "the account says this is its user; Segment cannot confirm whose token it is".to_owned()
        }
        None => format!("the workspace has no user {email}, whom the account names"),
    };
    user.insert("note".to_owned(), json!(note));
    Ok(())
}
