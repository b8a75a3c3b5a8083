//! The gateway over HTTP: where it listens, whom it lets in, and how it says where it is.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use serde_json::json;

use crate::access::door::{Door, Rules};
use crate::cli::invocation::Invocation;
use crate::cli::signal::Signals;
use crate::error::Fault;
use crate::mcp::{Server, http};
use crate::runtime::Runtime;

/// Where to listen, and for whom.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Web {
    /// Serve over HTTP on this address instead of standard input and output; port 0 picks a free one
    #[arg(long, value_name = "HOST:PORT", value_parser = address)]
    http: Option<SocketAddr>,
    /// Demand no token; only for programs on this machine
    #[arg(long, requires = "http")]
    no_token: bool,
    /// A name that the service may be addressed by; may be given several times
    #[arg(long, value_name = "NAME", requires = "http")]
    allow_host: Vec<String>,
}

impl Web {
    /// What the door is asked for; none without HTTP.
    pub(super) fn rules(&self) -> Option<Rules> {
        let address = self.http?;
        Some(Rules {
            host: address.ip(),
            port: address.port(),
            token: !self.no_token,
            names: self.allow_host.clone(),
            limits: http::limits(),
            ..Rules::default()
        })
    }
}

/// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`, `:8080` or `8080`.
fn address(text: &str) -> Result<SocketAddr, String> {
    let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
    let number = port.parse::<u16>().map_err(|_| format!("`{port}` is no port"))?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let host = match host {
        "" | "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
        host => host.parse().map_err(|_| format!("`{host}` is no address of this machine"))?,
    };
    Ok(SocketAddr::new(host, number))
}

/// Serves until a signal comes.
///
/// # Errors
/// An address that cannot be listened on, or may not.
pub(super) async fn serve(
    invocation: &Invocation,
    runtime: &Runtime,
    server: Server,
    rules: Rules,
) -> Result<u8, Fault> {
    // Before anybody is told that it is there, since they may be quick to end it.
    let mut signals = Signals::listen()?;
    let token = rules.token;
    let door = Door::open(rules, Arc::clone(&runtime.engine().access))?;
    let url = format!("{}/mcp", door.url());
    if invocation.json() {
        invocation.printer().answer(&json!({"success": true, "url": url, "token": token}));
    } else {
        invocation.printer().note(&format!("MCP gateway listening on {url}"));
        if token {
            invocation.printer().note("clients need a token: `kosmo token mint` makes one");
        }
    }
    let routes = http::router(server, door.ending());
    door.serve(routes, async || signals.next().await).await.map(|_| 0)
}

#[cfg(test)]
mod tests {

    #[test]
    fn an_address_may_be_written_in_short() {
        for (text, address) in [
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("8080", "127.0.0.1:8080"),
            (":8080", "127.0.0.1:8080"),
            ("localhost:1", "127.0.0.1:1"),
            ("[::1]:9", "[::1]:9"),
            ("0.0.0.0:80", "0.0.0.0:80"),
        ] {
            assert_eq!(super::address(text).unwrap().to_string(), address, "{text}");
        }
        for wrong in ["", "example.com:1", "127.0.0.1:99999", "127.0.0.1"] {
            assert!(super::address(wrong).is_err(), "{wrong}");
        }
    }
}
