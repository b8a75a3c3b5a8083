//! What only files can suffer; what every outbox must do is in `contract`.

mod full;

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use super::folder::{key, segments};
use super::{Habits, Local, Sync};
use crate::ledger::outbox::contract::{all, item, place};
use crate::ledger::outbox::{Claim, Item, Outbox, Status, Which};

const LONG: Duration = Duration::from_secs(60);

fn at(home: &Path) -> Local {
    Local::beside(Some(home.join("kosmo.db")), Habits::default())
}

fn files(home: &Path) -> Vec<PathBuf> {
    let folder = home.join("outbox").join(key(&place("m")));
    segments(&folder).unwrap().into_iter().map(|segment| segment.file).collect()
}

async fn take(outbox: &Local) -> Option<Claim> {
    outbox.claim(&Which::default(), LONG).await.unwrap()
}

async fn ids(outbox: &Local, claim: &Claim) -> Vec<String> {
    let kept = outbox.read(claim, 9_999, usize::MAX).await.unwrap();
    kept.into_iter().map(|kept| kept.message_id).collect()
}

#[tokio::test]
async fn keeps_the_contract() {
    all(
        &|| {
            let home: Arc<TempDir> = Arc::new(tempfile::tempdir().unwrap());
            Box::new(move || Box::new(at(home.path())))
        },
        6,
    )
    .await;
}

#[tokio::test]
async fn keeps_the_contract_when_every_event_is_synced() {
    all(
        &|| {
            let home: Arc<TempDir> = Arc::new(tempfile::tempdir().unwrap());
            let habits = Habits { sync: Sync::Each, ..Habits::default() };
            Box::new(move || Box::new(Local::beside(Some(home.path().join("kosmo.db")), habits)))
        },
        0,
    )
    .await;
}

#[tokio::test]
async fn appending_opens_no_database_and_leaves_private_files() {
    let home = tempfile::tempdir().unwrap();
    let outbox = at(home.path());
    outbox.append(&place("m"), vec![item(0, "a"), item(1, "b")]).await.unwrap();
    outbox.sync().await.unwrap();
    assert!(!home.path().join("kosmo.db").exists());
    let files = files(home.path());
    assert_eq!(files.len(), 2);
    #[cfg(unix)]
    for (path, mode) in [(files[0].as_path(), 0o600), (files[0].parent().unwrap(), 0o700)] {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, mode);
    }
}

#[tokio::test]
async fn what_is_settled_takes_no_room() {
    let home = tempfile::tempdir().unwrap();
    let (dead, alive) = (at(home.path()), at(home.path()));
    dead.append(&place("m"), vec![item(0, "a")]).await.unwrap();
    alive.append(&place("m"), vec![item(0, "b")]).await.unwrap();
    drop(dead);
    let courier = at(home.path());
    let claim = take(&courier).await.unwrap();
    assert_eq!(ids(&courier, &claim).await, ["a", "b"]);
    courier.settle(&claim, 2, Vec::new()).await.unwrap();
    assert_eq!(files(home.path()).len(), 1, "only the living producer's is left");
    alive.append(&place("m"), vec![item(0, "c")]).await.unwrap();
    assert_eq!(ids(&courier, &claim).await, ["c"]);
    courier.settle(&claim, 1, Vec::new()).await.unwrap();
    courier.release(&claim).await.unwrap();
    drop(alive);
    assert_eq!(take(&courier).await, None);
    assert_eq!(files(home.path()).len(), 0);
}

/// The lock on the file that tells that a courier lives is let go by the system when it dies.
#[tokio::test]
async fn the_lanes_of_a_courier_that_is_gone_are_free_at_once() {
    let home = tempfile::tempdir().unwrap();
    let (dead, alive) = (at(home.path()), at(home.path()));
    alive.append(&place("m"), vec![item(0, "a"), item(1, "b")]).await.unwrap();
    let lost = take(&dead).await.unwrap();
    let mine = take(&alive).await.unwrap();
    let other = at(home.path());
    assert_eq!(take(&other).await, None, "both are held by the living");
    drop(dead);
    let claim = take(&other).await.unwrap();
    assert_eq!((claim.lane, take(&other).await), (lost.lane, None), "and one of them still is");
    alive.renew(&mine, Duration::from_secs(60)).await.unwrap();

    // A file whose process could not remove it is as good as none.
    let left = home.path().join("outbox/.couriers/left");
    fs::write(&left, "").unwrap();
    let next = at(home.path());
    assert_eq!(take(&next).await, None);
    assert!(!left.exists());
}

