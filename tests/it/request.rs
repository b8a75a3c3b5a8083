//! Tests of `request`: the same pipeline as every call, in the caller's own words, and nothing that
//! a hostile path, header or value could make of it.

use std::sync::Arc;

use kosmo::catalogue::Catalogue;
use kosmo::emulator::{Emulator, Setup};
use serde_json::{Value, json};

use super::lists::with;
use super::service::{Reply, Seen, Service};
use super::support::{Ran, kosmo};

/// A service that agrees to everything.
fn service() -> Service {
    Service::start(|_, _: &Seen| {
        let rules = json!([{"type": "TRACK", "key": "A", "version": 1}]);
        let workspace = json!({"id": "w", "slug": "acme"});
        (200, json!({"data": {"workspace": workspace, "rules": rules, "pagination": {}}}))
    })
}

fn request(service: &Service, words: &[&str]) -> Ran {
    with(service, &[&["request", "default"], words].concat()).run()
}

/// The request that would be sent.
fn shown(words: &[&str]) -> Value {
    kosmo([&["request", "default"], words, &["--dry-run", "--emulator"]].concat())
        .run()
        .code(0)
        .json()
}

#[test]
fn the_answer_is_the_services_own() {
    let words = ["request", "default", "/sources", "--query", "pagination.count=1", "--emulator"];
    let ran = kosmo(words).run().code(0).json();
    assert_eq!(ran["data"]["sources"].as_array().unwrap().len(), 1);
    let id = ran["data"]["sources"][0]["id"].as_str().unwrap();
    let one = ["request", "segment.default", "/sources/{id}", "--pathParam"];
    let one = kosmo(one).and([format!("id={id}"), "--emulator".into(), "--json".into()]).run();
    let one = one.code(0).json();
    assert_eq!(one["data"]["data"]["source"]["id"], id);
    assert_eq!(
        (&one["function"], &one["meta"]["backend"]),
        (&json!("segment.get_source"), &json!("public"))
    );
    let gone = ["request", "segment", "/sources/nope", "--emulator", "--json"];
    assert_eq!(kosmo(gone).run().code(5).json()["error_detail"]["http_status"], 404);
}

