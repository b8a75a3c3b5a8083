//! The face for agents: a server of the Model Context Protocol, over pipes and over HTTP.
//!
//! A [`Server`] is made of an [`Offer`] – a list of [`Tool`]s, each a plain value – and a [`Profile`],
//! which narrows whatever is called through it. The gateway's own offer is computed from the
//! catalogue's rows ([`Offer::by_profile`]); any other list is served the same way:
//!
//! ```text
//! let tool = Tool { name, title, description, input, output, hints, act: Act::Function { function, account } };
//! let offer = Offer::of("my-capability", vec![tool, …]);   // names, hints and order as they are
//! let profile = Profile::new("the capability `x`", Written { write: Some(Write::Allow), ..Written::default() }, settings)?;
//! let server = Server::new(runtime, offer, profile);
//! mcp::stdio::serve(server, input, output, stop).await?;    // or mcp::http::router(server, door.ending()), an axum Router
//! ```
//!
//! What is left to others: policy, tokens and everything else about a call is the engine's, scripts are
//! run by whoever runs the scripts of actions, and who may connect over HTTP is decided at the door.

mod agent;
mod answer;
mod call;
mod code;
mod consent;
pub mod http;
mod kept;
mod offer;
mod pages;
mod passed;
mod profile;
mod script;
mod server;
pub mod stdio;
mod tool;

pub use offer::Offer;
pub use profile::{Profile, Shape, Write, Written};
pub use server::Server;
pub use tool::{ACCOUNT, Act, Code, DRY_RUN, Hints, Tool, name};
