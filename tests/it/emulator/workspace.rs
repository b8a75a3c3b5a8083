//! The Public and the Config API over one workspace.

use serde_json::{Value, json};

use super::wire::{Reply, ask};
use super::{API_TOKEN, CONFIG_TOKEN, emulator};

#[test]
fn a_token_is_wanted_by_each_api_in_its_own_words() {
    let emulator = emulator();
    for token in ["", "wrong", CONFIG_TOKEN] {
        let reply = ask("GET", "/").bearer(token).send(&emulator).status(401);
        assert_eq!(reply.json()["errors"][0]["message"], "Unauthorized");
    }
    ask("GET", "/sources").send(&emulator).status(401);
    ask("GET", "/sources").basic(API_TOKEN).send(&emulator).status(401);
    let reply = ask("GET", "/v1beta/workspaces").bearer(API_TOKEN).send(&emulator).status(401);
    assert_eq!(reply.json(), json!({"error": "Unauthorized", "code": 16}));
}

#[test]
fn the_public_api_shows_the_seed_in_its_envelope() {
    let emulator = emulator();
    let get =
        |target: &str| ask("GET", target).bearer(API_TOKEN).send(&emulator).status(200).json();
    let workspace = &get("/")["data"]["workspace"];
    assert_eq!(workspace["slug"], "my-workspace");
    assert_eq!(workspace["name"], "My Workspace");
    let source = get("/sources/abc123");
    assert_eq!(source["data"]["source"]["writeKeys"], json!(["emulator-write-key"]));
    assert_eq!(source["data"]["source"]["workspaceId"], workspace["id"]);
    assert_eq!(source["data"]["trackingPlanId"], "tp_2mFq8ZrT5wKx1NcY7bLvDs");
    let other = &get("/sources/nT4kWq8ZyR2vLb6MxP9sHd")["data"];
    assert_eq!(other.get("trackingPlanId"), Some(&Value::Null));
    let sources = get("/sources");
    let names: Vec<_> =
        sources["data"]["sources"].as_array().unwrap().iter().map(|item| &item["name"]).collect();
    assert_eq!(names, [&json!("Website"), &json!(""), &Value::Null, &json!("Old App")]);
    let user = &get("/users")["data"]["users"][0];
    assert_eq!(user["email"], "ada@example.com");
    let id = user["id"].as_str().unwrap();
    assert_eq!(get(&format!("/users/{id}"))["data"]["user"], *user);
}

