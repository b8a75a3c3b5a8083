//! Calls are paced to their documented limits, whatever the number of processes.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kosmo::catalogue::{Catalogue, Source};
use kosmo::emulator::{Emulator, Setup};
use kosmo::engine::Options;
use kosmo::engine::governor::pace;
use kosmo::ledger::limits::Limits;
use serde_json::json;

use super::service::{Reply, Seen, Service, call, forced, runtime};
use super::support::{Ran, kosmo};
use crate::emulator::wire::ask;

const HOUR: Duration = Duration::from_secs(3600);

/// Eight processes call an operation of 600 a minute a hundred times each, each as soon as it is
/// let. Time is counted, not spent.
#[test]
fn eight_processes_use_a_limit_up_and_never_pass_it() {
    let home = tempfile::tempdir().unwrap();
    let pace = pace("600/minute").unwrap();
    let path = Some(home.path().join("kosmo.db"));
    let mut processes: Vec<(Limits, i64)> = (0..8).map(|_| (Limits::at(path.clone()), 0)).collect();
    let mut turns: Vec<i64> = Vec::new();
    for _ in 0..100 {
        for (limits, clock) in &mut processes {
            let wait = limits.take("q", pace, *clock, HOUR).unwrap();
            *clock += i64::try_from(wait.as_micros()).unwrap();
            turns.push(*clock);
        }
    }
    turns.sort_unstable();
    let minute = 60_000_000;
    for (index, start) in turns.iter().enumerate() {
        let within = turns[index..].iter().take_while(|turn| *turn - start < minute).count();
        assert!(within <= 600, "{within} in a minute");
    }
    #[expect(clippy::cast_precision_loss, reason = "a minute or two in microseconds")]
    let took = (turns[799] - turns[0]) as f64 / 60e6;
    assert!(800.0 / (600.0 * took) >= 0.9, "800 turns took {took} minutes");
}

const PROVIDER: &str = r#"
name = "gravel"
title = "Gravel"
[services.pit]
title = "Pit API"
base = { us = "https://gravel.invalid" }
url_field = "url"
auth = "bearer"
secret = "token"
[[fields]]
name = "token"
title = "Token"
type = "secret"
env = ["GRAVEL_TOKEN"]
[[fields]]
name = "url"
title = "URL"
type = "url"
env = ["GRAVEL_URL"]
"#;

const ROWS: &str = r#"
group = "pit"
title = "Pit"
service = "pit"
[[operation]]
name = "dig"
title = "Dig"
about = "Dig once."
route = "GET /dig"
effect = "read"
limit = "40/second"
"#;

/// An emulated service that refuses more than its limit, and the folder that says what the limit is.
fn pit(folder: &Path) -> Emulator {
    let gravel = folder.join("gravel");
    std::fs::create_dir(&gravel).unwrap();
    let files = [("provider.toml", PROVIDER), ("pit.toml", ROWS)];
    let sources = files.map(|(file, text)| {
        std::fs::write(gravel.join(file), text).unwrap();
        Source { file: file.to_owned(), text: text.into() }
    });
    let catalogue = Arc::new(Catalogue::new(vec![("gravel".into(), sources.to_vec())]));
    // A tenth more than the rows say: a second forgives no stall, as a minute would.
    let faults = vec!["GET /dig=rate:44/second".to_owned()];
    Emulator::start(catalogue, Setup { faults, ..Setup::default() }).unwrap()
}

