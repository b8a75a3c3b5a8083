//! Who may do what: members of groups, permissions, invites.

use serde_json::{Value, json};

use super::{Done, Scene};
use crate::emulator::exchange::Answer;
use crate::emulator::public::items::listed;
use crate::emulator::public::links::success;
use crate::emulator::public::scene::{conflict, missing, unfit};
use crate::emulator::public::{sets, view};
use crate::emulator::state::same;

/// The e-mail addresses in the group that the path names.
fn emails(scene: &Scene<'_>) -> Vec<String> {
    let pairs = scene.state.items("members").iter();
    let own = pairs.filter(|pair| same(&pair["groupId"], scene.at(0)));
    own.filter_map(|pair| pair["email"].as_str()).map(str::to_owned).collect()
}

fn among(scene: &Scene<'_>, many: &str, emails: &[String]) -> Vec<String> {
    let found = scene.state.items(many).iter().filter_map(|item| item["email"].as_str());
    found.filter(|have| emails.iter().any(|email| email == have)).map(str::to_owned).collect()
}

/// The users in a group.
pub(super) fn users(scene: &mut Scene<'_>) -> Done {
    let emails = emails(scene);
    let within =
        |user: &&Value| user["email"].as_str().is_some_and(|have| emails.iter().any(|e| e == have));
    let users: Vec<&Value> = scene.state.items("users").iter().filter(within).collect();
    Ok(listed(scene, &users))
}

/// The addresses in a group that are only invited so far.
pub(super) fn group_invites(scene: &mut Scene<'_>) -> Done {
    let emails = emails(scene);
    let invited: Vec<Value> =
        among(scene, "invites", &emails).into_iter().map(Value::from).collect();
    Ok(listed(scene, &invited.iter().collect::<Vec<_>>()))
}

/// The groups of a user.
pub(super) fn groups(scene: &mut Scene<'_>) -> Done {
    let index = scene.find("users", scene.at(0))?;
    let email = &scene.state.items("users")[index]["email"];
    let pairs = scene.state.items("members").iter().filter(|pair| pair["email"] == *email);
    let ids: Vec<&Value> = pairs.map(|pair| &pair["groupId"]).collect();
    let groups = scene.state.items("userGroups").iter();
    let own: Vec<&Value> = groups.filter(|group| ids.contains(&&group["id"])).collect();
    Ok(listed(scene, &own))
}

/// Adds users to a group.
pub(super) fn add_users(scene: &mut Scene<'_>) -> Done {
    let have = emails(scene);
    enrol(scene, &have)
}

/// Makes the given users the only ones in a group.
pub(super) fn replace_users(scene: &mut Scene<'_>) -> Done {
    let group = scene.at(0).to_owned();
    known(scene)?;
    scene.state.items_mut("members").retain(|pair| !same(&pair["groupId"], &group));
    enrol(scene, &[])
}

/// Takes users out of a group.
pub(super) fn remove_users(scene: &mut Scene<'_>) -> Done {
    let (group, gone, have) = (scene.at(0).to_owned(), scene.texts("emails"), emails(scene));
    if gone.iter().any(|email| !have.contains(email)) {
        return Err(missing());
    }
    scene.state.items_mut("members").retain(|pair| {
        !same(&pair["groupId"], &group) || !gone.iter().any(|email| same(&pair["email"], email))
    });
    counted(scene)?;
    Ok(success())
}

fn known(scene: &Scene<'_>) -> Result<(), Answer> {
    let given = scene.texts("emails");
    let mut there = among(scene, "users", &given);
    there.extend(among(scene, "invites", &given));
    match given.iter().position(|email| !there.contains(email)) {
        Some(at) => Err(unfit(&format!("emails.{at}"), "nobody here has this address")),
        None => Ok(()),
    }
}

