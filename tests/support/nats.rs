//! A NATS server with JetStream, which keeps its store when it is killed and started again.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What to say where there is none.
pub const MISSING: &str = "nats-server is not installed (apt-get install nats-server)";

/// A running server; it ends with this.
#[derive(Debug)]
pub struct Nats {
    program: PathBuf,
    port: u16,
    store: tempfile::TempDir,
    child: Child,
}

/// The program, where it is installed.
pub fn program() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join("nats-server"))
        .find(|file| file.is_file())
}

impl Nats {
    /// A server on a free port with an empty store; none where the program is not installed.
    pub fn start() -> Option<Self> {
        let program = program()?;
        let store = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = spawn(&program, port, store.path());
        let nats = Self { program, port, store, child };
        nats.listens();
        Some(nats)
    }

    /// What `--outbox` takes.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Kills it without warning, and starts it on the same store after a while.
    pub fn restart(&mut self, away: Duration) {
        self.kill();
        std::thread::sleep(away);
        self.child = spawn(&self.program, self.port, self.store.path());
        self.listens();
    }

    fn kill(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }

    fn listens(&self) {
        let until = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < until, "nats-server does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(program: &Path, port: u16, store: &Path) -> Child {
    Command::new(program)
        .args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"])
        .arg(store)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
