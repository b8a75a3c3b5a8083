//! The connection, and the streams an outbox is made of.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::time::Duration;

use async_nats::{Client, ConnectOptions, HeaderMap, ServerAddr};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::api::{Api, failed};
use super::inquiry::Walk;
use super::names::{self, Names};
use super::{Address, locked};
use crate::error::{Fault, Kind};
use crate::ledger::outbox::{CLOCKS_DIFFER, LANES, Place, Which};

/// How long the server remembers the ids it was given.
pub(super) const DUPLICATES: Duration = Duration::from_secs(3600);

/// How long the server waits for an acknowledgement before it gives an event out again. Whoever takes
/// a lane over need not wait for that.
const ACK_WAIT: Duration = Duration::from_secs(600);

/// The most events of a lane that may be out unacknowledged.
pub(super) const MOST_PENDING: usize = 5_000;

/// How long to try to connect.
const CONNECT: Duration = Duration::from_secs(5);

/// How long to wait for an answer.
const ANSWER: Duration = Duration::from_secs(5);

/// What is known of a place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Card {
    provider: String,
    account: String,
    service: String,
    mark: String,
    /// Why nothing is sent for the moment, and until when.
    #[serde(default)]
    paused: Option<(String, i64)>,
    /// When that was said.
    #[serde(default)]
    since: i64,
}

impl Card {
    pub(super) fn new(place: &Place) -> Self {
        let Place { provider, account, service, mark } = place.clone();
        Self { provider, account, service, mark, paused: None, since: 0 }
    }

    /// The same place, which pauses from now on; not when that is over already.
    pub(super) fn pausing(self, why: &str, until: i64) -> Self {
        let since = Timestamp::now().as_millisecond();
        Self { paused: (until > since).then(|| (why.to_owned(), until)), since, ..self }
    }

    /// Why nothing is sent now, and until when. Whoever said so on a machine whose clock is ahead is
    /// not believed.
    pub(super) fn paused(&self) -> Option<(String, i64)> {
        let now = Timestamp::now().as_millisecond();
        let said = self.since <= now.saturating_add(CLOCKS_DIFFER);
        self.paused.clone().filter(|(_, until)| said && *until > now)
    }

    fn place(&self) -> Place {
        Place {
            provider: self.provider.clone(),
            account: self.account.clone(),
            service: self.service.clone(),
            mark: self.mark.clone(),
        }
    }
}

/// A connection, and what things are called there.
pub(super) struct Server {
    pub(super) api: Api,
    pub(super) names: Names,
    /// The stream of what is queued; an acknowledged event is gone.
    pub(super) queue: String,
    /// The stream of what is buried.
    pub(super) graves: String,
    /// The stream with the ids of what was settled.
    pub(super) settled: String,
    /// The stream that keeps the last word on places and lanes.
    pub(super) words: String,
    /// Lanes whose consumer was found to be right about there being nothing, and at which server.
    empty: Mutex<HashMap<String, String>>,
    /// Its end ends the connection.
    _line: oneshot::Sender<()>,
}

/// Connects, and keeps the connection on a thread of its own: commands run one event loop after the
/// other, and it has to outlive each of them.
async fn line(
    options: ConnectOptions,
    server: ServerAddr,
) -> Result<(Client, oneshot::Sender<()>), Fault> {
    let (answer, connected) = oneshot::channel();
    let (line, ended) = oneshot::channel::<()>();
    let talk = move || {
        let event_loop = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(event_loop) = event_loop else { return };
        event_loop.block_on(async {
            // Who asked may have gone.
            let _ = answer.send(options.connect(server).await);
            let _ = ended.await;
        });
    };
    let fail = |why: &dyn std::fmt::Display| failed("connect to the outbox's NATS server", why);
    std::thread::Builder::new().name("nats".into()).spawn(talk).map_err(|why| fail(&why))?;
    match connected.await {
        Ok(Ok(client)) => Ok((client, line)),
        Ok(Err(why)) => Err(fail(&why)),
        Err(_) => Err(fail(&"no event loop")),
    }
}

impl Server {
    pub(super) async fn connect(address: &Address) -> Result<Self, Fault> {
        let server: ServerAddr = address.url.expose().parse().map_err(|_| {
            Fault::new(Kind::Config, "the outbox's URL is not one of a NATS server")
                .hint("write it as nats://host:4222")
        })?;
        let url = server.clone().into_inner();
        let mut options = match &address.credentials {
            Some(file) => ConnectOptions::with_credentials_file(file)
                .await
                .map_err(|why| Fault::io(format!("cannot read {}", file.display()), &why))?,
            None => ConnectOptions::new(),
        };
        options = options.name("kosmo").connection_timeout(CONNECT).request_timeout(Some(ANSWER));
        let (client, line) = line(options, server).await?;
        let name = url.path().trim_matches('/');
        let names = Names::new(if name.is_empty() { "kosmo" } else { name });
        let [queue, graves, settled, words] =
            ["queued", "buried", "settled", "words"].map(|purpose| names.stream(purpose));
        let api = Api::new(client);
        let empty = Mutex::default();
        let server = Self { api, names, queue, graves, settled, words, empty, _line: line };
        server.prepare(address.keep_days).await?;
        Ok(server)
    }

