//! Values that say where a secret is: `env:NAME`, `file:path`, `cmd:command`. Each is followed when
//! it is first needed and remembered for the rest of the run. A value never enters a message.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::redact::Secret;
use crate::settings::{Environment, Origin};

/// How long a command may take: enough to ask a vault, too short to wait for a person.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longest secret.
const LARGEST: u64 = 64 * 1024;

/// References that have been followed.
#[derive(Debug, Default)]
pub(super) struct References(Mutex<HashMap<String, Secret>>);

impl References {
    /// What a reference leads to, or why it leads nowhere. Relative paths are taken from the
    /// folder of the file that holds the reference.
    pub(super) fn resolve(
        &self,
        reference: &str,
        origin: &Origin,
        environment: &Environment,
    ) -> Result<String, String> {
        let (kind, target) = reference.split_once(':').unwrap_or_default();
        if kind == "env" {
            let value = environment.get(target).ok_or_else(|| format!("{target} is not set"))?;
            return value.into_string().map_err(|_| format!("{target} is not UTF-8"));
        }
        let path = (kind == "file").then(|| located(target, origin, environment));
        let key =
            path.as_ref().map_or_else(|| reference.to_owned(), |path| path.display().to_string());
        // Held while it is followed, so that calls in parallel ask for it once.
        let Ok(mut known) = self.0.lock() else { return Err("an earlier attempt failed".into()) };
        if let Some(secret) = known.get(&key) {
            return Ok(secret.expose().to_owned());
        }
        let bytes = match &path {
            Some(path) => read(path)?,
            None => run(target, PATIENCE)?,
        };
        let value = one_value(bytes).map_err(|why| format!("`{reference}` {why}"))?;
        known.insert(key, Secret::new(value.as_str()));
        Ok(value)
    }
}

fn one_value(bytes: Vec<u8>) -> Result<String, &'static str> {
    if bytes.len() as u64 > LARGEST {
        return Err("is longer than 64 KB");
    }
    let text = String::from_utf8(bytes).map_err(|_| "is not UTF-8")?;
    let value = text.strip_suffix('\n').unwrap_or(&text);
    let value = value.strip_suffix('\r').unwrap_or(value);
    if value.is_empty() { Err("is empty") } else { Ok(value.to_owned()) }
}

/// The path that `file:target` means.
pub fn located(target: &str, origin: &Origin, environment: &Environment) -> PathBuf {
    if let Some(rest) = target.strip_prefix("~/")
        && let Some(home) = environment.get("HOME")
    {
        return Path::new(&home).join(rest);
    }
    match origin {
        Origin::User(file) | Origin::Project(file) => {
            file.parent().map_or_else(|| PathBuf::from(target), |folder| folder.join(target))
        }
        Origin::Default | Origin::Environment(_) | Origin::Flag(_) => PathBuf::from(target),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Ok(bytes)
}

/// Runs a command line. What it says on stderr is dropped: it may well repeat the secret.
fn run(command: &str, patience: Duration) -> Result<Vec<u8>, String> {
    let mut child = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot run `cmd:{command}`: {error}"))?;
    let answer = answer(&mut child, patience);
    if answer.is_err() {
        // It has overstayed; that it may be gone by now is no trouble.
        child.kill().ok();
    }
    let status = child.wait().map_err(|error| format!("`cmd:{command}`: {error}"))?;
    let bytes = answer.map_err(|why| format!("`cmd:{command}` {why}"))?;
    if !status.success() {
        return Err(format!("`cmd:{command}` failed ({status})"));
    }
    Ok(bytes)
}

fn answer(child: &mut Child, patience: Duration) -> Result<Vec<u8>, String> {
    let Some(stdout) = child.stdout.take() else { return Err("has no output".into()) };
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = stdout.take(LARGEST + 1).read_to_end(&mut bytes);
        // Nobody listens any more when time ran out.
        sender.send(read.map(|_| bytes)).ok();
    });
    match receiver.recv_timeout(patience) {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => Err(format!("cannot be read: {error}")),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            Err(format!("gave no answer within {} s", patience.as_secs_f64()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(reference: &str) -> Result<String, String> {
        let environment = Environment::fixed([("HOME", "/nowhere"), ("KEY", "value")]);
        References::default().resolve(reference, &Origin::Default, &environment)
    }

    #[test]
    fn a_command_gives_its_output_without_the_last_line_end() {
        assert_eq!(resolve("cmd:printf 'a b\\n\\n'").as_deref(), Ok("a b\n"));
        assert_eq!(resolve("cmd:echo key").as_deref(), Ok("key"));
    }

    #[test]
    fn a_failing_command_is_named_and_its_words_are_not_repeated() {
        let why = resolve("cmd:cat /etc/hostname >&2; exit 3").unwrap_err();
        assert_eq!(why, "`cmd:cat /etc/hostname >&2; exit 3` failed (exit status: 3)");
        assert_eq!(resolve("cmd:true").unwrap_err(), "`cmd:true` is empty");
    }

    #[test]
    fn a_command_that_hangs_is_ended() {
        let why = run("exec sleep 60", Duration::from_millis(50)).unwrap_err();
        assert_eq!(why, "`cmd:exec sleep 60` gave no answer within 0.05 s");
    }

    #[test]
    fn a_command_runs_once() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let reference = format!("cmd:echo x >> '{}'; echo key", log.display());
        let references = References::default();
        for _ in 0..3 {
            let value = references.resolve(&reference, &Origin::Default, &Environment::fixed([]));
            assert_eq!(value.as_deref(), Ok("key"));
        }
        assert_eq!(std::fs::read_to_string(log).unwrap(), "x\n");
    }

    #[test]
    fn a_relative_path_starts_at_the_file_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "t\r\n").unwrap();
        let origin = Origin::User(folder.path().join("config.toml"));
        let value = References::default().resolve("file:token", &origin, &Environment::fixed([]));
        assert_eq!(value.as_deref(), Ok("t"));
        assert!(resolve("file:~/token").unwrap_err().contains("/nowhere/token"));
    }

    #[test]
    fn variables_are_followed_one_step() {
        assert_eq!(resolve("env:KEY").as_deref(), Ok("value"));
        assert_eq!(resolve("env:OTHER").unwrap_err(), "OTHER is not set");
    }
}
