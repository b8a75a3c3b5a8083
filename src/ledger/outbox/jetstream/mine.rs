//! What became of the events that this process appended: told by the records of what is settled, of
//! which only those are read that came since the last look.

use std::collections::{HashMap, HashSet};

use futures_util::StreamExt as _;
use futures_util::stream;

use super::inquiry::Walk;
use super::records::Record;
use super::{JetStream, locked};
use crate::error::Fault;
use crate::ledger::outbox::Mine;

/// Questions asked of the server at once.
const AT_ONCE: usize = 64;

/// The events appended through this outbox.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// Those whose end is not known.
    pub(super) open: HashSet<String>,
    /// Those that the server had before, with where they would be queued: they may have been settled
    /// before the records that are read.
    pub(super) doubtful: HashMap<String, String>,
    /// The sequence of the last record that was read, or of the last one before the first event.
    pub(super) seen: Option<u64>,
    sent: u64,
    buried: Vec<String>,
}

impl Own {
    /// How many there were, whatever became of them.
    pub(super) fn appended(&self) -> u64 {
        (self.open.len() + self.buried.len()) as u64 + self.sent
    }

    /// Notes the end of an event, if it is one of ours.
    pub(super) fn end(&mut self, id: &str, sent: bool) {
        if !self.open.remove(id) {
            return;
        }
        self.doubtful.remove(id);
        if sent {
            self.sent += 1;
        } else {
            self.buried.push(id.to_owned());
        }
    }
}

impl JetStream {
    pub(super) async fn mine_now(&self, most: usize) -> Result<Mine, Fault> {
        let (open, seen) = {
            let own = locked(&self.own);
            (!own.open.is_empty(), own.seen.unwrap_or_default())
        };
        if open {
            self.read_records(seen).await?;
            self.ask_for_doubtful().await?;
        }
        let (sent, queued, buried) = {
            let own = locked(&self.own);
            (own.sent, own.open.len() as u64, own.buried.clone())
        };
        let mut listed = Vec::new();
        for id in buried.iter().take(most) {
            listed.push(self.look_up(id).await?);
        }
        Ok(Mine { sent, queued, refused: buried.len() as u64, listed })
    }

    async fn read_records(&self, seen: u64) -> Result<(), Fault> {
        let server = self.server().await?;
        let mut records = Walk::over(&server.api, &server.settled, server.names.all("settled"));
        records.skip(seen);
        while let Some(stored) = records.next().await? {
            let record = Record::of(&stored);
            let mut own = locked(&self.own);
            record.sent.iter().for_each(|id| own.end(id, true));
            record.buried.iter().for_each(|id| own.end(id, false));
            own.seen = Some(stored.sequence);
        }
        Ok(())
    }

    /// Those that are queued will be settled by a record that is still to come; what became of the
    /// others is in those that were written before.
    async fn ask_for_doubtful(&self) -> Result<(), Fault> {
        let doubtful = locked(&self.own).doubtful.clone();
        if doubtful.is_empty() {
            return Ok(());
        }
        let server = self.server().await?;
        let ask = async |(id, subject): (&String, &String)| {
            let queued = server.last(&server.queue, subject).await?;
            Ok::<_, Fault>(queued.is_none().then(|| id.clone()))
        };
        let mut gone: HashMap<String, bool> = HashMap::new();
        let mut asked = stream::iter(&doubtful).map(ask).buffer_unordered(AT_ONCE);
        while let Some(answer) = asked.next().await {
            // Nobody remembers when one was sent so long ago.
            gone.extend(answer?.map(|id| (id, true)));
        }
        let mut records = Walk::over(&server.api, &server.settled, server.names.all("settled"));
        while let Some(stored) = records.next().await? {
            let record = Record::of(&stored);
            for id in record.sent.into_iter().filter(|id| doubtful.contains_key(id)) {
                gone.insert(id, true);
            }
            for id in record.buried {
                // Where it is queued again, it is not over.
                gone.entry(id).and_modify(|sent| *sent = false);
            }
        }
        let mut own = locked(&self.own);
        for id in doubtful.keys() {
            own.doubtful.remove(id);
            if let Some(sent) = gone.get(id) {
                own.end(id, *sent);
            }
        }
        Ok(())
    }
}
