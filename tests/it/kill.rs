//! Killed senders lose nothing: the short form of `cargo bench --bench kill`.

use crate::kill_points::{ALL, points};

/// Runs one scenario at a few points.
fn survives(name: &str, seeds: std::ops::Range<u64>) {
    let scenario = ALL.iter().find(|scenario| scenario.name.contains(name)).unwrap();
    if scenario.nats && crate::nats_server::program().is_none() {
        return crate::peers::skip_or_fail(crate::nats_server::MISSING);
    }
    let tally = points(scenario, seeds).unwrap_or_else(|why| panic!("{}:\n{why}", scenario.name));
    assert!(tally.kills > 0 && tally.events > 0, "nobody was killed: {tally:?}");
}

#[test]
fn an_import_survives_its_death() {
    survives("an import", 0..8);
}

#[test]
fn an_import_through_the_outbox_survives_its_death() {
    survives("a file queued", 0..6);
}

#[test]
fn an_outbox_survives_the_death_of_its_producer_and_its_courier() {
    survives("its courier", 0..8);
}

#[test]
fn an_outbox_survives_the_death_of_one_of_two_couriers() {
    survives("two couriers", 0..6);
}

#[test]
fn a_stream_survives_the_death_of_its_workers_its_producer_and_its_server() {
    survives("a stream", 0..3);
}
