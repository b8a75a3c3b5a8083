//! `outbox:run` under a service manager: readiness, work that comes, signals.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Stage;

/// A running sender, and what it says.
struct Service {
    child: Child,
    log: BufReader<ChildStderr>,
}

impl Service {
    /// Starts it and waits until it is ready.
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        log.read_line(&mut line).unwrap();
        assert!(line.contains("ready"), "{line}");
        Self { child, log }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.log.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
    }

    /// Waits for its end: status, standard output, the rest of the log.
    fn end(mut self) -> (Option<i32>, String, String) {
        let (mut out, mut log) = (String::new(), String::new());
        self.log.read_to_string(&mut log).unwrap();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        (self.child.wait().unwrap().code(), out, log)
    }
}

fn until(what: &str, done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < deadline, "{what} never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn it_sends_what_comes_and_ends_well_on_sigterm() {
    let (stage, command) = Stage::new(&[]).command("outbox:run");
    stage.queue(&["before"]);
    let mut service = Service::start(command);
    assert_eq!(service.line(), "segment/default: 1 sent (1 request)");
    for id in ["one", "two"] {
        stage.queue(&[id]);
        until(id, || stage.emulator.events().iter().any(|event| event["message_id"] == id));
    }
    service.signal("TERM");
    let (code, out, log) = service.end();
    assert_eq!((code, out.as_str()), (Some(0), ""));
    assert!(log.trim().ends_with("stopped after 3 events sent"), "{log}");
}

#[test]
fn its_log_is_json_where_that_is_wanted_and_a_hangup_does_no_harm() {
    let stage = Stage::new(&["POST /v1/batch=status:400,holding:bad"]);
    let (stage, command) = stage.command("outbox:run --json");
    let mut service = Service::start(command);
    service.signal("HUP");
    stage.queue(&["bad", "good"]);
    let line: Value = serde_json::from_str(&service.line()).unwrap();
    assert_eq!((&line["event"], &line["message_id"]), (&json!("buried"), &json!("bad")));
    assert_eq!((&line["account"], &line["http_status"]), (&json!("default"), &json!(400)));
    let line: Value = serde_json::from_str(&service.line()).unwrap();
    assert_eq!(
        (&line["event"], &line["sent"], &line["buried"]),
        (&json!("settled"), &json!(1), &json!(1))
    );
    assert!(line["at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    service.signal("HUP");
    stage.queue(&["more"]);
    let line: Value = serde_json::from_str(&service.line()).unwrap();
    assert_eq!(line["sent"], 1);
    service.signal("INT");
    let (code, out, _) = service.end();
    assert_eq!(code, Some(0));
    let out: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(out, json!({"success": true, "sent": 2, "cut": false}));
}

#[test]
fn what_is_in_flight_is_finished_or_left_when_time_is_up() {
    for (timeout, code, sent) in [("20s", 0, 1), ("100ms", 143, 0)] {
        let stage = Stage::new(&["POST /v1/batch=delay:1500"]);
        let (stage, command) = stage.command(&format!("outbox:run --drain-timeout {timeout}"));
        stage.queue(&["a"]);
        let service = Service::start(command);
        let stats = || super::ask("GET", "/__emulator/stats").send(&stage.emulator).json();
        until("the request", || stats()["in_flight"] == 1);
        service.signal("TERM");
        let (ended, _, log) = service.end();
        assert_eq!(ended, Some(code), "{log}");
        let (stage, ran) = stage.run("outbox:list --json");
        assert_eq!(ran.json()["places"][0]["queued"], 1 - sent);
        stage.fail(&[]);
        let (_, ran) = stage.run("outbox:flush --json");
        assert_eq!(ran.code(0).json()["sent"], 1 - sent, "and it is free to be sent by others");
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let stage = Stage::new(&["POST /v1/batch=delay:60000"]);
    let (stage, command) = stage.command("outbox:run --drain-timeout 1h");
    stage.queue(&["a"]);
    let service = Service::start(command);
    let stats = || super::ask("GET", "/__emulator/stats").send(&stage.emulator).json();
    until("the request", || stats()["in_flight"] == 1);
    service.signal("INT");
    std::thread::sleep(Duration::from_millis(200));
    service.signal("TERM");
    assert_eq!(service.end().0, Some(143));
    stage.emulator.stop();
}

#[test]
fn a_key_that_is_put_right_is_noticed_without_a_restart() {
    let stage = Stage::new(&[]);
    let url = stage.emulator.url();
    let file = |key: &str| {
        format!("[integrations.segment.accounts.shop]\nurl = \"{url}\"\nwrite_key = \"{key}\"\n")
    };
    let config = stage.home.home().join("config.toml");
    std::fs::write(&config, file("emulator-write-key")).unwrap();
    let runtime = crate::service::runtime(&[], Some(stage.home.home()));
    let place = runtime.engine().place("segment", Some("shop")).unwrap();
    std::fs::write(&config, file("another-key")).unwrap();
    let item = kosmo::ledger::outbox::Item {
        message_id: "m".to_owned(),
        lane: 0,
        body: super::event("u", "m").into_bytes(),
    };
    let outbox = stage.outbox();
    super::wait(kosmo::ledger::outbox::Outbox::append(&outbox, &place, vec![item])).unwrap();
    let (stage, command) = stage.command("outbox:run");
    let mut service = Service::start(command);
    let line = service.line();
    assert!(line.contains("paused") && line.contains("needs action"), "{line}");
    // Files tell their age in whole ticks of a clock.
    std::thread::sleep(Duration::from_millis(20));
    std::fs::write(&config, file("emulator-write-key")).unwrap();
    until("the event", || stage.emulator.events().len() == 1);
    service.signal("TERM");
    assert_eq!(service.end().0, Some(0));
}

#[test]
fn two_of_them_share_the_work_and_send_nothing_twice() {
    let stage = Stage::new(&[]);
    let ids: Vec<String> = (0..500).map(|n| format!("id-{n}")).collect();
    let (stage, command) = stage.command("outbox:run --rate off");
    let one = Service::start(command);
    let (stage, command) = stage.command("outbox:run --rate off");
    let other = Service::start(command);
    for chunk in ids.chunks(50) {
        stage.queue(&chunk.iter().map(String::as_str).collect::<Vec<_>>());
    }
    until("all of them", || stage.emulator.events().len() >= 500);
    for service in [one, other] {
        service.signal("TERM");
        assert_eq!(service.end().0, Some(0));
    }
    let events = stage.emulator.events();
    assert!(events.iter().all(|event| event["status"] == "delivered"));
    assert_eq!(events.len(), 500);
}
