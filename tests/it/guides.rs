//! Every command printed in a guide runs, on the emulator, in a folder that holds the files the guides
//! speak of.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::support::kosmo;

/// Commands that serve until they are told to end. They are given a free port and a moment.
const SERVERS: &[&str] = &[
    "kosmo emulator:serve",
    "kosmo outbox:run",
    "kosmo capability serve",
    "kosmo mcp:serve --http",
];

/// What ends otherwise than well, with the status and the reason.
const OTHERWISE: &[(&str, i32, &str)] =
    &[("kosmo emulator:events", 8, "no emulator is running where the guide has started one")];

/// Guides whose commands need more than files: `outbox_commands` runs the first, on an outbox with
/// events, `rest::guide` the second, against a service.
const ELSEWHERE: &[&str] = &["delivery.md", "rest.md"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The guides by name, and the blocks of commands in each.
fn guides() -> Vec<(String, Vec<String>)> {
    let files = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let guides = files.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let mut guides: Vec<_> = guides
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let blocks = text.split("\n```").filter_map(|part| {
                let prompted = |text: &str| {
                    let lines = text.lines().filter_map(|line| line.strip_prefix("$ "));
                    lines.collect::<Vec<_>>().join("\n")
                };
                let bash = part.strip_prefix("bash\n").map(str::to_owned);
                bash.or_else(|| part.strip_prefix("console\n").map(prompted))
            });
            (path.file_name().unwrap().to_string_lossy().into_owned(), blocks.collect())
        })
        .collect();
    guides.sort();
    guides
}

/// The commands of a block that can be run by themselves: the block, or its lines where one of them
/// serves or ends otherwise.
fn pieces(block: &str) -> Vec<String> {
    let block = block.replace("\\\n", " ");
    let apart = |line: &str| {
        SERVERS.iter().any(|server| line.starts_with(server))
            || OTHERWISE.iter().any(|(command, ..)| line.starts_with(command))
    };
    match block.lines().any(apart) {
        true => block.lines().map(str::to_owned).collect(),
        false => vec![block],
    }
}

fn run(home: &Path, script: &str) -> (i32, String) {
    let binary = Path::new(env!("CARGO_BIN_EXE_kosmo")).parent().unwrap();
    let serves = SERVERS.iter().find(|server| script.starts_with(*server));
    let (script, time) = match serves {
        Some(&"kosmo emulator:serve") => (format!("exec {script} --port 0"), "1"),
        Some(&"kosmo capability serve") => {
            (format!("exec {script} --rest-port 0 --mcp-port 0"), "1")
        }
        Some(_) => (format!("exec {script}"), "1"),
        None => (script.to_owned(), "30"),
    };
    let output = Command::new("sh")
        .args(["-c", "echo key-from-stdin | timeout -s INT \"$0\" sh -e -c \"$1\"", time, &script])
        .env_clear()
        .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", binary.display()))
        .env("HOME", home)
        .env("KOSMO_HOME", home)
        .env("KOSMO_EMULATOR", "1")
        .stdin(Stdio::null())
        .current_dir(home)
        .output()
        .unwrap();
    let code = output.status.code().unwrap_or(-1);
    // Told to end after its moment, as it should be.
    let code = if serves.is_some() && [124, 130].contains(&code) { 0 } else { code };
    (code, String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn every_command_of_the_guides_runs() {
    let mut wrong = Vec::new();
    for (guide, blocks) in guides().into_iter().filter(|(name, _)| !ELSEWHERE.contains(&&**name)) {
        let home = kosmo(["--version"]);
        for file in std::fs::read_dir(root().join("tests/fixtures/guides")).unwrap() {
            let file = file.unwrap().path();
            std::fs::copy(&file, home.home().join(file.file_name().unwrap())).unwrap();
        }
        for piece in blocks.iter().flat_map(|block| pieces(block)) {
            let expected = OTHERWISE.iter().find(|(command, ..)| piece.starts_with(command));
            let (code, stderr) = run(home.home(), &piece);
            if code != expected.map_or(0, |(_, code, _)| *code) {
                wrong.push(format!("{guide}: {piece}\n  ended with {code}: {}", stderr.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
