//! A stand-in for the service, for trying things and for tests. Knows the catalogue, never the
//! engine: what arrives is checked by its own reading of the documented APIs, so that a mistake on
//! the sending side cannot cancel itself out. `docs/emulator.md` says what it does not do.
//!
//! ```text
//! http       the socket, and scripted faults carried out
//! faults     which request fails, and how     script  the grammar of `--fail`
//! core       request → answer, over shared state
//! routes     which row a request belongs to   face    which API, and how it says no
//! tracking   /v1/…                            event   what Segment drops behind the door
//!                                     blocked what schema settings hold back
//! public     /…, the Public API               model   what rows cannot say of collections
//! config     /v1beta/…, the same state        fql     conditions of filters
//! profile    /v1/spaces/…                     observe what events leave behind
//! objects    /v1/set, /v0/…                   oauth   /token
//! control    /__emulator/…                    heard   what came in last
//! state      what is remembered               data    the file it is kept in
//! exchange   request and answer as plain data
//! ```

mod blocked;
mod config;
mod control;
mod core;
mod data;
mod event;
mod exchange;
mod face;
mod faults;
mod fql;
mod heard;
mod http;
mod model;
mod oauth;
mod objects;
mod observe;
mod profile;
mod public;
mod routes;
mod script;
mod state;
mod tracking;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use serde_json::Value;

use self::core::Core;
use crate::catalogue::Catalogue;
use crate::error::{Fault, Kind};
use crate::port;

/// How to start an emulator.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// The port on 127.0.0.1; 0 picks a free one.
    pub port: u16,
    /// A JSON file that state is loaded from and saved to.
    pub data: Option<PathBuf>,
    /// Scripted faults, in the syntax of `--fail`.
    pub faults: Vec<String>,
    /// The public key, as PEM, that assertions for tokens are checked with. Without one their
    /// signatures are not looked at.
    pub oauth_key: Option<String>,
}

/// A running emulator; dropping it ends it.
pub struct Emulator {
    address: SocketAddr,
    core: Arc<Core>,
    ended: Arc<Ended>,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts one on a thread and runtime of its own and returns once it listens.
    ///
    /// # Errors
    /// When the port is taken, the data file unreadable or a fault specification wrong.
    pub fn start(catalogue: Arc<Catalogue>, setup: Setup) -> Result<Self, Fault> {
        let core =
            Arc::new(Core::new(catalogue, setup.data, &setup.faults, setup.oauth_key.as_deref())?);
        let (listener, address) = port::listen(Ipv4Addr::LOCALHOST.into(), setup.port)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Fault::io("cannot start the emulator", &error))?;
        let ended = Arc::new(Ended::default());
        let (inner, guard) = (Arc::clone(&core), EndGuard(Arc::clone(&ended)));
        let thread = std::thread::Builder::new()
            .name("emulator".to_owned())
            .spawn(move || {
                let _guard = guard;
                // It fails only when the listener cannot be handed to the runtime; who waits is
                // woken by the guard in any case.
                let _ = runtime.block_on(http::serve(listener, inner));
            })
            .map_err(|error| Fault::io("cannot start the emulator", &error))?;
        Ok(Self { address, core, ended, thread: Some(thread) })
    }

    /// The base URL that replaces every service's.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every message received so far, oldest first: `received_at`, `timestamp`, `type`,
    /// `message_id`, `user_id`, `anonymous_id`, `source`, `status` (`delivered`, `rejected`,
    /// `filtered`, `duplicate`), `reason`, `message`.
    pub fn events(&self) -> Vec<Value> {
        control::events(&self.core, &[])
    }

    /// The requests received last, oldest first, as `GET /__emulator/requests` shows them.
    pub fn requests(&self) -> Value {
        self.core.heard().to_json()
    }

    /// Asks it to end; open connections are cut. May be called from another thread than `wait`.
    pub fn stop(&self) {
        self.core.ending.notify_one();
    }

    /// Waits until it has ended.
    pub fn wait(&self) {
        self.ended.wait();
    }

    /// Ends it and writes the data file.
    ///
    /// # Errors
    /// When the data file cannot be written.
    pub fn close(mut self) -> Result<(), Fault> {
        self.finish()
    }

    fn finish(&mut self) -> Result<(), Fault> {
        let Some(thread) = self.thread.take() else { return Ok(()) };
        self.stop();
        let joined = thread.join();
        self.core.save()?;
        joined.map_err(|_| Fault::new(Kind::Internal, "the emulator's thread panicked"))
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // Nobody is left to tell; `close` is for those who want to know.
        let _ = self.finish();
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Whether the server's thread is done.
#[derive(Default)]
struct Ended(Mutex<bool>, Condvar);

impl Ended {
    fn wait(&self) {
        let mut done = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !*done {
            done = self.1.wait(done).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Wakes those who wait, even after a panic.
struct EndGuard(Arc<Ended>);

impl Drop for EndGuard {
    fn drop(&mut self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }
}
