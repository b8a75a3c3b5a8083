//! What came of a script, printed: the documented envelope, or the returned value and the error.

use indexmap::IndexSet;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::output::{Printer, View};
use super::sending::Sent;
use crate::engine::Warning;
use crate::engine::milliseconds;
use crate::error::Fault;
use crate::lua::{CallLine, Report};

/// The most warnings of a script's calls that are printed.
const MOST_WARNINGS: usize = 20;

/// How the script was run, as far as the envelope says so.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    /// Whether `ask` counted as `allow`.
    pub(super) force: bool,
    /// Whether nothing was sent.
    pub(super) dry_run: bool,
}

/// The report of a script that never started.
pub(super) fn failed(fault: Fault) -> Report {
    Report { error: Some(fault), ..Report::default() }
}

/// Prints a report whose printed lines are already out when there is no envelope, and returns the
/// exit status; `signal` is that of the signal that ended the script, if one did.
pub(super) fn finish(
    printer: &Printer,
    setting: Setting,
    report: &Report,
    signal: Option<u8>,
    sent: Option<&Sent>,
) -> u8 {
    if printer.manner().json {
        printer.answer(&envelope(setting, report, printer.view(), sent));
    } else {
        if report.error.is_none() {
            printer.data(&report.result, None);
        }
        warn(printer, &report.calls);
        if let (Some(fault), Some(text)) = (&report.error, report.error_text()) {
            printer.complain_as(&text, fault.hint.as_deref());
        }
        if let Some(sent) = sent {
            sent.tell(printer);
        }
    }
    if printer.manner().verbose > 0 {
        for line in &report.calls {
            printer.detail(&told(line));
        }
    }
    match &report.error {
        None => sent.map_or(0, Sent::status),
        Some(fault) => signal.unwrap_or_else(|| fault.exit()),
    }
}

/// What is to be known of the calls that were made all the same, each warning once.
fn warn(printer: &Printer, calls: &[CallLine]) {
    let all = calls.iter().flat_map(|line| &line.warnings);
    let different: IndexSet<&str> = all.map(|warning| warning.message.as_str()).collect();
    for message in different.iter().take(MOST_WARNINGS) {
        printer.warn(message);
    }
    if let Some(more @ 1..) = different.len().checked_sub(MOST_WARNINGS) {
        printer.warn(&format!("and {more} more warnings; --json lists them by call"));
    }
}

/// The documented object.
#[derive(Serialize)]
struct Envelope<'a> {
    success: bool,
    output: &'a str,
    result: Value,
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_detail: Option<Value>,
    execution_time_ms: f64,
    memory_usage: usize,
    #[serde(serialize_with = "call_log")]
    call_log: &'a [CallLine],
    meta: Value,
}

/// One call in it.
#[derive(Serialize)]
struct Entry<'a> {
    function: &'a str,
    tool: Option<&'a str>,
    account: &'a str,
    status: &'a str,
    duration_ms: f64,
    run_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Value>,
}

fn envelope<'a>(
    setting: Setting,
    report: &'a Report,
    view: &View,
    sent: Option<&Sent>,
) -> Envelope<'a> {
    let mut meta = json!({
        "permission_bypassed": setting.force,
        "dry_run": setting.dry_run,
        "run_id": Some(&report.run_id).filter(|id| !id.is_empty()),
    });
    if let Some(sent) = sent {
        meta["delivery"] = sent.to_json();
    }
    Envelope {
        success: report.error.is_none(),
        output: &report.output,
        result: if report.error.is_none() { view.part(&report.result) } else { Value::Null },
        error: report.error_text(),
        error_detail: report.error.as_ref().map(Fault::to_json),
        execution_time_ms: milliseconds(report.took),
        memory_usage: report.memory,
        call_log: &report.calls,
        meta,
    }
}

/// Written call by call: of many, the list as JSON would be larger than all else.
fn call_log<S: Serializer>(calls: &&[CallLine], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(calls.iter().map(entry))
}

fn entry(line: &CallLine) -> Entry<'_> {
    Entry {
        function: &line.function,
        tool: line.tool.as_deref(),
        account: &line.account,
        status: line.status,
        duration_ms: (line.duration_ms * 1000.0).round() / 1000.0,
        run_id: &line.run_id,
        error: line.error.as_deref(),
        warnings: line.warnings.iter().map(Warning::to_json).collect(),
    }
}

/// A call for `-v`.
fn told(line: &CallLine) -> String {
    let CallLine { function, account, status, duration_ms, run_id, .. } = line;
    format!("{function} ({account}): {status}, {duration_ms:.1} ms, run {run_id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_has_its_documented_keys_in_order() {
        let setting = Setting { force: false, dry_run: true };
        let json = |report: &Report| {
            serde_json::to_value(envelope(setting, report, &View::default(), None)).unwrap()
        };
        let good = json(&Report::default());
        let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let documented = [
            "success",
            "output",
            "result",
            "error",
            "execution_time_ms",
            "memory_usage",
            "call_log",
            "meta",
        ];
        assert_eq!(keys(&good), documented);
        assert_eq!(keys(&good["meta"]), ["permission_bypassed", "dry_run", "run_id"]);
        let bad = json(&failed(Fault::usage("no")));
        assert_eq!(keys(&bad)[..5], ["success", "output", "result", "error", "error_detail"]);
        assert_eq!(bad["error"], "no");
    }
}
