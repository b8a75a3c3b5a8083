//! The outbox's contract, kept by a server that the test starts itself.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::*;
use crate::ledger::outbox::contract;

/// A server with JetStream, for as long as this lives.
struct Nats {
    child: Child,
    port: u16,
    _store: tempfile::TempDir,
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "a test looks for the program it needs")]
fn program() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let more = [PathBuf::from("/usr/sbin"), PathBuf::from("/usr/local/sbin")];
    let found = std::env::split_paths(&paths)
        .chain(more)
        .map(|folder| folder.join("nats-server"))
        .find(|file| file.is_file());
    if found.is_none() {
        assert!(
            std::env::var_os("KOSMO_TEST_REQUIRE_PEERS").is_none(),
            "nats-server is not installed"
        );
        eprintln!("skipped: nats-server is not installed (Debian: apt-get install nats-server)");
    }
    found
}

fn start() -> Option<Nats> {
    let program = program()?;
    let store = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new(program)
        .args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"])
        .arg(store.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let nats = Nats { child, port, _store: store };
    let until = Instant::now() + Duration::from_secs(10);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < until, "nats-server does not listen");
        std::thread::yield_now();
    }
    Some(nats)
}

fn open(port: u16, name: &str) -> Box<dyn Outbox> {
    Box::new(JetStream::at(Address {
        url: Secret::new(format!("nats://127.0.0.1:{port}/{name}")),
        credentials: None,
        keep_days: 7,
    }))
}

#[tokio::test]
async fn it_keeps_the_contract() {
    let Some(nats) = start() else { return };
    let port = nats.port;
    let count = AtomicU32::new(0);
    let fresh = || -> Box<dyn Fn() -> Box<dyn Outbox>> {
        let name = format!("t{}", count.fetch_add(1, Ordering::Relaxed));
        Box::new(move || open(port, &name))
    };
    contract::all(&fresh, 1).await;
}

#[tokio::test]
async fn an_id_is_kept_once_however_often_it_is_appended() {
    let Some(nats) = start() else { return };
    let outbox = open(nats.port, "once");
    let place = contract::place("m");
    for _ in 0..3 {
        outbox.append(&place, vec![contract::item(0, "a")]).await.unwrap();
    }
    let state = outbox.state(&Which::default()).await.unwrap();
    assert_eq!(state[&place].counts.queued, 1);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_so_without_its_password() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = Secret::new(format!("nats://me:sesame@127.0.0.1:{port}"));
    let outbox = JetStream::at(Address { url, credentials: None, keep_days: 7 });
    let items = vec![contract::item(0, "a")];
    let fault = outbox.append(&contract::place("m"), items).await.unwrap_err();
    assert_eq!(fault.code, "outbox_unavailable");
    assert!(!format!("{fault:?}").contains("sesame"), "{fault:?}");
}
