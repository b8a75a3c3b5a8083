//! The long form of `tests/it/kill.rs`: `cargo bench --bench kill [-- POINTS [WORD]]` kills senders
//! at 200 points of every scenario and prints what was seen.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a benchmark prints, and ends at the first failure"
)]
#![expect(unreachable_pub, reason = "the tests share these modules")]

#[path = "../tests/support/kill/mod.rs"]
mod kill;
#[path = "../tests/support/nats.rs"]
mod nats_server;
#[path = "../tests/support/sink/mod.rs"]
#[expect(dead_code, reason = "other benchmarks look at more")]
mod sink_server;

use std::time::Instant;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let number = args.first().and_then(|word| word.parse().ok()).unwrap_or(200);
    let word = args.get(1).map_or("", String::as_str);
    let mut lost = false;
    for scenario in kill::ALL.iter().filter(|scenario| scenario.name.contains(word)) {
        if scenario.nats && nats_server::program().is_none() {
            println!("{}: skipped: {}", scenario.name, nats_server::MISSING);
            continue;
        }
        let began = Instant::now();
        let found = kill::points(scenario, 1_000..1_000 + number);
        let took = began.elapsed().as_secs_f64();
        match found {
            Ok(tally) => println!(
                "{}: {} points, {} kills, {} runs to go on; {} events held, each once ({} came \
                 again), {} receipts true; the sink: {:?}; {took:.0} s",
                scenario.name,
                tally.points,
                tally.kills,
                tally.resumed,
                tally.events,
                tally.again,
                tally.receipts,
                tally.faults,
            ),
            Err(why) => {
                lost = true;
                println!("{}: WRONG after {took:.0} s\n{why}", scenario.name);
            }
        }
    }
    assert!(!lost, "not everything that was promised arrived");
}
