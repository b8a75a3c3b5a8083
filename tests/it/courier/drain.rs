//! A courier between the outbox on this machine and a service: order, failures, pauses, company.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use kosmo::emulator::Emulator;
use kosmo::engine::courier::{Aim, Courier, Flushed, News, Rate, Stop, Wait, never};
use kosmo::ledger::outbox::local::{Habits, Local};
use kosmo::ledger::outbox::{Claim, Item, Later, Outbox, Place, Status, Which, lane_of};
use kosmo::runtime::Runtime;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{event, stage, taken, wait};
use crate::emulator::{WRITE_KEY, emulator};
use crate::service::{Service, runtime};

/// An outbox in a home of its own.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn outbox(&self) -> Local {
        Local::beside(Some(self.0.path().join("kosmo.db")), Habits::default())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

fn place(runtime: &Runtime) -> Place {
    runtime.engine().place("segment", None).unwrap()
}

/// Queues events: `(user, id)`.
fn queue(outbox: &dyn Outbox, place: &Place, events: &[(String, String)]) {
    let items = events.iter().map(|(user, id)| Item {
        message_id: id.clone(),
        lane: lane_of(user),
        body: event(user, id).into_bytes(),
    });
    wait(outbox.append(place, items.collect())).unwrap();
}

fn people(users: usize, each: usize) -> Vec<(String, String)> {
    (0..users * each)
        .map(|n| (format!("user-{}", n % users), format!("{}-{}", n % users, n / users)))
        .collect()
}

fn drain(runtime: &Runtime, outbox: &dyn Outbox, aim: &Aim) -> Flushed {
    let courier = Courier::new(runtime.engine(), outbox).at(Some(Rate(None)));
    wait(courier.drain(aim, never())).unwrap()
}

fn all() -> Aim {
    Aim { wait: Wait::All, afresh: true, ..Aim::default() }
}

/// What arrived of each person, in order of arrival.
fn by_user(emulator: &Emulator) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in emulator.events() {
        let text = |name: &str| event[name].as_str().unwrap().to_owned();
        assert_eq!(event["status"], "delivered", "{event}");
        found.entry(text("user_id")).or_default().push(text("message_id"));
    }
    found
}

#[test]
fn everything_arrives_once_and_each_persons_events_in_order() {
    let (emulator, runtime) = stage(&["POST /v1/batch=status:503,next:1", "*=drop,next:1"]);
    let (home, place) = (Home::new(), place(&runtime));
    queue(&home.outbox(), &place, &people(40, 100));
    let flushed = drain(&runtime, &home.outbox(), &all());
    assert_eq!((flushed.sent, flushed.queued, flushed.buried), (4_000, 0, 0));
    assert!(flushed.fault().is_none());
    let arrived = by_user(&emulator);
    assert_eq!(arrived.len(), 40);
    for (user, ids) in arrived {
        let number = user.strip_prefix("user-").unwrap();
        let wanted: Vec<String> = (0..100).map(|n| format!("{number}-{n}")).collect();
        assert_eq!(ids, wanted);
    }
}

#[test]
fn a_few_events_of_many_people_share_a_request() {
    let service = Service::start(|_, _| (200, json!({"success": true})));
    let runtime = service.runtime();
    let home = Home::new();
    queue(&home.outbox(), &place(&runtime), &people(30, 1));
    assert_eq!(drain(&runtime, &home.outbox(), &all()).sent, 30);
    let seen = service.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].json()["batch"].as_array().unwrap().len(), 30);
}

#[test]
fn what_is_refused_is_buried_with_its_reason_and_can_be_sent_again() {
    let faults = ["POST /v1/batch=status:400,holding:poison"];
    let (emulator, runtime) = stage(&faults);
    let (home, place) = (Home::new(), place(&runtime));
    let mut events = people(10, 10);
    events[37].0 = "poison".to_owned();
    let outbox = home.outbox();
    queue(&outbox, &place, &events);
    let flushed = drain(&runtime, &outbox, &all());
    assert_eq!((flushed.sent, flushed.queued, flushed.buried), (99, 0, 1));
    assert_eq!(flushed.refused[0].message_id, events[37].1);
    let fault = flushed.fault().unwrap();
    assert_eq!((fault.exit(), &*fault.code), (10, "partial"));
    let receipt = wait(outbox.look(&events[37].1)).unwrap();
    let Status::Buried { reason } = receipt.status else { panic!("{receipt:?}") };
    assert_eq!((&*reason.code, reason.http_status), ("rejected", Some(400)));
    crate::emulator::wire::ask("DELETE", "/__emulator/faults").send(&emulator);
    assert_eq!(wait(outbox.retry(&Which::default())).unwrap(), 1);
    let flushed = drain(&runtime, &outbox, &all());
    assert_eq!((flushed.sent, flushed.buried), (1, 0));
    assert_eq!(emulator.events().len(), 100);
}