/// Real processes, each in its own loop, that find a home as new as can be: not one of them may be
/// refused, and none may fall back to a queue of its own.
#[test]
fn jobs_that_share_a_home_share_a_limit() {
    const JOBS: usize = 8;
    const CALLS: usize = 10;
    let folder = tempfile::tempdir().unwrap();
    let emulator = pit(folder.path());
    let code = format!("for _ = 1, {CALLS} do app.integrations.gravel.dig({{}}) end");
    let job = kosmo(["integrations:lua", "--json", "--eval", &code])
        .env("GRAVEL_TOKEN", "t")
        .env("GRAVEL_URL", emulator.url())
        .env("KOSMO_CATALOGUE_FOLDERS", folder.path());
    let began = Instant::now();
    let jobs: Vec<Ran> = std::thread::scope(|scope| {
        let jobs: Vec<_> = (0..JOBS).map(|_| scope.spawn(|| job.run())).collect();
        jobs.into_iter().map(|job| job.join().unwrap().code(0)).collect()
    });
    let took = began.elapsed();
    for job in &jobs {
        assert_eq!(job.stderr, "", "the ledger was not shared");
        assert_eq!(job.json()["call_log"].as_array().unwrap().len(), CALLS);
    }
    let stats = ask("GET", "/__emulator/stats").send(&emulator).status(200).json();
    assert_eq!(stats["requests"], JOBS * CALLS, "some were sent twice");
    assert_eq!(stats["faulted"], 0, "some were refused");
    let allowed = Duration::from_secs(1) * u32::try_from(JOBS * CALLS).unwrap() / 40;
    // What the machine takes for eight processes and eighty calls comes on top.
    assert!(took < allowed * 10 / 9 + Duration::from_secs(2), "{took:?}");
    assert!(took > allowed * 9 / 10, "{took:?}: not paced at all");
}

#[test]
fn who_does_not_want_to_wait_is_told_at_once() {
    let service = Service::start(|_, _: &Seen| (200, json!({"data": {}})));
    let runtime = service.runtime();
    let get = |no_wait| {
        let options = Options { no_wait, ..forced() };
        let args = json!({"warehouseId": "w"});
        call(&runtime, "get_advanced_sync_schedule_from_warehouse", &args, options)
    };
    get(true).result.unwrap();
    let fault = get(true).result.unwrap_err();
    assert_eq!((fault.exit(), &*fault.code), (7, "rate_limited"));
    assert!(fault.message.contains("2/minute"), "{fault}");
    assert!(fault.retry_after_ms().is_some_and(|ms| ms > 20_000), "{fault:?}");
    assert_eq!(service.lines().len(), 1);

    let busy = Service::start(|_, _: &Seen| {
        Reply::With(429, vec!["Retry-After: 1".into()], json!({"errors": [{"type": "x"}]}))
    });
    let options = Options { no_wait: true, ..forced() };
    let run = call(&busy.runtime(), "list_users", &json!({}), options);
    assert_eq!((run.attempts, run.result.unwrap_err().exit()), (1, 7));
}

#[test]
fn each_page_of_a_list_takes_a_turn() {
    // It may be called 60 times a minute, so a second passes between pages but for the first few.
    let service = Service::start(|number, _: &Seen| {
        let pagination = json!({"current": number.to_string(), "next": format!("page-{number}")});
        (200, json!({"data": {"audiences": [{"id": number}], "pagination": pagination}}))
    });
    let options = Options { timeout: Some(Duration::from_millis(500)), ..forced() };
    let runtime = service.runtime();
    let row = runtime.catalogue().find("segment.list_audiences").unwrap();
    let burst = pace(row.limit.as_deref().unwrap()).unwrap().burst as usize;
    let fault = call(&runtime, "list_audiences", &json!({"spaceId": "s"}), options);
    let fault = fault.result.unwrap_err();
    assert_eq!(fault.exit(), 7, "{fault}");
    assert_eq!(fault.extra.detail.unwrap()["items"], burst);
    assert_eq!(service.lines().len(), burst);
}

#[test]
fn a_service_that_asks_to_wait_holds_everybody_back() {
    let home = tempfile::tempdir().unwrap();
    let wait = json!({"errors": [{"type": "RateLimited", "data": {"msBeforeNext": 400}}]});
    let service = Service::start(move |number, _: &Seen| match number {
        0 => (429, wait.clone()),
        _ => (200, json!({"data": {"connectionState": "CONNECTED"}})),
    });
    let ask = |no_wait| {
        let runtime = runtime(&service.account(), Some(home.path()));
        let options = Options { no_wait, ..forced() };
        call(&runtime, "get_connection_state_from_warehouse", &json!({"warehouseId": "w"}), options)
    };
    let first = ask(true).result.unwrap_err();
    assert_eq!((first.exit(), first.retry_after_ms()), (7, Some(400)));
    let second = ask(false);
    assert_eq!(second.attempts, 1, "another process need not be told again");
    assert!(second.waited > Duration::from_millis(100), "{second:?}");
    second.result.unwrap();
}
