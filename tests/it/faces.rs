//! Every row with an example, through every face: one identical request at the service, one result,
//! and one fault where the arguments are wrong or the service refuses. What a face is made of is
//! `faces/`'s business.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails as the test does")]

mod asked;
mod command;
mod gateway;
mod http;

use kosmo::catalogue::{Catalogue, Effect, Operation};
use kosmo::emulator::Emulator;
use serde_json::{Map, Value, json};

use self::asked::{result, steady};
use crate::emulator::wire::ask;
use crate::emulator::{API_TOKEN, CONFIG_TOKEN, PROFILE_TOKEN, WRITE_KEY, emulator};

/// The space that the emulator knows.
const SPACE: &str = "spa_4kVx9TqLz2WnRc7YbM5pJs";

/// Lets the question which workspace a token is for through, before a fault that fits everything.
const UNTOUCHED: &str = "GET /=delay:1";

/// How many parts the rows are taken in, each with faces and an emulator of its own.
const PARTS: usize = 4;

/// What came of a call, as a face says it.
#[derive(Debug, PartialEq)]
enum Said {
    /// The result.
    Value(Value),
    /// The fault, as far as it is the same everywhere: code, message, status, effect.
    Fault(Value),
}

impl Said {
    /// What a face says of a failure.
    fn fault(detail: &Value) -> Self {
        let kept = ["code", "message", "http_status", "retryable", "effect", "param"];
        let kept = kept.iter().map(|&name| (name.to_owned(), detail[name].clone()));
        Self::Fault(steady(&Value::Object(kept.collect())))
    }

    /// A result, without what differs from call to call.
    fn value(value: &Value) -> Self {
        Self::Value(result(&steady(value)))
    }
}

/// A way in.
trait Face {
    /// What it is called in a complaint.
    fn name(&self) -> &'static str;

    /// Calls a function with arguments by name, allowing what it does.
    fn call(&mut self, function: &str, args: &Map<String, Value>) -> Said;
}