#[test]
fn an_outage_pauses_the_account_for_every_process_and_loses_nothing() {
    let (emulator, runtime) = stage(&["POST /v1/batch=status:501,body:text"]);
    let (home, place) = (Home::new(), place(&runtime));
    queue(&home.outbox(), &place, &people(20, 5));
    let told = RefCell::new(Vec::new());
    let tell = |news: &News| told.borrow_mut().push(news.to_json());
    let outbox = home.outbox();
    let courier = Courier::new(runtime.engine(), &outbox).at(Some(Rate(None))).telling(&tell);
    let flushed = wait(courier.drain(&Aim::default(), never())).unwrap();
    assert_eq!((flushed.sent, flushed.queued, flushed.buried), (0, 100, 0));
    let (_, why, until) = &flushed.paused[0];
    assert!(why.contains("501"), "{why}");
    assert!(*until > jiff::Timestamp::now().as_millisecond());
    let told = told.borrow();
    let events: Vec<&Value> = told.iter().map(|news| &news["event"]).collect();
    assert_eq!(events, ["paused"], "once, however many lanes noticed");
    let before = requests(&emulator);
    let flushed = drain(&runtime, &home.outbox(), &Aim::default());
    assert_eq!((flushed.sent, flushed.queued), (0, 100));
    assert_eq!(requests(&emulator), before, "nobody asks while it pauses");
    crate::emulator::wire::ask("DELETE", "/__emulator/faults").send(&emulator);
    wait(home.outbox().pause(&place, 0, "")).unwrap();
    assert_eq!(drain(&runtime, &home.outbox(), &all()).sent, 100);
}

fn requests(emulator: &Emulator) -> Value {
    let stats = crate::emulator::wire::ask("GET", "/__emulator/stats").send(emulator).json();
    stats["by_route"]["POST /v1/batch"].clone()
}

#[test]
fn a_wait_that_the_service_asks_for_is_kept_and_then_all_is_sent() {
    let (emulator, runtime) = stage(&["POST /v1/batch=status:429,retry-after:70,next:1"]);
    let (home, place) = (Home::new(), place(&runtime));
    queue(&home.outbox(), &place, &people(3, 3));
    let flushed = drain(&runtime, &home.outbox(), &Aim::default());
    let left = flushed.paused[0].2 - jiff::Timestamp::now().as_millisecond();
    assert!((60_000..=70_000).contains(&left), "{left}");
    let start = Instant::now();
    let aim = Aim { until: Some(Instant::now() + Duration::from_secs(5)), ..all() };
    let flushed = drain(&runtime, &home.outbox(), &aim);
    assert_eq!((flushed.sent, flushed.queued), (0, 9));
    assert!(start.elapsed() < Duration::from_secs(2), "there is no point in waiting for it");
    let soon = jiff::Timestamp::now().as_millisecond() + 300;
    wait(home.outbox().pause(&place, soon, "for the test")).unwrap();
    let flushed = drain(&runtime, &home.outbox(), &all());
    assert_eq!((flushed.sent, flushed.queued), (9, 0));
    assert_eq!(taken(&emulator).len(), 9);
}

