//! Starting, ending, and what survives both.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use kosmo::catalogue::Catalogue;
use kosmo::emulator::{Emulator, Setup};
use kosmo::error::{Fault, Kind};
use serde_json::{Value, json};

use super::wire::ask;
use super::{API_TOKEN, WRITE_KEY, emulator, fates, started};

fn kept(path: &Path) -> Setup {
    Setup { data: Some(path.to_owned()), ..Setup::default() }
}

fn refused(setup: Setup) -> Fault {
    Emulator::start(Arc::new(Catalogue::new(Vec::new())), setup).unwrap_err()
}

fn track(emulator: &Emulator, id: &str) {
    let event = json!({"userId": "u", "event": "E", "messageId": id});
    ask("POST", "/v1/track").basic(WRITE_KEY).json(&event).send(emulator).status(200);
}

#[test]
fn events_survive_in_the_data_file_and_stay_deduplicated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("segment.json");
    let first = started(kept(&path));
    assert!(path.exists(), "the file is there from the start");
    track(&first, "once");
    first.close().unwrap();
    let second = started(kept(&path));
    track(&second, "once");
    track(&second, "twice");
    drop(second);
    let third = started(kept(&path));
    let statuses: Vec<String> = fates(&third).into_iter().map(|(_, status, _)| status).collect();
    assert_eq!(statuses, ["delivered", "duplicate", "delivered"]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_workspace_of_ones_own_can_be_brought() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("segment.json");
    let mine = json!({
        "version": 1,
        "workspace": {"id": "w", "slug": "acme", "name": "Acme"},
        "collections": {"sources": [{"id": "s", "slug": "shop", "writeKeys": ["shop-key"]}]},
    });
    std::fs::write(&path, mine.to_string()).unwrap();
    let emulator = started(kept(&path));
    let source = ask("GET", "/sources/s").bearer(API_TOKEN).send(&emulator).status(200).json();
    assert_eq!(source["data"]["source"]["slug"], "shop");
    let event = json!({"userId": "u", "event": "E"});
    ask("POST", "/v1/track").basic("shop-key").json(&event).send(&emulator).status(200);
    assert_eq!(emulator.events()[0]["source"], "s");
}

#[test]
fn what_cannot_work_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.json");
    std::fs::write(&path, "{").unwrap();
    let fault = refused(kept(&path));
    assert_eq!((fault.kind, fault.code.as_ref()), (Kind::Config, "invalid_data_file"));
    assert_eq!(refused(kept(&folder.path().join("no/such/folder.json"))).kind, Kind::Io);
    let faults = vec!["*=nothing".to_owned()];
    assert_eq!(refused(Setup { faults, ..Setup::default() }).code, "invalid_fault");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let fault = refused(Setup { port, ..Setup::default() });
    assert_eq!(fault.kind, Kind::Io);
    assert!(fault.message.contains(&port.to_string()) && fault.hint.is_some());
}

#[test]
fn dropping_it_frees_its_port_and_stopping_it_wakes_who_waits() {
    let emulator = emulator();
    let port = emulator.url().rsplit(':').next().unwrap().parse().unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| emulator.wait());
        emulator.stop();
        waiting.join().unwrap();
    });
    drop(emulator);
    drop(started(Setup { port, ..Setup::default() }));
}

#[test]
fn other_providers_are_echoed() {
    let source = |file: &str, text: &str| kosmo::catalogue::Source {
        file: format!("letters/{file}"),
        text: text.to_owned().into(),
    };
    let head = r#"
name = "letters"
title = "Letters"
[services.api]
title = "API"
base = { us = "https://letters.test" }
envelope = "result"
"#;
    let rows = r#"
group = "letters"
title = "Letters"
service = "api"
[[operation]]
name = "send_letter"
title = "Send"
about = "Send a letter."
route = "PUT /letters/{id}"
effect = "write"
params = { id = { required = true, about = "Which." } }
example = { id = "a" }
"#;
    let folder = vec![source("provider.toml", head), source("letters.toml", rows)];
    let catalogue = Arc::new(Catalogue::new(vec![("letters".to_owned(), folder)]));
    let emulator = Emulator::start(catalogue, Setup::default()).unwrap();
    let reply = ask("PUT", "/letters/a%20b?x=1").json(&json!({"text": "hi"})).send(&emulator);
    assert_eq!(
        reply.status(200).json()["result"],
        json!({"method": "PUT", "path": "/letters/a%20b", "query": {"x": "1"}, "body": {"text": "hi"}})
    );
    ask("DELETE", "/letters/a").send(&emulator).status(405);
    let known: Value = ask("GET", "/").bearer(API_TOKEN).send(&emulator).status(200).json();
    assert_eq!(known["data"]["workspace"]["slug"], "my-workspace");
}