    /// Makes the streams that are not there yet.
    async fn prepare(&self, keep_days: u32) -> Result<(), Fault> {
        let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let keep = nanoseconds(Duration::from_secs(86_400 * u64::from(keep_days)));
        let once = nanoseconds(DUPLICATES);
        for (purpose, more) in [
            ("queued", json!({"retention": "workqueue", "duplicate_window": once})),
            ("buried", json!({"max_msgs_per_subject": 1})),
            ("settled", json!({"max_age": keep})),
            ("words", json!({"max_msgs_per_subject": 1})),
        ] {
            let mut config = json!({
                "name": self.names.stream(purpose),
                "subjects": [self.names.all(purpose)],
                "retention": "limits",
                "storage": "file",
                "discard": "old",
                "num_replicas": 1,
            });
            if let (Value::Object(config), Value::Object(more)) = (&mut config, more) {
                config.extend(more);
            }
            self.api.stream(&config).await?;
        }
        Ok(())
    }

    /// The last word on something, with its revision.
    pub(super) async fn entry<T: DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<(T, u64)>, Fault> {
        let which = json!({"last_by_subj": self.names.word(key)});
        let Some(found) = self.api.get(&self.words, &which).await? else { return Ok(None) };
        let value = serde_json::from_slice(&found.payload).map_err(|_| {
            Fault::new(Kind::Io, format!("the outbox's entry `{key}` cannot be understood"))
                .code("damaged_outbox")
        })?;
        Ok(Some((value, found.sequence)))
    }

    /// Has the last word on something, if the one before was that of `revision` (0 for none);
    /// whether that was so.
    pub(super) async fn update<T: Serialize>(
        &self,
        key: &str,
        value: &T,
        revision: u64,
    ) -> Result<bool, Fault> {
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Expected-Last-Subject-Sequence", revision.to_string());
        Ok(self.api.publish(self.names.word(key), headers, bytes(value)).await?.is_some())
    }

    /// Has the last word on something, whoever spoke before.
    pub(super) async fn put<T: Serialize>(&self, key: &str, value: &T) -> Result<(), Fault> {
        self.api.publish(self.names.word(key), HeaderMap::new(), bytes(value)).await.map(drop)
    }

    /// The places that are meant, by the word that stands for each.
    pub(super) async fn places(
        &self,
        which: &Which,
    ) -> Result<BTreeMap<String, (Place, Card)>, Fault> {
        let mut found = BTreeMap::new();
        let mut cards = Walk::over(&self.api, &self.words, self.names.word("place.*"));
        while let Some(message) = cards.next().await? {
            let word = message.subject.rsplit('.').next().unwrap_or_default();
            let Ok(card) = serde_json::from_slice::<Card>(&message.payload) else { continue };
            let place = card.place();
            let meant = which.provider.as_ref().is_none_or(|wanted| *wanted == place.provider)
                && which.account.as_ref().is_none_or(|wanted| *wanted == place.account)
                && !which.except.contains(&place);
            if meant {
                found.insert(word.to_owned(), (place, card));
            }
        }
        Ok(found)
    }

    /// Makes a place known.
    pub(super) async fn introduce(&self, place: &Place) -> Result<(), Fault> {
        let key = Names::key(&names::place(place));
        if self.entry::<Card>(&key).await?.is_some() {
            return Ok(());
        }
        // Somebody else may be doing the same.
        self.update(&key, &Card::new(place), 0).await.map(drop)
    }

    /// Events of a lane that are not acknowledged; makes its consumer if there is none.
    pub(super) async fn waiting(&self, place: &str, lane: u8) -> Result<u64, Fault> {
        let config = json!({
            "durable_name": Names::consumer(place, lane),
            "ack_policy": "explicit",
            "ack_wait": u64::try_from(ACK_WAIT.as_nanos()).unwrap_or(u64::MAX),
            "deliver_policy": "all",
            "replay_policy": "instant",
            "filter_subject": self.names.lane(place, lane),
            "max_ack_pending": MOST_PENDING,
        });
        let waiting = self.api.consumer(&self.queue, &config).await?;
        if waiting > 0 {
            return Ok(waiting);
        }
        // One that a killed server had to put together again may not know of everything.
        let (lane, here) = (self.names.lane(place, lane), self.api.server());
        if locked(&self.empty).get(&lane) == Some(&here) {
            return Ok(0);
        }
        let found = Walk::over(&self.api, &self.queue, lane.clone()).next().await?;
        if found.is_none() {
            locked(&self.empty).insert(lane, here);
        }
        Ok(u64::from(found.is_some()))
    }

    /// Makes the consumer of a lane anew: what was out comes again, in order.
    pub(super) async fn restart(&self, place: &str, lane: u8) -> Result<(), Fault> {
        self.api.forget(&self.queue, &Names::consumer(place, lane)).await?;
        self.waiting(place, lane).await.map(drop)
    }

    /// Events of a place that are not acknowledged.
    pub(super) async fn waiting_for(&self, place: &str) -> Result<u64, Fault> {
        let mut sum = 0;
        for lane in 0..LANES {
            sum += self.waiting(place, lane).await?;
        }
        Ok(sum)
    }
}

fn bytes<T: Serialize>(value: &T) -> bytes::Bytes {
    serde_json::to_vec(value).unwrap_or_default().into()
}
