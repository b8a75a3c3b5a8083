//! Random histories of processes that append, deliver and die, against a model of what must be true.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::{LONG, Open, ids, item, place, reason, status};
use crate::ledger::outbox::{LANES, Outbox, Status, Which};

/// A generator that gives the same numbers for the same seed.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

/// What must be true of the events, however processes live and die.
#[derive(Default)]
struct Model {
    /// By producer and lane, what is not settled, in order.
    queued: BTreeMap<(usize, u8), VecDeque<String>>,
    sent: BTreeSet<String>,
    buried: BTreeSet<String>,
    producers: BTreeMap<String, usize>,
}

impl Model {
    fn count(&self) -> usize {
        self.queued.values().map(VecDeque::len).sum()
    }

    fn settle(&mut self, lane: u8, id: &str, refused: bool) {
        let producer = self.producers[id];
        let first = self.queued.get_mut(&(producer, lane)).and_then(VecDeque::pop_front);
        assert_eq!(first.as_deref(), Some(id), "in the order it was appended in, once");
        let settled = if refused { &mut self.buried } else { &mut self.sent };
        assert!(settled.insert(id.to_owned()));
    }
}

pub(super) async fn random_lives(open: Open<'_>, seed: u64) {
    let (mut dice, mut model) = (Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)), Model::default());
    let mut lives: Vec<(usize, Box<dyn Outbox>)> = (0..3).map(|n| (n, open())).collect();
    let (mut born, mut next) = (3, 0);
    let here = place("m");
    for _ in 0..150 {
        let at = dice.throw(lives.len());
        match dice.throw(10) {
            0..=4 => {
                let (producer, outbox) = &lives[at];
                let mut batch = Vec::new();
                for _ in 0..1 + dice.throw(12) {
                    let (lane, id) =
                        (dice.throw(usize::from(LANES)) as u8, format!("{seed}-{next}"));
                    next += 1;
                    model.queued.entry((*producer, lane)).or_default().push_back(id.clone());
                    model.producers.insert(id.clone(), *producer);
                    batch.push(item(lane, &id));
                }
                outbox.append(&here, batch).await.unwrap();
            }
            5 => {
                lives[at] = (born, open());
                born += 1;
            }
            _ => {
                // A lease that is over at once is what the lease of a killed courier comes to.
                let lease = [LONG, Duration::ZERO][dice.throw(2)];
                deliver(&*lives[at].1, &mut dice, &mut model, lease).await;
            }
        }
    }
    let state = lives[0].1.state(&Which::default()).await.unwrap();
    let counts = state.get(&here).map(|state| state.counts).unwrap_or_default();
    assert_eq!(counts.queued as usize, model.count(), "seed {seed}");
    assert_eq!(counts.sent as usize, model.sent.len());
    assert_eq!(counts.buried as usize, model.buried.len());
    let last = open();
    while model.count() > 0 {
        deliver(&*last, &mut dice, &mut model, LONG).await;
    }
    assert_eq!(last.claim(&Which::default(), LONG).await.unwrap(), None, "nothing comes twice");
    for id in model.producers.keys() {
        let expected = match model.sent.contains(id) {
            true => Status::Sent,
            false => Status::Buried { reason: reason() },
        };
        assert_eq!(status(&*last, id).await, expected, "{id}");
    }
}

async fn deliver(outbox: &dyn Outbox, dice: &mut Dice, model: &mut Model, lease: Duration) {
    let Some(claim) = outbox.claim(&Which::default(), lease).await.unwrap() else { return };
    let read = ids(outbox, &claim, 1 + dice.throw(20)).await;
    if lease.is_zero() && dice.throw(2) == 0 {
        return;
    }
    let count = dice.throw(read.len() + 1);
    let refused: Vec<usize> = (0..count).filter(|_| dice.throw(8) == 0).collect();
    let buried = refused.iter().map(|at| (*at, reason())).collect();
    outbox.settle(&claim, count, buried).await.unwrap();
    for (at, id) in read[..count].iter().enumerate() {
        model.settle(claim.lane, id, refused.contains(&at));
    }
    outbox.release(&claim).await.unwrap();
}