/// What a killed producer leaves behind at every possible point of its last write.
#[tokio::test]
async fn a_torn_tail_is_no_event() {
    let home = tempfile::tempdir().unwrap();
    let outbox = at(home.path());
    outbox.append(&place("m"), vec![item(0, "whole")]).await.unwrap();
    let sound = fs::read(&files(home.path())[0]).unwrap().len();
    outbox.append(&place("m"), vec![item(0, "torn")]).await.unwrap();
    drop(outbox);
    let file = files(home.path()).remove(0);
    let bytes = fs::read(&file).unwrap();
    for end in sound..bytes.len() {
        fs::write(&file, &bytes[..end]).unwrap();
        let courier = at(home.path());
        let claim = take(&courier).await.unwrap();
        assert_eq!(ids(&courier, &claim).await, ["whole"], "{end}");
        let state = courier.state(&Which::default()).await.unwrap().remove(&place("m")).unwrap();
        assert_eq!((state.counts.queued, state.damaged.len()), (1, 0), "{end}");
        courier.release(&claim).await.unwrap();
    }
    // Room that was made and never filled, as after a power cut.
    fs::write(&file, [&bytes[..sound], &[0; 4096]].concat()).unwrap();
    let courier = at(home.path());
    let claim = take(&courier).await.unwrap();
    assert_eq!(ids(&courier, &claim).await, ["whole"]);
    courier.settle(&claim, 1, Vec::new()).await.unwrap();
    assert_eq!(files(home.path()).len(), 0);
}

#[tokio::test]
async fn a_damaged_segment_is_reported_and_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let outbox = at(home.path());
    for id in ["a", "b", "c"] {
        outbox.append(&place("m"), vec![item(0, id)]).await.unwrap();
    }
    drop(outbox);
    let file = files(home.path()).remove(0);
    let mut bytes = fs::read(&file).unwrap();
    let middle = memchr::memmem::find(&bytes, br#""b""#).unwrap();
    bytes[middle + 1] = b'x';
    fs::write(&file, &bytes).unwrap();
    let outbox = at(home.path());
    outbox.append(&place("m"), vec![item(0, "d")]).await.unwrap();
    let claim = take(&outbox).await.unwrap();
    assert_eq!(ids(&outbox, &claim).await, ["a", "d"], "the others go on");
    outbox.settle(&claim, 2, Vec::new()).await.unwrap();
    outbox.release(&claim).await.unwrap();
    assert_eq!(take(&outbox).await, None);
    let state = outbox.state(&Which::default()).await.unwrap().remove(&place("m")).unwrap();
    assert!(state.damaged[0].contains("is damaged at byte"), "{:?}", state.damaged);
    assert_eq!(fs::read(&file).unwrap(), bytes);
}

#[tokio::test]
async fn a_newer_segment_is_reported_and_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let outbox = at(home.path());
    outbox.append(&place("m"), vec![item(0, "a")]).await.unwrap();
    drop(outbox);
    let file = files(home.path()).remove(0);
    let mut bytes = fs::read(&file).unwrap();
    bytes[8] = 2;
    fs::write(&file, &bytes).unwrap();
    let outbox = at(home.path());
    assert_eq!(take(&outbox).await, None);
    let state = outbox.state(&Which::default()).await.unwrap().remove(&place("m")).unwrap();
    assert!(state.damaged[0].contains("newer version"), "{:?}", state.damaged);
    assert_eq!(fs::read(&file).unwrap(), bytes);
}

#[tokio::test]
async fn nothing_is_accepted_where_nothing_can_be_kept() {
    let outbox = Local::beside(None, Habits::default());
    let fault = outbox.append(&place("m"), vec![item(0, "a")]).await.unwrap_err();
    assert_eq!((&*fault.code, fault.exit()), ("outbox_failed", 1));
    assert!(fault.hint.unwrap().contains("KOSMO_HOME"));
    assert_eq!(outbox.look("a").await.unwrap().status, Status::Unknown);
    assert_eq!(outbox.claim(&Which::default(), LONG).await.unwrap(), None);
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("outbox"), "a file").unwrap();
    let fault = at(home.path()).append(&place("m"), vec![item(0, "a")]).await.unwrap_err();
    assert_eq!(fault.code, "outbox_failed");
}

