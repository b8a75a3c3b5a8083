//! `capability serve`: the faces that a file shows, each on its port, until somebody ends them. What is
//! asked of them goes the way of every call; here they are put together and opened.

mod faces;
mod ports;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::LocalSet;

use super::text;
use crate::access::door::Door;
use crate::catalogue::action::{ActionSource, Layer, is_key};
use crate::catalogue::capability::rows::{self, Loaded};
use crate::catalogue::capability::{self, Level};
use crate::cli::invocation::Invocation;
use crate::cli::signal::Signals;
use crate::error::{Fault, Kind};
use crate::runtime::Runtime;
use crate::runtime::own::CAPABILITIES;
use crate::settings::Settings;
use crate::settings::Surroundings;
use faces::Chosen;
use ports::Ports;

/// What to serve.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ServeArgs {
    /// A capability file, a page with one on it, - for standard input, or the name of one that was added
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    ports: Ports,
    #[command(flatten)]
    chosen: Chosen,
}

/// A face that is open and not served yet.
struct Open {
    door: Door,
    routes: Router,
    said: Value,
}

/// Serves until a signal comes.
///
/// # Errors
/// What is wrong with the file, or which face cannot be opened.
pub(in crate::cli) fn serve(invocation: &Invocation, args: &ServeArgs) -> Result<u8, Fault> {
    let source = source(&args.file)?;
    let reading = capability::read(&source.text, false);
    let (repairs, warnings) = (reading.count(Level::Repair), reading.count(Level::Warning));
    let loaded = rows::load(&source).map_err(|fault| Fault { kind: Kind::Usage, ..fault })?;
    invocation.bring(source);
    let runtime = invocation.runtime()?;
    let printer = invocation.printer();
    // A token that does not count is better found now than by the first caller.
    runtime.engine().access.own()?;
    let status: Result<u8, Fault> = invocation.wait(async {
        // Before anybody is told that it is there, since they may be quick to end it.
        let signals = Signals::listen()?;
        let open = open(runtime, &loaded, args)?;
        if repairs + warnings > 0 {
            let file = args.file.display();
            printer.note(&format!(
                "{repairs} repairs, {warnings} warnings: kosmo capability lint {file}"
            ));
        }
        let said: Vec<Value> = open.iter().map(|face| face.said.clone()).collect();
        if invocation.json() {
            printer.answer(&json!({"success": true, "faces": said}));
        } else {
            said.iter().for_each(|face| printer.note(&line(face)));
        }
        LocalSet::new().run_until(together(open, signals)).await
    })?;
    status
}

/// `segment-rest (rest): http://127.0.0.1:8080, 12 functions`.
fn line(face: &Value) -> String {
    let word = |key: &str| face[key].as_str().unwrap_or_default();
    let token = if face["token"] == true { ", with a token of `kosmo token mint`" } else { "" };
    let count = &face["functions"];
    format!("{} ({}): {}, {count} functions{token}", word("namespace"), word("type"), word("url"))
}

/// Opens every face before one of them is served.
fn open(runtime: &Arc<Runtime>, loaded: &Loaded, args: &ServeArgs) -> Result<Vec<Open>, Fault> {
    let rules = args.ports.of(&loaded.capability)?;
    let mut all = Vec::new();
    for (at, rules) in rules {
        let face = &loaded.capability.exposes[at];
        let token = rules.token;
        let named = |fault: Fault| {
            let message = format!("the {} face `{}`: {}", face.kind, face.namespace, fault.message);
            Fault { message, ..fault }
        };
        let door = Door::open(rules, Arc::clone(&runtime.engine().access)).map_err(named)?;
        let (routes, path, count) = args.chosen.routes(runtime, loaded, at, &door)?;
        let url = format!("{}{path}", door.url());
        let said = json!({
            "type": face.kind, "namespace": face.namespace, "url": url, "functions": count,
            "token": token,
        });
        all.push(Open { door, routes, said });
    }
    Ok(all)
}

/// Serves all of them until a signal comes; the second one ends them at once.
async fn together(open: Vec<Open>, mut signals: Signals) -> Result<u8, Fault> {
    let (ring, heard) = watch::channel(0);
    let mut doors = tokio::task::JoinSet::new();
    for Open { door, routes, .. } in open {
        let mut heard = heard.clone();
        doors.spawn_local(async move {
            let end = async || {
                // Whoever rings is there as long as the doors are.
                let _ = heard.changed().await;
                *heard.borrow()
            };
            door.serve(routes, end).await
        });
    }
    let mut status = 0;
    loop {
        tokio::select! {
            signal = signals.next() => {
                status = signal;
                let _ = ring.send(signal);
            }
            ended = doors.join_next() => match ended {
                None => return Ok(status),
                Some(Ok(Ok(_))) => {}
                Some(Ok(Err(fault))) => return Err(fault),
                Some(Err(why)) => {
                    return Err(Fault::new(Kind::Internal, format!("a face came to its end: {why}")));
                }
            },
        }
    }
}

/// The file, or the one that was added under that name.
fn source(file: &Path) -> Result<ActionSource, Fault> {
    let name = file.to_str().filter(|name| is_key(name) && !file.exists());
    let kept = name.and_then(|name| kept(name).transpose()).transpose()?;
    let file = kept.unwrap_or_else(|| file.to_owned());
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    Ok(ActionSource {
        key: stem.unwrap_or_default(),
        text: text(&file)?,
        file: file.display().to_string(),
        layer: Layer::User,
    })
}

fn kept(name: &str) -> Result<Option<PathBuf>, Fault> {
    let settings = Settings::open_in(Surroundings::of_process(), Vec::new())?;
    let mut sources = CAPABILITIES.sources(&settings).into_iter();
    Ok(sources.rfind(|source| source.key == name).map(|source| source.file.into()))
}
