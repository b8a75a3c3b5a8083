//! The page for people, over plain sockets.

use serde_json::json;

use super::{Answer, Service};

/// A browser, as far as it keeps a cookie.
pub struct Browser<'a> {
    service: &'a Service,
    pub cookie: String,
}

impl<'a> Browser<'a> {
    /// One that opens the address that was printed.
    pub fn invited(service: &'a Service) -> Self {
        let answer = service.ask_as("", &format!("GET {}", service.page), "", "");
        assert_eq!((answer.status, answer.headers["location"].as_str()), (303, "/"), "{answer:#?}");
        Self { service, cookie: cookie(&answer) }
    }

    pub fn get(&self, path: &str) -> Answer {
        let headers = format!("Cookie: {}\r\n", self.cookie);
        self.service.ask_as("", &format!("GET {path}"), &headers, "")
    }

    /// Sends a form as a browser does that shows a page of this very site.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(&format!("http://{}", self.service.host), path, fields)
    }

    pub fn post_from(&self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = format!(
            "Cookie: {}\r\nOrigin: {origin}\r\nContent-Type: application/x-www-form-urlencoded\r\n",
            self.cookie
        );
        self.service.ask_as("", &format!("POST {path}"), &headers, &form(fields))
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    let encoded = |text: &str| {
        let plain = |byte: u8| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        };
        text.bytes().map(plain).collect::<String>()
    };
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn cookie(answer: &Answer) -> String {
    let cookie = &answer.headers["set-cookie"];
    assert!(cookie.contains("; HttpOnly; SameSite=Strict"), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

/// What a hidden field of a page holds.
fn hidden(page: &Answer, name: &str) -> String {
    let from = format!("name=\"{name}\" value=\"");
    let start = page.body.find(&from).unwrap_or_else(|| panic!("{name}: {page:#?}")) + from.len();
    page.body[start..].split('"').next().unwrap().to_owned()
}

#[track_caller]
fn shows(answer: &Answer, status: u16, words: &[&str]) {
    assert_eq!(answer.status, status, "{answer:#?}");
    assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8", "{answer:#?}");
    let policy = &answer.headers["content-security-policy"];
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!answer.body.contains("<script") && !answer.body.contains("style=\""), "{answer:#?}");
    for word in words {
        assert!(answer.body.contains(word), "{word}: {}", answer.body);
    }
}

#[test]
fn the_address_that_was_printed_lets_one_browser_in_once() {
    let service = Service::start(&["--emulator"]);
    shows(&service.ask_as("", "GET /", "", ""), 401, &["Log in", "kosmo serve"]);
    shows(&service.ask_as("", "GET /runs/x", "", ""), 401, &["Log in"]);
    service.ask_as("", "GET /v1/runs", "", "").problem(401, "token_missing");
    let looked = service.ask_as("", &format!("HEAD {}", service.page), "", "");
    assert_eq!(looked.status, 200, "whoever only looks does not use it up");
    let browser = Browser::invited(&service);
    shows(&browser.get("/"), 200, &["Overview", "READY", "Log out"]);
    let again = service.ask_as("", &format!("GET {}", service.page), "", "");
    shows(&again, 401, &["has been used"]);
    assert!(!again.headers.contains_key("set-cookie"));
    shows(&service.ask_as("", "GET /login?key=guess", "", ""), 401, &["has been used"]);
    let seal = hidden(&browser.get("/"), "seal");
    shows(&browser.post("/logout", &[("seal", "guess")]), 403, &["form_denied"]);
    assert_eq!(browser.post("/logout", &[("seal", &seal)]).status, 303);
    shows(&browser.get("/"), 401, &["Log in"]);
}

#[test]
fn a_token_lets_a_browser_in_and_shows_what_it_covers() {
    let mut service = Service::start(&["--emulator"]);
    service.post("/v1/call/track", r#"{"userId": "u1", "event": "Paid"}"#);
    service.post("/v1/call/list_sources", "");
    let token = service.mint(&["--allow", "segment.list_*"]);
    let stranger = Browser { service: &service, cookie: String::new() };
    shows(&stranger.post("/login", &[("token", "nonsense")]), 401, &["token_invalid"]);
    let elsewhere = stranger.post_from("http://evil.example", "/login", &[("token", &token)]);
    assert_eq!(elsewhere.status, 403, "{elsewhere:#?}");
    let answer = stranger.post("/login", &[("token", &token)]);
    let browser = Browser { service: &service, cookie: cookie(&answer) };
    let runs = browser.get("/runs");
    shows(&runs, 200, &["segment.list_sources"]);
    assert!(!runs.body.contains("segment.track_event"), "{runs:#?}");
    let functions = browser.get("/functions");
    shows(&functions, 200, &["/functions/segment.list_sources"]);
    assert!(!functions.body.contains("/functions/segment.track_event"));
    let page = browser.get("/functions/segment.track_event");
    let answer = browser.post(
        "/functions/segment.track_event",
        &[
            ("seal", &hidden(&page, "seal")),
            ("once", &hidden(&page, "once")),
            ("mode", "real"),
            ("arg.userId", "u1"),
            ("arg.event", "Paid"),
        ],
    );
    shows(&answer, 200, &["token_scope"]);
}

#[test]
fn a_form_begins_with_a_dry_run_and_counts_once() {
    let service = Service::start(&["--emulator"]);
    let browser = Browser::invited(&service);
    let path = "/functions/segment.track_event";
    let page = browser.get(path);
    shows(
        &page,
        200,
        &[
            "Record one action",
            "value=\"dry\" checked",
            "value=\"Order Completed\"",
            "<code>no_user_anon_id</code>",
            "<label for=\"arg.event\">",
        ],
    );
    let (seal, once) = (hidden(&page, "seal"), hidden(&page, "once"));
    let filled = |mode: &'static str, seal: &str, once: &str, event: &str| {
        browser.post(
            path,
            &[
                ("seal", seal),
                ("once", once),
                ("mode", mode),
                ("account", "default"),
                ("arg.userId", "007"),
                ("arg.event", event),
                ("arg.properties", "{\"plan\": \"<b>\"}"),
            ],
        )
    };
    let made = || service.get("/v1/runs?function=track").json()["runs"].as_array().unwrap().len();
    let dry = filled("dry", &seal, &once, "Paid");
    shows(&dry, 200, &["Nothing was sent", "&quot;userId&quot;: &quot;007&quot;", "&lt;b&gt;"]);
    shows(&dry, 200, &["value=\"Paid\"", "value=\"dry\" checked"]);
    for (mode, seal) in [("real", ""), ("real", "guess"), ("dry", "")] {
        shows(&filled(mode, seal, &once, "Paid"), 403, &["form_denied"]);
    }
    shows(&filled("", &seal, &once, "Paid"), 200, &["a dry run or a real call"]);
    shows(&filled("real", &seal, "", "Paid"), 200, &["invalid_form"]);
    assert_eq!(made(), 0);
    shows(&filled("real", &seal, &once, ""), 200, &["event_not_defined"]);
    shows(&filled("real", &seal, &once, "Paid"), 200, &["Done.", "href=\"/runs/"]);
    shows(&filled("real", &seal, &once, "Paid"), 200, &["form_used", "href=\"/runs/"]);
    let sent = service.get("/v1/runs?function=track&status=ok").json();
    assert_eq!(sent["runs"].as_array().unwrap().len(), 1, "{sent:#}");
    let run = browser.get(&format!("/runs/{}", sent["runs"][0]["id"].as_str().unwrap()));
    shows(&run, 200, &["Exchange 1", "Answer 200", "POST", "&quot;Paid&quot;"]);
    let bad = browser.post(
        path,
        &[
            ("seal", &seal),
            ("mode", "dry"),
            ("arg.userId", "u"),
            ("arg.event", "e"),
            ("arg.properties", "{\n\"a\": }"),
        ],
    );
    shows(&bad, 200, &["`properties` is not JSON at line 2 column 6", "{\n&quot;a&quot;: }"]);
}

#[test]
fn policy_is_that_of_every_other_face() {
    let home = crate::support::kosmo([] as [&str; 0])
        .env("SEGMENT_WRITE_KEY", "some-key-of-a-test")
        .env("SEGMENT_URL", "http://127.0.0.1:9");
    let service = Service::within(home, &["--flush-timeout", "0"]);
    let browser = Browser::invited(&service);
    let path = "/functions/segment.track_event";
    let page = browser.get(path);
    shows(&page, 200, &["Your policy says <strong>ask</strong> for write", "I say yes, this once"]);
    let (seal, once) = (hidden(&page, "seal"), hidden(&page, "once"));
    let send = |more: &[(&str, &str)]| {
        let mut fields = vec![
            ("seal", seal.as_str()),
            ("once", &once),
            ("mode", "real"),
            ("arg.userId", "u1"),
            ("arg.event", "Paid"),
        ];
        fields.extend(more);
        browser.post(path, &fields)
    };
    let refused = send(&[]);
    shows(&refused, 200, &["class=\"bad\"", "effect: none"]);
    let lost = send(&[("force", "yes")]);
    shows(&lost, 200, &["network_error"]);
    for page in ["/", "/runs", "/outbox", path] {
        assert!(!browser.get(page).body.contains("some-key-of-a-test"), "{page}");
    }
    let event = r#"{"userId": "u1", "event": "<i>Kept</i>", "messageId": "m/1"}"#;
    assert_eq!(service.post("/v1/call/track?delivery=outbox&force=true", event).status, 202);
    shows(&browser.get("/outbox"), 200, &["queued", "m/1", "href=\"/outbox/m%2F1\""]);
    shows(&browser.get("/outbox/m%2F1"), 200, &["&lt;i&gt;Kept&lt;/i&gt;"]);
    shows(&browser.get("/outbox/m2"), 404, &["unknown_event"]);
}

#[test]
fn everything_there_is_can_be_looked_at() {
    let service = Service::start(&["--emulator"]);
    let code = r#"{"code": "for i = 1, 2 do app.integrations.segment.list_sources{} end"}"#;
    let script = service.post("/v1/lua", code).json()["meta"]["run_id"].clone();
    service.post("/v1/call/get_source", r#"{"id": "<u>nowhere"}"#);
    let browser = Browser::invited(&service);
    shows(&browser.get("/functions"), 200, &["Segment: Sources", "/functions/segment.get_source"]);
    shows(&browser.get("/functions?intent=log%20an%20event"), 200, &["segment.track_event"]);
    shows(&browser.get("/functions?intent=%3Cscript%3E"), 200, &["&lt;script&gt;"]);
    shows(&browser.get("/functions/nothing_like_it"), 404, &["unknown_function"]);
    shows(&browser.get("/docs"), 200, &["Guides", "href=\"/docs/limits\""]);
    shows(&browser.get("/docs/limits"), 200, &["<table>", "scope=\"col\""]);
    shows(&browser.get("/docs/segmnet"), 404, &["unknown_page"]);
    shows(&browser.get("/runs"), 200, &["segment.list_sources", "segment.get_source"]);
    let failed = browser.get("/runs?failed");
    shows(&failed, 200, &["segment.get_source"]);
    assert!(!failed.body.contains("segment.list_sources"), "{failed:#?}");
    shows(&browser.get("/runs?limit=1"), 200, &["Show more"]);
    shows(&browser.get("/runs?sort=up"), 400, &["unknown_option"]);
    shows(&browser.get(&format!("/runs/{}", script.as_str().unwrap())), 200, &["Script run"]);
    shows(&browser.get("/runs/ffffffff"), 404, &["unknown_run"]);
}

#[test]
fn a_browser_calls_through_forms_only() {
    let service = Service::start(&["--emulator"]);
    let browser = Browser::invited(&service);
    let headers = format!("Cookie: {}\r\nContent-Type: application/json\r\n", browser.cookie);
    let call = r#"{"userId": "u1", "event": "Paid"}"#;
    for path in ["/v1/call/track", "/act", "/v1/lua"] {
        let body = if path == "/v1/lua" { r#"{"code": "return 1"}"# } else { call };
        let body = if path == "/act" { r#"{"key": "list-sources"}"# } else { body };
        let answer = service.ask_as("", &format!("POST {path}"), &headers, body);
        answer.problem(403, "session_denied");
    }
    assert_eq!(service.ask_as("", "GET /v1/functions", &headers, "").status, 200);
}

#[test]
fn without_a_token_forms_still_carry_a_seal() {
    let service = Service::start(&["--emulator", "--no-token"]);
    assert_eq!(service.page, "/");
    let browser = Browser { service: &service, cookie: String::new() };
    let path = "/functions/segment.list_sources";
    let page = browser.get(path);
    let sent = browser.post(path, &[("seal", "guess"), ("mode", "dry")]);
    shows(&sent, 403, &["form_denied"]);
    let seal = hidden(&page, "seal");
    let sent = browser.post(path, &[("seal", &seal), ("mode", "dry"), ("limit", "5")]);
    shows(&sent, 200, &["Nothing was sent"]);
    let origin = browser.post_from("http://evil.example", path, &[("seal", &seal)]);
    origin.problem(403, "origin_denied");
    assert_eq!(service.get("/v1/runs").json()["runs"], json!([]));
}
