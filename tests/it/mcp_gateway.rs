//! The gateway for agents over standard input and output, as a client sees it.

#![expect(clippy::needless_pass_by_value, reason = "what is sent is written where it is sent")]

pub mod agent;
mod bad_input;
mod code_mode;
mod consent;
mod direct;
mod http;
mod install;

mod lifecycle;
mod passed;
mod peers;
