//! The README's commands and snippets run as they are printed, in a shell, on the emulator.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use super::support::kosmo;

/// Lines a test cannot or need not run: they build, they run the tests, or they are this test's set-up.
const LEFT_OUT: &[&str] = &["cargo test", "cargo install", "export "];

/// What lines begin with that serve until they are ended.
const SERVES: &str = "kosmo serve ";

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap()
}

fn blocks(language: &str) -> Vec<String> {
    readme()
        .split("\n```")
        .filter_map(|part| part.strip_prefix(language)?.strip_prefix('\n').map(str::to_owned))
        .collect()
}

fn commands() -> Vec<String> {
    let lines: Vec<String> = blocks("console")
        .iter()
        .flat_map(|block| block.lines())
        .filter_map(|line| line.strip_prefix("$ "))
        .filter(|line| !LEFT_OUT.iter().any(|start| line.starts_with(start)))
        .map(|line| line.replace("cargo run --release -- ", "kosmo "))
        .collect();
    assert!(lines.len() >= 8, "the README has lost its commands: {lines:?}");
    lines
}

#[test]
fn every_command_of_the_readme_runs() {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_kosmo")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let home = kosmo(["--version"]);
    for line in commands().iter().filter(|line| !line.starts_with(SERVES)) {
        let output = Command::new("sh")
            .args(["-c", &format!("echo key-from-stdin | {line}")])
            .env_clear()
            .env("PATH", &path)
            .env("HOME", home.home())
            .env("KOSMO_HOME", home.home())
            .env("STAGING_KEY", "staging-key")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}\n{stderr}");
        assert!(!output.stdout.is_empty(), "{line} printed nothing");
    }
}

#[test]
fn what_serves_in_the_readme_listens_until_it_is_ended() {
    let lines: Vec<String> =
        commands().into_iter().filter(|line| line.starts_with(SERVES)).collect();
    assert!(!lines.is_empty(), "the README has lost its server");
    for line in lines {
        let words = line.split(' ').skip(1);
        let mut child = kosmo(words).command().stderr(Stdio::piped()).spawn().unwrap();
        let told = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let heard = told.into_iter().any(|told| told.contains("listening on http://127.0.0.1:"));
        let ended = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(ended.unwrap().success() && heard, "{line}");
        child.wait().unwrap();
    }
}

#[test]
fn every_snippet_of_the_readme_runs() {
    for snippet in blocks("lua") {
        let ran = kosmo(["integrations:lua", "--emulator", "-"]).stdin(snippet).run().code(0);
        assert_eq!(ran.stdout.trim().len(), 36, "a message id: {ran:?}");
    }
}
