//! What a service asks of its door.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use axum::http::request::Parts;
use axum::response::Response;

use crate::error::Fault;

/// How a service says no in its own words; none for a problem as JSON.
pub type Refuse = fn(&Parts, &Fault) -> Option<Response>;

/// What a service asks of its door.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The address to listen on.
    pub host: IpAddr,
    /// The port; 0 for any that is free.
    pub port: u16,
    /// Whether a token is demanded. Without one nobody beyond this machine can be served.
    pub token: bool,
    /// Names it may be addressed by, besides those of this machine.
    pub names: Vec<String>,
    /// Paths that need no token.
    pub open: &'static [&'static str],
    /// How a caller without a token is refused.
    pub refuse: Option<Refuse>,
    /// How much of everything one may take.
    pub limits: Limits,
}

impl Default for Rules {
    /// Any free port of this machine, for callers with a token.
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            token: true,
            names: Vec::new(),
            open: &[],
            refuse: None,
            limits: Limits::default(),
        }
    }
}

/// How much of everything one may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a request's body.
    pub body: usize,
    /// The time the head of a request has to arrive, and that a connection may be idle.
    pub head: Duration,
    /// Whether a connection is kept for further requests.
    pub keep_alive: bool,
    /// The time the body of a request has to arrive.
    pub patience: Duration,
    /// The time in which a reader has to take something of an answer.
    pub reading: Duration,
    /// Requests that are worked on at a time.
    pub requests: usize,
    /// Connections at a time; more have to wait.
    pub connections: usize,
    /// The time that calls in flight have when the service ends.
    pub farewell: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 4 << 20,
            head: Duration::from_secs(10),
            keep_alive: true,
            patience: Duration::from_secs(30),
            reading: Duration::from_secs(30),
            requests: 256,
            connections: 512,
            farewell: Duration::from_secs(30),
        }
    }
}
