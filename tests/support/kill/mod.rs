//! Kills senders at points that a seed decides, while the sink drops, delays, duplicates and
//! refuses, and then holds the sink against what was promised: every event once, none changed,
//! every receipt true.

mod import;
mod jetstream;
mod outbox;
mod stage;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

pub use stage::{Stage, Tally};

/// One way of delivering, and of being killed at it.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    /// What happens.
    pub name: &'static str,
    /// Whether it takes a NATS server.
    pub nats: bool,
    /// Lets it happen once; what was found wrong.
    pub run: fn(&Stage, &mut Tally) -> Result<(), String>,
}

/// All of them.
pub static ALL: &[Scenario] = &[
    Scenario { name: "an import, killed and begun again", nats: false, run: import::killed },
    Scenario {
        name: "a file queued, its import killed and begun again",
        nats: false,
        run: import::killed_queueing,
    },
    Scenario {
        name: "an outbox, its producer and its courier killed",
        nats: false,
        run: outbox::killed,
    },
    Scenario {
        name: "an outbox with two couriers, killed in turn",
        nats: false,
        run: outbox::two_couriers,
    },
    Scenario {
        name: "a stream with two workers, all killed in turn, the server too",
        nats: true,
        run: jetstream::killed,
    },
];

/// Runs a scenario at so many points, some at a time; what was seen of them all.
///
/// # Errors
/// Every point at which something was wrong, with its seed.
pub fn points(scenario: &Scenario, seeds: std::ops::Range<u64>) -> Result<Tally, String> {
    // Most of the time somebody waits for a retry: more at once than there are processors.
    const AT_ONCE: u64 = 4;
    let next = AtomicU64::new(seeds.start);
    let found = Mutex::new((Tally::default(), Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(seeds.end - seeds.start) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let stage = Stage::new(seed);
                    let mut tally = Tally { points: 1, ..Tally::default() };
                    let outcome = (scenario.run)(&stage, &mut tally);
                    let mut found = found.lock().unwrap();
                    found.0.add(&tally);
                    if let Err(why) = outcome {
                        found.1.push(format!("seed {seed}: {why}"));
                    }
                }
            });
        }
    });
    let (tally, wrong) = found.into_inner().unwrap();
    if wrong.is_empty() { Ok(tally) } else { Err(wrong.join("\n")) }
}
