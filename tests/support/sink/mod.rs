//! A server in Segment's place that takes batches, counts every event, and goes wrong as it is told.
//!
//! It shares nothing with the program it measures, nor with the emulator: requests are read by hand
//! on a thread for each connection. Told to be thorough it takes every event apart and keeps what
//! it found; else it only looks for the message ids, so that it is not what a race is lost by.

pub mod control;
mod count;
pub mod faults;
mod http;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub use control::Report;
pub use count::Count;
pub use faults::Faults;

use faults::Fault;
use http::{Connection, Request};

/// How closely the events are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Only the message ids, for speed.
    Quick,
    /// Every event in full; what arrived can be asked for.
    Thorough,
}

/// A running server; it ends with the process.
#[derive(Debug, Clone)]
pub struct Sink {
    address: SocketAddr,
    state: Arc<State>,
}

/// What all connections share.
#[derive(Debug)]
struct State {
    look: Look,
    count: Mutex<Count>,
    faults: Mutex<Faults>,
    requests: AtomicU64,
    cpu_ns: AtomicU64,
}

impl Sink {
    /// Listens on a free port of this machine.
    pub fn start(look: Look, faults: Faults) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let state = Arc::new(State {
            look,
            count: Mutex::default(),
            faults: Mutex::new(faults),
            requests: AtomicU64::new(0),
            cpu_ns: AtomicU64::new(0),
        });
        let sink = Self { address: listener.local_addr().unwrap(), state };
        let state = Arc::clone(&sink.state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&state);
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        sink
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What has arrived so far.
    pub fn report(&self) -> Report {
        self.state.report()
    }

    /// Looks at what has been counted.
    pub fn counted<T>(&self, look: impl FnOnce(&Count) -> T) -> T {
        look(&self.state.count())
    }

    /// Goes wrong differently from now on.
    pub fn go_wrong(&self, faults: Faults) {
        *self.state.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    }
}

impl State {
    fn count(&self) -> std::sync::MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report(&self) -> Report {
        let cpu_us = self.cpu_ns.load(Ordering::Relaxed) / 1_000;
        Report::new(&self.count(), self.requests.load(Ordering::Relaxed), cpu_us)
    }

    fn reset(&self) {
        *self.count() = Count::default();
        self.requests.store(0, Ordering::Relaxed);
        self.cpu_ns.store(0, Ordering::Relaxed);
    }
}

/// One connection to its end, and the processor time it took.
fn serve(stream: TcpStream, state: &State) {
    stream.set_nodelay(true).ok();
    let mut connection = Connection::new(stream);
    let mut spent = thread_ns();
    while let Ok(Some(request)) = connection.read() {
        let stays = answer(&mut connection, &request, state);
        let now = thread_ns();
        state.cpu_ns.fetch_add(now - spent, Ordering::Relaxed);
        spent = now;
        if !stays {
            return;
        }
        connection.reuse(request);
    }
}

/// Answers one request; whether the connection stays open.
fn answer(connection: &mut Connection, request: &Request, state: &State) -> bool {
    let stays = request.keeps_alive();
    let mut say = |status, header: &str, body: &str| -> bool {
        connection.answer(status, header, body).is_ok() && stays
    };
    if let Some(path) = request.path().strip_prefix("/control/") {
        let (status, body) = control::answer(path, state);
        return say(status, "", &body);
    }
    let ordinal = state.requests.fetch_add(1, Ordering::Relaxed);
    let fault = state.faults.lock().unwrap_or_else(PoisonError::into_inner).draw(ordinal);
    if let Some(fault) = fault {
        state.count().went_wrong(fault);
    }
    match fault {
        Some(Fault::Drop) => return false,
        Some(Fault::Refuse(status, after)) => {
            let header = after.map(|after| format!("Retry-After: {after}\r\n"));
            return say(status, &header.unwrap_or_default(), "try again");
        }
        _ => {}
    }
    let status = count::take(request, state.look, &state.count);
    let body = if status == 200 { SUCCESS } else { "Bad Request" };
    match fault {
        Some(Fault::Lose) => return false,
        Some(Fault::Cut) => {
            connection.write(b"HTTP/1.1 200 OK\r\nContent-Le").ok();
            return false;
        }
        Some(Fault::HangUp) => {
            say(status, "", body);
            return false;
        }
        Some(Fault::FailLate(status)) => return say(status, "", "sorry"),
        Some(Fault::Delay(wait)) => std::thread::sleep(wait),
        Some(Fault::Drop | Fault::Refuse(..)) | None => {}
    }
    say(status, "", body)
}

const SUCCESS: &str = r#"{"success":true}"#;

/// What this thread has used of a processor.
fn thread_ns() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    u64::try_from(time.tv_sec * 1_000_000_000 + time.tv_nsec).unwrap_or_default()
}