#[test]
fn couriers_of_two_processes_share_an_outbox_and_send_nothing_twice() {
    let emulator = emulator();
    let (home, url) = (Home::new(), emulator.url());
    let account = || super::account(&url);
    let events = people(64, 60);
    queue(&home.outbox(), &place(&account()), &events);
    let sent: u64 = std::thread::scope(|scope| {
        let one = || scope.spawn(|| drain(&account(), &home.outbox(), &all()).sent);
        [one(), one()].map(|thread| thread.join().unwrap()).iter().sum()
    });
    assert_eq!(sent, events.len() as u64);
    let arrived = by_user(&emulator);
    assert_eq!(arrived.values().map(Vec::len).sum::<usize>(), events.len());
    for (user, ids) in arrived {
        let number = user.strip_prefix("user-").unwrap();
        let wanted: Vec<String> = (0..60).map(|n| format!("{number}-{n}")).collect();
        assert_eq!(ids, wanted);
    }
}

/// An outbox whose holder cannot renew its leases, as if its process were stopped.
struct Stopped(Local);

impl Outbox for Stopped {
    fn append<'a>(&'a self, place: &'a Place, items: Vec<Item>) -> Later<'a, ()> {
        self.0.append(place, items)
    }
    fn sync(&self) -> Later<'_, ()> {
        self.0.sync()
    }
    fn appended(&self) -> u64 {
        self.0.appended()
    }
    fn mine(&self, most: usize) -> Later<'_, kosmo::ledger::outbox::Mine> {
        self.0.mine(most)
    }
    fn claim<'a>(&'a self, which: &'a Which, lease: Duration) -> Later<'a, Option<Claim>> {
        self.0.claim(which, lease)
    }
    fn renew<'a>(&'a self, _: &'a Claim, _: Duration) -> Later<'a, ()> {
        Box::pin(async { Ok(()) })
    }
    fn read<'a>(
        &'a self,
        claim: &'a Claim,
        most: usize,
        bytes: usize,
    ) -> Later<'a, Vec<kosmo::ledger::outbox::Kept>> {
        self.0.read(claim, most, bytes)
    }
    fn settle<'a>(
        &'a self,
        claim: &'a Claim,
        count: usize,
        buried: Vec<(usize, kosmo::ledger::outbox::Reason)>,
    ) -> Later<'a, ()> {
        self.0.settle(claim, count, buried)
    }
    fn release<'a>(&'a self, claim: &'a Claim) -> Later<'a, ()> {
        self.0.release(claim)
    }
    fn pause<'a>(&'a self, place: &'a Place, until: i64, why: &'a str) -> Later<'a, ()> {
        self.0.pause(place, until, why)
    }
    fn state<'a>(
        &'a self,
        which: &'a Which,
    ) -> Later<'a, BTreeMap<Place, kosmo::ledger::outbox::State>> {
        self.0.state(which)
    }
    fn look<'a>(&'a self, id: &'a str) -> Later<'a, kosmo::ledger::outbox::Receipt> {
        self.0.look(id)
    }
    fn list<'a>(
        &'a self,
        which: &'a Which,
        buried: bool,
        cursor: Option<&'a str>,
        most: usize,
    ) -> Later<'a, Vec<kosmo::ledger::outbox::Receipt>> {
        self.0.list(which, buried, cursor, most)
    }
    fn retry<'a>(&'a self, which: &'a Which) -> Later<'a, u64> {
        self.0.retry(which)
    }
    fn bury<'a>(
        &'a self,
        which: &'a Which,
        reason: kosmo::ledger::outbox::Reason,
    ) -> Later<'a, u64> {
        self.0.bury(which, reason)
    }
    fn adopt<'a>(&'a self, place: &'a Place, mark: &'a str) -> Later<'a, u64> {
        self.0.adopt(place, mark)
    }
}

