//! JetStream's API as requests over a plain connection: streams, consumers, messages. What an outbox
//! makes of them is the other modules' business.
//!
//! The client library has a layer of its own for this, which reads answers through untagged enums;
//! those cannot take numbers of any precision, and this program reads all of its JSON so.

use std::fmt::Display;
use std::time::Duration;

use async_nats::connection::State;
use async_nats::{Client, HeaderMap, Message, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::error::{Fault, Kind};

/// How long to wait for an answer.
const ANSWER: Duration = Duration::from_secs(5);

/// The status of something that is not there.
const MISSING: u64 = 404;

/// The code of a write whose expected sequence was wrong.
const WRONG_SEQUENCE: u64 = 10_071;

/// A connection.
pub(super) struct Api {
    client: Client,
}

/// A message as a stream holds it.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) subject: String,
    pub(super) sequence: u64,
    pub(super) headers: HeaderMap,
    pub(super) payload: Bytes,
    /// RFC 3339.
    pub(super) time: String,
}

/// What the server said to a message that was published.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ack {
    pub(super) sequence: u64,
    /// It has a message of that id already.
    pub(super) duplicate: bool,
}

/// How much a stream holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) messages: u64,
    pub(super) bytes: u64,
    /// The sequence of its last message.
    pub(super) last: u64,
}

/// A refusal by the server.
struct Refused {
    status: u64,
    code: u64,
    text: String,
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        failed("use the outbox", &refused.text)
    }
}

/// That something could not be done at the server. Its complaints name no URL.
pub(super) fn failed(what: &str, why: &dyn Display) -> Fault {
    Fault::new(Kind::Unavailable, format!("cannot {what}: {why}"))
        .code("outbox_unavailable")
        .hint("is the NATS server running, with JetStream (-js)? see the setting outbox.url")
}

impl Api {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    /// The name of the server at the other end, another one each time it is started.
    pub(super) fn server(&self) -> String {
        self.client.server_info().server_id
    }

    /// Whether there is a connection at the moment.
    pub(super) fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    async fn ask(&self, verb: &str, body: &Value) -> Result<Result<Value, Refused>, Fault> {
        let subject = format!("$JS.API.{verb}");
        let answer = self.client.request(subject, body.to_string().into()).await;
        let answer = answer.map_err(|why| failed("reach the outbox", &why))?;
        read(&answer.payload)
    }

    /// Makes a stream, if there is none of that name.
    pub(super) async fn stream(&self, config: &Value) -> Result<(), Fault> {
        let name = config["name"].as_str().unwrap_or_default();
        match self.ask(&format!("STREAM.INFO.{name}"), &json!({})).await? {
            Ok(_) => Ok(()),
            Err(refused) if refused.status == MISSING => {
                let made = self.ask(&format!("STREAM.CREATE.{name}"), config).await?;
                Ok(made.map(drop)?)
            }
            Err(refused) => Err(refused.into()),
        }
    }

    /// How much a stream holds.
    pub(super) async fn size(&self, stream: &str) -> Result<Size, Fault> {
        let info = self.ask(&format!("STREAM.INFO.{stream}"), &json!({})).await??;
        let number = |name: &str| info["state"][name].as_u64().unwrap_or_default();
        let (messages, bytes, last) = (number("messages"), number("bytes"), number("last_seq"));
        Ok(Size { messages, bytes, last })
    }

    /// Makes a durable consumer, or finds it; how many messages it has not seen acknowledged.
    pub(super) async fn consumer(&self, stream: &str, config: &Value) -> Result<u64, Fault> {
        let name = config["durable_name"].as_str().unwrap_or_default();
        let info = self.ask(&format!("CONSUMER.INFO.{stream}.{name}"), &json!({})).await?;
        let info = match info {
            Err(refused) if refused.status == MISSING => {
                let body = json!({"stream_name": stream, "config": config});
                self.ask(&format!("CONSUMER.DURABLE.CREATE.{stream}.{name}"), &body).await??
            }
            info => info?,
        };
        let number = |name: &str| info[name].as_u64().unwrap_or_default();
        Ok(number("num_pending") + number("num_ack_pending"))
    }

    /// How many messages a stream holds for a subject. For streams that any number may read.
    pub(super) async fn count(&self, stream: &str, subject: &str) -> Result<u64, Fault> {
        let config = json!({
            "ack_policy": "none",
            "deliver_policy": "all",
            "filter_subject": subject,
            "headers_only": true,
            "mem_storage": true,
            "inactive_threshold": 5_000_000_000_u64,
        });
        let body = json!({"stream_name": stream, "config": config});
        let made = self.ask(&format!("CONSUMER.CREATE.{stream}"), &body).await??;
        let count = made["num_pending"].as_u64().unwrap_or_default();
        self.forget(stream, made["name"].as_str().unwrap_or_default()).await?;
        Ok(count)
    }

    /// Deletes a consumer, if there is one.
    pub(super) async fn forget(&self, stream: &str, consumer: &str) -> Result<(), Fault> {
        match self.ask(&format!("CONSUMER.DELETE.{stream}.{consumer}"), &json!({})).await? {
            Err(refused) if refused.status != MISSING => Err(refused.into()),
            _ => Ok(()),
        }
    }

