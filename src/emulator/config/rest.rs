//! The catalog, people, functions, privacy, and tokens.

use serde_json::{Value, json};

use super::view::{self, place, text};
use super::{Ask, Done, Line, mask, missing, nothing, refuse};
use crate::emulator::exchange::Answer;
use crate::emulator::model::mint;
use crate::emulator::public::scene::stamp;
use crate::emulator::public::special::privacy::regulate;
use crate::emulator::state::{self, State, same};

pub(super) const ACTIONS: &[Line] = &[
    ("GET /catalog/sources", |ask| catalog(ask, "sources")),
    ("GET /catalog/sources/{}", |ask| entry(ask, "sources")),
    ("GET /catalog/destinations", |ask| catalog(ask, "destinations")),
    ("GET /catalog/destinations/{}", |ask| entry(ask, "destinations")),
    ("POST /workspaces/{}/regulations", order),
    ("GET /workspaces/{}/regulations", regulations),
    ("GET /workspaces/{}/regulations/{}", regulation),
    ("DELETE /workspaces/{}/regulations/{}", cancel),
    ("GET /workspaces/{}/suppressed-users", suppressed),
    ("GET /workspaces/{}/roles", roles),
    ("GET /workspaces/{}/roles/-/policies", policies),
    ("GET /workspaces/{}/invites", invites),
    ("POST /workspaces/{}/invites", invite),
    ("DELETE /workspaces/{}/invites/{}", uninvite),
    ("GET /workspaces/{}/users", users),
    ("GET /workspaces/{}/functions", functions),
    ("POST /workspaces/{}/functions", create_function),
    ("GET /workspaces/{}/functions/{}", get_function),
    ("PATCH /workspaces/{}/functions/{}", update_function),
    ("DELETE /workspaces/{}/functions/{}", delete_function),
    ("POST /workspaces/{}/functions/{}/deploy", deploy),
    ("POST /access-tokens", token),
];

fn shown_entry(kind: &str, entry: &Value) -> Value {
    json!({
        "name": format!("catalog/{kind}/{}", text(&entry["slug"])),
        "display_name": entry["name"], "description": entry["description"],
        "categories": entry["categories"], "logos": entry["logos"],
    })
}

fn catalog(ask: &mut Ask<'_>, kind: &str) -> Done {
    let all: Vec<&Value> = ask.state.items(&format!("{kind}Catalog")).iter().collect();
    ask.page(kind, &all, |_, entry| shown_entry(kind, entry))
}

fn entry(ask: &mut Ask<'_>, kind: &str) -> Done {
    let found = ask.state.find(&format!("{kind}Catalog"), &[("slug", ask.at(0))]);
    Ok(shown_entry(kind, found.ok_or_else(missing)?))
}

fn order(ask: &mut Ask<'_>) -> Done {
    let kind = text(&ask.given("regulation_type")).to_uppercase();
    let attributes = ask.given("attributes");
    if text(&attributes["name"]) != "userId" {
        return Err(refuse(400, "attributes.name must be userId"));
    }
    let ids = attributes["values"].as_array().into_iter().flatten();
    let ids: Vec<String> = ids.filter_map(Value::as_str).map(str::to_owned).collect();
    regulate(ask.state, (&kind, "USER_ID"), &ids, None, &stamp(ask.now));
    let made = ask.state.items("regulations").last().ok_or_else(missing)?;
    Ok(view::regulation(ask.state, made))
}

fn regulations(ask: &mut Ask<'_>) -> Done {
    let all: Vec<&Value> = ask.state.items("regulations").iter().collect();
    ask.page("regulations", &all, view::regulation)
}

fn regulation_at(ask: &Ask<'_>) -> Result<usize, Answer> {
    place(ask.state, "regulations", "reg_", ask.at(0)).ok_or_else(missing)
}

fn regulation(ask: &mut Ask<'_>) -> Done {
    let at = regulation_at(ask)?;
    Ok(view::regulation(ask.state, &ask.state.items("regulations")[at]))
}

fn cancel(ask: &mut Ask<'_>) -> Done {
    let at = regulation_at(ask)?;
    state::remove(ask.state, ask.model, "regulations", at);
    Ok(nothing())
}

fn suppressed(ask: &mut Ask<'_>) -> Done {
    let people = ask.state.items("suppressions").iter();
    let people = people.filter(|group| same(&group["subjectType"], "USER_ID"));
    let ids: Vec<&Value> =
        people.filter_map(|group| group["subjectIds"].as_array()).flatten().collect();
    ask.page(
        "suppressed_users",
        &ids,
        |_, id| json!({"attributes": {"name": "userId", "value": id}}),
    )
}

fn roles(ask: &mut Ask<'_>) -> Done {
    let shown = ask.state.items("roles").iter().map(|role| {
        json!({
            "name": format!("roles/{}", text(&role["id"])), "display_name": role["name"],
            "description": role["description"],
        })
    });
    Ok(json!({"roles": shown.collect::<Vec<_>>()}))
}