fn slugs(reply: &Value) -> Vec<&str> {
    reply["data"]["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["slug"].as_str().unwrap())
        .collect()
}

#[test]
fn pages_follow_one_another_in_both_spellings() {
    let emulator = emulator();
    let get =
        |target: &str| ask("GET", target).bearer(API_TOKEN).send(&emulator).status(200).json();
    let first = get("/sources?pagination.count=3");
    assert_eq!(slugs(&first), ["website", "ios", "orders-service"]);
    let pagination = &first["data"]["pagination"];
    assert_eq!(*pagination, json!({"current": "MA==", "next": "Mw==", "totalEntries": 4}));
    for target in [
        "/sources?pagination.count=3&pagination.cursor=Mw%3D%3D",
        "/sources?pagination[count]=3&pagination[cursor]=Mw==",
        "/sources?pagination%5Bcount%5D=3&pagination%5Bcursor%5D=Mw%3D%3D",
    ] {
        let last = get(target);
        assert_eq!(slugs(&last), ["old-app"]);
        let want = json!({"current": "Mw==", "previous": "MA==", "totalEntries": 4});
        assert_eq!(last["data"]["pagination"], want);
    }
    for (target, field) in [
        ("/sources?pagination.count=0", "pagination.count"),
        ("/sources?pagination.count=1001", "pagination.count"),
        ("/sources?pagination.count=x", "pagination.count"),
        ("/sources?pagination.cursor=Mw%3D%3D", "pagination.count"),
        ("/sources?pagination.count=3&pagination.cursor=zzz", "pagination.cursor"),
    ] {
        let reply = ask("GET", target).bearer(API_TOKEN).send(&emulator).status(422).json();
        assert_eq!(reply["errors"][0]["type"], "input-validation", "{target}");
        assert_eq!(reply["errors"][0]["field"], field, "{target}");
    }
}

#[test]
fn what_does_not_exist_is_told_apart_from_what_may_not_be_done() {
    let emulator = emulator();
    let send = |method: &str, target: &str, token: &str| -> Reply {
        ask(method, target).bearer(token).send(&emulator)
    };
    let error = json!({"errors": [{"type": "NotFound", "message": "Resource not found"}]});
    assert_eq!(send("GET", "/sources/website", API_TOKEN).status(404).json(), error);
    assert_eq!(send("GET", "/sources/a%2F..%2Fabc123", API_TOKEN).status(404).json(), error);
    assert_eq!(send("GET", "/nothing", API_TOKEN).status(404).json(), error);
    let wrong = send("PUT", "/sources", API_TOKEN).status(405);
    assert!(wrong.header("allow").unwrap().contains("GET"));
    let missing = json!({"error": "Resource not found", "code": 5});
    for target in ["/v1beta/workspaces/other", "/v1beta/workspaces/my-workspace/sources/abc123"] {
        assert_eq!(send("GET", target, CONFIG_TOKEN).status(404).json(), missing, "{target}");
    }
}

#[test]
fn the_config_api_is_another_view_of_the_same_workspace() {
    let emulator = emulator();
    let get =
        |target: &str| ask("GET", target).bearer(CONFIG_TOKEN).send(&emulator).status(200).json();
    let workspace = get("/v1beta/workspaces/my-workspace");
    assert_eq!(workspace["name"], "workspaces/my-workspace");
    assert_eq!(workspace["display_name"], "My Workspace");
    assert_eq!(
        get("/v1beta/workspaces"),
        json!({"workspaces": [workspace], "next_page_token": ""})
    );
    let source = get("/v1beta/workspaces/my-workspace/sources/website");
    assert_eq!(source["name"], "workspaces/my-workspace/sources/website");
    assert_eq!(source["parent"], "workspaces/my-workspace");
    assert_eq!(source["catalog_name"], "catalog/sources/javascript");
    assert_eq!(source["write_keys"], json!(["emulator-write-key"]));
    let list = "/v1beta/workspaces/my-workspace/sources?page_size=3";
    let first = get(list);
    assert_eq!(first["sources"].as_array().unwrap().len(), 3);
    assert_eq!(first["sources"][0], source);
    let token = first["next_page_token"].as_str().unwrap().replace('=', "%3D");
    let last = get(&format!("{list}&page_token={token}"));
    assert_eq!(last["sources"].as_array().unwrap().len(), 1);
    assert_eq!(last["next_page_token"], "");
    let wrong = ask("GET", "/v1beta/workspaces/my-workspace/sources?page_size=0");
    assert_eq!(wrong.bearer(CONFIG_TOKEN).send(&emulator).status(400).json()["code"], 3);
}

#[test]
fn echo_answers_and_fails_as_it_is_told() {
    let emulator = emulator();
    let echo =
        |query: &str| ask("GET", &format!("/echo?{query}")).bearer(API_TOKEN).send(&emulator);
    let reply = echo("message=hello+there").status(200);
    assert_eq!(reply.json()["data"]["message"], "hello there");
    assert!(!reply.text().contains(API_TOKEN), "the credential is not echoed");
    assert_eq!(echo("message=m&triggerError=true").status(400).json()["errors"][0]["message"], "m");
    let errors = echo("message=m&triggerMultipleErrors=true").status(400).json();
    assert_eq!(errors["errors"].as_array().unwrap().len(), 2);
    echo("message=m&triggerUnexpectedError=true").status(500);
    echo("message=m&statusCode=503").status(503);
    assert_eq!(echo("").status(422).json()["errors"][0]["field"], "message");
}
