//! Tests of the door of every HTTP service: who is let in, how much one may take, and how it closes.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::routing::any;
use axum::{Extension, Router};
use kosmo::access::claims::all_effects;
use kosmo::access::door::{Caller, Door, Limits, Problem, Rules, read};
use kosmo::access::{Access, Link, now};
use serde_json::Value;
use tokio::sync::{Semaphore, mpsc};

/// A service that tells what its door let in.
struct Service {
    address: SocketAddr,
    access: Arc<Access>,
    end: mpsc::UnboundedSender<&'static str>,
    /// One permit for each request that has come to `/wait`, and for each that may be answered.
    entered: Arc<Semaphore>,
    answers: Arc<Semaphore>,
    finished: Arc<Semaphore>,
    thread: JoinHandle<&'static str>,
    _home: tempfile::TempDir,
}

fn serve(rules: Rules) -> Service {
    let home = tempfile::tempdir().unwrap();
    let access = Arc::new(Access::new(Some(home.path()), Some(&home.path().join("ledger.db"))));
    let door = Door::open(rules, Arc::clone(&access)).unwrap();
    let address = door.address();
    let [entered, answers, finished] = [(); 3].map(|()| Arc::new(Semaphore::new(0)));
    let steps = (Arc::clone(&entered), Arc::clone(&answers), Arc::clone(&finished));
    let (end, mut ends) = mpsc::unbounded_channel();
    let thread = std::thread::spawn(move || {
        let routes = Router::new()
            .route(
                "/who",
                any(|Extension(caller): Extension<Caller>| async move {
                    caller.grant.map_or_else(|| "nobody".to_owned(), |it| it.claims().jti.clone())
                }),
            )
            .route(
                "/read",
                any(|request: Request| async move {
                    let body = read(request.into_body()).await?;
                    Ok::<_, Problem>(body.len().to_string())
                }),
            )
            .route(
                "/wait",
                any(async move || {
                    steps.0.add_permits(1);
                    steps.1.acquire().await.unwrap().forget();
                    steps.2.add_permits(1);
                    "done"
                }),
            )
            .route("/panic", any(async || -> String { panic!("boom") }));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(door.serve(routes, async || ends.recv().await.unwrap())).unwrap()
    });
    Service { address, access, end, entered, answers, finished, thread, _home: home }
}

impl Service {
    fn token(&self) -> String {
        let link = Link {
            id: uuid::Uuid::now_v7().to_string(),
            name: None,
            functions: vec!["*".to_owned()],
            accounts: vec!["*".to_owned()],
            effects: all_effects(),
            calls: None,
            until: now() + 60,
        };
        self.access.mint(&link, None, now()).unwrap().0.expose().to_owned()
    }

    fn connect(&self, head: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream
    }

    /// Sends a request; its status and whole answer.
    fn ask(&self, line: &str, headers: &str, body: &str) -> (u16, String) {
        let (host, length) = (self.address, body.len());
        let length =
            if body.is_empty() { String::new() } else { format!("Content-Length: {length}\r\n") };
        answer(self.connect(&format!(
            "{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{length}{headers}\r\n{body}"
        )))
    }

    fn wait_for(semaphore: &Arc<Semaphore>, count: u32) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let wait = async {
            let all = semaphore.acquire_many(count);
            tokio::time::timeout(Duration::from_secs(20), all).await.unwrap().unwrap().forget();
        };
        runtime.block_on(wait);
    }
}

fn answer(mut stream: TcpStream) -> (u16, String) {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    (answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0), answer)
}