/// Who has which role where.
fn policies(ask: &mut Ask<'_>) -> Done {
    let mut policies = Vec::new();
    for user in ask.state.items("users") {
        for permission in user["permissions"].as_array().into_iter().flatten() {
            policies.push(json!({
                "role_name": format!("roles/{}", text(&permission["roleId"])),
                "subject_name": format!("users/{}", text(&user["id"])),
                "resources": permission["resources"],
            }));
        }
    }
    Ok(json!({"policies": policies}))
}

fn invites(ask: &mut Ask<'_>) -> Done {
    let shown = ask.state.items("invites").iter().map(|invite| shown_invite(ask.state, invite));
    Ok(json!({"invites": shown.collect::<Vec<_>>()}))
}

fn shown_invite(state: &State, invite: &Value) -> Value {
    json!({
        "name": format!("workspaces/{}/invites/{}", state.slug(), text(&invite["email"])),
        "email": invite["email"],
    })
}

fn invite(ask: &mut Ask<'_>) -> Done {
    let given = ask.given("invite");
    let email = given.get("email").map_or("", text).to_owned();
    if email.is_empty() {
        return Err(refuse(400, "invite.email is required"));
    }
    if ask.state.position("users", &[("email", &email)]).is_some() {
        return Err(refuse(409, "this person is in the workspace already"));
    }
    let invite = json!({"email": email, "permissions": []});
    let kept = ask.state.items_mut("invites");
    kept.retain(|have| !same(&have["email"], &email));
    kept.push(invite.clone());
    Ok(shown_invite(ask.state, &invite))
}

fn uninvite(ask: &mut Ask<'_>) -> Done {
    let at = ask.state.position("invites", &[("email", ask.at(0))]).ok_or_else(missing)?;
    state::remove(ask.state, ask.model, "invites", at);
    Ok(nothing())
}

fn users(ask: &mut Ask<'_>) -> Done {
    let all: Vec<&Value> = ask.state.items("users").iter().collect();
    ask.page("users", &all, |_, user| {
        json!({
            "name": format!("users/{}", text(&user["id"])), "display_name": user["name"],
            "email": user["email"],
        })
    })
}

fn functions(ask: &mut Ask<'_>) -> Done {
    let all: Vec<&Value> = ask.state.items("functions").iter().collect();
    ask.page("functions", &all, view::function)
}

fn function_at(ask: &Ask<'_>) -> Result<usize, Answer> {
    place(ask.state, "functions", "sfn_", ask.at(0)).ok_or_else(missing)
}

fn get_function(ask: &mut Ask<'_>) -> Done {
    let at = function_at(ask)?;
    Ok(view::function(ask.state, &ask.state.items("functions")[at]))
}

fn create_function(ask: &mut Ask<'_>) -> Done {
    let given = ask.given("function");
    let get = |name: &str| given.get(name).cloned();
    let kind = get("type").unwrap_or_default();
    if !["SOURCE", "DESTINATION"].contains(&text(&kind)) {
        return Err(refuse(400, "function.type must be SOURCE or DESTINATION"));
    }
    let item = json!({
        "id": mint("sfnc_{22}", 0), "resourceType": kind, "code": get("code"),
        "displayName": get("display_name"), "settings": get("settings").unwrap_or(json!([])),
        "createdAt": stamp(ask.now), "createdBy": ask.state.owner(), "description": "",
        "isLatestVersion": true,
    });
    let shown = view::function(ask.state, &item);
    ask.state.items_mut("functions").push(item);
    Ok(shown)
}

fn update_function(ask: &mut Ask<'_>) -> Done {
    let at = function_at(ask)?;
    for (name, value) in mask::changes(&ask.body, "function") {
        let field = match name.as_str() {
            "display_name" => "displayName",
            "code" | "settings" | "description" => name.as_str(),
            _ => return Err(refuse(400, &format!("`{name}` cannot be changed"))),
        };
        ask.state.items_mut("functions")[at][field] = value;
    }
    Ok(view::function(ask.state, &ask.state.items("functions")[at]))
}

fn delete_function(ask: &mut Ask<'_>) -> Done {
    let at = function_at(ask)?;
    state::remove(ask.state, ask.model, "functions", at);
    Ok(nothing())
}

fn deploy(ask: &mut Ask<'_>) -> Done {
    let at = function_at(ask)?;
    let now = stamp(ask.now);
    ask.state.items_mut("functions")[at]["deployedAt"] = json!(now);
    Ok(view::function(ask.state, &ask.state.items("functions")[at]))
}

/// A token as it would be given out. The emulator goes on taking only its own.
fn token(ask: &mut Ask<'_>) -> Done {
    let given = ask.given("access_token");
    let names = given.get("workspace_names").and_then(Value::as_array).cloned().unwrap_or_default();
    let own = format!("workspaces/{}", ask.state.slug());
    if names.is_empty() || names.iter().any(|name| !same(name, &own)) {
        return Err(refuse(403, "this workspace is not yours"));
    }
    let number = ask.state.items("accessTokens").len() + 1;
    let kept = json!({
        "name": format!("access-tokens/{number}"), "description": given["description"],
        "scopes": given["scopes"], "create_time": stamp(ask.now), "workspace_names": names,
    });
    ask.state.items_mut("accessTokens").push(kept.clone());
    let mut shown = kept;
    shown["token"] = json!(format!("{}.{}", mint("{43}", 0), mint("{43}", 0)));
    Ok(shown)
}
