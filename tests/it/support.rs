//! How a test runs the program: a builder that reads like a sentence. Every run has a home of its
//! own, a clean environment and a canary for a credential.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The credential that must never appear in any output.
pub const CANARY: &str = "canary-Zx81-write-key";

/// One run of the program.
pub struct Kosmo {
    home: tempfile::TempDir,
    args: Vec<OsString>,
    env: BTreeMap<OsString, OsString>,
    stdin: Vec<u8>,
    folder: Option<PathBuf>,
}

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    /// The exit status, 128 + n for a signal.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Ran {
    /// Standard output as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|why| panic!("stdout is not one JSON document: {why}\n{self:#?}"))
    }

    /// Demands an exit status.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }
}

/// A run in a fresh home.
pub fn kosmo<S: Into<OsString>>(args: impl IntoIterator<Item = S>) -> Kosmo {
    Kosmo {
        home: tempfile::tempdir().unwrap(),
        args: args.into_iter().map(Into::into).collect(),
        env: BTreeMap::new(),
        stdin: Vec::new(),
        folder: None,
    }
}

impl Kosmo {
    /// Sets an environment variable.
    pub fn env(mut self, key: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.insert(key.into(), value.into());
        self
    }

    /// Adds arguments at the end.
    pub fn and<S: Into<OsString>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Gives standard input; it is empty and closed otherwise.
    pub fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = text.into();
        self
    }

    /// Runs in this folder instead of the home.
    pub fn within(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Writes a file below the home before the run.
    pub fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.home.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// The home, which is also `KOSMO_HOME`.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The command, for tests that need more than `run`.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kosmo"));
        command
            .args(&self.args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .env("KOSMO_HOME", self.home.path())
            .envs(&self.env)
            .current_dir(self.folder.as_deref().unwrap_or_else(|| self.home.path()));
        command
    }

    /// Runs to the end.
    pub fn run(&self) -> Ran {
        let mut child = self
            .command()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pipe = child.stdin.take().unwrap();
        let input = self.stdin.clone();
        // A program that ends without reading closes the pipe; that is its right.
        let writer = std::thread::spawn(move || pipe.write_all(&input).ok());
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Ran {
            code: exit_code(output.status),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs again with other arguments in the same home.
    pub fn then<S: Into<OsString>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args = args.into_iter().map(Into::into).collect();
        self
    }
}

fn exit_code(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt as _;
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}
