//! What came of an import, for people and programs.

use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::invocation::Invocation;
use crate::cli::output::failure;
use crate::cli::sending::Sent;
use crate::engine::Delivery;
use crate::engine::import::{Import, Imported, Refusal};
use crate::error::{Fault, Kind, SideEffect};

/// Prints the summary and returns the exit status.
pub(super) fn report(
    invocation: &Invocation,
    import: &Import,
    imported: &Imported,
    took: Duration,
    sent: Option<&Sent>,
) -> u8 {
    let fault = imported.fault.clone().or_else(|| partial(imported));
    let fault = fault.map(|fault| match fault.extra.effect {
        SideEffect::None if !import.dry_run && imported.sent + imported.queued > 0 => {
            fault.effect(SideEffect::Done)
        }
        _ => fault,
    });
    let printer = invocation.printer();
    if invocation.json() {
        let mut json = summary(import, imported, took);
        if let Some(sent) = sent {
            json["delivery"] = sent.to_json();
        }
        if let (Some(fault), Some(json)) = (&fault, json.as_object_mut())
            && let Value::Object(failure) = failure(fault)
        {
            json.extend(failure);
        }
        printer.answer(&json);
    } else {
        for Refusal { row, message, code, .. } in &imported.sample {
            printer.warn(&format!(
                "{} line {}: {message} ({code})",
                import.source.name(),
                row.line + 1
            ));
        }
        if imported.warned > 0 {
            let what = if imported.warned == 1 { "event has" } else { "events have" };
            printer.warn(&format!(
                "{} {what} warnings; segment:lint lists them, also with --plan",
                imported.warned
            ));
        }
        printer.lines(&told(import, imported, took));
        if let Some(fault) = &fault {
            printer.complain(fault);
        }
        if let Some(sent) = sent {
            sent.tell(printer);
        }
    }
    fault.map_or_else(|| sent.map_or(0, Sent::status), |fault| fault.exit())
}

/// What a finished import that left rows behind ends with.
fn partial(imported: &Imported) -> Option<Fault> {
    let refused = imported.record.refused;
    if refused == 0 {
        return None;
    }
    let kind = if imported.record.sent + imported.record.queued == 0 {
        Kind::EventInvalid
    } else {
        Kind::Partial
    };
    let rows = if refused == 1 { "1 row was" } else { &format!("{refused} rows were") };
    let fault = Fault::new(kind, format!("{rows} refused"));
    Some(match &imported.refused_file {
        Some(file) => fault.hint(format!("each is in {} with its reason", file.display())),
        None => fault,
    })
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(events: u64, took: Duration) -> f64 {
    (events as f64 / took.as_secs_f64().max(0.001)).round()
}

fn summary(import: &Import, imported: &Imported, took: Duration) -> Value {
    let record = &imported.record;
    json!({
        "success": true,
        "import": record.id,
        "source": record.source,
        "account": record.account,
        "sent": imported.sent,
        "queued": imported.queued,
        "warned": imported.warned,
        "refused": imported.refused,
        "total_sent": record.sent,
        "total_queued": record.queued,
        "total_refused": record.refused,
        "refused_file": imported.refused_file,
        "refused_by_code": imported.codes,
        "refusals": imported.sample.iter().map(refusal).collect::<Vec<_>>(),
        "complete": record.done,
        "resumed": imported.resumed,
        "already_imported": imported.already,
        "dry_run": import.dry_run,
        "run_id": imported.run_id,
        "duration_ms": (took.as_secs_f64() * 1e6).round() / 1e3,
        "events_per_second": rate(imported.sent + imported.queued, took),
    })
}

fn refusal(refusal: &Refusal) -> Value {
    json!({"line": refusal.row.line + 1, "code": refusal.code, "message": refusal.message})
}

fn told(import: &Import, imported: &Imported, took: Duration) -> String {
    let record = &imported.record;
    let name = &record.source;
    if imported.already {
        let mut came = vec![format!("{} sent", record.sent)];
        came.extend((record.queued > 0).then(|| format!("{} queued", record.queued)));
        let (came, refused) = (came.join(", "), record.refused);
        return format!(
            "{name} was imported already: {came}, {refused} refused, finished {}; --again sends it anew",
            record.at
        );
    }
    let verb = match import.delivery {
        _ if import.dry_run => "checked",
        Delivery::Direct => "sent",
        Delivery::Outbox => "queued",
    };
    let (events, all) = (imported.sent + imported.queued, record.sent + record.queued);
    let earlier = match all.saturating_sub(events) {
        0 => String::new(),
        before => format!(" ({before} before, {all} in all)"),
    };
    format!(
        "{verb} {events}{earlier}, refused {}, in {:.1} s ({}/s)",
        record.refused,
        took.as_secs_f64(),
        rate(events, took),
    )
}