    /// The next messages of a consumer, as many as are there.
    pub(super) async fn fetch(
        &self,
        stream: &str,
        consumer: &str,
        most: usize,
    ) -> Result<Vec<Message>, Fault> {
        let fail = |why: &dyn Display| failed("read the outbox", why);
        let inbox = self.client.new_inbox();
        let mut answers = self.client.subscribe(inbox.clone()).await.map_err(|why| fail(&why))?;
        let next = format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}");
        let wish = json!({"batch": most, "no_wait": true}).to_string();
        let asked = self.client.publish_with_reply(next, inbox, wish.into()).await;
        asked.map_err(|why| fail(&why))?;
        let mut found = Vec::new();
        while found.len() < most {
            let message = tokio::time::timeout(ANSWER, answers.next()).await;
            let message = message.map_err(|_| fail(&"no answer in time"))?;
            let Some(message) = message else { return Err(fail(&"the connection is gone")) };
            match message.status {
                None | Some(StatusCode::OK) => found.push(message),
                Some(StatusCode::NOT_FOUND | StatusCode::TIMEOUT) => break,
                Some(status) => return Err(fail(&status)),
            }
        }
        Ok(found)
    }

    /// Acknowledges messages, and waits until the server knows.
    pub(super) async fn acknowledge(&self, messages: &[Message]) -> Result<(), Fault> {
        let fail = |why: &dyn Display| failed("settle an event", why);
        let mut last = None;
        for message in messages {
            let Some(reply) = message.reply.clone() else { continue };
            if let Some(before) = last.replace(reply) {
                let sent = self.client.publish(before, Bytes::from_static(b"+ACK")).await;
                sent.map_err(|why| fail(&why))?;
            }
        }
        let Some(last) = last else { return Ok(()) };
        let known = self.client.request(last, Bytes::from_static(b"+ACK")).await;
        known.map(drop).map_err(|why| fail(&why))
    }

    /// Publishes a message to a stream; none when the sequence it expects there is another by now.
    pub(super) async fn publish(
        &self,
        subject: String,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Option<Ack>, Fault> {
        let answer = self.client.request_with_headers(subject, headers, body).await;
        let answer = answer.map_err(|why| failed("reach the outbox", &why))?;
        match read(&answer.payload)? {
            Ok(ack) => Ok(Some(Ack {
                sequence: ack["seq"].as_u64().unwrap_or_default(),
                duplicate: ack["duplicate"].as_bool().unwrap_or_default(),
            })),
            Err(refused) if refused.code == WRONG_SEQUENCE => Ok(None),
            Err(refused) => Err(refused.into()),
        }
    }

    /// The message a stream holds that `which` describes: `last_by_subj`, or `next_by_subj` from
    /// `seq` on.
    pub(super) async fn get(&self, stream: &str, which: &Value) -> Result<Option<Stored>, Fault> {
        match self.ask(&format!("STREAM.MSG.GET.{stream}"), which).await? {
            Ok(found) => stored(&found["message"]).map(Some),
            Err(refused) if refused.status == MISSING => Ok(None),
            Err(refused) => Err(refused.into()),
        }
    }

    /// Deletes a message; whether it was still there. Acknowledged in the meantime, it is gone already.
    pub(super) async fn delete(&self, stream: &str, sequence: u64) -> Result<bool, Fault> {
        let body = json!({"seq": sequence, "no_erase": true});
        Ok(self.ask(&format!("STREAM.MSG.DELETE.{stream}"), &body).await?.is_ok())
    }
}

fn read(payload: &[u8]) -> Result<Result<Value, Refused>, Fault> {
    let answer: Value = serde_json::from_slice(payload)
        .map_err(|why| failed("understand the outbox's server", &why))?;
    let error = &answer["error"];
    if error.is_null() {
        return Ok(Ok(answer));
    }
    Ok(Err(Refused {
        status: error["code"].as_u64().unwrap_or_default(),
        code: error["err_code"].as_u64().unwrap_or_default(),
        text: error["description"].as_str().unwrap_or("refused").to_owned(),
    }))
}

fn stored(message: &Value) -> Result<Stored, Fault> {
    let bytes = |name: &str| {
        let text = message[name].as_str().unwrap_or_default();
        STANDARD.decode(text).map_err(|why| failed("understand the outbox's server", &why))
    };
    let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
    let mut headers = HeaderMap::new();
    for line in String::from_utf8_lossy(&bytes("hdrs")?).lines() {
        if let Some((name, value)) = line.split_once(':') {
            headers.insert(name, value.trim());
        }
    }
    Ok(Stored {
        subject: text("subject"),
        sequence: message["seq"].as_u64().unwrap_or_default(),
        headers,
        payload: bytes("data")?.into(),
        time: text("time"),
    })
}

/// The sequence in its stream of a message that a consumer gave out.
pub(super) fn sequence(message: &Message) -> u64 {
    word(message, 5).and_then(|word| word.parse().ok()).unwrap_or_default()
}

/// When such a message was stored, in nanoseconds since 1970.
pub(super) fn stamp(message: &Message) -> i64 {
    word(message, 7).and_then(|word| word.parse().ok()).unwrap_or_default()
}

/// The server writes these into the subject for the acknowledgement, behind two more words where it
/// knows domains.
fn word(message: &Message, at: usize) -> Option<&str> {
    let reply = message.reply.as_ref()?.as_str();
    let more = if reply.split('.').count() > 9 { 2 } else { 0 };
    reply.split('.').nth(at + more)
}
