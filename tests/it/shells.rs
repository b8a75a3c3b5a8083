//! Tests of shells: completion in a real bash, in zsh and fish where they are installed, and the
//! manual pages.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

use std::path::Path;
use std::process::Command;

use super::support::kosmo;

/// A shell with the program on its path; none when it is not installed.
fn shell(name: &str, flags: &[&str], script: &str) -> Option<String> {
    let home = kosmo(["x"]);
    let program = Path::new(env!("CARGO_BIN_EXE_kosmo")).parent().unwrap();
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", program.display());
    let ran = Command::new(name)
        .args(flags)
        .args(["-c", script])
        .env("PATH", path)
        .env("KOSMO_HOME", home.home())
        .env("HOME", home.home())
        .output()
        .ok()?;
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    Some(String::from_utf8(ran.stdout).unwrap())
}

/// What bash would offer for a line, with its usual word breaks or with these.
fn bash(line: &str, breaks: &str) -> Vec<String> {
    let script = format!(
        "source <(kosmo completions bash); {breaks} COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; \
         compopt() {{ :; }}; _kosmo; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    let offered = shell("bash", &["--norc"], &script).unwrap();
    offered.lines().map(str::to_owned).collect()
}

#[test]
fn bash_copes_with_the_colon() {
    assert!(bash("kosmo integrations:l", "").contains(&"lua".to_owned()), "after a word break");
    let whole = bash("kosmo integrations:l", "COMP_WORDBREAKS=${COMP_WORDBREAKS//:};");
    assert!(whole.contains(&"integrations:lua".to_owned()), "{whole:?}");
    assert!(bash("kosmo integ", "").iter().all(|name| name.starts_with("integration")));
    assert!(bash("kosmo integrations l", "").contains(&"lua".to_owned()));
}

#[test]
fn bash_completes_functions_and_parameters() {
    assert_eq!(bash("kosmo integrations:segment track_e", ""), ["track_event"]);
    assert_eq!(bash("kosmo integrations:call segment.track_e", ""), ["segment.track_event"]);
    assert_eq!(bash("kosmo integrations:segment track_event --user", ""), ["--userId="]);
    assert_eq!(bash("kosmo version --color al", ""), ["always"]);
    assert_eq!(bash("kosmo --emulator integrations:segment track_e", ""), ["track_event"]);
}

#[test]
fn past_runs_and_accounts_are_offered() {
    let home = kosmo(["integrations:segment", "get_current_user", "--emulator", "--json"]);
    let run = home.run().code(0).json()["meta"]["run_id"].as_str().unwrap().to_owned();
    let offered = home.then(["__complete", "--", "runs", "show", ""]);
    assert!(offered.run().code(0).stdout.starts_with(&format!("{run}\tsegment.get_current_user")));
    let accounts = offered.then(["__complete", "--", "runs", "list", "--account", ""]);
    assert!(accounts.run().code(0).stdout.contains("default\taccount of Segment"));
}

#[test]
fn zsh_and_fish_load_their_scripts() {
    let zsh = "autoload -U compinit && compinit -u -D; source <(kosmo completions zsh); \
               print -r -- ${_comps[kosmo]}";
    if let Some(offered) = shell("zsh", &["-f"], zsh) {
        assert_eq!(offered.trim(), "_kosmo");
    }
    let fish = "kosmo completions fish | source; complete -C 'kosmo integrations:segment track_e'";
    if let Some(offered) = shell("fish", &["--no-config"], fish) {
        assert!(offered.contains("track_event"), "{offered}");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let home = kosmo(["man", "pages"]);
    let listed = home.run().code(0).stdout;
    let pages = home.home().join("pages");
    for name in ["kosmo", "kosmo-integrations-lua", "kosmo-integrations-call", "kosmo-man"] {
        let page = std::fs::read_to_string(pages.join(format!("{name}.1"))).unwrap();
        assert!(page.contains(".TH"), "{name}");
        assert!(listed.contains(&format!("{name}.1")), "{name}");
    }
    let page = kosmo(["man"]).run().code(0).stdout;
    assert!(page.contains(".TH kosmo 1") && page.contains("integrations"), "{page}");
}
