//! What Segment's rows cannot say: lists asked for by kind, answers that say less than what was asked,
//! what the account knows, and versions.

use kosmo::engine::{Options, Pages};
use kosmo::error::Kind;
use serde_json::{Value, json};

use super::service::{Seen, Service, call, forced, runtime};

#[test]
fn functions_of_every_kind_are_listed_together() {
    let service = Service::start(|_, seen| {
        let kind = seen.line.split("resourceType=").nth(1).unwrap().split('&').next().unwrap();
        let kind = kind.split(' ').next().unwrap().to_owned();
        let functions = json!([{"id": format!("one of {kind}")}]);
        (200, json!({"data": {"functions": functions, "pagination": {}}}))
    });
    let runtime = service.runtime();
    let listed = call(&runtime, "list_functions", &json!({}), Options::default());
    assert_eq!(listed.result.unwrap().value["functions"].as_array().unwrap().len(), 5);
    assert_eq!(service.lines().len(), 5);
    let mut cursor = None;
    let mut ids = Vec::new();
    loop {
        let pages = Pages::One { cursor, count: None };
        let options = Options { pages, ..Options::default() };
        let page = call(&runtime, "list_functions", &json!({}), options).result.unwrap();
        ids.push(page.value["functions"][0]["id"].clone());
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(ids.len(), 5);
    assert_eq!((&ids[0], &ids[4]), (&json!("one of DESTINATION"), &json!("one of SOURCE")));
    let one =
        call(&runtime, "list_functions", &json!({"resourceType": "SOURCE"}), Options::default());
    assert_eq!(one.result.unwrap().value["functions"].as_array().unwrap().len(), 1);
}

#[test]
fn a_changed_tracking_plan_is_read_back() {
    let service = Service::start(|_, seen| match seen.what() {
        "GET /" => (200, json!({"data": {"workspace": {"id": "w-1", "slug": "acme"}}})),
        "PATCH /tracking-plans/tp_1" => (200, json!({"data": {"status": "SUCCESS"}})),
        "GET /tracking-plans/tp_1" => {
            (200, json!({"data": {"trackingPlan": {"id": "tp_1", "name": "Checkout"}}}))
        }
        line => panic!("{line}"),
    });
    let args = json!({"trackingPlanId": "tp_1", "name": "Checkout"});
    let plan = call(&service.runtime(), "update_tracking_plan", &args, forced()).result.unwrap();
    assert_eq!(plan.value["trackingPlan"]["name"], "Checkout");
    assert_eq!(plan.value["status"], "SUCCESS");
}

#[test]
fn a_function_that_is_null_is_not_found() {
    let service = Service::start(|_, _: &Seen| (200, json!({"data": {"function": null}})));
    let args = json!({"functionId": "sfnc_1"});
    let fault = call(&service.runtime(), "get_function", &args, forced()).result.unwrap_err();
    assert_eq!((fault.kind, fault.exit()), (Kind::NotFound, 5));
}

#[test]
fn the_account_stands_in_for_what_is_not_given() {
    let service = Service::start(|_, _: &Seen| (200, json!({"traits": {"plan": "pro"}})));
    let mut account = service.account();
    account.push(("SEGMENT_PROFILE_TOKEN", "the-profile-token"));
    let args = json!({"collection": "users", "externalId": "user_id:a+b"});
    let without = runtime(&account, None);
    let fault = call(&without, "get_profile_traits", &args, forced()).result.unwrap_err();
    assert_eq!((fault.exit(), &*fault.code), (2, "missing_parameter"));
    assert!(fault.hint.unwrap().contains("--set space_id="));
    account.push(("SEGMENT_SPACE_ID", "spa_1"));
    let run = call(&runtime(&account, None), "get_profile_traits", &args, forced());
    assert_eq!(run.backend.as_deref(), Some("profile"));
    run.result.unwrap();
    let seen = service.seen();
    let path = "/v1/spaces/spa_1/collections/users/profiles/user_id:a%2Bb/traits";
    assert_eq!(seen[0].what(), format!("GET {path}"));
    assert_eq!(seen[0].authorization, "Basic dGhlLXByb2ZpbGUtdG9rZW46");
}

#[test]
fn versions_are_asked_for_by_their_media_type() {
    let service = Service::start(|_, _: &Seen| (200, json!({"data": {}})));
    let runtime = service.runtime();
    let shown = |function: &str, args: Value| {
        let options = Options { dry_run: true, ..Options::default() };
        call(&runtime, function, &args, options).result.unwrap().value["headers"].clone()
    };
    let alpha = "application/vnd.segment.v1alpha+json";
    let mut source = json!({"slug": "web-shop", "enabled": true, "metadataId": "IqDTy1TpoU"});
    assert_eq!(shown("create_source", source.clone())["Content-Type"], "application/json");
    source["name"] = json!("Web shop");
    let headers = shown("create_source", source);
    assert_eq!(headers["Content-Type"], alpha);
    assert_eq!(headers["Accept"], format!("{alpha}, application/json"));
    assert_eq!(shown("list_users", json!({}))["Accept"], "application/json");
    let space = shown("get_space", json!({"spaceId": "s"}));
    assert_eq!(space["Accept"], format!("{alpha}, application/json"));
    assert_eq!(service.lines(), [""; 0], "nothing was sent");
}

#[test]
fn one_listing_comes_from_one_api() {
    let service = Service::start(|_, seen| {
        let next = if seen.line.contains("page_token=2") { "" } else { "2" };
        let source = json!({"name": "workspaces/acme/sources/web", "write_keys": ["k"]});
        (200, json!({"sources": [source], "next_page_token": next}))
    });
    let account =
        [("SEGMENT_TOKEN", "the-config-token"), ("SEGMENT_CONFIG_URL", &*service.address)];
    let run = call(
        &runtime(&account, None),
        "list_sources",
        &json!({"slug": "acme"}),
        Options::default(),
    );
    assert_eq!(run.backend.as_deref(), Some("config"));
    assert_eq!(run.result.unwrap().value["total"], 2);
    let lines = service.lines();
    assert!(lines.iter().all(|line| line.starts_with("GET /v1beta/workspaces/acme/sources?")));
}

#[test]
fn a_config_change_names_its_fields_by_itself() {
    let service = Service::start(|_, _: &Seen| (200, json!({})));
    let account =
        [("SEGMENT_TOKEN", "the-config-token"), ("SEGMENT_CONFIG_URL", &*service.address)];
    let args = json!({
        "workspaceName": "acme", "sourceName": "workspaces/acme/sources/web",
        "destinationName": "amplitude", "destination": {"enabled": false},
    });
    call(&runtime(&account, None), "config_update_destination", &args, forced()).result.unwrap();
    let seen = service.seen();
    let path = "/v1beta/workspaces/acme/sources/web/destinations/amplitude";
    assert_eq!(seen[0].what(), format!("PATCH {path}"));
    let body = json!({
        "destination": {"enabled": false}, "update_mask": {"paths": ["destination.enabled"]},
    });
    assert_eq!(seen[0].json(), body);
}