#[test]
fn who_loses_its_lease_in_the_middle_settles_nothing_and_nothing_is_lost() {
    let (emulator, runtime) = stage(&["POST /v1/batch=delay:2500,next:1"]);
    let (home, place) = (Home::new(), place(&runtime));
    queue(&home.outbox(), &place, &people(1, 20));
    let url = emulator.url();
    let (slow, told) = std::thread::scope(|scope| {
        let slow = scope.spawn(|| {
            let told = RefCell::new(Vec::new());
            let tell = |news: &News| told.borrow_mut().push(news.to_json());
            let (runtime, outbox) = (super::account(&url), Stopped(home.outbox()));
            let courier = Courier::new(runtime.engine(), &outbox).at(Some(Rate(None)));
            let courier = courier.leasing(Duration::from_millis(600)).telling(&tell);
            let flushed = wait(courier.drain(&Aim::default(), never())).unwrap();
            (flushed, told.into_inner())
        });
        let deadline = Instant::now() + Duration::from_secs(20);
        while requests(&emulator).is_null() {
            assert!(Instant::now() < deadline, "the slow one never began");
            std::thread::yield_now();
        }
        let quick = drain(&super::account(&url), &home.outbox(), &all());
        assert_eq!((quick.sent, quick.queued), (20, 0));
        slow.join().unwrap()
    });
    assert_eq!(slow.sent, 0, "it was another's by then");
    assert_eq!(told[0]["event"], "lease_lost", "{told:?}");
    let fates: Vec<Value> = emulator.events().iter().map(|e| e["status"].clone()).collect();
    assert_eq!(fates.iter().filter(|fate| **fate == "delivered").count(), 20);
    assert!(fates.len() > 20, "the same ids again, which the service counts once");
}

#[test]
fn a_lease_is_renewed_for_as_long_as_a_request_takes() {
    let (emulator, runtime) = stage(&["POST /v1/batch=delay:900,next:1"]);
    let (home, place) = (Home::new(), place(&runtime));
    queue(&home.outbox(), &place, &people(1, 5));
    let url = emulator.url();
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| {
            let (runtime, outbox) = (super::account(&url), home.outbox());
            let courier = Courier::new(runtime.engine(), &outbox).at(Some(Rate(None)));
            wait(courier.leasing(Duration::from_millis(300)).drain(&Aim::default(), never()))
        });
        let deadline = Instant::now() + Duration::from_secs(20);
        while requests(&emulator).is_null() {
            assert!(Instant::now() < deadline, "the slow one never began");
            std::thread::yield_now();
        }
        assert_eq!(drain(&super::account(&url), &home.outbox(), &all()).sent, 0);
        assert_eq!(slow.join().unwrap().unwrap().sent, 5);
    });
    assert_eq!(emulator.events().len(), 5);
}

fn stop_after(millis: u64) -> Stop {
    let (tell, stop) = tokio::sync::watch::channel(false);
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(millis));
        tell.send_replace(true);
        // Who holds it decides when it is gone.
        std::thread::sleep(Duration::from_secs(5));
    });
    stop
}

#[test]
fn who_is_told_to_stop_finishes_what_is_in_flight_or_gives_it_back() {
    for (grace, sent) in [(Duration::from_secs(10), 4), (Duration::ZERO, 0)] {
        let (_emulator, runtime) = stage(&["POST /v1/batch=delay:700"]);
        let (home, place) = (Home::new(), place(&runtime));
        queue(&home.outbox(), &place, &people(1, 4));
        let outbox = home.outbox();
        let courier = Courier::new(runtime.engine(), &outbox).at(Some(Rate(None)));
        let aim = Aim { grace, ..all() };
        let flushed = wait(courier.drain(&aim, stop_after(200))).unwrap();
        assert_eq!((flushed.sent, flushed.queued), (sent, 4 - sent));
        assert_eq!((flushed.stopped, flushed.cut), (true, sent == 0));
        let again = wait(home.outbox().claim(&Which::default(), Duration::from_secs(9))).unwrap();
        assert_eq!(again.is_some(), sent == 0, "it is free for others at once");
    }
}

#[test]
fn time_that_is_up_leaves_the_rest_queued() {
    let (_emulator, runtime) = stage(&["POST /v1/batch=delay:60000"]);
    let (home, place) = (Home::new(), place(&runtime));
    queue(&home.outbox(), &place, &people(2, 4));
    let aim = Aim { until: Some(Instant::now() + Duration::from_millis(200)), ..all() };
    let flushed = drain(&runtime, &home.outbox(), &aim);
    assert_eq!((flushed.sent, flushed.queued, flushed.cut), (0, 8, true));
    assert_eq!(flushed.fault().unwrap().exit(), 10);
}