#[test]
fn every_flag_of_the_seed_is_understood() {
    let words = ["/x/{id}/y?a=1", "--pathParam", "id=a b", "--query", "b=c d", "--query", "b=e"];
    let get = shown(&words);
    assert_eq!(get["method"], "GET");
    assert!(get["url"].as_str().unwrap().ends_with("/x/a%20b/y?a=1&b=c%20d&b=e"), "{get}");
    assert_eq!(get["body"], Value::Null);

    let flags = ["/sources", "-X", "patch", "-H", "X-A: b", "-H", "Accept: text/csv"];
    let patch = shown(&[&flags[..], &["--json", r#"{"a": 1}"#]].concat());
    assert_eq!((&patch["method"], &patch["body"]), (&json!("PATCH"), &json!({"a": 1})));
    let headers = &patch["headers"];
    assert_eq!((&headers["X-A"], &headers["Accept"]), (&json!("b"), &json!("text/csv")));
    assert_eq!(headers["Content-Type"], "application/json");

    for (flag, body, seen) in [
        ("-d", r#"{"a": 1}"#, json!({"a": 1})),
        ("--data", "a=1", json!("a=1")),
        ("--rawData", r#"{"a": 1}"#, json!(r#"{"a": 1}"#)),
        ("--json", "[1, 2]", json!("[1,2]")),
        ("--json-body", "7", json!("7")),
    ] {
        let post = shown(&["/x", flag, body]);
        assert_eq!((&post["method"], &post["body"]), (&json!("POST"), &seen), "{flag} {body}");
    }
    kosmo(["request", "default", "/x", "-d", "a", "--rawData", "b"]).run().code(2);
    let bad = kosmo(["request", "default", "/x", "--json", "{no", "--json"]).run().code(2);
    assert_eq!(bad.json()["error_detail"]["code"], "invalid_json");
}

#[test]
fn bodies_arrive_as_they_were_written() {
    let service = service();
    let raw = "{\"b\":1, \"a\": 2}\n";
    request(&service, &["/x", "-X", "POST", "--rawData", raw, "--force"]).code(0);
    request(&service, &["/y", "-X", "DELETE", "--force"]).code(0);
    let seen: Vec<Seen> =
        service.seen().into_iter().filter(|seen| !seen.line.contains("GET")).collect();
    assert_eq!((seen[0].body.as_str(), seen[1].body.as_str()), (raw, ""));
    assert_eq!(seen[0].authorization, "Bearer the-api-token");
}

#[test]
fn rows_say_what_is_known_about_a_path() {
    let alpha = shown(&["/destinations/d/subscriptions"]);
    let accept = alpha["headers"]["Accept"].as_str().unwrap();
    assert!(accept.starts_with("application/vnd.segment.v1alpha+json"), "{alpha}");
    let track = shown(&["/v1/track", "--json", r#"{"userId": "u", "event": "E"}"#]);
    assert_eq!(track["headers"]["Authorization"], "Basic [redacted]");
    assert_eq!(track["body"]["writeKey"], "[redacted]");
    for (service, scheme) in [("public", "Bearer"), ("profile", "Basic"), ("config", "Bearer")] {
        let other = shown(&["/nobody/knows", "--service", service]);
        assert_eq!(other["headers"]["Authorization"], format!("{scheme} [redacted]"));
    }
    let ran = kosmo(["request", "default", "/x", "--service=moon", "--emulator"]).run().code(2);
    assert!(ran.stderr.contains("public") && ran.stderr.contains("tracking"), "{ran:#?}");
}

#[test]
fn the_effect_is_the_rows_or_the_methods_and_policy_rules() {
    let service = service();
    for (words, effect) in [
        (&["/nobody", "-X", "POST"][..], "write"),
        (&["/nobody", "-X", "PATCH"], "write"),
        (&["/nobody", "-X", "PUT"], "replace"),
        (&["/sources/s", "-X", "delete"], "destroy"),
        (&["/nobody", "-X", "DELETE"], "destroy"),
    ] {
        let ran = request(&service, &[words, &["--json"]].concat()).code(4).json();
        assert_eq!(ran["meta"]["operation"], effect, "{words:?}");
        assert_eq!(ran["error_detail"]["code"], "policy_denied");
    }
    assert_eq!(service.lines(), Vec::<String>::new());
    request(&service, &["/nobody"]).code(0);
    request(&service, &["/nobody", "-X", "HEAD"]).code(0);
    request(&service, &["/nobody", "-X", "TRACE"]).code(2);
}

#[test]
fn a_whole_set_is_not_replaced_unseen_by_this_way_either() {
    let service = service();
    let path = ["/Tracking-Plans/tp_1/rules/", "-X", "PUT", "--force"];
    let body = ["--json", r#"{"rules": [{"type": "TRACK", "key": "B", "version": 1}]}"#];
    let words = [&path[..], &body].concat();
    let unseen = request(&service, &[&words[..], &["--json"]].concat()).code(4).json();
    assert_eq!(unseen["error_detail"]["code"], "replace_needs_expect");
    let hash = unseen["error_detail"]["detail"]["hash"].as_str().unwrap();
    request(&service, &[&words[..], &["--expect", "0123"]].concat()).code(6);
    assert!(service.lines().iter().all(|line| line.starts_with("GET ")));
    request(&service, &[&words[..], &["--expect", hash]].concat()).code(0);
    let masked = ["/sources/s", "-X", "PATCH", "-d", r#"{"key": "••••word"}"#, "--force"];
    assert!(request(&service, &masked).code(2).stderr.contains("masked"));
}

#[test]
fn erasures_are_found_in_every_spelling() {
    let service = service();
    let body = r#"{"regulationType":"DELETE_ONLY","subjectType":"USER_ID","subjectIds":["a","b"]}"#;
    for (path, flags) in [
        ("/regulations", &["-X", "POST"][..]),
        ("/regulations/", &["-X", "post"]),
        ("/%72egulations", &["-X", "Post"]),
        ("/Regulations", &["--method=pOST"]),
        ("/REGULATION%53/?x=1", &["-X", "POST"]),
        ("/regulations", &["-X", "POST", "--service=tracking"]),
        ("/{what}", &["-X", "POST", "--pathParam=what=regulations"]),
        ("/{what}s", &["-X", "POST", "--pathParam=what=regulation"]),
        ("/regulations/sources/s", &["-X", "POST"]),
        ("/v1beta/workspaces/acme/regulations", &["-X", "POST", "--service=public"]),
        ("/regulations", &["-X", "POST", "--confirm=1"]),
        ("/regulations", &["-X", "POST", "--confirm=0"]),
    ] {
        let words = [&[path, "--force", "--json", body, "--json"], flags].concat();
        let ran = request(&service, &words).code(4).json();
        assert_eq!(ran["meta"]["operation"], "erase", "{path}");
    }
    let at = format!("{}/regulations", service.address);
    for (path, flags) in [
        (at.as_str(), &["--json", body][..]),
        ("/regulations", &["--rawData", body, "--confirm=0"]),
        ("/regulations", &["--rawData", body, "--confirm=2"]),
        ("/regulations", &["-X", "POST", "--confirm=0"]),
        ("/regulations", &["--json", r#"{"subjectIds":[]}"#, "--confirm=0"]),
        ("/regulations", &["--json", r#"[{"subjectIds":["a"]}]"#, "--confirm=1"]),
    ] {
        request(&service, &[&[path, "--force"], flags].concat()).code(4);
    }
    // Spellings that servers read in different ways do not get so far.
    for path in [
        "//regulations",
        "/./regulations",
        "/x/../regulations",
        "/x/%2e%2e/regulations",
        "/%2572egulations",
        "/regulations;x",
        "/regulations%2F",
        "/regulations%20",
        "/x\\..\\regulations",
    ] {
        request(&service, &[path, "-X", "POST", "--json", body, "--force"]).code(2);
    }
    request(&service, &["/regulations", "-X", "GET", "-H", "X-HTTP-Method-Override: POST"]).code(2);
    assert_eq!(service.lines(), Vec::<String>::new(), "nothing was sent");
    request(&service, &["/regulations", "--json", body, "--confirm=2"]).code(0);
    assert!(service.lines().contains(&"POST /regulations".to_owned()));
}

#[test]
fn credentials_go_to_the_accounts_own_hosts_only() {
    let (service, evil) = (service(), service());
    let host = evil.address.strip_prefix("http://").unwrap();
    let own = service.address.strip_prefix("http://").unwrap();
    for url in [
        format!("http://{host}/x"),
        format!("https://{host}/x"),
        format!("HTTP://{host}/x"),
        format!("http://{own}@{host}/x"),
        format!("http://{host}\\@{own}/x"),
        format!("http://{own}.evil.test/x"),
        format!("https://{own}/x"),
        "https://evil.test/".to_owned(),
        "ftp://evil.test/".to_owned(),
    ] {
        let ran = request(&service, &[&url, "--json"]).code(3).json();
        assert_eq!(ran["error_detail"]["code"], "foreign_host", "{url}");
    }
    for path in [
        format!("//{host}/x"),
        format!("/\\{host}/x"),
        format!("{host}/x"),
        "@evil.test/x".to_owned(),
        "sources".to_owned(),
        "/x/../y".to_owned(),
        "/a\nb".to_owned(),
    ] {
        request(&service, &[&path]).code(2);
    }
    for value in ["..", "../y", "a/b", "a%2Fb", "a\r\nHost: x", ""] {
        request(&service, &["/x/{id}", &format!("--pathParam=id={value}")]).code(2);
    }
    for header in [
        "Authorization: Bearer x",
        "HOST: evil.test",
        "X: a\r\nAuthorization: y",
        "X: a\nb",
        "X\r\nHost: b",
        ": b",
        "nothing",
    ] {
        request(&service, &["/x", "-H", header]).code(2);
    }
    assert_eq!(service.lines().len() + evil.lines().len(), 0);
    request(&service, &[&format!("{}/x?a=%26", service.address)]).code(0);
    assert_eq!(service.lines(), ["GET /x?a=%26"]);
}

#[test]
fn a_redirect_to_another_host_gets_nothing() {
    let evil = service();
    let to = format!("Location: {}/x", evil.address);
    let service = Service::start(move |_, _: &Seen| Reply::With(307, vec![to.clone()], json!({})));
    request(&service, &["/x"]).code(8);
    assert_eq!(evil.lines().len(), 0);
}

#[test]
fn limits_are_shared_with_the_functions() {
    let catalogue = Arc::new(Catalogue::new(Vec::new()));
    let emulator = Emulator::start(catalogue, Setup::default()).unwrap();
    let path = "/warehouses/vM3zQe8KtR6yLw1XnB5pJc/advanced-sync-schedule";
    let run = kosmo(["request", "default", path, "--no-wait", "--json"])
        .env("SEGMENT_API_URL", emulator.url())
        .env("SEGMENT_API_TOKEN", "emulator-api-token");
    let first = run.run();
    assert_ne!(first.code, 7, "{first:#?}");
    let second = run.run().code(7).json();
    assert_eq!(second["error_detail"]["code"], "rate_limited");
    let call = ["integrations:segment", "get_advanced_sync_schedule_from_warehouse"];
    run.then(call).and(["--warehouseId=vM3zQe8KtR6yLw1XnB5pJc", "--no-wait"]).run().code(7);
}

#[test]
fn a_curl_line_is_made_of_a_request_too() {
    let service = service();
    let words = ["/sources", "-H", "X-A: it's", "--json", r#"{"slug": "web"}"#, "--curl"];
    let ran = request(&service, &words).code(0);
    assert!(ran.stdout.starts_with("curl --request POST "), "{ran:#?}");
    assert!(ran.stdout.contains("\"Authorization: Bearer $SEGMENT_API_TOKEN\""), "{ran:#?}");
    assert!(ran.stdout.contains(r"'X-A: it'\''s'") && !ran.stdout.contains("the-api-token"));
    assert_eq!(service.lines().len(), 0);
}

#[test]
fn an_unknown_account_is_named_in_the_envelope() {
    let ran = kosmo(["request", "nobody", "/x", "--json"]).run().code(5).json();
    assert_eq!(ran["error_detail"]["code"], "unknown_account");
    assert_eq!(ran["meta"]["account"], "nobody");
}

#[test]
fn what_is_no_json_is_handed_on_as_what_it_is() {
    let pixel = b"GIF89a\xff\xfe\x00".to_vec();
    let service = Service::start(move |_, seen: &Seen| match seen.what() {
        "GET /text" => Reply::Raw(200, "text/csv", b"a,b\n1,2\n".to_vec()),
        "GET /html" => Reply::Raw(200, "text/html", b"<!doctype html><p>Log in".to_vec()),
        "GET /none" => Reply::Raw(204, "text/plain", Vec::new()),
        "GET /pixel" => Reply::Raw(200, "image/gif", pixel.clone()),
        "GET /number" => Reply::Raw(200, "application/json", b"42".to_vec()),
        "GET /broken" => Reply::Raw(502, "text/html", b"<html>Bad gateway".to_vec()),
        line => panic!("{line}"),
    });
    let data = |path: &str| request(&service, &[path, "--json"]).code(0).json()["data"].clone();
    assert_eq!(data("/text"), "a,b\n1,2\n");
    assert_eq!(data("/none"), Value::Null);
    assert_eq!(data("/number"), 42);
    let pixel = data("/pixel");
    assert_eq!((&pixel["content_type"], &pixel["bytes"]), (&json!("image/gif"), &json!(9)));
    assert_eq!(pixel["base64"], "R0lGODlh//4A");
    assert_eq!(request(&service, &["/text"]).code(0).stdout.trim_end(), "a,b\n1,2");
    // A page for people is somebody else's answer, unless it was asked for.
    let page = request(&service, &["/html"]).code(8);
    assert!(page.stderr.contains("an HTML page") && page.stderr.contains("Accept"), "{page:#?}");
    let asked = request(&service, &["/html", "-H", "Accept: text/html"]).code(0);
    assert!(asked.stdout.contains("Log in"));
    let broken = request(&service, &["/broken"]).code(8);
    assert!(broken.stderr.contains("HTTP 502"), "{broken:#?}");
}

#[test]
fn flags_of_every_command_may_stand_before_it() {
    let service = service();
    let words = ["default", "/sources", "--json", r#"{"slug": "web"}"#, "--dry-run"];
    for before in [&["--color", "always"][..], &["--color=never", "-q"], &["-v", "--color", "auto"]]
    {
        let line = [before, &["request"], &words].concat();
        let shown = with(&service, &line).run().code(0);
        assert_eq!(shown.json()["body"], json!({"slug": "web"}), "{before:?}");
        assert_eq!(shown.json()["method"], "POST");
    }
    let both = [&["--color", "always", "--json", "request"][..], &words].concat();
    assert_eq!(with(&service, &both).run().code(0).json()["data"]["body"]["slug"], "web");
    let wrong = ["--color", "always", "request", "default", "/x", "--json", "{\"a\":"];
    assert!(with(&service, &wrong).run().code(2).stderr.contains("not JSON"));
}
