//! kosmo: a catalogue of rows, an engine that performs one call, and faces that only translate.
//!
//! ```text
//! 4  main · cli                     the command line; starts the faces and the emulator
//! 3  lua │ mcp │ rest │ emulator    scripts │ agents │ HTTP │ a stand-in for the service
//! 2  engine · segment · access · upstream · runtime   how a call is performed, for whom and by whom
//! 1  catalogue   ledger             what can be called │ what must survive a crash
//! 0  error · redact · settings · port  failures, secrets, settings, listening
//! ```
//!
//! A module may use those below it and none above or beside it; `tests/it/tidy.rs` holds that.

pub mod access;
pub mod catalogue;
pub mod cli;
pub mod emulator;
pub mod engine;
pub mod error;
pub mod ledger;
pub mod lua;
pub mod mcp;
pub mod port;
pub mod redact;
pub mod rest;
pub mod runtime;
pub mod segment;
pub mod settings;
pub mod upstream;
