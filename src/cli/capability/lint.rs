//! `capability lint`: what is wrong with files, what was repaired, and where.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::sarif::sarif;
use super::text;
use crate::catalogue::capability::{self, Finding, Level, Reading};
use crate::cli::invocation::Invocation;
use crate::cli::reply::Reply;
use crate::error::{Fault, Kind};

/// What to look at, and how strictly.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct LintArgs {
    /// Capability files, or pages with one on them; - reads standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Repair nothing: every departure from the format is an error
    #[arg(long)]
    strict: bool,
    /// In which form: human, json, sarif, agent
    #[arg(long, value_name = "FORM", value_enum, default_value = "human")]
    format: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// One line each, for people.
    Human,
    /// One object.
    Json,
    /// Static Analysis Results Interchange Format 2.1.0.
    Sarif,
    /// Few words, the worst first, each with what to do.
    Agent,
}

/// A file and what was found in it.
pub(super) struct Looked {
    /// As it was named.
    pub(super) file: String,
    /// What was found.
    pub(super) reading: Reading,
}

/// Looks.
///
/// # Errors
/// A file that cannot be read.
pub(in crate::cli) fn run(invocation: &Invocation, args: &LintArgs) -> Result<u8, Fault> {
    let mut looked = Vec::new();
    for file in &args.files {
        let reading = capability::read(&text(file)?, args.strict);
        let file =
            if file.as_os_str() == "-" { "<stdin>".to_owned() } else { file.display().to_string() };
        looked.push(Looked { file, reading });
    }
    let failed = looked.iter().any(|it| it.reading.error().is_some());
    let form =
        if invocation.json() && args.format == Form::Human { Form::Json } else { args.format };
    match form {
        Form::Human | Form::Json => {
            let text: Vec<String> = looked.iter().map(human).collect();
            let reply = Reply::new(object(&looked, args.strict, !failed), text.join("\n"));
            let reply = reply.listing("findings");
            match form {
                Form::Json => {
                    invocation.printer().answer(&reply.object(invocation.printer().view()))
                }
                _ => drop(invocation.say(&reply)),
            }
        }
        Form::Sarif => invocation.printer().answer(&sarif(&looked)),
        Form::Agent => invocation.printer().page(&agent(&looked)),
    }
    Ok(if failed { Fault::new(Kind::Usage, "").exit() } else { 0 })
}

fn object(looked: &[Looked], strict: bool, success: bool) -> Value {
    let findings: Vec<Value> = looked
        .iter()
        .flat_map(|it| it.reading.findings.iter().map(|finding| placed(it, finding)))
        .collect();
    let count = |level: Level| looked.iter().map(|it| it.reading.count(level)).sum::<usize>();
    let files: Vec<Value> = looked.iter().map(summary).collect();
    json!({
        "success": success, "strict": strict, "files": files,
        "errors": count(Level::Error), "warnings": count(Level::Warning),
        "repairs": count(Level::Repair), "notes": count(Level::Note), "findings": findings,
    })
}

fn summary(looked: &Looked) -> Value {
    let capability = looked.reading.capability.as_ref();
    let operations =
        capability.map(|it| it.consumes.iter().map(|it| it.operations.len()).sum::<usize>());
    json!({
        "file": looked.file, "usable": capability.is_some(),
        "version": capability.map(|it| it.version.to_string()), "operations": operations,
        "shown": capability.map(|it| it.exposes.iter().map(|it| it.functions.len()).sum::<usize>()),
    })
}

fn placed(looked: &Looked, finding: &Finding) -> Value {
    let mut value = finding.json();
    if let Some(map) = value.as_object_mut() {
        map.shift_insert(0, "file".to_owned(), json!(looked.file));
    }
    value
}

/// `file:line:column: level code: message`, then the sum.
fn human(looked: &Looked) -> String {
    let Looked { file, reading } = looked;
    let mut lines: Vec<String> = reading
        .findings
        .iter()
        .map(|Finding { level, code, at, message, hint }| {
            let hint = hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
            format!("{file}:{}:{}: {} {code}: {message}{hint}", at.line, at.column, level.word())
        })
        .collect();
    lines.push(format!("{file}: {}", sum(reading)));
    lines.join("\n")
}

/// `usable: 12 operations, 24 shown; 0 errors, …`.
fn sum(reading: &Reading) -> String {
    let counts = [
        (Level::Error, "error"),
        (Level::Warning, "warning"),
        (Level::Repair, "repair"),
        (Level::Note, "note"),
    ];
    let counts: Vec<String> = counts
        .into_iter()
        .map(|(level, word)| match reading.count(level) {
            1 => format!("1 {word}"),
            many => format!("{many} {word}s"),
        })
        .collect();
    let what = match &reading.capability {
        None => "cannot be used".to_owned(),
        Some(it) => {
            let operations: usize = it.consumes.iter().map(|it| it.operations.len()).sum();
            let shown: usize = it.exposes.iter().map(|it| it.functions.len()).sum();
            format!("{}, {operations} operations called, {shown} shown", it.version)
        }
    };
    format!("{what}; {}", counts.join(", "))
}

/// For who reads by the word: the sum first, then each kind of finding once with its places.
fn agent(looked: &[Looked]) -> String {
    let mut text = String::new();
    for it in looked {
        text += &format!("{}: {}\n", it.file, sum(&it.reading));
        let mut findings: Vec<&Finding> = it.reading.findings.iter().collect();
        findings.sort_by_key(|finding| (finding.level, finding.code, finding.at));
        for same in findings.chunk_by(|a, b| (a.level, a.code) == (b.level, b.code)) {
            let first = same[0];
            let lines: Vec<String> =
                same.iter().map(|finding| finding.at.line.to_string()).collect();
            text += &format!(
                "- {} {} x{} at {}: {}",
                first.level.word(),
                first.code,
                same.len(),
                lines.join(","),
                first.message
            );
            text += &first.hint.as_ref().map(|hint| format!(" FIX: {hint}")).unwrap_or_default();
            text.push('\n');
        }
    }
    text.trim_end().to_owned()
}