/// The environment that leads every account to an emulator.
fn environment(emulator: &Emulator) -> Vec<(&'static str, String)> {
    let mut all: Vec<(&'static str, String)> = [
        ("SEGMENT_WRITE_KEY", WRITE_KEY),
        ("SEGMENT_API_TOKEN", API_TOKEN),
        ("SEGMENT_TOKEN", CONFIG_TOKEN),
        ("SEGMENT_PROFILE_TOKEN", PROFILE_TOKEN),
        ("SEGMENT_SPACE_ID", SPACE),
        ("SEGMENT_WORKSPACE", "my-workspace"),
        ("SEGMENT_USER_EMAIL", "ada@example.com"),
        ("KOSMO_HTTP_RETRIES", "0"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into();
    let urls = ["URL", "API_URL", "CONFIG_URL", "PROFILE_URL", "CDN_URL", "OBJECTS_URL"];
    all.extend(urls.map(|name| match name {
        "URL" => ("SEGMENT_URL", emulator.url()),
        "API_URL" => ("SEGMENT_API_URL", emulator.url()),
        "CONFIG_URL" => ("SEGMENT_CONFIG_URL", emulator.url()),
        "PROFILE_URL" => ("SEGMENT_PROFILE_URL", emulator.url()),
        "CDN_URL" => ("SEGMENT_CDN_URL", emulator.url()),
        _ => ("SEGMENT_OBJECTS_URL", emulator.url()),
    }));
    all
}

/// A call through one face, from the emulator's beginning: what was said, and what arrived.
fn through(
    face: &mut dyn Face,
    emulator: &Emulator,
    fail: &[&str],
    (function, args): (&str, &Map<String, Value>),
) -> (Said, Vec<Value>) {
    ask("POST", "/__emulator/reset").send(emulator).status(200);
    if !fail.is_empty() {
        let faults = json!({"fail": fail});
        ask("POST", "/__emulator/faults").json(&faults).send(emulator).status(200);
    }
    let said = face.call(function, args);
    let requests = emulator.requests();
    (said, requests.as_array().unwrap().iter().map(asked::request).collect())
}

/// What the faces do not agree on about one row.
fn disagreements(
    faces: &mut Vec<Box<dyn Face>>,
    emulator: &Emulator,
    row: &Operation,
) -> Vec<String> {
    let name = row.full_name();
    let mut nonsense = row.example.clone();
    nonsense.insert("nonsenseArgument".to_owned(), json!(1));
    let own = row.routes.iter().any(|route| route.path == "/");
    let refused: &[&str] = match own {
        true => &["*=status:403,body:json"],
        false => &[UNTOUCHED, "*=status:403,body:json"],
    };
    let calls = [
        ("as its example", row.example.clone(), &[][..]),
        ("with an argument that it does not have", nonsense, &[]),
        ("refused by the service", row.example.clone(), refused),
    ];
    let mut wrong = Vec::new();
    for (how, args, fail) in calls {
        let mut first: Option<(&str, (Said, Vec<Value>))> = None;
        for at in 0..faces.len() {
            let mut got = through(faces[at].as_mut(), emulator, fail, (&name, &args));
            if waits(&got) {
                *faces = all(emulator);
                got = through(faces[at].as_mut(), emulator, fail, (&name, &args));
            }
            let face = faces[at].name();
            if !own {
                got.1.retain(|request| !is_guard(request));
            }
            let Some((other, expected)) = &first else {
                wrong.extend(
                    strange(&got, how, row.effect)
                        .map(|why| format!("{name} {how}: {why}: {}", plain(&got))),
                );
                first = Some((face, got));
                continue;
            };
            if got != *expected {
                wrong.push(format!(
                    "{name} {how}: {face} differs from {other}\n{}\nand not\n{}",
                    plain(&got),
                    plain(expected)
                ));
            }
        }
    }
    wrong
}

/// Whether a call was left for a later turn. A face that has just begun has its turn at once.
fn waits((said, requests): &(Said, Vec<Value>)) -> bool {
    let told = |fault: &Value| fault["code"] == "rate_limited" || fault["code"] == "timeout";
    requests.is_empty() && matches!(said, Said::Fault(fault) if told(fault))
}

/// Every face, in a home of its own.
fn all(emulator: &Emulator) -> Vec<Box<dyn Face>> {
    let mut all = command::faces(emulator);
    all.extend(gateway::faces(emulator));
    all.push(http::face(emulator));
    all
}

/// Whether a request only asks which workspace a token is for. A face that goes on running asks once.
fn is_guard(request: &Value) -> bool {
    request["method"] == "GET" && request["path"] == "/"
}

/// What came of a call, for a complaint.
fn plain((said, requests): &(Said, Vec<Value>)) -> String {
    let said = match said {
        Said::Value(value) => format!("result {value}"),
        Said::Fault(fault) => format!("fault {fault}"),
    };
    let requests: Vec<String> = requests.iter().map(|request| format!("\n  {request}")).collect();
    said + &requests.concat()
}

/// What is wrong with how the first face went about it, if anything is.
fn strange(
    (said, requests): &(Said, Vec<Value>),
    how: &str,
    effect: Effect,
) -> Option<&'static str> {
    // What cannot be taken back needs a person who says how many people it is about.
    if effect == Effect::Erase {
        let sent = requests.iter().any(|request| request["method"] != "GET");
        return (sent || matches!(said, Said::Value(_))).then_some("it was not refused");
    }
    match (said, how) {
        // A whole set is replaced only by who says which one it is.
        (Said::Fault(fault), "as its example") if effect == Effect::Replace => {
            (fault["code"] != "replace_needs_expect").then_some("it failed otherwise")
        }
        (Said::Fault(_), "as its example") => Some("it failed"),
        (Said::Value(_), "as its example") if requests.is_empty() => Some("nothing arrived"),
        (Said::Value(_), "with an argument that it does not have") => Some("it was accepted"),
        (_, "with an argument that it does not have") if !requests.is_empty() => {
            Some("something arrived")
        }
        _ => None,
    }
}

#[test]
fn every_row_is_the_same_through_every_face() {
    let catalogue = Catalogue::new(Vec::new());
    let rows: Vec<&Operation> =
        catalogue.operations().filter(|row| !row.example.is_empty()).collect();
    assert!(rows.len() > 200, "only {} rows have an example", rows.len());
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..PARTS)
            .map(|part| {
                let rows = &rows;
                scope.spawn(move || {
                    let emulator = emulator();
                    let mut faces = all(&emulator);
                    let rows = rows.iter().skip(part).step_by(PARTS);
                    rows.flat_map(|row| disagreements(&mut faces, &emulator, row)).collect()
                })
            })
            .collect();
        parts.into_iter().flat_map(|part| -> Vec<String> { part.join().unwrap() }).collect()
    });
    let count = wrong.len();
    assert!(wrong.is_empty(), "{count} disagreements\n{}", wrong[..count.min(5)].join("\n\n"));
}
