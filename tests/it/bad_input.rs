//! What people and services get wrong: every case ends with its own exit status and says what to do.

use kosmo::engine::Options;
use kosmo::error::Kind;
use serde_json::json;

use super::service::{Reply, Seen, Service, call, forced, runtime};
use super::support::kosmo;

/// A call on the emulator that is refused: its status, its code, and the text with the hint.
fn refused(words: &[&str]) -> (i32, String, String) {
    let ran =
        kosmo(["integrations:segment"]).and(words.to_vec()).and(["--emulator", "--json"]).run();
    let said = ran.json();
    let detail = &said["error_detail"];
    let text = format!("{} | {}", detail["message"], detail["hint"]).replace("\\\"", "\"");
    (ran.code, detail["code"].as_str().unwrap_or_default().to_owned(), text)
}

#[test]
fn wrong_arguments_are_refused_with_the_right_ones() {
    let table: &[(&[&str], i32, &str, &[&str])] = &[
        (&["list_functions", "--resourceType=SAUCE"], 2, "invalid_argument", &["SAUCE", "SOURCE"]),
        (&["list_users", "--pag=1"], 2, "unknown_parameter", &["`pag`"]),
        (
            &["get_source", "--slug=my-workspace", "--di=1"],
            2,
            "unknown_parameter",
            &["`di`", "slug, id"],
        ),
        (
            &["create_label", r#"--label={"ky":"a","value":"b"}"#],
            2,
            "unknown_parameter",
            &["`ky`", "`key`"],
        ),
        (&["get_warehouse"], 2, "missing_parameter", &["warehouseId"]),
        (
            &["create_source", "--slug=x", "--enabled=maybe", "--metadataId=ios"],
            2,
            "wrong_type",
            &["enabled", "true or false"],
        ),
        (
            &["create_source", "--slug=x", "--enabled=true", "--metadataId=io"],
            2,
            "unknown_slug",
            &["`io`", "`ios`"],
        ),
        (
            &[
                "update_destination",
                "--destinationId=5GFhvtz8fha42Cm4B9E6L8",
                "--settings.apiKey=••••167a",
            ],
            2,
            "masked_secret",
            &["settings.apiKey"],
        ),
        (&["get_tracking_plan", "--trackingPlanId=.."], 2, "invalid_argument", &["trackingPlanId"]),
        (&["get_tracking_plan", "--trackingPlanId=."], 2, "invalid_argument", &["trackingPlanId"]),
        (&["get_tracking_plan", "--trackingPlanId=../users"], 5, "not_found", &["404"]),
        (
            &["list_sources", "--slug=another"],
            3,
            "wrong_workspace",
            &["`my-workspace`", "`another`"],
        ),
        (&["list_suorces"], 5, "unknown_function", &["list_sources"]),
    ];
    for (words, exit, code, parts) in table {
        let (ran, found, text) = refused(words);
        assert_eq!((ran, &*found), (*exit, *code), "{words:?}: {text}");
        for part in *parts {
            assert!(text.contains(part), "{words:?}: no {part:?} in {text}");
        }
    }
}

#[test]
fn an_id_stays_in_its_segment_of_the_path() {
    let service =
        Service::start(|_, _: &Seen| (200, json!({"data": {"trackingPlan": {"id": "x"}}})));
    let args = json!({"trackingPlanId": "a/../../users?x=1#y%2F"});
    call(&service.runtime(), "get_tracking_plan", &args, Options::default()).result.unwrap();
    assert_eq!(service.lines(), ["GET /tracking-plans/a%2F..%2F..%2Fusers%3Fx%3D1%23y%252F"]);
}

#[test]
fn segment_refuses_an_unknown_field_too_and_names_it() {
    let body = r#"{"slug": "x", "enabled": true, "metadataId": "IqDTy1TpoU", "colour": "red"}"#;
    let words = ["request", "default", "/sources", "-X", "POST", "--json", body, "--emulator"];
    let ran = kosmo(words).run().code(2);
    assert!(ran.stderr.contains("422") && ran.stderr.contains("colour"), "{ran:#?}");
}

#[test]
fn a_slug_where_an_id_is_wanted_is_answered_with_the_ids_it_may_mean() {
    let table: &[(&[&str], &[&str])] = &[
        (&["delete_source", "--sourceId=website"], &["`website`", "`abc123`"]),
        (&["update_source", "--sourceId=ios", "--name=X"], &["`nT4kWq8ZyR2vLb6MxP9sHd`"]),
        (&["get_destination", "--destinationId=amplitude"], &["`5GFhvtz8fha42Cm4B9E6L8`"]),
        (&["delete_warehouse", "--warehouseId=postgres"], &["`vM3zQe8KtR6yLw1XnB5pJc`"]),
        (&["get_tracking_plan", "--trackingPlanId=shop"], &["`tp_2mFq8ZrT5wKx1NcY7bLvDs`"]),
        (&["get_function", "--functionId=forward orders"], &["`sfnc_7hKpW3xTqZ9mRb5LcYvNdE`"]),
        (&["get_user", "--userId=ada@example.com"], &["`dQ8wNf3ZrY6tHk1XvS5mPb`"]),
    ];
    for (words, parts) in table {
        let (exit, code, text) = refused(words);
        assert_eq!((exit, &*code), (5, "not_found"), "{words:?}: {text}");
        for part in *parts {
            assert!(text.contains(part), "{words:?}: no {part:?} in {text}");
        }
    }
    let (exit, _, text) = refused(&[
        "create_destination",
        "--sourceId=website",
        "--metadataId=amplitude",
        "--settings={}",
    ]);
    assert!(exit == 2 && text.contains("`abc123`"), "{text}");
    // One that can be taken for nothing else is taken.
    let words =
        ["integrations:segment", "get_source", "--slug=my-workspace", "--id=ios", "--emulator"];
    kosmo(words).run().code(0);
}

#[test]
fn a_name_that_several_have_is_answered_with_all_of_them_and_touches_none() {
    let service = Service::start(|_, seen: &Seen| match seen.what() {
        line if line.starts_with("GET /destinations?") => {
            let one =
                |id: &str| json!({"id": id, "name": "Sink", "metadata": {"slug": "webhooks"}});
            (200, json!({"data": {"destinations": [one("d-1"), one("d-2")], "pagination": {}}}))
        }
        "GET /" => (200, json!({"data": {"workspace": {"id": "w", "slug": "acme"}}})),
        _ => (404, json!({"errors": [{"type": "NotFound", "message": "Resource not found"}]})),
    });
    let args = json!({"destinationId": "webhooks"});
    let fault = call(&service.runtime(), "delete_destination", &args, forced()).result.unwrap_err();
    assert_eq!((fault.exit(), fault.extra.param.as_deref()), (5, Some("destinationId")));
    assert!(fault.hint.as_deref().is_some_and(|hint| hint.contains("d-1, d-2")), "{fault:?}");
    let deleted: Vec<String> =
        service.lines().into_iter().filter(|line| line.starts_with("DELETE")).collect();
    assert_eq!(deleted, ["DELETE /destinations/webhooks"]);
}

/// Every status in the words of both APIs, and as a page that something in between has made.
#[test]
fn every_refusal_is_understood_in_every_form() {
    const STATUSES: &[(u16, Kind, u8)] = &[
        (400, Kind::Rejected, 2),
        (401, Kind::AuthenticationFailed, 3),
        (403, Kind::Forbidden, 4),
        (404, Kind::NotFound, 5),
        (409, Kind::Conflict, 6),
        (413, Kind::Rejected, 2),
        (422, Kind::Rejected, 2),
        (429, Kind::RateLimited, 7),
        (500, Kind::Unavailable, 8),
        (501, Kind::Unavailable, 8),
        (502, Kind::Unavailable, 8),
        (503, Kind::Unavailable, 8),
        (504, Kind::Unavailable, 8),
    ];
    for form in ["public", "config", "html", "text", "empty"] {
        for (status, kind, exit) in STATUSES {
            let status = *status;
            let service = Service::start(move |_, _: &Seen| match form {
                "public" => {
                    Reply::Json(status, json!({"errors": [{"type": "x", "message": "because"}]}))
                }
                "config" => Reply::Json(status, json!({"error": "because", "code": 3})),
                "html" => Reply::Raw(status, "text/html", b"<html><h1>because".to_vec()),
                "text" => Reply::Raw(status, "text/plain", b"because".to_vec()),
                _ => Reply::Raw(status, "text/plain", Vec::new()),
            });
            let mut account = service.account();
            let mut function = ("list_roles", json!({}));
            if form == "config" {
                account.push(("SEGMENT_TOKEN", "the-config-token"));
                function = ("config_list_workspaces", json!({}));
            }
            account.push(("KOSMO_HTTP_RETRIES", "0"));
            let options = Options { no_wait: true, ..forced() };
            let run = call(&runtime(&account, None), function.0, &function.1, options);
            let fault = run.result.unwrap_err();
            assert_eq!((fault.kind, fault.exit()), (*kind, *exit), "{form} {status}: {fault:?}");
            assert_eq!(fault.extra.http_status, Some(status), "{form}");
            let said = match form {
                "html" => format!("Segment API endpoint not available (HTTP {status})."),
                "empty" => format!("Segment API error ({status}): no reason given"),
                _ => format!("Segment API error ({status}): because"),
            };
            assert_eq!(fault.message, said);
            let again = matches!(status, 429 | 500 | 502..=504);
            assert_eq!(fault.retryable(), again, "{form} {status}");
        }
    }
}

#[test]
fn what_is_not_released_says_which_feature_it_needs() {
    for status in [403, 404] {
        let service = Service::start(move |_, _: &Seen| {
            (status, json!({"errors": [{"type": "x", "message": "no"}]}))
        });
        let args = json!({"spaceId": "spa_4kVx9TqLz2WnRc7YbM5pJs"});
        let fault = call(&service.runtime(), "get_space", &args, forced()).result.unwrap_err();
        let hint = fault.hint.clone().unwrap_or_default();
        assert!(hint.contains("alpha") && hint.contains("`Spaces`"), "{status}: {hint}");
    }
}

#[test]
fn a_token_of_another_region_or_workspace_is_told_with_both_names() {
    let service =
        Service::start(|_, _: &Seen| (401, json!({"errors": [{"type": "Unauthorized"}]})));
    let mut account = service.account();
    account.push(("SEGMENT_REGION", "eu"));
    let fault =
        call(&runtime(&account, None), "list_users", &json!({}), forced()).result.unwrap_err();
    let hint = fault.hint.clone().unwrap_or_default();
    assert!(fault.exit() == 3 && hint.contains("`eu`") && hint.contains("`us`"), "{hint}");

    let acme = Service::start(|_, _: &Seen| {
        (200, json!({"data": {"workspace": {"id": "w-1", "slug": "acme", "name": "Acme"}}}))
    });
    let mut account = acme.account();
    account.push(("SEGMENT_WORKSPACE", "other"));
    let label = json!({"label": {"key": "team", "value": "growth"}});
    let fault =
        call(&runtime(&account, None), "create_label", &label, forced()).result.unwrap_err();
    assert_eq!((fault.kind, fault.exit()), (Kind::WrongPlace, 3));
    assert!(fault.message.contains("`acme`") && fault.message.contains("`other`"), "{fault}");
    assert!(acme.lines().iter().all(|line| line.starts_with("GET")), "nothing was changed");
}