#[test]
fn an_account_that_needs_action_is_paused_told_and_tried_again_by_who_asks() {
    let service = Service::start(|number, _| match number {
        0 => (401, json!({"message": "revoked"})),
        _ => (200, json!({"success": true})),
    });
    let (home, runtime) = (Home::new(), service.runtime());
    queue(&home.outbox(), &place(&runtime), &people(4, 4));
    let flushed = drain(&runtime, &home.outbox(), &Aim::default());
    assert_eq!((flushed.sent, flushed.queued, flushed.buried), (0, 16, 0));
    assert!(flushed.paused[0].1.starts_with("needs action: "), "{flushed:?}");
    assert_eq!(flushed.fault().unwrap().exit(), 3);
    let later = drain(&runtime, &home.outbox(), &Aim::default());
    assert_eq!((later.sent, later.fault().unwrap().exit()), (0, 3));
    assert_eq!(service.seen().len(), 1);
    let asked = drain(&runtime, &home.outbox(), &all());
    assert_eq!((asked.sent, asked.queued), (16, 0));
    assert!(asked.fault().is_none() && asked.paused.is_empty());
}

#[test]
fn events_of_an_account_that_moved_wait_until_somebody_adopts_them() {
    let (emulator, before) = stage(&[]);
    let home = Home::new();
    queue(&home.outbox(), &place(&before), &people(3, 3));
    let moved = [("SEGMENT_WRITE_KEY", "other-key"), ("SEGMENT_URL", &emulator.url())];
    let after = runtime(&moved, Some(home.path()));
    let flushed = drain(&after, &home.outbox(), &all());
    assert_eq!((flushed.sent, flushed.queued, flushed.buried), (0, 9, 0));
    assert_eq!(&*flushed.fault().unwrap().code, "place_changed");
    assert!(emulator.events().is_empty());
    let adopted = wait(home.outbox().adopt(&place(&before), &place(&after).mark)).unwrap();
    assert_eq!(adopted, 9);
    assert_eq!(drain(&after, &home.outbox(), &all()).sent, 9);
    assert_ne!(WRITE_KEY, "other-key");
}

#[test]
fn pauses_grow_over_processes_and_end_with_the_first_success() {
    let (emulator, _) = stage(&["POST /v1/batch=status:501"]);
    let home = Home::new();
    let variables = [("SEGMENT_WRITE_KEY", WRITE_KEY), ("SEGMENT_URL", &emulator.url())];
    let process = || runtime(&variables, Some(home.path()));
    let place = place(&process());
    queue(&home.outbox(), &place, &people(1, 1));
    let mut pauses = Vec::new();
    for _ in 0..4 {
        let flushed = drain(&process(), &home.outbox(), &Aim::default());
        pauses.push(flushed.paused[0].2 - jiff::Timestamp::now().as_millisecond());
        wait(home.outbox().pause(&place, 0, "")).unwrap();
    }
    assert!(pauses[3] > pauses[0] * 3, "{pauses:?}");
    crate::emulator::wire::ask("DELETE", "/__emulator/faults").send(&emulator);
    let told = RefCell::new(Vec::new());
    let tell = |news: &News| told.borrow_mut().push(news.to_json()["event"].clone());
    let (runtime, outbox) = (process(), home.outbox());
    let courier = Courier::new(runtime.engine(), &outbox).telling(&tell);
    assert_eq!(wait(courier.drain(&all(), never())).unwrap().sent, 1);
    assert_eq!(*told.borrow(), ["recovered", "settled"]);
}

#[test]
fn a_run_leaves_what_others_have_queued_to_others() {
    let (_emulator, runtime) = stage(&["POST /v1/batch=delay:20"]);
    let (home, place) = (Home::new(), place(&runtime));
    let (mine, others) = (home.outbox(), home.outbox());
    queue(&mine, &place, &people(8, 1));
    let theirs: Vec<(String, String)> =
        (0..60_000).map(|n| (format!("user-{}", n % 50), format!("theirs-{n}"))).collect();
    queue(&others, &place, &theirs);
    let flushed = drain(&runtime, &mine, &Aim { wait: Wait::Mine, ..Aim::default() });
    assert_eq!(wait(mine.mine(0)).unwrap().queued, 0);
    assert!(flushed.sent >= 8 && flushed.queued > 0, "{} of 60,008 sent", flushed.sent);
    assert!(!flushed.stopped && !flushed.cut);
}
