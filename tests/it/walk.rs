//! A walk through every command with broken input and in hostile surroundings. The commands come from
//! `schema cli`, their arguments from what it says of them, so a new command is on the way by itself.
//! Wherever it leads: no panic, no hang, a documented exit status, no error on standard output, with
//! `--json` one object, and no file half written.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::support::kosmo;

/// Nothing may take longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// One command with arguments that it takes.
struct Station {
    name: String,
    words: Vec<OsString>,
    effect: String,
    loose: bool,
}

/// What is wrong around a command.
struct Trouble {
    name: &'static str,
    /// A shell line that becomes the command, which is `"$@"`.
    shell: &'static str,
    /// Arguments at the end.
    more: &'static [&'static [u8]],
    env: &'static [(&'static str, &'static str)],
    stdin: &'static str,
    /// Whether the command has to fail.
    fails: bool,
    /// Whether what it prints can be looked at.
    heard: bool,
}

const PLAIN: Trouble = Trouble {
    name: "plain",
    shell: r#"exec "$@""#,
    more: &[],
    env: &[],
    stdin: "",
    fails: false,
    heard: true,
};

const TROUBLES: &[Trouble] = &[
    PLAIN,
    Trouble { name: "one object", more: &[b"--json"], ..PLAIN },
    Trouble { name: "a wrong flag", more: &[b"--no-such-flag-anywhere"], fails: true, ..PLAIN },
    Trouble { name: "a wrong form", more: &[b"--output", b"xml"], fails: true, ..PLAIN },
    Trouble { name: "a wrong path", more: &[b"--select", b"$.["], fails: true, ..PLAIN },
    Trouble { name: "two forms", more: &[b"--json", b"--output", b"tsv"], fails: true, ..PLAIN },
    Trouble { name: "not UTF-8", more: &[b"--account\xff"], fails: true, ..PLAIN },
    Trouble { name: "wrong JSON", stdin: "{\"broken\": ", ..PLAIN },
    Trouble { name: "binary input", stdin: "\0\u{1}\u{2}", ..PLAIN },
    Trouble { name: "no input", shell: r#"exec "$@" <&-"#, ..PLAIN },
    Trouble { name: "no output", shell: r#"exec "$@" >&-"#, heard: false, ..PLAIN },
    Trouble { name: "a full disk behind the output", shell: r#"exec "$@" >/dev/full"#, ..PLAIN },
    Trouble { name: "nobody listens", shell: r#""$@" 2>&1 | true"#, heard: false, ..PLAIN },
    Trouble { name: "no home", shell: r#"unset HOME KOSMO_HOME; cd / && exec "$@""#, ..PLAIN },
    Trouble {
        name: "a home that cannot be written",
        shell: r#"KOSMO_HOME=/proc/self/nowhere HOME=/proc/self exec "$@""#,
        ..PLAIN
    },
    Trouble {
        name: "a full disk",
        shell: r#"trap "" XFSZ; ulimit -f 0; exec "$@" | cat"#,
        heard: false,
        ..PLAIN
    },
    Trouble { name: "few files", shell: r#"ulimit -n 12; exec "$@""#, ..PLAIN },
    Trouble { name: "CI", env: &[("CI", "1"), ("TERM", "dumb")], ..PLAIN },
    Trouble {
        name: "the C locale",
        env: &[("LC_ALL", "C"), ("LANG", "C")],
        more: &[b"--json"],
        ..PLAIN
    },
    Trouble { name: "wrong settings", env: &[("KOSMO_HTTP_TIMEOUT", "soon")], ..PLAIN },
];

/// An argument of the kind that a value's name says.
fn sample(argument: &Value) -> String {
    let choice = argument["choices"].as_array().and_then(|all| all.first()?.as_str());
    let name = argument["value"].as_str().unwrap_or_default();
    let word = match (choice, name) {
        (Some(choice), _) => choice,
        (None, "FUNCTION" | "WORDS") => "segment.get_current_user",
        (None, "PROVIDER") => "segment",
        (None, "ACCOUNT" | "NAME") => "default",
        (None, "FILE" | "FILES") => "file.json",
        (None, "DIR") => "folder",
        (None, "JSON") => "{}",
        (None, "PATH") => "/users",
        _ => match argument["type"].as_str() {
            Some("integer") => "1",
            Some("duration") => "1s",
            _ => "x",
        },
    };
    word.to_owned()
}

fn stations() -> Vec<Station> {
    let described = kosmo(["schema", "cli", "--json"]).run().code(0).json();
    let needed = |list: &Value| -> Vec<Value> {
        let all = list.as_array().unwrap().iter();
        all.filter(|it| it["required"] == true || it["value"] == "WORDS").cloned().collect()
    };
    let station = |command: &Value| {
        let name = command["name"].as_str().unwrap().to_owned();
        let mut words: Vec<OsString> = name.split(' ').map(OsString::from).collect();
        words.extend(needed(&command["arguments"]).iter().map(|it| sample(it).into()));
        for flag in needed(&command["flags"]) {
            words.push(flag["long"].as_str().unwrap().into());
            words.push(sample(&flag).into());
        }
        let effect = command["effect"].as_str().unwrap().to_owned();
        let loose = command["takes_parameters_of_a_function"] == true;
        Station { name, words, effect, loose }
    };
    described["commands"].as_array().unwrap().iter().map(station).collect()
}

fn documented() -> BTreeSet<i32> {
    let described = kosmo(["schema", "cli", "--json"]).run().code(0).json();
    let codes = described["exit_codes"].as_array().unwrap().iter();
    codes.map(|it| i32::try_from(it["code"].as_i64().unwrap()).unwrap()).chain([143]).collect()
}

/// A run that ended, or was ended because it did not.
struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
    hung: bool,
}

fn spawn(station: &Station, trouble: &Trouble, home: &Path) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", trouble.shell, "sh", env!("CARGO_BIN_EXE_kosmo")]);
    command.args(&station.words);
    command.args(trouble.more.iter().map(|word| OsString::from_vec(word.to_vec())));
    let input = home.join(".input");
    std::fs::write(&input, trouble.stdin).unwrap();
    command
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", home)
        .env("KOSMO_HOME", home.join("kosmo"))
        .env("KOSMO_EMULATOR", "1")
        .envs(trouble.env.iter().copied())
        .current_dir(home)
        .stdin(std::fs::File::open(input).unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn end(mut child: Child, limit: Duration) -> Ended {
    let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let read = |mut pipe: Box<dyn std::io::Read + Send>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let (out, err) = (read(Box::new(out)), read(Box::new(err)));
    let began = Instant::now();
    let mut hung = false;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if began.elapsed() > limit {
            hung = true;
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    Ended { code, stdout: out.join().unwrap(), stderr: err.join().unwrap(), hung }
}

/// Everything below a folder, with whether it is whole.
fn left(folder: &Path) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            let toml = name.ends_with(".toml");
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let whole = !toml || !text.is_empty() && text.parse::<toml::Table>().is_ok();
            found.push((name.clone(), whole && !name.contains(".tmp")));
        }
    }
    found
}

/// What is wrong with how a run ended.
fn complaints(station: &Station, trouble: &Trouble, ended: &Ended, home: &Path) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut note = |what: String| wrong.push(what);
    if ended.hung {
        note("hangs".to_owned());
    }
    for bad in ["internal error", "panicked", "RUST_BACKTRACE"] {
        if ended.stderr.contains(bad) || ended.stdout.contains(bad) {
            note(format!("says `{bad}`"));
        }
    }
    if trouble.fails && ended.code == 0 && !station.loose {
        note("is content".to_owned());
    }
    let json = trouble.more.contains(&&b"--json"[..]);
    if trouble.heard && json && !ended.hung {
        let object = serde_json::from_str::<Value>(&ended.stdout);
        match object {
            Err(why) => note(format!("prints no single object: {why}")),
            Ok(object) if ended.code != 0 && object["success"] != false => {
                note("fails and does not say so".to_owned());
            }
            Ok(_) => {}
        }
    } else if ended
        .stdout
        .lines()
        .any(|line| line.starts_with("error:") || line.starts_with("hint:"))
    {
        note("prints its error on standard output".to_owned());
    }
    if trouble.heard && ended.code != 0 && !json && ended.stderr.is_empty() {
        note("fails in silence".to_owned());
    }
    let files = left(&home.join("kosmo"));
    wrong_files(station, trouble, &files, &mut wrong);
    wrong
}

fn wrong_files(
    station: &Station,
    trouble: &Trouble,
    files: &[(String, bool)],
    wrong: &mut Vec<String>,
) {
    wrong.extend(
        files
            .iter()
            .filter(|(_, whole)| !whole)
            .map(|(name, _)| format!("leaves {name} in pieces")),
    );
    if trouble.name == "plain" && station.effect == "reads" && !files.is_empty() {
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        wrong.push(format!("says that it only looks, and leaves {}", names.join(", ")));
    }
}

/// Visits every station with every trouble, several at a time.
fn walk(visit: impl Fn(&Station, &Path) -> Vec<String> + Sync) {
    let stations: Vec<Station> = stations();
    assert!(stations.len() >= 20, "the table is missing");
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(station) = stations.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let home = tempfile::tempdir().unwrap();
                    let found = visit(station, home.path());
                    let found = found.into_iter().map(|what| format!("{}: {what}", station.name));
                    wrong.lock().unwrap().extend(found);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_command_keeps_its_manners_whatever_is_wrong() {
    let documented = documented();
    walk(|station, root| {
        let mut wrong = Vec::new();
        let ends = station.effect != "serves";
        for (number, trouble) in TROUBLES.iter().enumerate().filter(|(_, it)| ends || it.fails) {
            let home = root.join(number.to_string());
            std::fs::create_dir_all(&home).unwrap();
            let ended = end(spawn(station, trouble, &home), PATIENCE);
            let mut found = complaints(station, trouble, &ended, &home);
            if !ended.hung && !documented.contains(&ended.code) {
                found.push(format!("ends with {}", ended.code));
            }
            let told: String = ended.stderr.chars().take(300).collect();
            wrong.extend(
                found.into_iter().map(|what| format!("with {}: {what}\n    {told}", trouble.name)),
            );
        }
        wrong
    });
}

#[test]
fn every_command_ends_at_an_interrupt() {
    walk(|station, home| {
        let child = spawn(station, &PLAIN, home);
        let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        drop(interrupted);
        let mut ended = end(child, Duration::from_secs(2));
        if ended.hung && station.effect == "serves" {
            // The signal came before it listened; once it serves, a second one ends it.
            let child = spawn(station, &PLAIN, home);
            std::thread::sleep(Duration::from_secs(1));
            let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
            ended = end(child, PATIENCE);
        } else if ended.hung {
            ended = end(spawn(station, &PLAIN, home), PATIENCE);
        }
        let mut wrong = Vec::new();
        if ended.hung {
            wrong.push("does not end".to_owned());
        }
        if ended.stderr.contains("panicked") || ended.stderr.contains("internal error") {
            wrong.push(format!("breaks when interrupted: {}", ended.stderr));
        }
        wrong.extend(
            left(&home.join("kosmo")).into_iter().filter(|(_, whole)| !whole).map(|it| it.0),
        );
        wrong
    });
}

#[test]
fn hints_stay_on_one_line() {
    walk(|station, home| {
        let mut wrong = Vec::new();
        for more in [
            &[][..],
            &["--no-such-flag"],
            &["x", "y", "z"],
            &["--json-nothing={"],
            &["--output", "xml"],
        ] {
            let mut words = station.words.clone();
            words.extend(more.iter().map(OsString::from));
            if station.effect == "serves" && more.is_empty() {
                continue;
            }
            let ran = Command::new(env!("CARGO_BIN_EXE_kosmo"))
                .args(&words)
                .arg("--json")
                .env_clear()
                .env("KOSMO_HOME", home)
                .env("KOSMO_EMULATOR", "1")
                .current_dir(home)
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let Ok(object) = serde_json::from_slice::<Value>(&ran.stdout) else { continue };
            let hint = object["error_detail"]["hint"].as_str().unwrap_or_default();
            let message = object["error_detail"]["message"].as_str().unwrap_or_default();
            if hint.contains('\n') || hint.len() > 400 {
                wrong.push(format!("{more:?}: a long hint: {hint}"));
            }
            if message.contains("\n\n") {
                wrong.push(format!("{more:?}: a long message: {message}"));
            }
        }
        wrong
    });
}
