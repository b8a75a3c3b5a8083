//! `kosmo serve`: the REST face and its page, until somebody ends it.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::invocation::Invocation;
use super::sending::Sending;
use super::signal::Signals;
use super::status;
use super::units;
use crate::access::door::{Door, Limits, Rules};
use crate::error::Fault;
use crate::rest::{self, Service};
use crate::runtime::Runtime;

/// Command lines for the help.
pub(super) const EXAMPLES: &str = "\
kosmo serve
kosmo serve --port 0 --emulator --json
kosmo serve --host 0.0.0.0 --allow-host kosmo.internal
curl -H \"Authorization: Bearer $(kosmo token mint --allow 'segment.list_*')\" -X POST http://127.0.0.1:8787/v1/call/segment.list_sources";

/// Where it listens unless told otherwise.
const PORT: u16 = 8787;

/// How to serve.
#[derive(Debug, clap::Args)]
pub(super) struct ServeArgs {
    /// The port; 0 picks a free one
    #[arg(long, default_value_t = PORT)]
    port: u16,
    /// The address to listen on; beyond this machine, a proxy in front has to add TLS
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", value_parser = address)]
    host: IpAddr,
    /// Another name it may be addressed by, may be given several times
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// Let every program of this machine in without a token
    #[arg(long)]
    no_token: bool,
    /// The largest body of a request (4MB)
    #[arg(long, value_name = "BYTES", value_parser = units::bytes, help_heading = "Limits")]
    max_body: Option<usize>,
    /// Requests worked on at a time; more are sent away
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Limits")]
    max_requests: Option<u16>,
    /// How long calls in flight may take after a signal
    #[arg(long, value_name = "TIME", value_parser = units::duration, default_value = "30s", help_heading = "Limits")]
    drain_timeout: Duration,
    #[command(flatten)]
    sending: Sending,
}

fn address(text: &str) -> Result<IpAddr, String> {
    match text {
        "localhost" => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        text => text
            .trim_matches(['[', ']'])
            .parse()
            .map_err(|_| "it is an address such as 127.0.0.1, ::1 or 0.0.0.0".to_owned()),
    }
}

impl ServeArgs {
    fn rules(&self) -> Rules {
        let usual = Limits::default();
        Rules {
            host: self.host,
            port: self.port,
            token: !self.no_token,
            names: self.allow_host.clone(),
            open: rest::OPEN,
            refuse: Some(rest::refuse),
            limits: Limits {
                body: self.max_body.unwrap_or(usual.body),
                requests: self.max_requests.map_or(usual.requests, usize::from),
                farewell: self.drain_timeout,
                ..usual
            },
        }
    }
}

/// How every account stands.
fn accounts(runtime: &Runtime) -> Vec<Value> {
    status::records(runtime).iter().map(|record| Value::Object(record.to_json())).collect()
}

/// Serves until a signal comes.
///
/// # Errors
/// When it cannot listen.
pub(super) fn serve(invocation: &Invocation, args: &ServeArgs) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let printer = invocation.printer();
    // A token that does not count is better found now than by the first caller.
    runtime.engine().access.own()?;
    let served = invocation.wait(async {
        // Before anybody is told that it is there, since they may be quick to end it.
        let mut signals = Signals::listen()?;
        let door = Door::open(args.rules(), Arc::clone(&runtime.engine().access))?;
        let url = door.url();
        let service = Service::new(Arc::clone(runtime), door.sessions(), accounts)?;
        let page = match args.no_token {
            true => format!("{url}/"),
            false => format!("{url}/login?key={}", door.sessions().invite()?.expose()),
        };
        if !args.host.is_loopback() {
            printer.warn(
                "tokens travel unencrypted beyond this machine unless a proxy in front adds TLS",
            );
        }
        if invocation.json() {
            printer.answer(&json!({
                "success": true, "url": url, "token": !args.no_token, "page": page,
            }));
        } else {
            printer.note(&format!("listening on {url}"));
            printer.note(&format!("the page, for one browser: {page}"));
            if !args.no_token {
                printer.note("programs: Authorization: Bearer TOKEN, from `kosmo token mint`");
            }
        }
        Box::pin(door.serve(rest::routes(service), async || signals.next().await)).await
    })?;
    served?;
    if let Some(sent) = args.sending.end(invocation, false)? {
        sent.tell(printer);
    }
    Ok(0)
}