/// Every write to this device fails as on a full disk.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_takes_all_or_nothing() {
    use super::producer::{Producer, Target};
    use super::sync::Desk;
    let home = tempfile::tempdir().unwrap();
    let (root, desk) = (home.path().join("outbox"), Desk::default());
    let place = place("m");
    let target = Target { root: &root, place: &place, at: 1, desk: &desk };
    let mut producer = Producer::default();
    let two = |n: u8| [item(0, &format!("{n}-0")), item(1, &format!("{n}-1"))];
    producer.append(target, &two(1)).unwrap();
    producer.break_lane(1, OpenOptions::new().write(true).open("/dev/full").unwrap());
    let error = producer.append(target, &two(2)).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    producer.append(target, &two(3)[..1]).unwrap();
    let outbox = at(home.path());
    let mut all = Vec::new();
    while let Some(claim) = take(&outbox).await {
        let some = ids(&outbox, &claim).await;
        outbox.settle(&claim, some.len(), Vec::new()).await.unwrap();
        outbox.release(&claim).await.unwrap();
        all.extend(some);
    }
    assert_eq!(all, ["1-0", "3-0", "1-1"]);
}

#[tokio::test]
async fn many_large_events_are_one_append() {
    let home = tempfile::tempdir().unwrap();
    let outbox = at(home.path());
    let large = |n: u32| Item { body: vec![b'x'; 30_000], ..item((n % 3) as u8, &n.to_string()) };
    outbox.append(&place("m"), (0..200).map(large).collect()).await.unwrap();
    let mut seen = 0;
    while let Some(claim) = take(&outbox).await {
        let kept = outbox.read(&claim, 2_500, 480 << 10).await.unwrap();
        assert!(kept.iter().map(|kept| kept.body.len()).sum::<usize>() <= 480 << 10);
        seen += kept.len();
        outbox.settle(&claim, kept.len(), Vec::new()).await.unwrap();
        outbox.release(&claim).await.unwrap();
    }
    assert_eq!(seen, 200);
}

#[tokio::test]
async fn leases_and_pauses_from_a_clock_that_was_ahead_are_over() {
    let home = tempfile::tempdir().unwrap();
    let outbox = at(home.path());
    outbox.append(&place("m"), vec![item(0, "a")]).await.unwrap();
    take(&outbox).await.unwrap();
    assert_eq!(take(&outbox).await, None);
    let ledger = crate::ledger::Ledger::open(&home.path().join("kosmo.db")).unwrap();
    let ahead = |sql: &str| ledger.connection.execute(sql, []).unwrap();
    ahead("UPDATE outbox_leases SET until = until + 5 * 3600000");
    take(&outbox).await.unwrap();
    outbox.pause(&place("m"), super::now() + 60_000, "not today").await.unwrap();
    ahead("DELETE FROM outbox_leases");
    assert_eq!(take(&outbox).await, None);
    ahead("UPDATE outbox_pauses SET until = until + 5 * 3600000, since = since + 5 * 3600000");
    let state = outbox.state(&Which::default()).await.unwrap().remove(&place("m")).unwrap();
    assert_eq!(state.paused, None);
    assert!(take(&outbox).await.is_some());
}

#[tokio::test]
async fn a_passing_outbox_goes_with_its_process() {
    let outbox = Local::passing(Habits::default());
    outbox.append(&place("m"), vec![item(0, "a")]).await.unwrap();
    let root = outbox.root().unwrap();
    assert!(root.exists());
    assert!(take(&outbox).await.is_some());
    drop(outbox);
    assert!(!root.exists());
}

#[tokio::test]
async fn a_leftover_of_a_producer_that_had_not_begun_is_no_segment() {
    let home = tempfile::tempdir().unwrap();
    let outbox = at(home.path());
    outbox.append(&place("m"), vec![item(0, "a")]).await.unwrap();
    let file = files(home.path()).remove(0);
    let name = format!(".new-{}", file.file_name().unwrap().to_str().unwrap());
    let mut leftover = fs::File::create(file.with_file_name(name)).unwrap();
    leftover.write_all(&fs::read(&file).unwrap()).unwrap();
    let state = outbox.state(&Which::default()).await.unwrap().remove(&place("m")).unwrap();
    assert_eq!(state.counts.queued, 1);
}
