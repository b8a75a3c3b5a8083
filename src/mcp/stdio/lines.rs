//! Lines on pipes, read and written on threads of their own since both block: bounded in length, and
//! what is wrong with one that is no message.

use std::io::{self, BufRead, Write};

use serde_json::Value;
use tokio::sync::mpsc;

/// The longest message.
pub(super) const LONGEST: usize = 16 << 20;

/// What came in.
pub(super) enum Incoming {
    Line(Vec<u8>),
    TooLong,
}

/// What is wrong with a line that is no message: code, words, and the id it is about.
pub(super) fn complaint(line: &[u8]) -> (i32, String, Value) {
    match serde_json::from_slice::<Value>(line) {
        Err(why) => (-32700, format!("Parse error: {why}"), Value::Null),
        Ok(Value::Array(_)) => (
            -32600,
            "Invalid Request: batches are not taken, send one message a line".to_owned(),
            Value::Null,
        ),
        Ok(value) => {
            let id = match &value["id"] {
                id @ (Value::String(_) | Value::Number(_)) => id.clone(),
                _ => Value::Null,
            };
            (
                -32600,
                "Invalid Request: this is no JSON-RPC 2.0 message of the protocol".to_owned(),
                id,
            )
        }
    }
}

/// Reads lines until the end. One that is too long is dropped as it comes.
pub(super) fn read(mut input: impl BufRead, to: &mpsc::Sender<Incoming>) {
    let mut line = Vec::new();
    let mut dropping = false;
    loop {
        let (taken, ended) = match input.fill_buf() {
            Ok([]) => break,
            Ok(bytes) => {
                let end = memchr::memchr(b'\n', bytes);
                let taken = end.map_or(bytes.len(), |at| at + 1);
                if !dropping {
                    line.extend_from_slice(&bytes[..end.unwrap_or(taken)]);
                }
                (taken, end.is_some())
            }
            Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        input.consume(taken);
        if line.len() > LONGEST {
            dropping = true;
            line = Vec::new();
        }
        if ended {
            let whole = std::mem::take(&mut line);
            let what = if dropping { Incoming::TooLong } else { Incoming::Line(whole) };
            dropping = false;
            if to.blocking_send(what).is_err() {
                return;
            }
        }
    }
    // A last message without the end of its line is one all the same.
    if !line.is_empty() {
        let _ = to.blocking_send(Incoming::Line(line));
    }
}

/// Writes what comes until nobody can send any more, or nobody reads.
pub(super) fn write(mut output: impl Write, mut from: mpsc::Receiver<Vec<u8>>) {
    while let Some(line) = from.blocking_recv() {
        let mut written = output.write_all(&line);
        while let (Ok(()), Ok(next)) = (&written, from.try_recv()) {
            written = output.write_all(&next);
        }
        if written.and_then(|()| output.flush()).is_err() {
            return;
        }
    }
}
