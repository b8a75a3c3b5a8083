//! The outbox on a NATS server, by command: kept by one process, looked at and sent by others.

use std::time::Duration;

use kosmo::emulator::Emulator;
use serde_json::{Value, json};

use crate::emulator::{WRITE_KEY, failing};
use crate::nats_server::Nats;
use crate::support::{Kosmo, kosmo};

/// None, with the reason printed, where there is no such program.
fn server() -> Option<Nats> {
    let nats = Nats::start();
    if nats.is_none() {
        crate::peers::skip_or_fail(crate::nats_server::MISSING);
    }
    nats
}

/// A run on a machine of its own, whose account lives at the emulator.
fn machine(emulator: &Emulator, nats: &Nats, args: &[&str]) -> Kosmo {
    kosmo(args.iter().copied())
        .and(["--outbox", &nats.url()])
        .env("SEGMENT_URL", emulator.url())
        .env("SEGMENT_WRITE_KEY", WRITE_KEY)
}

const SCRIPT: &str = "local sent = {}
for n = 1, 300 do
  sent[n] = app.integrations.segment.track_event{
    event = 'E', userId = 'user-' .. n % 20, properties = {n = n}}.message_id
end
return sent";

#[test]
fn one_machine_keeps_and_others_send() {
    let Some(mut nats) = server() else { return };
    let emulator = failing(&[]);
    let kept = machine(&emulator, &nats, &["integrations:lua", "--force", "--json", "-e", SCRIPT])
        .and(["--delivery", "outbox", "--flush-timeout", "0"])
        .run()
        .code(0)
        .json();
    assert_eq!(kept["meta"]["delivery"], json!({"sent": 0, "queued": 300, "refused": 0}));
    let ids: Vec<&str> =
        kept["result"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    assert_eq!(ids.len(), 300);
    assert!(emulator.events().is_empty());

    let shown = machine(&emulator, &nats, &["outbox:show", ids[7], "--json"]).run().code(0).json();
    assert_eq!(shown["receipt"]["status"], "queued");
    // What was kept outlives the server.
    nats.restart(Duration::ZERO);
    let list = machine(&emulator, &nats, &["outbox:list", "--json"]).run().code(0).json();
    assert!(list.to_string().contains("300"), "{list:#}");

    let senders: Vec<_> = (0..2)
        .map(|_| machine(&emulator, &nats, &["outbox:flush", "--wait", "--rate", "off", "--json"]))
        .map(|run| std::thread::spawn(move || run.run()))
        .collect();
    for sender in senders {
        sender.join().unwrap().code(0);
    }
    let mut numbers: Vec<u64> = emulator
        .events()
        .iter()
        .map(|event| event["message"]["properties"]["n"].as_u64().unwrap())
        .collect();
    let by_user = |user: u64| numbers.iter().copied().filter(move |n| n % 20 == user);
    for user in 0..20 {
        assert!(by_user(user).is_sorted(), "the order of one person");
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=300).collect::<Vec<_>>());
    let shown = machine(&emulator, &nats, &["outbox:show", ids[7], "--json"]).run().code(0).json();
    assert_eq!(shown["receipt"]["status"], "sent");
}

#[test]
fn a_server_that_is_away_takes_nothing_and_says_so() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let emulator = failing(&[]);
    let ran: Value = kosmo(["integrations:segment", "track", "--event=E", "--userId=u", "--json"])
        .and(["--force", "--delivery", "outbox"])
        .env("KOSMO_OUTBOX_URL", format!("nats://me:sesame@127.0.0.1:{port}"))
        .env("SEGMENT_URL", emulator.url())
        .env("SEGMENT_WRITE_KEY", WRITE_KEY)
        .run()
        .code(8)
        .json();
    assert_eq!(ran["error_detail"]["code"], json!("outbox_unavailable"));
    assert!(!ran.to_string().contains("sesame"));
    assert!(emulator.events().is_empty());
}