fn enrol(scene: &mut Scene<'_>, have: &[String]) -> Done {
    known(scene)?;
    let group = scene.at(0).to_owned();
    for email in scene.texts("emails") {
        if !have.contains(&email) {
            let pair = json!({"groupId": group, "email": email});
            scene.state.items_mut("members").push(pair);
        }
    }
    let group = counted(scene)?;
    Ok(view::one(scene.row, &group))
}

/// The group with its number of members set right.
fn counted(scene: &mut Scene<'_>) -> Result<Value, Answer> {
    let (id, count) = (scene.at(0).to_owned(), emails(scene).len());
    let group = scene.item("userGroups", &id)?;
    group.insert("memberCount".to_owned(), json!(count));
    Ok(Value::Object(group.clone()))
}

/// Deletes users, who leave their groups as well.
pub(super) fn delete_users(scene: &mut Scene<'_>) -> Done {
    let ids = scene.texts("userIds");
    let users = scene.state.items("users").iter();
    let gone = users.filter(|user| ids.iter().any(|id| same(&user["id"], id)));
    let emails: Vec<Value> = gone.map(|user| user["email"].clone()).collect();
    let Some(place) = scene.model.get("users") else { return Err(missing()) };
    let done = sets::prune(scene, ("users", place))?;
    scene.state.items_mut("members").retain(|pair| !emails.contains(&pair["email"]));
    Ok(done)
}

/// Adds permissions to a user or a group.
pub(super) fn add_permissions(scene: &mut Scene<'_>) -> Done {
    permissions(scene, true)
}

/// Makes the given permissions the only ones.
pub(super) fn replace_permissions(scene: &mut Scene<'_>) -> Done {
    permissions(scene, false)
}

fn permissions(scene: &mut Scene<'_>, add: bool) -> Done {
    let many = if scene.path[0].0 == "userId" { "users" } else { "userGroups" };
    let mut given = scene.body.get("permissions").cloned().unwrap_or(json!([]));
    for (at, permission) in given.as_array_mut().into_iter().flatten().enumerate() {
        let id = permission["roleId"].as_str().unwrap_or_default().to_owned();
        let role = scene.state.find("roles", &[("id", &id)]).ok_or_else(|| {
            unfit(&format!("permissions.{at}.roleId"), "there is no role with this id")
        })?;
        permission["roleName"] = role["name"].clone();
    }
    let id = scene.at(0).to_owned();
    let item = scene.item(many, &id)?;
    let mut all = match item.get("permissions") {
        Some(Value::Array(have)) if add => have.clone(),
        _ => Vec::new(),
    };
    for permission in given.as_array().into_iter().flatten() {
        if !all.contains(permission) {
            all.push(permission.clone());
        }
    }
    item.insert("permissions".to_owned(), json!(all));
    Ok(json!({"permissions": all}))
}

/// The addresses that are invited.
pub(super) fn invites(scene: &mut Scene<'_>) -> Done {
    let items = scene.state.items("invites").iter();
    let emails: Vec<Value> = items.map(|invite| invite["email"].clone()).collect();
    Ok(listed(scene, &emails.iter().collect::<Vec<_>>()))
}

/// Invites people; who is invited already gets the new permissions.
pub(super) fn invite(scene: &mut Scene<'_>) -> Done {
    let invites = scene.body.get("invites").cloned().unwrap_or(json!([]));
    let invites = invites.as_array().cloned().unwrap_or_default();
    let mut emails = Vec::new();
    for (at, invite) in invites.iter().enumerate() {
        let email = invite["email"].as_str().unwrap_or_default();
        if scene.state.position("users", &[("email", email)]).is_some() {
            let field = format!("invites.{at}.email");
            return Err(conflict(Some(&field), "this person is in the workspace already"));
        }
        emails.push(email.to_owned());
    }
    let kept = scene.state.items_mut("invites");
    kept.retain(|have| !emails.iter().any(|email| same(&have["email"], email)));
    kept.extend(invites);
    Ok(json!({"emails": emails}))
}
