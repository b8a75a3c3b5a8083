//! Users, groups, permissions, invites; regulations and preferences.

use serde_json::{Value, json};

use super::emulator;
use super::public::{alpha, get, send};

const ADA: &str = "dQ8wNf3ZrY6tHk1XvS5mPb";
const GROUP: &str = "qT6wYc2NvK9zRb4LmX8sJd";
const ADMIN: &str = "1WDUuVGKDjLBNv6XaKPYHnTjFeY";

#[test]
fn groups_have_members() {
    let emulator = emulator();
    let emails = |emails: &[&str]| Some(json!({"emails": emails}));
    let made =
        send(&emulator, "POST", "/groups", Some(json!({"name": "Analysts"}))).status(200).json();
    let group = made["data"]["userGroup"]["id"].as_str().unwrap();
    assert_eq!(made["data"]["userGroup"]["memberCount"], 0);
    let add = format!("/groups/{group}/users");
    let added = send(&emulator, "POST", &add, emails(&["ada@example.com"])).status(200).json();
    assert_eq!(added["data"]["userGroup"]["memberCount"], 1);
    let wrong = send(&emulator, "POST", &add, emails(&["nobody@example.com"])).status(422).json();
    assert_eq!(wrong["errors"][0]["field"], "emails.0");
    assert_eq!(get(&emulator, &add)["users"][0]["id"], ADA);
    let groups = get(&emulator, &format!("/users/{ADA}/groups"))["groups"].take();
    assert_eq!(groups.as_array().unwrap().len(), 2);
    let path = format!("/group/{group}/users");
    let set = send(&emulator, "PUT", &path, emails(&["ops@example.com", "grace@example.com"]));
    assert_eq!(set.status(200).json()["data"]["userGroup"]["memberCount"], 2);
    let invites = get(&emulator, &format!("/groups/{group}/invites"));
    assert_eq!(invites["emails"], json!(["grace@example.com"]));
    send(&emulator, "DELETE", &format!("{path}?emails.0=ops@example.com"), None).status(200);
    assert_eq!(get(&emulator, &format!("/groups/{group}"))["userGroup"]["memberCount"], 1);
    send(&emulator, "DELETE", "/users?userIds[0]=fC2pLs9JxE7uRg4BnT6yVw", None).status(200);
    send(&emulator, "DELETE", "/users?userIds.0=fC2pLs9JxE7uRg4BnT6yVw", None).status(404);
    assert_eq!(get(&emulator, "/users")["pagination"]["totalEntries"], 1);
}

#[test]
fn permissions_are_added_or_replaced() {
    let emulator = emulator();
    let body = |role: &str| Some(json!({"permissions": [{"roleId": role, "resources": []}]}));
    for (path, before) in [(format!("/users/{ADA}"), 1), (format!("/groups/{GROUP}"), 0)] {
        let target = format!("{path}/permissions");
        let added = send(&emulator, "POST", &target, body(ADMIN)).status(200).json();
        let all = added["data"]["permissions"].as_array().unwrap();
        assert_eq!((all.len(), &all[before]["roleName"]), (before + 1, &json!("Source Admin")));
        send(&emulator, "PUT", &target, body(ADMIN)).status(200);
        let item = get(&emulator, &path);
        let item = item.as_object().unwrap().values().next().unwrap();
        assert_eq!(item["permissions"].as_array().unwrap().len(), 1);
        let wrong = send(&emulator, "PUT", &target, body("none")).status(422).json();
        assert_eq!(wrong["errors"][0]["field"], "permissions.0.roleId");
    }
}

#[test]
fn people_are_invited_and_uninvited() {
    let emulator = emulator();
    let invite = |email: &str| {
        let body = json!({"invites": [{"email": email, "permissions": []}]});
        send(&emulator, "POST", "/invites", Some(body))
    };
    assert_eq!(
        invite("new@example.com").status(201).json()["data"]["emails"],
        json!(["new@example.com"])
    );
    let taken = invite("ada@example.com").status(409).json();
    assert_eq!(taken["errors"][0]["field"], "invites.0.email");
    let all = json!(["grace@example.com", "new@example.com"]);
    assert_eq!(get(&emulator, "/invites")["invites"], all);
    send(&emulator, "DELETE", "/invites?emails.0=new@example.com&emails.1=grace@example.com", None)
        .status(200);
    assert_eq!(get(&emulator, "/invites")["invites"], json!([]));
    send(&emulator, "DELETE", "/invites?emails.0=new@example.com", None).status(404);
}

#[test]
fn regulations_leave_suppressions() {
    let emulator = emulator();
    let order = |kind: &str, path: &str| {
        let body =
            json!({"regulationType": kind, "subjectType": "USER_ID", "subjectIds": ["user-42"]});
        let reply = send(&emulator, "POST", path, Some(body)).status(200).json();
        reply["data"]["regulateId"].as_str().unwrap().to_owned()
    };
    let suppressed = || get(&emulator, "/suppressions")["suppressed"][0]["subjectIds"].take();
    let id = order("SUPPRESS_WITH_DELETE", "/regulations/sources/abc123");
    assert_eq!(suppressed(), json!(["forgotten-user", "user-42"]));
    let progress = get(&emulator, &format!("/regulations/{id}"));
    assert_eq!(progress["regulation"]["overallStatus"], "INITIALIZED");
    let own = get(&emulator, "/regulations/sources/abc123");
    assert_eq!(own["regulations"][0]["id"], id);
    let open = get(&emulator, "/regulations?status=FINISHED");
    assert_eq!(open["regulations"].as_array().unwrap().len(), 1);
    order("UNSUPPRESS", "/regulations");
    assert_eq!(suppressed(), json!(["forgotten-user"]));
    let none = json!({"regulationType": "DELETE_ONLY", "subjectType": "USER_ID", "subjectIds": []});
    send(&emulator, "POST", "/regulations", Some(none)).status(422);
}

#[test]
fn preferences_are_kept_by_address() {
    let emulator = emulator();
    let path = "/spaces/spa_4kVx9TqLz2WnRc7YbM5pJs/messaging-subscriptions";
    let wish = |key: &str, status: &str| json!({"key": key, "type": "EMAIL", "status": status});
    let body = json!({"subscriptions": [wish("a@example.com", "UNSUBSCRIBED"), wish("nobody", "SUBSCRIBED")]});
    let done = alpha(&emulator, "PUT", path, &body).status(200).json();
    assert_eq!(done["data"]["successes"].as_array().unwrap().len(), 1);
    assert_eq!(done["data"]["failures"][0]["key"], "nobody");
    let ask = |key: &str| json!({"subscriptions": [{"key": key, "type": "EMAIL"}]});
    let known = alpha(&emulator, "POST", &format!("{path}/batch"), &ask("a@example.com"))
        .status(200)
        .json();
    assert_eq!(known["data"]["successes"][0]["status"], "UNSUBSCRIBED");
    let unknown = alpha(&emulator, "POST", &format!("{path}/batch"), &ask("b@example.com"))
        .status(200)
        .json();
    let empty: &Value = &unknown["data"]["successes"];
    assert_eq!(
        (empty, &unknown["data"]["failures"][0]["key"]),
        (&json!([]), &json!("b@example.com"))
    );
}
