//! `emulator:serve` and `emulator:events`: the built-in stand-in as a server for other programs, and
//! a look at what it received.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::invocation::Invocation;
use super::reply::Reply;
use super::signal::Signals;
use crate::emulator::{Emulator, Setup};
use crate::error::{Fault, Kind};

/// Command lines for the help.
pub(super) const SERVE_EXAMPLES: &str = "\
kosmo emulator:serve --port 8765
kosmo emulator:serve --fail 'POST /v1/track=status:503,next:2'
SEGMENT_URL=http://127.0.0.1:8765 SEGMENT_WRITE_KEY=emulator-write-key kosmo integrations:lua workflow.lua";

/// Where `emulator:serve` listens unless told otherwise.
const PORT: u16 = 8765;

/// How long a running emulator may take to answer.
const ANSWER: Duration = Duration::from_secs(10);

/// How to serve.
#[derive(Debug, clap::Args)]
pub(super) struct ServeArgs {
    /// The port on 127.0.0.1; 0 picks a free one
    #[arg(long, default_value_t = PORT)]
    port: u16,
    /// A JSON file that the state is loaded from and saved to
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// A fault to act out, may be given several times
    #[arg(long, value_name = "SPEC")]
    fail: Vec<String>,
}

/// Which emulator to look at.
#[derive(Debug, clap::Args)]
pub(super) struct EventsArgs {
    /// Where it listens
    #[arg(long, value_name = "URL", default_value_t = format!("http://127.0.0.1:{PORT}"))]
    url: String,
}

/// Serves until a signal comes.
///
/// # Errors
/// When it cannot start.
pub(super) fn serve(invocation: &Invocation, args: &ServeArgs) -> Result<u8, Fault> {
    let setup = Setup {
        port: args.port,
        data: args.data.clone(),
        faults: args.fail.clone(),
        ..Setup::default()
    };
    let catalogue = invocation.runtime()?.catalogue();
    invocation.wait(async {
        // Before anybody is told that it is there, since they may be quick to end it.
        let mut signals = Signals::listen()?;
        let emulator = Emulator::start(Arc::clone(catalogue), setup)?;
        let url = emulator.url();
        if invocation.json() {
            invocation.printer().answer(&json!({"success": true, "url": url}));
        } else {
            invocation.printer().note(&format!("emulator listening on {url}"));
        }
        signals.next().await;
        emulator.close().map(|()| 0)
    })?
}

/// Lists the events a running emulator received.
///
/// # Errors
/// When there is none.
pub(super) fn events(invocation: &Invocation, args: &EventsArgs) -> Result<u8, Fault> {
    let answer = get(&args.url, "/__emulator/events")?;
    let events = answer["events"].as_array().cloned().unwrap_or_default();
    let text: Vec<String> = events.iter().map(line).collect();
    let json = json!({"success": true, "count": events.len(), "events": events});
    Ok(invocation.say(&Reply::new(json, text.join("\n")).listing("events")))
}

/// One event on one line: what, about whom, its name, and why it was not taken.
fn line(event: &Value) -> String {
    let of = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let message = |name: &str| of(&event["message"][name]);
    let kind = of(&event["type"]).unwrap_or_else(|| "event".to_owned());
    let who = message("userId").or_else(|| message("anonymousId"));
    let name = message("event").or_else(|| message("name")).or_else(|| message("groupId"));
    let status = of(&event["status"]).unwrap_or_default();
    let reason = of(&event["reason"]).map(|why| format!("{status}: {why}"));
    let parts = [who.or_else(|| Some("-".to_owned())), name, reason];
    let rest: Vec<String> = parts.into_iter().flatten().collect();
    format!("{kind:9} {}", rest.join("  "))
}

/// A GET of the emulator's own pages. It is always on this machine, so none of the care that the
/// engine takes with a service is needed.
fn get(url: &str, path: &str) -> Result<Value, Fault> {
    let host = url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
    let host = host.filter(|host| !host.contains('/')).ok_or_else(|| {
        Fault::usage(format!("`{url}` is not the URL of an emulator"))
            .hint(format!("for example http://127.0.0.1:{PORT}"))
    })?;
    let unreachable = |why: std::io::Error| {
        Fault::new(Kind::Network, format!("no emulator answers at {url}: {why}"))
            .hint("start one with `kosmo emulator:serve`")
    };
    let mut answer = String::new();
    TcpStream::connect(host)
        .and_then(|mut stream| {
            stream.set_read_timeout(Some(ANSWER))?;
            write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n")?;
            stream.read_to_string(&mut answer)
        })
        .map_err(unreachable)?;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    serde_json::from_str(body).map_err(|_| {
        Fault::new(Kind::BadAnswer, format!("what answers at {url} is not an emulator"))
    })
}
