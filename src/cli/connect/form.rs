//! The form in a browser: a page for one connection on a port of this machine, under an address that
//! nobody can guess, for one browser, until it is filled in or time is up. What the requests may be is
//! `desk`'s business, how the page looks `page`'s.

mod desk;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::page::{Done, Shown};
use crate::access::door::{Door, Limits, Rules};
use crate::access::now;
use crate::cli::configure;
use crate::cli::connection::{self, Finding, Place, Record, State, Verdict};
use crate::cli::invocation::Invocation;
use crate::cli::signal::{Signals, interrupted};
use crate::error::{Fault, Kind};
use crate::runtime::Runtime;
use desk::{Answer, Desk, Post};

/// One browser needs no more than this.
const LIMITS: Limits = Limits {
    body: 64 << 10,
    head: Duration::from_secs(10),
    keep_alive: false,
    patience: Duration::from_secs(10),
    reading: Duration::from_secs(10),
    requests: 16,
    connections: 16,
    // The last page is still on its way.
    farewell: Duration::from_secs(5),
};

/// What is offered.
pub(super) struct Offer {
    /// Which connection.
    pub(super) place: Place,
    /// For how long.
    pub(super) timeout: Duration,
    /// Whether the service is asked afterwards.
    pub(super) test: bool,
}

/// How the form ended.
enum End {
    Filled(Box<Record>, Option<Verdict>, Vec<String>),
    Late,
    Signal(u8),
}

/// Offers the form until it is filled in.
///
/// # Errors
/// `timeout` when nobody filled it in; `interrupted`; when no port is to be had.
pub(super) fn offer(invocation: &Invocation, offer: &Offer) -> Result<u8, Fault> {
    let runtime = Arc::clone(invocation.runtime()?);
    let end = invocation.wait(serve(invocation, &runtime, offer))?;
    connection::form_shut(runtime.engine(), &offer.place);
    let fault = match end? {
        End::Filled(record, verdict, notes) => {
            return connection::say(invocation, &record, verdict.as_ref(), &notes);
        }
        End::Late => Fault::new(
            Kind::Timeout,
            format!("nobody filled the form in within {:?}", offer.timeout),
        )
        .hint("nothing was changed; allow more time with --timeout"),
        End::Signal(status) => {
            invocation.printer().fault(&interrupted(status));
            return Ok(status);
        }
    };
    Err(fault)
}

async fn serve(invocation: &Invocation, runtime: &Runtime, offer: &Offer) -> Result<End, Fault> {
    let mut signals = Signals::listen()?;
    let rules = Rules { token: false, limits: LIMITS, ..Rules::default() };
    let door = Door::open(rules, Arc::clone(&runtime.engine().access))?;
    let (posts, mut posted) = mpsc::channel(1);
    let desk = Arc::new(Desk::new(door.url(), shown(runtime, &offer.place)?, posts)?);
    let seconds = i64::try_from(offer.timeout.as_secs()).unwrap_or(i64::MAX / 2);
    connection::form_open(runtime.engine(), &offer.place, &desk.url(), now() + seconds);
    invocation.printer().prompt(&format!(
        "Type the credentials of {} in here, in a browser on this machine:\n  {}\n",
        offer.place.id(),
        desk.url()
    ));
    let deadline = Instant::now() + offer.timeout;
    let end = async || {
        loop {
            tokio::select! {
                Some(post) = posted.recv() => {
                    if let Some(end) = taken(invocation, runtime, offer, post).await? {
                        return Ok(end);
                    }
                }
                status = signals.next() => return Ok(End::Signal(status)),
                () = sleep_until(deadline) => return Ok(End::Late),
            }
        }
    };
    Box::pin(door.serve(desk::routes(desk), end)).await?
}

/// Writes down what was typed in, and asks the service about it; none when it was no good.
async fn taken(
    invocation: &Invocation,
    runtime: &Runtime,
    offer: &Offer,
    post: Post,
) -> Result<Option<End>, Fault> {
    let place = &offer.place;
    let provider = runtime.catalogue().provider(&place.provider)?;
    let saved: Vec<String> = post.fields.iter().map(|(name, _)| name.clone()).collect();
    let kept = configure::keep(runtime, provider, &place.account, post.fields, Vec::new());
    let notes = match kept {
        Ok(notes) => notes,
        Err(fault) => {
            let hint = fault.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
            let words = runtime.redactor().text(&format!("{}{hint}", fault.message)).into_owned();
            let _ = post.answer.send(Answer::Again(words));
            return Ok(None);
        }
    };
    let (record, verdict) = match offer.test {
        true => connection::checked(invocation, place.clone()).await?,
        false => (super::look(invocation, place)?, None),
    };
    let mut lines: Vec<String> = notes.clone();
    if let Some(verdict) = &verdict {
        lines.extend(verdict.findings.iter().map(Finding::line));
    }
    let good = record.state == State::Ready && verdict.as_ref().is_none_or(|v| v.fault.is_none());
    let _ = post.answer.send(Answer::Done(Done { id: place.id(), saved, lines, good }));
    Ok(Some(End::Filled(Box::new(record), verdict, notes)))
}

/// What the page shows: which fields, and whether each is set; never a secret.
fn shown(runtime: &Runtime, place: &Place) -> Result<Shown, Fault> {
    let provider = runtime.catalogue().provider(&place.provider)?;
    Ok(Shown::of(&runtime.engine().accounts, provider, place))
}

/// Offers the form from a process of its own, and answers as soon as it is there.
///
/// # Errors
/// When that process cannot start, or fails at once.
pub(super) fn detach(invocation: &Invocation, offer: &Offer) -> Result<Record, Fault> {
    let trouble = |why: std::io::Error| Fault::io("cannot start another process", &why);
    let program = std::env::current_exe().map_err(trouble)?;
    let mut command = Command::new(program);
    command.args(["connect", &offer.place.id(), "--browser", "--no-input", "--timeout"]);
    command.arg(format!("{}ms", offer.timeout.as_millis()));
    if !offer.test {
        command.arg("--no-test");
    }
    if invocation.runtime()?.engine().accounts.emulated() {
        command.arg("--emulator");
    }
    // In a group of its own, so that what ends this program does not end the form.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(trouble)?;
    let mut said = BufReader::new(
        child
            .stderr
            .take()
            .ok_or_else(|| Fault::new(Kind::Internal, "a process without standard error"))?,
    );
    let mut lines = String::new();
    while said.read_line(&mut lines).map_err(trouble)? > 0 {
        if lines.contains("http://127.0.0.1:") {
            return super::look(invocation, &offer.place);
        }
    }
    let _ = said.read_to_string(&mut lines);
    let why = lines.lines().next().unwrap_or_default();
    Err(Fault::new(Kind::Io, format!("the form could not be offered: {why}")))
}