/// The problem an answer holds.
#[track_caller]
fn problem(answer: &str) -> Value {
    assert!(answer.contains("content-type: application/problem+json"), "{answer}");
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

fn open() -> Rules {
    Rules { token: false, ..Rules::default() }
}

#[test]
fn only_a_token_of_this_machine_is_let_in_and_is_known() {
    let service = serve(Rules { open: &["/read"], ..Rules::default() });
    let (status, text) = service.ask("GET /who", "", "");
    assert_eq!((status, &problem(&text)["code"]), (401, &Value::from("token_missing")), "{text}");
    assert!(text.contains("www-authenticate: Bearer realm=\"kosmo\"\r\n"), "{text}");
    assert!(text.contains("cache-control: no-store") && text.contains("nosniff"), "{text}");
    let token = service.token();
    for bad in ["Bearer nonsense", "Basic Zm9v", &token, "Bearer", &format!("Bearer {token}x")] {
        let (status, text) = service.ask("GET /who", &format!("Authorization: {bad}\r\n"), "");
        assert_eq!(
            (status, &problem(&text)["code"]),
            (401, &Value::from("token_invalid")),
            "{bad}"
        );
        assert!(!text.contains(&token), "{text}");
    }
    let good = format!("Authorization: bearer {token}\r\n");
    let (status, text) = service.ask("GET /who", &good, "");
    assert_eq!(status, 200, "{text}");
    let id = service.access.id(&token).unwrap();
    assert!(text.ends_with(&id), "{text}");
    assert_eq!(service.ask("GET /who", &format!("{good}{good}"), "").0, 401, "two of them");
    assert_eq!(service.ask("GET /read", "", "").0, 200, "an open path needs none");
    assert_eq!(
        service.ask("GET /read", "Authorization: Bearer x\r\n", "").0,
        401,
        "a bad one is bad"
    );
    service.access.revoke(&id).unwrap();
    let began = Instant::now();
    while service.ask("GET /who", &good, "").0 != 401 {
        assert!(began.elapsed() < Duration::from_secs(10), "a revoked token counts");
    }
}

#[test]
fn nothing_beyond_this_machine_is_served_without_a_token() {
    let access = || Arc::new(Access::new(None, None));
    let everywhere = Rules { host: Ipv4Addr::UNSPECIFIED.into(), ..open() };
    let fault = Door::open(everywhere.clone(), access()).unwrap_err();
    assert_eq!(fault.code, "open_to_all");
    assert!(Door::open(Rules { token: true, ..everywhere }, access()).is_ok());
}

#[test]
fn pages_elsewhere_are_kept_out_and_told_so() {
    let service = serve(open());
    let (status, text) = answer(service.connect("GET /who HTTP/1.1\r\nHost: evil.example\r\n\r\n"));
    assert_eq!((status, &problem(&text)["code"]), (421, &Value::from("host_denied")));
    let line = format!("GET http://evil.example/who HTTP/1.1\r\nHost: {}\r\n\r\n", service.address);
    assert_eq!(answer(service.connect(&line)).0, 421);
    let (status, text) = service.ask("POST /who", "Origin: http://evil.example\r\n", "");
    assert_eq!((status, &problem(&text)["code"]), (403, &Value::from("origin_denied")));
    let preflight = "Origin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\n";
    let (status, text) = service.ask("OPTIONS /who", preflight, "");
    assert!(status == 403 && !text.contains("access-control-allow"), "{text}");
}

#[test]
fn a_body_is_no_larger_and_no_slower_than_allowed() {
    let limits = Limits { body: 10, patience: Duration::from_millis(200), ..Limits::default() };
    let service = serve(Rules { limits, ..open() });
    assert_eq!(service.ask("POST /read", "", "0123456789").0, 200);
    let (status, text) = service.ask("POST /read", "", "0123456789a");
    assert_eq!((status, &problem(&text)["code"]), (413, &Value::from("body_too_large")));
    let chunked = "Transfer-Encoding: chunked\r\n";
    let head = format!("POST /read HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", service.address);
    let large = format!("{head}{chunked}\r\nb\r\n0123456789a\r\n0\r\n\r\n");
    assert_eq!(answer(service.connect(&large)).0, 413, "its length is not announced");
    let slow = service.connect(&format!("{head}Content-Length: 5\r\n\r\n01"));
    let (status, text) = answer(slow);
    assert_eq!((status, &problem(&text)["code"]), (408, &Value::from("body_late")));
}

#[test]
fn slow_and_silent_clients_hold_nobody_up() {
    let limits = Limits { head: Duration::from_millis(300), connections: 4, ..Limits::default() };
    let service = serve(Rules { limits, ..open() });
    let silent: Vec<TcpStream> =
        (0..8).map(|_| service.connect("GET /who HTTP/1.1\r\nHo")).collect();
    assert_eq!(service.ask("GET /who", "", "").0, 200, "they were made to leave");
    drop(silent);
}

#[test]
fn more_requests_than_there_is_room_for_are_sent_away() {
    let limits = Limits { requests: 2, ..Limits::default() };
    let service = serve(Rules { limits, ..open() });
    let head =
        format!("GET /wait HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", service.address);
    let waiting = [service.connect(&head), service.connect(&head)];
    Service::wait_for(&service.entered, 2);
    let (status, text) = service.ask("GET /who", "", "");
    assert_eq!((status, &problem(&text)["code"]), (503, &Value::from("too_busy")));
    assert!(text.contains("retry-after: 1"), "{text}");
    service.answers.add_permits(2);
    for stream in waiting {
        assert_eq!(answer(stream).0, 200);
    }
    assert_eq!(service.ask("GET /who", "", "").0, 200, "there is room again");
}

#[test]
fn what_is_begun_is_finished_before_the_end() {
    let service = serve(open());
    let head = format!("GET /wait HTTP/1.1\r\nHost: {}\r\n\r\n", service.address);
    let patient = service.connect(&head);
    let gone = service.connect(&head);
    let idle = service.connect("");
    Service::wait_for(&service.entered, 2);
    drop(gone);
    service.end.send("asked to").unwrap();
    let began = Instant::now();
    while TcpStream::connect(service.address).is_ok() {
        assert!(began.elapsed() < Duration::from_secs(10), "it still takes connections");
    }
    service.answers.add_permits(2);
    let (status, text) = answer(patient);
    assert!(status == 200 && text.ends_with("done"), "{text}");
    assert_eq!(service.thread.join().unwrap(), "asked to");
    assert_eq!(service.finished.available_permits(), 2, "also that which nobody waits for");
    drop(idle);
}

#[test]
fn whoever_asks_twice_is_not_kept_waiting() {
    let service = serve(open());
    let head = format!("GET /wait HTTP/1.1\r\nHost: {}\r\n\r\n", service.address);
    let _stuck = service.connect(&head);
    Service::wait_for(&service.entered, 1);
    service.end.send("once").unwrap();
    service.end.send("twice").unwrap();
    assert_eq!(service.thread.join().unwrap(), "once");
}

#[test]
fn a_service_that_fails_says_so_and_goes_on() {
    let service = serve(open());
    let (status, text) = service.ask("GET /panic", "", "");
    assert_eq!((status, &problem(&text)["code"]), (500, &Value::from("internal_error")));
    assert!(!text.contains("boom"), "{text}");
    assert_eq!(service.ask("GET /who", "", "").0, 200);
}
