//! `GET /metrics`: what this process has done since it started, in the text format of Prometheus. The
//! format is a few lines, which is why no library makes it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::Service;
use super::answer::typed;
use super::scope::Sight;
use crate::access::door::{Caller, Problem};
use crate::engine::Run;
use crate::ledger::outbox::Which;

/// Upper bounds of the buckets, in seconds.
const BUCKETS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// What is counted.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    functions: Mutex<BTreeMap<String, Function>>,
}

/// The calls of one function.
#[derive(Debug, Default)]
struct Function {
    statuses: BTreeMap<String, u64>,
    buckets: [u64; BUCKETS.len()],
    count: u64,
    seconds: f64,
}

impl Metrics {
    /// A call has ended.
    pub(super) fn called(&self, run: &Run) {
        // Names that nobody knows are as many as callers like.
        let name = if run.effect.is_some() { run.function.as_str() } else { "unknown" };
        let status = match &run.result {
            Ok(outcome) if outcome.queued => "queued",
            Ok(_) if run.dry_run => "dry_run",
            Ok(_) => "ok",
            Err(fault) => &fault.code,
        };
        self.ended(name, status, run.took);
    }

    /// Something has ended.
    pub(super) fn ended(&self, name: &str, status: &str, took: Duration) {
        let mut functions = self.functions.lock().unwrap_or_else(PoisonError::into_inner);
        if !functions.contains_key(name) {
            functions.insert(name.to_owned(), Function::default());
        }
        let Some(function) = functions.get_mut(name) else { return };
        match function.statuses.get_mut(status) {
            Some(count) => *count += 1,
            None => {
                function.statuses.insert(status.to_owned(), 1);
            }
        }
        let seconds = took.as_secs_f64();
        function.seconds += seconds;
        function.count += 1;
        for (bucket, bound) in function.buckets.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(seconds <= bound);
        }
    }

    fn text(&self) -> String {
        let functions = self.functions.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        head(&mut text, "kosmo_calls_total", "counter", "Calls by function and what came of them.");
        for (name, function) in functions.iter() {
            for (status, count) in &function.statuses {
                let (name, status) = (label(name), label(status));
                line(
                    &mut text,
                    format_args!(
                        "kosmo_calls_total{{function=\"{name}\",status=\"{status}\"}} {count}"
                    ),
                );
            }
        }
        let about = "How long calls took, with waiting and retries.";
        head(&mut text, "kosmo_call_duration_seconds", "histogram", about);
        for (name, function) in functions.iter() {
            let (name, metric) = (label(name), "kosmo_call_duration_seconds");
            for (bound, count) in BUCKETS.iter().zip(function.buckets) {
                line(
                    &mut text,
                    format_args!("{metric}_bucket{{function=\"{name}\",le=\"{bound}\"}} {count}"),
                );
            }
            let Function { count, seconds, .. } = function;
            line(
                &mut text,
                format_args!("{metric}_bucket{{function=\"{name}\",le=\"+Inf\"}} {count}"),
            );
            line(&mut text, format_args!("{metric}_sum{{function=\"{name}\"}} {seconds}"));
            line(&mut text, format_args!("{metric}_count{{function=\"{name}\"}} {count}"));
        }
        text
    }
}

fn head(text: &mut String, name: &str, kind: &str, about: &str) {
    line(text, format_args!("# HELP {name} {about}\n# TYPE {name} {kind}"));
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{content}");
}

/// A label's value, in which three characters have to be escaped.
fn label(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Everything that is counted, and how many events wait.
///
/// # Errors
/// When the outbox cannot be read.
pub(super) async fn metrics(
    State(service): State<Arc<Service>>,
    Extension(caller): Extension<Caller>,
) -> Result<Response, Problem> {
    let mut text = service.metrics.text();
    let sight = Sight::of(service.runtime.catalogue(), &caller);
    head(&mut text, "kosmo_outbox_events", "gauge", "Events in the outbox by account and state.");
    let states = service.runtime.outbox().state(&Which::default()).await?;
    for (place, state) in states.iter().filter(|(place, _)| sight.place(place)) {
        let (provider, account) = (label(&place.provider), label(&place.account));
        let mark = label(&place.mark);
        for (word, count) in [("queued", state.counts.queued), ("buried", state.counts.buried)] {
            line(
                &mut text,
                format_args!(
                    "kosmo_outbox_events{{provider=\"{provider}\",account=\"{account}\",mark=\"{mark}\",state=\"{word}\"}} {count}"
                ),
            );
        }
    }
    let version = env!("CARGO_PKG_VERSION");
    head(&mut text, "kosmo_build_info", "gauge", "The version of the program.");
    line(&mut text, format_args!("kosmo_build_info{{version=\"{version}\"}} 1"));
    Ok(typed(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_in_its_bucket_and_in_every_larger_one() {
        let metrics = Metrics::default();
        metrics.ended("a\"b", "ok", Duration::from_millis(4));
        metrics.ended("a\"b", "ok", Duration::from_secs(20));
        metrics.ended("a\"b", "timeout", Duration::from_millis(30));
        let text = metrics.text();
        for expected in [
            r#"kosmo_calls_total{function="a\"b",status="ok"} 2"#,
            r#"kosmo_calls_total{function="a\"b",status="timeout"} 1"#,
            r#"kosmo_call_duration_seconds_bucket{function="a\"b",le="0.0025"} 0"#,
            r#"kosmo_call_duration_seconds_bucket{function="a\"b",le="0.005"} 1"#,
            r#"kosmo_call_duration_seconds_bucket{function="a\"b",le="10"} 2"#,
            r#"kosmo_call_duration_seconds_bucket{function="a\"b",le="+Inf"} 3"#,
            r#"kosmo_call_duration_seconds_count{function="a\"b"} 3"#,
        ] {
            assert!(text.lines().any(|line| line == expected), "{expected}\n{text}");
        }
    }
}
