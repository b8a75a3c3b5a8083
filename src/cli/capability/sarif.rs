//! Findings in the Static Analysis Results Interchange Format, which code hosts and editors read.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::lint::Looked;
use crate::catalogue::capability::Level;

/// The log of one run.
pub(super) fn sarif(looked: &[Looked]) -> Value {
    let findings = || {
        looked.iter().flat_map(|it| it.reading.findings.iter().map(move |finding| (it, finding)))
    };
    let rules: BTreeSet<&str> = findings().map(|(_, finding)| finding.code).collect();
    let rules: Vec<Value> = rules.iter().map(|code| json!({"id": code})).collect();
    let results: Vec<Value> = findings()
        .map(|(it, finding)| {
            json!({
                "ruleId": finding.code,
                "level": level(finding.level),
                "message": {"text": finding.message},
                "locations": [{"physicalLocation": {
                    "artifactLocation": {"uri": uri(&it.file)},
                    "region": {"startLine": finding.at.line, "startColumn": finding.at.column},
                }}],
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "kosmo", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Repair | Level::Note => "note",
    }
}

/// A file's name where only some characters may stand.
fn uri(file: &str) -> String {
    file.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "/._-~".contains(c) {
                c.to_string()
            } else {
                let mut bytes = [0; 4];
                c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect()
            }
        })
        .collect()
}
