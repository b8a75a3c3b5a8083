//! Tests of every command line in the documents that this surface was first described in. They are
//! kept in `tests/fixtures/seeds/lines.tsv`, and `docs/seeds.md` is made of them: a line that does not
//! end as the page says fails here. `UPDATE=1` rewrites the page.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::support::kosmo;

/// One line of a document, and how it ends here.
struct Line {
    document: String,
    /// As it is written there.
    written: String,
    /// With ids filled in, in our own words.
    run: String,
    exit: i32,
    /// A key of the answer with `--json`, else a part of its text; nothing for no answer.
    shows: String,
}

/// A document: its name in the fixture, its heading, and what stands below that.
type Document = (&'static str, &'static str, &'static str);

const DOCUMENTS: &[Document] = &[
    (
        "kosmokrator",
        "A reference page of KosmoKrator's Segment integration",
        "`traits` as a text is refused with the right form.\n",
    ),
    ("skill", "A skill for Segment with Membrane's command line", ""),
    ("development", "Membrane's pages about developing integrations", ""),
    (
        "development-requests",
        "Requests in those pages",
        "They are for Membrane's server. On the command line the same is done so:\n",
    ),
    ("building", "Membrane's pages about building integrations into a product", ""),
    (
        "building-requests",
        "Requests in those pages, too",
        "They are for Membrane's server. On the command line the same is done so:\n",
    ),
];

const HEAD: &str = "\
# Seeds

Every command line of the documents that this surface was first described in, and how it ends here. The documents are a reference page of
KosmoKrator's Segment integration, a skill and two sets of pages about Membrane's command line, and a page about a Naftiko capability, which
has no command line: its functions have names here (`getworkspace`, `listsources`, …) that work wherever a function is named.

`membrane …` and `npx @membranehq/cli …` are `kosmo membrane …`, and most of their commands need no `membrane` before them. Two lines make
old scripts work as they are:

```bash
printf '#!/bin/sh\\nexec kosmo membrane \"$@\"\\n' > ./membrane
chmod +x ./membrane && ./membrane connection list
```

What is `CONNECTION_ID` or `<id>` there is filled in: a connection is `segment`, `segment.staging` or the name of an account, an action is
`list-sources`, a run is the id that `actionRunId` says. Each line runs on the emulator. Status 5 with the code `not_here` is for what a
server with an agent does; the hint names the command that serves. `--tenantKey` names the account that is meant where no other is named,
and `--workspaceKey` changes nothing.
";

/// The page's notice to those who would edit it.
const NOTICE: &str =
    "<!-- made from tests/fixtures/seeds/lines.tsv by UPDATE=1 cargo test seed_lines -->\n";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn lines() -> Vec<Line> {
    let text = fs::read_to_string(root().join("tests/fixtures/seeds/lines.tsv")).unwrap();
    let rows = text.lines().filter(|row| !row.starts_with('#'));
    rows.map(|row| {
        let [document, written, run, exit, shows]: [&str; 5] =
            row.split('\t').collect::<Vec<_>>().try_into().unwrap_or_else(|_| panic!("{row}"));
        let run = if run == "=" { ours(written) } else { run.to_owned() };
        let (document, written, shows) = (document.into(), written.into(), shows.into());
        Line { document, written, run, exit: exit.parse().unwrap(), shows }
    })
    .collect()
}

/// The line in our own words.
fn ours(written: &str) -> String {
    for program in ["npx @membranehq/cli ", "npx @membranehq/cli@latest ", "membrane "] {
        if let Some(rest) = written.strip_prefix(program) {
            return format!("kosmo membrane {rest}");
        }
    }
    written.to_owned()
}

fn cell(text: &str) -> String {
    match text {
        "" => "nothing".to_owned(),
        // A mark that the text does not hold, so that it may hold the usual one.
        text => {
            let mark = if text.contains('`') { "``" } else { "`" };
            format!("{mark}{}{mark}", text.replace('|', "\\|"))
        }
    }
}

fn page(lines: &[Line]) -> String {
    let mut text = HEAD.to_owned();
    for (document, heading, note) in DOCUMENTS {
        text += &format!("\n## {heading}\n\n{NOTICE}{note}");
        if !note.is_empty() {
            text += "\n";
        }
        text += "| Written | Run | Status | Answers with |\n|---|---|---|---|\n";
        for line in lines.iter().filter(|line| line.document == *document) {
            let run =
                if line.run == line.written { "as it is".to_owned() } else { cell(&line.run) };
            let (written, shows) = (cell(&line.written), cell(&line.shows));
            text += &format!("| {written} | {run} | {} | {shows} |\n", line.exit);
        }
    }
    text
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test's own switch, not a setting")]
fn the_page_is_what_the_lines_say() {
    let (path, expected) = (root().join("docs/seeds.md"), page(&lines()));
    if fs::read_to_string(&path).is_ok_and(|actual| actual == expected) {
        return;
    }
    assert!(std::env::var_os("UPDATE").is_some(), "rewrite with: UPDATE=1 cargo test seed_lines");
    fs::write(path, expected).unwrap();
}

#[test]
fn no_document_and_no_line_is_forgotten() {
    let lines = lines();
    for line in &lines {
        assert!(DOCUMENTS.iter().any(|(name, ..)| *name == line.document), "{}", line.document);
        assert!(line.run.contains("kosmo "), "`{}` runs nothing of ours", line.run);
        for left in ["<", "CONNECTION_ID", "QUERY", "[--"] {
            assert!(!line.run.contains(left), "`{}` is not filled in", line.run);
        }
    }
    assert!(lines.len() > 200, "{}", lines.len());
}

/// A shell where `kosmo` is the program and everything is on the emulator.
fn shell(line: &str, home: &Path) -> Command {
    let binary = Path::new(env!("CARGO_BIN_EXE_kosmo")).parent().unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", line]).env_clear().current_dir(home).stdin(Stdio::null());
    command.env("PATH", format!("{}:/usr/bin:/bin", binary.display()));
    command.env("HOME", home).env("KOSMO_HOME", home).env("KOSMO_EMULATOR", "1");
    command
}

fn copied(from: &Path, to: &Path) {
    for file in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            fs::create_dir_all(&to).unwrap();
            copied(&file.path(), &to);
        } else {
            fs::copy(file.path(), to).unwrap();
        }
    }
}

