//! Calls, scripts and actions over HTTP.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Service, send};

#[test]
fn a_call_answers_with_the_envelope_and_its_run() {
    let service = Service::start(&["--emulator"]);
    let answer =
        service.post("/v1/call/segment.track_event", r#"{"userId": "u1", "event": "Paid"}"#);
    assert_eq!(answer.status, 200, "{answer:#?}");
    assert_eq!(answer.headers["content-type"], "application/json");
    let json = answer.json();
    assert_eq!(
        (&json["function"], &json["success"]),
        (&json!("segment.track_event"), &json!(true))
    );
    let run = json["meta"]["run_id"].as_str().unwrap();
    assert_eq!(answer.headers["x-kosmo-run-id"], run);
    let kept = service.get(&format!("/v1/runs/{run}")).json();
    assert_eq!((&kept["run"]["origin"], &kept["run"]["status"]), (&json!("rest"), &json!("ok")));
    // The same under any name and spelling, and the usual word for an option.
    let dry = service.post("/v1/call/track?dryRun=true", r#"{"user_id": "u1", "event": "Paid"}"#);
    let dry = dry.json();
    assert_eq!((&dry["function"], &dry["meta"]["dry_run"]), (&json["function"], &json!(true)));
    assert_eq!(
        (&dry["data"]["method"], &dry["data"]["body"]["event"]),
        (&json!("POST"), &json!("Paid"))
    );
    let list = service.post("/v1/call/list_warehouses?limit=1", "").json();
    assert_eq!(list["success"], true, "{list:#}");
    let events = service.get("/v1/runs?function=track&limit=5").json();
    assert_eq!(
        events["runs"].as_array().unwrap().len(),
        1,
        "a dry run leaves no trace: {events:#}"
    );
}

#[test]
fn whatever_is_wrong_with_a_call_is_told_with_its_place() {
    let service = Service::start(&["--emulator"]);
    let track = "/v1/call/segment.track_event";
    let problem = service.post(track, "{\n \"userId\": }").problem(400, "invalid_json");
    assert_eq!(problem["facts"], json!({"line": 2, "column": 12}));
    service.post(track, "[]").problem(400, "not_an_object");
    let problem =
        service.post("/v1/call/segment.trak_event", "{}").problem(404, "unknown_function");
    assert!(problem["hint"].as_str().unwrap().contains("segment.track_event"), "{problem:#}");
    assert_eq!((&problem["success"], &problem["data"]), (&json!(false), &json!(null)));
    assert_eq!(problem["error_detail"]["code"], "unknown_function");
    let problem = service.post(track, r#"{"userId": "u", "event": 5}"#);
    assert_eq!((problem.status, &problem.json()["param"]), (422, &json!("event")), "{problem:#?}");
    let problem = service.post(track, r#"{"userId": "u", "event": "e", "traits": "x"}"#);
    assert_eq!(problem.status, 400, "{problem:#?}");
    let problem = service.post(track, r#"{"userId": "u", "event": "e", "propertys": {}}"#);
    assert!(problem.json()["hint"].as_str().unwrap().contains("properties"), "{problem:#?}");
    let answer = service.post(&format!("{track}?dry_rum=1"), "{}");
    let problem = answer.problem(400, "unknown_option");
    assert!(problem["hint"].as_str().unwrap().contains("dry_run"), "{problem:#}");
    service.post(&format!("{track}?limit=1"), "{}").problem(400, "not_a_list");
    service
        .post(&format!("{track}?account=nobody"), r#"{"userId":"u","event":"e"}"#)
        .problem(404, "unknown_account");
    let text = service.ask(&format!("POST {track}"), "Content-Type: text/html\r\n", "{}");
    text.problem(415, "unsupported_media_type");
    let packed = service.ask(&format!("POST {track}"), "Content-Encoding: gzip\r\n", "{}");
    packed.problem(415, "unsupported_encoding");
    for name in ["%FF", "..%2F..%2Fetc", "a%00b", "x".repeat(5000).as_str()] {
        let answer = service.post(&format!("/v1/call/{name}"), "{}");
        assert!([400, 404].contains(&answer.status), "{name}: {answer:#?}");
    }
}

#[test]
fn routes_that_are_not_there_and_methods_that_are_not_taken_are_problems() {
    let service = Service::start(&["--emulator"]);
    let problem = service.get("/v1/function").problem(404, "unknown_route");
    assert!(problem["hint"].as_str().unwrap().contains("/v1/functions"), "{problem:#}");
    let answer = service.get("/v1/call/segment.track_event");
    answer.problem(405, "method_not_allowed");
    assert_eq!(answer.headers["allow"], "POST");
    let answer = service.ask("OPTIONS /v1/functions", "", "");
    assert_eq!((answer.status, answer.headers["allow"].as_str()), (204, "GET,HEAD"));
    let answer = service.ask("HEAD /v1/docs", "", "");
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    let answer = service.ask("PROPFIND /v1/docs", "", "");
    answer.problem(405, "method_not_allowed");
}

#[test]
fn a_script_runs_under_its_limits() {
    let service = Service::start(&["--emulator"]);
    let body = json!({
        "code": "print(input.n) return app.integrations.segment.get_source{id='abc123'}.name",
        "input": {"n": 3},
    });
    let answer = service.post("/v1/lua", &body.to_string());
    let json = answer.json();
    assert_eq!((answer.status, &json["output"]), (200, &json!("3")), "{json:#}");
    assert_eq!(json["call_log"][0]["status"], "ok", "{json:#}");
    let run = json["meta"]["run_id"].as_str().unwrap();
    let calls = service.get(&format!("/v1/runs/{run}")).json();
    assert_eq!(calls["runs"][0]["parent"], run, "{calls:#}");
    let text = service.ask("POST /v1/lua", "Content-Type: text/x-lua\r\n", "return 1 + 1");
    assert_eq!(text.json()["result"], 2);
    let answer = service.post("/v1/lua?cpu_limit=200ms", r#"{"code": "while true do end"}"#);
    let problem = answer.problem(422, "cpu_limit");
    assert!(problem["detail"].as_str().unwrap().contains("CPU"), "{problem:#}");
    let answer = service.post("/v1/lua", r#"{"code": "print('before') error('no')"}"#);
    let problem = answer.problem(422, "script_error");
    assert_eq!((&problem["output"], &problem["success"]), (&json!("before"), &json!(false)));
    service.post("/v1/lua", r#"{"code": "return {"}"#).problem(422, "syntax_error");
    service.post("/v1/lua", "{}").problem(400, "no_code");
    let problem = service.post("/v1/lua", r#"{"code": "return 1", "inputs": 1}"#);
    assert!(problem.problem(400, "unknown_field")["hint"].as_str().unwrap().contains("input"));
    // One that is at it keeps nobody waiting.
    let stuck = r#"{"code": "while true do end"}"#;
    let head = format!(
        "POST /v1/lua?cpu_limit=5 HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{stuck}",
        service.host,
        service.token,
        stuck.len()
    );
    let mut busy = TcpStream::connect(&service.host).unwrap();
    busy.write_all(head.as_bytes()).unwrap();
    let began = Instant::now();
    assert_eq!(service.post("/v1/lua", r#"{"code": "return 1"}"#).status, 200);
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[test]
fn exactly_one_thing_is_done_by_act() {
    let service = Service::start(&["--emulator"]);
    for body in [
        json!({"key": "list-sources"}),
        json!({"id": "segment.list_sources", "input": {}}),
        json!({"api": {"method": "GET", "path": "/sources"}}),
        json!({"api": {"url": "/sources"}, "connectionKey": "default"}),
        json!({"code": "return membrane.api{ path = '/sources' }", "integrationKey": "segment"}),
    ] {
        let answer = service.post("/act", &body.to_string());
        let json = answer.json();
        assert_eq!(answer.status, 200, "{body}: {json:#}");
        assert_eq!(
            (&json["output"], &json["actionRunId"]),
            (&json["data"], &json["meta"]["run_id"])
        );
        assert!(json["output"].to_string().contains("abc123"), "{body}: {json:#}");
    }
    service.post("/act", "{}").problem(400, "not_one_thing");
    let both = service.post("/act", r#"{"key": "list-sources", "code": "return 1"}"#);
    assert!(
        both.problem(400, "not_one_thing")["detail"].as_str().unwrap().contains("key and code")
    );
    service.post("/act", r#"{"key": "list-sources", "nope": 1}"#).problem(400, "unknown_field");
    service.post("/act", r#"{"key": "lst-sources"}"#).problem(404, "unknown_function");
    service.post("/act", r#"{"code": "let f = () => 1"}"#).problem(400, "javascript_code");
    service.post("/act", r#"{"api": {"method": "GET"}}"#).problem(400, "invalid_argument");
}

#[test]
fn a_token_gives_what_it_says_and_no_more() {
    let mut service = Service::start(&["--emulator"]);
    let reads = service.mint(&["--allow", "segment.list_*"]);
    let ask = |token: &str, line: &str, body: &str| service.ask_as(token, line, "", body);
    assert_eq!(ask(&reads, "POST /v1/call/list_sources", "").status, 200);
    ask(&reads, "POST /v1/call/track", r#"{"userId":"u","event":"e"}"#).problem(403, "token_scope");
    let lua = r#"{"code": "return app.integrations.segment.get_source{id='abc123'}"}"#;
    ask(&reads, "POST /v1/lua", lua).problem(403, "token_scope");
    assert_eq!(service.post("/v1/call/track", r#"{"userId":"u","event":"e"}"#).status, 200);
    let seen = ask(&reads, "GET /v1/runs", "").json();
    let seen = seen["runs"].as_array().unwrap();
    assert!(!seen.is_empty() && seen.iter().all(|run| run["function"] != "segment.track_event"));
    let run = service.get("/v1/runs?function=track").json()["runs"][0]["id"].clone();
    let hidden = format!("GET /v1/runs/{}", run.as_str().unwrap());
    ask(&reads, &hidden, "").problem(404, "unknown_run");
    let functions = ask(&reads, "GET /v1/functions", "").json();
    let functions = functions["functions"].as_array().unwrap();
    assert!(functions.iter().all(|f| f["name"].as_str().unwrap().starts_with("segment.list_")));
    for token in ["", "nonsense"] {
        let answer = ask(token, "GET /v1/functions", "");
        assert_eq!(answer.status, 401, "{answer:#?}");
        assert!(answer.headers["www-authenticate"].starts_with("Bearer"), "{answer:#?}");
    }
    assert_eq!(ask("", "GET /healthz", "").status, 200);
    ask("", "GET /metrics", "").problem(401, "token_missing");
}

#[test]
fn policy_and_credentials_are_those_of_every_other_face() {
    let service = Service::start(&[]);
    let problem = service.post("/v1/call/track", r#"{"userId":"u","event":"e"}"#);
    assert!([401, 403].contains(&problem.status), "{problem:#?}");
    assert_eq!(problem.json()["effect"], "none");
    let problem = service.post("/v1/call/list_sources", "").problem(401, "missing_credential");
    assert!(problem["hint"].as_str().unwrap().contains("kosmo"), "{problem:#}");
}

#[test]
fn a_page_elsewhere_gets_in_nowhere() {
    let service = Service::start(&["--emulator", "--no-token"]);
    let (host, path) = (&service.host, "/v1/call/list_sources");
    let raw = |headers: &str| {
        send(
            host,
            format!(
                "POST {path} HTTP/1.1\r\nConnection: close\r\n{headers}Content-Length: 0\r\n\r\n"
            )
            .as_bytes(),
        )
    };
    assert_eq!(raw(&format!("Host: {host}\r\n")).status, 200, "no token is demanded");
    raw("Host: evil.example\r\n").problem(421, "host_denied");
    raw(&format!("Host: {host}\r\nOrigin: http://evil.example\r\n")).problem(403, "origin_denied");
    raw(&format!("Host: {host}\r\nOrigin: null\r\n")).problem(403, "origin_denied");
    raw(&format!("Host: {host}\r\nSec-Fetch-Site: same-site\r\n")).problem(403, "origin_denied");
    raw("").problem(400, "host_missing");
}

#[test]
fn a_large_body_is_refused_before_it_is_read() {
    let service = Service::start(&["--emulator", "--max-body", "1000"]);
    let large = format!(r#"{{"userId": "{}", "event": "e"}}"#, "u".repeat(2000));
    service.post("/v1/call/track", &large).problem(413, "body_too_large");
}

#[test]
fn a_port_that_is_taken_is_named_with_who_has_it() {
    let service = Service::start(&["--emulator"]);
    let port = service.host.rsplit(':').next().unwrap();
    let other = crate::support::kosmo(["serve", "--port", port, "--emulator", "--json"]);
    let json = other.run().code(1).json();
    assert_eq!(json["error_detail"]["code"], "port_taken", "{json:#}");
    let error = json["error"].as_str().unwrap();
    assert!(error.contains(port) && error.contains("kosmo (process "), "{error}");
    let open = crate::support::kosmo(["serve", "--host", "0.0.0.0", "--no-token", "--json"]);
    assert_eq!(open.run().code(2).json()["error_detail"]["code"], "open_to_all");
}

#[test]
fn what_is_begun_is_finished_before_the_end() {
    for (signal, others) in [("TERM", "INT"), ("INT", "TERM")] {
        let _ = others;
        let mut service = Service::start(&["--emulator"]);
        let code = r#"{"code": "task.wait(1.5) return app.integrations.segment.track_event{userId='u', event='Last'}"}"#;
        let head = format!(
            "POST /v1/lua HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n{code}",
            service.host,
            service.token,
            code.len()
        );
        let (host, request) = (service.host.clone(), head.clone());
        let waiting = std::thread::spawn(move || send(&host, request.as_bytes()));
        // Until it is being worked on, there is nothing to finish.
        std::thread::sleep(Duration::from_millis(500));
        service.signal(signal);
        let answer = waiting.join().unwrap();
        assert_eq!(answer.status, 200, "{answer:#?}");
        assert_eq!(answer.json()["call_log"][0]["status"], "ok");
        assert_eq!(service.end(), 0);
        assert!(TcpStream::connect(&service.host).is_err());
    }
}
