//! What every outbox must do, whatever it is made of: the same tests run over each of them. `open`
//! gives another handle to the same events, as another process would have it; to drop one is to die.

mod model;

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Claim, Item, Outbox, Place, Reason, Status, Which};

const LONG: Duration = Duration::from_secs(60);

/// A way to open one more handle to the same events.
pub(crate) type Open<'a> = &'a dyn Fn() -> Box<dyn Outbox>;

pub(crate) fn place(mark: &str) -> Place {
    Place {
        provider: "segment".into(),
        account: "default".into(),
        service: "tracking".into(),
        mark: mark.into(),
    }
}

pub(crate) fn item(lane: u8, id: &str) -> Item {
    Item { message_id: id.into(), lane, body: format!(r#"{{"messageId":"{id}"}}"#).into_bytes() }
}

fn items(lane: u8, ids: &[&str]) -> Vec<Item> {
    ids.iter().map(|id| item(lane, id)).collect()
}

fn reason() -> Reason {
    Reason { code: "rejected".into(), message: "no".into(), http_status: Some(400) }
}

async fn take(outbox: &dyn Outbox) -> Claim {
    outbox.claim(&Which::default(), LONG).await.unwrap().unwrap()
}

async fn ids(outbox: &dyn Outbox, claim: &Claim, most: usize) -> Vec<String> {
    let kept = outbox.read(claim, most, usize::MAX).await.unwrap();
    kept.into_iter().map(|kept| kept.message_id).collect()
}

async fn status(outbox: &dyn Outbox, id: &str) -> Status {
    outbox.look(id).await.unwrap().status
}

/// Everything below, and as many random histories.
pub(crate) async fn all(fresh: &dyn Fn() -> Box<dyn Fn() -> Box<dyn Outbox>>, histories: u64) {
    in_order_until_settled(&*fresh()).await;
    a_large_group_keeps_its_order(&*fresh()).await;
    one_holder_at_a_time(&*fresh()).await;
    every_receipt_resolves(&*fresh()).await;
    lists_show_what_is_there(&*fresh()).await;
    places_are_kept_apart(&*fresh()).await;
    for seed in 1..=histories {
        model::random_lives(&*fresh(), seed).await;
    }
}

async fn in_order_until_settled(open: Open<'_>) {
    let (one, other) = (open(), open());
    let here = place("m");
    assert_eq!(one.claim(&Which::default(), LONG).await.unwrap(), None);
    one.append(&here, items(3, &["a", "b", "c"])).await.unwrap();
    drop(one);
    other.append(&here, items(3, &["d"])).await.unwrap();
    other.sync().await.unwrap();
    let claim = take(&*other).await;
    assert_eq!((claim.lane, &claim.place), (3, &here));
    assert_eq!(ids(&*other, &claim, 2).await, ["a", "b"]);
    assert_eq!(ids(&*other, &claim, 10).await, ["a", "b", "c", "d"], "reading settles nothing");
    let tight = other.read(&claim, 10, 1).await.unwrap();
    assert_eq!(tight.len(), 1, "one is always given");
    assert_eq!(tight[0].body, br#"{"messageId":"a"}"#);
    assert_eq!(ids(&*other, &claim, 10).await.len(), 4);
    other.settle(&claim, 3, vec![(1, reason())]).await.unwrap();
    assert_eq!(ids(&*other, &claim, 10).await, ["d"]);
    other.settle(&claim, 1, Vec::new()).await.unwrap();
    assert_eq!(ids(&*other, &claim, 10).await, [""; 0]);
    other.release(&claim).await.unwrap();
    assert_eq!(other.claim(&Which::default(), LONG).await.unwrap(), None);
}

async fn a_large_group_keeps_its_order(open: Open<'_>) {
    let outbox = open();
    let names: Vec<String> = (0..700).map(|n| n.to_string()).collect();
    let group = names.iter().map(|name| item(5, name)).collect();
    outbox.append(&place("m"), group).await.unwrap();
    let claim = take(&*outbox).await;
    assert_eq!(ids(&*outbox, &claim, 700).await, names);
}

async fn one_holder_at_a_time(open: Open<'_>) {
    let (one, other) = (open(), open());
    one.append(&place("m"), items(0, &["a", "b"])).await.unwrap();
    let claim = one.claim(&Which::default(), Duration::ZERO).await.unwrap().unwrap();
    assert_eq!(ids(&*one, &claim, 9).await, ["a", "b"]);
    // Its lease has run out: others may have the lane, and the first one learns of it.
    let second = take(&*other).await;
    assert_eq!(one.claim(&Which::default(), LONG).await.unwrap(), None);
    for lost in [one.settle(&claim, 1, Vec::new()).await, one.renew(&claim, LONG).await] {
        assert_eq!(lost.unwrap_err().code, "lease_lost");
    }
    other.renew(&second, LONG).await.unwrap();
    assert_eq!(ids(&*other, &second, 9).await, ["a", "b"]);
    other.settle(&second, 1, Vec::new()).await.unwrap();
    other.release(&second).await.unwrap();
    let third = take(&*one).await;
    assert_eq!(ids(&*one, &third, 9).await, ["b"]);
    one.release(&third).await.unwrap();
    let hour = jiff::Timestamp::now().as_millisecond() + 3_600_000;
    one.pause(&place("m"), hour, "not today").await.unwrap();
    assert_eq!(other.claim(&Which::default(), LONG).await.unwrap(), None);
    let state = other.state(&Which::default()).await.unwrap().remove(&place("m")).unwrap();
    assert_eq!(state.paused, Some(("not today".into(), hour)));
    other.pause(&place("m"), 0, "").await.unwrap();
    take(&*one).await;
}

async fn every_receipt_resolves(open: Open<'_>) {
    let (outbox, other) = (open(), open());
    let uuid = "0b0ff1ce-0000-4000-8000-00000000cafe";
    outbox.append(&place("m"), items(1, &[uuid, "odd \"id\"", "c", "d"])).await.unwrap();
    other.append(&place("m"), items(2, &["theirs"])).await.unwrap();
    let receipt = other.look(uuid).await.unwrap();
    assert_eq!((receipt.status, receipt.place), (Status::Queued, Some(place("m"))));
    assert!(receipt.at.is_some() && receipt.body.is_some_and(|body| body.starts_with(b"{")));
    assert_eq!(status(&*other, "never").await, Status::Unknown);
    assert_eq!(status(&*other, "messageId").await, Status::Unknown);
    let named = Which { message_ids: vec!["d".into()], ..Which::default() };
    assert_eq!(other.bury(&named, reason()).await.unwrap(), 1);
    loop {
        let Some(claim) = other.claim(&Which::default(), LONG).await.unwrap() else { break };
        let all = ids(&*other, &claim, 9).await;
        let bad = all.iter().position(|id| id == "c").map(|at| (at, reason()));
        other.settle(&claim, all.len(), bad.into_iter().collect()).await.unwrap();
        other.release(&claim).await.unwrap();
    }
    for id in [uuid, "odd \"id\"", "theirs"] {
        assert_eq!(status(&*outbox, id).await, Status::Sent, "{id}");
    }
    for id in ["c", "d"] {
        assert_eq!(status(&*outbox, id).await, Status::Buried { reason: reason() }, "{id}");
    }
    let mine = outbox.mine(1).await.unwrap();
    assert_eq!((mine.sent, mine.queued, mine.refused), (2, 0, 2));
    assert_eq!(mine.listed.len(), 1);
    // Put back, it goes its way again.
    assert_eq!(outbox.retry(&named).await.unwrap(), 1);
    assert_eq!(status(&*other, "d").await, Status::Queued);
    let claim = take(&*other).await;
    assert_eq!(ids(&*other, &claim, 9).await, ["d"]);
    other.settle(&claim, 1, Vec::new()).await.unwrap();
    assert_eq!(status(&*other, "d").await, Status::Sent);
    let state = other.state(&Which::default()).await.unwrap().remove(&place("m")).unwrap();
    assert_eq!((state.counts.queued, state.counts.sent, state.counts.buried), (0, 4, 1));
}

async fn lists_show_what_is_there(open: Open<'_>) {
    let outbox = open();
    let names: Vec<String> = (0..10).map(|n| format!("e{n}")).collect();
    for (n, name) in (0..).zip(&names) {
        outbox.append(&place("m"), vec![item(n % 3, name)]).await.unwrap();
    }
    let seen = async |buried| {
        let (mut seen, mut cursor) = (BTreeSet::new(), None::<String>);
        loop {
            let page = outbox.list(&Which::default(), buried, cursor.as_deref(), 4).await.unwrap();
            assert!(page.len() <= 4);
            let Some(last) = page.last() else { return seen };
            cursor = Some(last.message_id.clone());
            for one in page {
                assert!(one.body.is_some());
                assert!(seen.insert(one.message_id), "listed twice");
            }
        }
    };
    assert_eq!(seen(false).await, names.iter().cloned().collect());
    assert_eq!(seen(true).await, BTreeSet::new());
    let two = Which { message_ids: vec!["e0".into(), "e5".into()], ..Which::default() };
    assert_eq!(outbox.list(&two, false, None, 9).await.unwrap().len(), 2);
    assert_eq!(outbox.bury(&two, reason()).await.unwrap(), 2);
    assert_eq!(outbox.bury(&two, reason()).await.unwrap(), 0, "they are buried already");
    assert_eq!(seen(true).await, ["e0", "e5"].map(str::to_owned).into());
    assert_eq!(seen(false).await.len(), 8);
    assert_eq!(outbox.bury(&Which::default(), reason()).await.unwrap(), 8);
    assert_eq!(seen(true).await.len(), 10);
    let elsewhere = Which { account: Some("other".into()), ..Which::default() };
    assert_eq!(outbox.retry(&elsewhere).await.unwrap(), 0);
    assert_eq!(outbox.retry(&Which::default()).await.unwrap(), 10);
    assert_eq!(seen(false).await, names.iter().cloned().collect());
}

async fn places_are_kept_apart(open: Open<'_>) {
    let outbox = open();
    let (old, new) = (place("old"), place("new"));
    outbox.append(&old, items(0, &["a", "b"])).await.unwrap();
    outbox.append(&new, items(0, &["c"])).await.unwrap();
    let which = Which { except: vec![old.clone()], ..Which::default() };
    let claim = outbox.claim(&which, LONG).await.unwrap().unwrap();
    assert_eq!(ids(&*outbox, &claim, 9).await, ["c"]);
    assert_eq!(outbox.claim(&which, LONG).await.unwrap(), None);
    outbox.release(&claim).await.unwrap();
    assert_eq!(outbox.adopt(&old, "new").await.unwrap(), 2);
    let claim = outbox.claim(&which, LONG).await.unwrap().unwrap();
    let mut all = ids(&*outbox, &claim, 9).await;
    all.sort();
    assert_eq!(all, ["a", "b", "c"]);
}