/// A home with what the lines speak of: a workflow, an action and a run, whose id comes back.
fn prepared(home: &Path) -> String {
    copied(&root().join("tests/fixtures/seed-001"), home);
    let action = "kosmo action create --key one-source --type request \
                  --config '{\"request\": {\"path\": \"/sources/{id}\"}}'";
    assert!(shell(action, home).output().unwrap().status.success());
    let run = shell("kosmo action run list-sources --json", home).output().unwrap();
    let run: Value = serde_json::from_slice(&run.stdout).unwrap();
    run["actionRunId"].as_str().unwrap().to_owned()
}

/// What is wrong with how a line ends.
fn tried(line: &Line, template: &Path, run: &str) -> Option<String> {
    let home = tempfile::tempdir().unwrap();
    copied(template, home.path());
    let output = shell(&line.run.replace("{run}", run), home.path()).output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let answer: Option<Value> = serde_json::from_str(&stdout).ok();
    let shown = match answer {
        Some(Value::Object(answer)) if line.run.ends_with("--json") => {
            let told = answer.get("success").is_none_or(|success| *success == (line.exit == 0));
            told && answer.contains_key(&line.shows)
        }
        _ => stdout.contains(&line.shows) || stderr.contains(&line.shows),
    };
    let right = shown && output.status.code() == Some(line.exit);
    let code = output.status.code().unwrap_or(-1);
    (!right)
        .then(|| format!("{}\n  ended with {code}, not {}: {stdout}{stderr}", line.run, line.exit))
}

#[test]
fn every_line_ends_as_the_page_says() {
    let template = kosmo(["--version"]);
    let run = prepared(template.home());
    let (lines, next, wrong) = (lines(), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(line) = lines.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(why) = tried(line, template.home(), &run) {
                wrong.lock().unwrap().push(why);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(work);
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} lines fail:\n{}", wrong.len(), wrong.join("\n"));
}

/// The two lines in the page's head do what it says.
#[test]
fn a_script_that_calls_membrane_needs_two_lines() {
    let home = tempfile::tempdir().unwrap();
    let lines = HEAD.split("```bash\n").nth(1).unwrap().split("```").next().unwrap();
    let output = shell(lines, home.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("segment.staging"), "{output:?}");
}
