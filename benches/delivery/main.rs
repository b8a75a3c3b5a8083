//! Delivery: kosmo against the official libraries and against the floor, in one run on one machine,
//! all of them sending the same events to one local sink that counts every one.
//!
//! `cargo bench --bench delivery [-- --events N] [--rounds N] [--only WORD]` prints one table and,
//! below it, every target beside its figure. It needs `node`, `npm` and `python3` with a registry
//! within reach the first time; who is missing is named and left out.
//! `-- --sink [thorough]` runs the sink alone, for a look by hand.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a benchmark prints, opens its own connections, and ends at the first failure"
)]

mod contestants;
mod floor;
mod loss;
#[path = "../../tests/support/peers.rs"]
#[expect(unreachable_pub, reason = "the tests share it")]
mod peers;
#[path = "../shared/mod.rs"]
mod shared;
#[path = "../../tests/support/sink/mod.rs"]
#[expect(dead_code, unreachable_pub, reason = "the tests look at more")]
mod sink;
mod stage;
mod table;

use contestants::{Contestant, Run};
use shared::{MEASURE, Usage, measure_child, measured};
use stage::Stage;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some(MEASURE) => measure_child(&args[1..]),
        Some(floor::FLOOR) => floor::post(&args[1], &args[2]),
        Some(stage::SINK) => stage::sink(args.get(1).is_some_and(|look| look == "thorough")),
        _ => race(&Options::read(&args)),
    }
}

/// What is wanted of a run.
#[derive(Debug)]
struct Options {
    events: u64,
    rounds: usize,
    only: Vec<String>,
}

impl Options {
    /// Flags, `KOSMO_BENCH_EVENTS`, and what cargo adds of its own.
    fn read(args: &[String]) -> Self {
        let after = |flag: &str| {
            let places = args.iter().zip(args.iter().skip(1));
            places
                .filter(|(word, _)| *word == flag)
                .map(|(_, value)| value.clone())
                .collect::<Vec<_>>()
        };
        let env = std::env::var("KOSMO_BENCH_EVENTS").ok();
        let number = |value: Option<&String>| {
            value.map(|text| text.replace('_', "").parse::<u64>().unwrap())
        };
        Self {
            events: number(after("--events").first().or(env.as_ref())).unwrap_or(1_000_000),
            rounds: number(after("--rounds").first())
                .map_or(3, |rounds| usize::try_from(rounds).unwrap()),
            only: after("--only"),
        }
    }

    fn wants(&self, contestant: &Contestant) -> bool {
        self.only.is_empty() || self.only.iter().any(|word| contestant.name.contains(word.as_str()))
    }
}

/// What one contestant did.
#[derive(Debug)]
struct Result {
    contestant: &'static Contestant,
    events: u64,
    used: Vec<Usage>,
    /// What the sink used for its part, µs an event, in the last round.
    sink: f64,
    loss: loss::Loss,
}

fn race(options: &Options) {
    let stage = Stage::new(options.events);
    println!(
        "{} events of {} bytes, {} rounds; bodies packed with gzip, level {}: {} bytes an event",
        options.events,
        stage.event_bytes,
        options.rounds,
        floor::LEVEL,
        stage.packed_bytes / options.events,
    );
    let mut results: Vec<Result> = Vec::new();
    for contestant in contestants::ALL.iter().filter(|row| options.wants(row)) {
        if let Err(why) = (contestant.ready)(&stage) {
            println!("{} is left out: {why}", contestant.name);
            continue;
        }
        let events = (options.events / contestant.share).max(1_000);
        let loss = loss::Loss::default();
        results.push(Result { contestant, events, used: Vec::new(), sink: 0.0, loss });
    }
    // In turn, so that a slow moment hits all of them; the slow ones run once.
    for round in 0..options.rounds {
        for result in &mut results {
            if round == 0 || !result.contestant.slow {
                deliver(&stage, result);
            }
        }
    }
    for result in &mut results {
        result.loss = loss::measure(&stage, result.contestant);
    }
    let extras = table::Extras::measure(&stage, &results);
    table::print(&results, &extras);
}

/// One measured run, all of whose events must arrive.
fn deliver(stage: &Stage, result: &mut Result) {
    let name = result.contestant.name;
    stage.sink.ask("reset");
    let run = Run { stage, sink: &stage.sink, events: result.events, home: stage.home() };
    let used = measured(&(result.contestant.flush)(&run));
    let report = stage.sink.report();
    let (received, events) = (report.received, result.events);
    let unique = if report.without_id > 0 { report.without_id } else { report.unique };
    assert_eq!(unique, events, "{name}: {report:?}");
    result.sink = report.cpu_us as f64 / received as f64;
    eprintln!(
        "{name}: {:.0} events/s, {:.2} µs CPU, {:.1} MB, sink {:.2} µs",
        events as f64 / used.wall_us * 1e6,
        used.cpu_us / events as f64,
        used.peak_kb / 1024.0,
        result.sink
    );
    result.used.push(used);
}
