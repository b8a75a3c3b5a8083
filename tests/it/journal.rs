//! The record of past calls: what is kept, and that nothing ever fails because of it.

use std::fs;
use std::path::Path;

use kosmo::ledger::journal::{Entry, Filter, Journal};
use serde_json::json;

fn entry(id: &str) -> Entry {
    Entry {
        id: id.into(),
        parent: Some("script".into()),
        at: "2026-01-01T12:00:00Z".into(),
        function: "segment.track_event".into(),
        account: "default".into(),
        effect: "write".into(),
        origin: "lua".into(),
        status: "ok".into(),
        http_status: Some(200),
        attempts: 1,
        duration_ms: 1.5,
        error: None,
        request: Some(json!({"method": "POST"}).to_string()),
        emulated: true,
        meta: Some(json!({"job": "nightly"})),
    }
}

#[test]
fn an_entry_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::at(Some(folder.path().join("deep/er/kosmo.db")));
    journal.record(entry("0199-a"));
    let failed = Entry { status: "timeout".into(), error: Some("x".into()), ..entry("0199-b") };
    journal.record(failed.clone());
    assert_eq!(journal.flush(), None);
    assert_eq!(journal.get("0199-A").unwrap(), entry("0199-a"));
    let only_failed = Filter { failed: true, limit: Some(5), ..Filter::default() };
    assert_eq!(journal.recent(&only_failed).unwrap(), [failed]);
    let others = Filter { account: Some("other".into()), ..Filter::default() };
    assert_eq!(journal.recent(&others).unwrap(), []);
    assert_eq!(journal.get("0199").unwrap_err().exit(), 2, "ambiguous");
    assert_eq!(journal.get("x").unwrap_err().exit(), 5);
}

#[test]
fn nothing_is_opened_before_it_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::at(Some(folder.path().join("kosmo.db")));
    assert_eq!(journal.flush(), None);
    assert_eq!(journal.recent(&Filter::default()).unwrap(), []);
    drop(journal);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn the_file_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::at(Some(folder.path().join("kosmo.db")));
    journal.record(entry("1"));
    assert_eq!(journal.flush(), None);
    for file in fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.path().display());
    }
}

fn warning_and_fault(path: &Path) -> (String, kosmo::error::Fault) {
    let journal = Journal::at(Some(path.to_owned()));
    journal.record(entry("1"));
    let warning = journal.flush().expect("a warning");
    assert_eq!(journal.flush(), None, "a warning is given once");
    (warning, journal.recent(&Filter::default()).unwrap_err())
}

#[test]
fn a_damaged_file_costs_a_warning_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kosmo.db");
    let text = "not a database at all, but long enough to look like one ".repeat(100);
    fs::write(&path, &text).unwrap();
    let (warning, fault) = warning_and_fault(&path);
    assert!(warning.contains("1 call was not written") && warning.contains("damaged"), "{warning}");
    assert_eq!(fault.code, "damaged_ledger");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_newer_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kosmo.db");
    let journal = Journal::at(Some(path.clone()));
    journal.record(entry("kept"));
    assert_eq!(journal.flush(), None);
    drop(journal);
    let database = rusqlite::Connection::open_in_memory().unwrap();
    database.execute("ATTACH ? AS other", [path.to_str().unwrap()]).unwrap();
    database.execute_batch("PRAGMA other.user_version = 999").unwrap();
    drop(database);
    let (warning, fault) = warning_and_fault(&path);
    assert!(warning.contains("newer version"), "{warning}");
    assert_eq!(fault.code, "newer_ledger");
}

#[test]
fn a_place_that_cannot_be_written_costs_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let journal = Journal::at(Some(file.join("kosmo.db")));
    for id in ["1", "2"] {
        journal.record(entry(id));
    }
    let warning = journal.flush().expect("a warning");
    assert!(
        warning.starts_with("2 calls were not written to the journal: cannot open"),
        "{warning}"
    );
}

#[test]
fn two_writers_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kosmo.db");
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let path = path.clone();
            scope.spawn(move || {
                let journal = Journal::at(Some(path));
                for n in 0..50 {
                    journal.record(entry(&format!("{writer}-{n}")));
                    if n % 10 == 0 {
                        assert_eq!(journal.flush(), None);
                    }
                }
                assert_eq!(journal.flush(), None);
            });
        }
    });
    let journal = Journal::at(Some(path));
    let script = Filter { parent: Some("script".into()), ..Filter::default() };
    assert_eq!(journal.recent(&script).unwrap().len(), 200);
}
