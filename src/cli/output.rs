//! The only place that prints. Data goes to stdout as bytes; everything meant for a person goes to
//! stderr. With `--json` exactly one object reaches stdout, whoever finishes first. A reader that
//! went away is nobody's error: the rest is dropped and the exit status stays what it was.

pub(super) mod grid;
mod pager;
pub(super) mod terminal;
mod text;
pub(super) mod view;
pub(super) mod wire;

use std::io::{self, StdoutLock, Write};
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{OnceLock, PoisonError, RwLock};

use anstream::stream::RawStream;
use indicatif::ProgressBar;
use serde::Serialize;
use serde_json::Value;

pub use text::{failure, pretty, shown};
pub use view::{Form, View};

use crate::error::Fault;

/// When to colour what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How much to say, and in which form.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// One JSON object on stdout.
    pub json: bool,
    /// Nothing on stderr but errors.
    pub quiet: bool,
    /// More on stderr.
    pub verbose: u8,
    /// When to use colour.
    pub color: Color,
    /// Long text is printed at once.
    pub no_pager: bool,
}

/// Prints. Shared by every thread that may have the last word.
#[derive(Debug, Default)]
pub struct Printer {
    manner: RwLock<Manner>,
    answered: AtomicBool,
    lost: OnceLock<io::Error>,
    view: OnceLock<View>,
    /// What is drawn on stderr below everything that is said.
    drawn: RwLock<Option<ProgressBar>>,
    /// Whether a question was put, over which nothing may be drawn.
    asked: AtomicBool,
}

impl Printer {
    /// Settles the manner of what is printed from now on.
    pub fn settle(&self, manner: Manner) {
        *self.manner.write().unwrap_or_else(PoisonError::into_inner) = manner;
    }

    /// Settles what is wanted of the data and in which form; only the first one counts.
    pub fn look_through(&self, view: View) {
        let _ = self.view.set(view);
    }

    /// What is wanted of the data.
    pub fn view(&self) -> &View {
        self.view.get_or_init(View::default)
    }

    /// Data in the form that was asked for, or as people read values when none was. `items` are its
    /// rows where it is a list with something around it.
    pub fn data(&self, data: &Value, items: Option<&Value>) {
        let view = self.view();
        let text = match view.is_usual() {
            true => shown(data),
            false => view.text(data, items, terminal::width()),
        };
        if let Some(text) = text {
            self.line(&text);
        }
    }

    /// The manner in force.
    pub fn manner(&self) -> Manner {
        *self.manner.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Text on stdout as it is.
    pub fn text(&self, text: &str) {
        self.put(|out| out.write_all(text.as_bytes()));
    }

    /// Text on stdout that ends with one newline; nothing when it is empty.
    pub fn lines(&self, text: &str) {
        let text = text.strip_suffix('\n').unwrap_or(text);
        if !text.is_empty() {
            self.line(text);
        }
    }

    /// Text to be read by a person: as [`Printer::lines`], but on a terminal through the pager when
    /// it is long.
    pub fn page(&self, text: &str) {
        let text = text.strip_suffix('\n').unwrap_or(text);
        if self.manner().no_pager || !pager::show(text) {
            self.lines(text);
        }
    }

    /// Help: a page with its headings set off where standard output takes colour.
    pub fn help(&self, text: &str) {
        if self.colors(&io::stdout()) {
            self.page(&text::headings(text));
        } else {
            self.page(text);
        }
    }

    /// One line on stdout, even an empty one.
    pub fn line(&self, text: &str) {
        let mut bytes = Vec::with_capacity(text.len() + 1);
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(b'\n');
        self.put(|out| out.write_all(&bytes));
    }

    /// The one object of a `--json` run. A second one is dropped, so that a panic or a watchdog
    /// cannot spoil what a program reads.
    pub fn answer(&self, value: &impl Serialize) {
        if !self.answered.swap(true, Ordering::SeqCst) {
            self.put(|out| text::document(out, value));
        }
    }

    /// Whether the one object is out.
    pub fn answered(&self) -> bool {
        self.answered.load(Ordering::SeqCst)
    }

    /// A failure: the short envelope with `--json`, else `error:` and `hint:` on stderr.
    pub fn fault(&self, fault: &Fault) {
        if self.manner().json {
            self.answer(&failure(fault));
        } else {
            self.complain(fault);
        }
    }

    /// A failure on stderr, whatever the form of the answer.
    pub fn complain(&self, fault: &Fault) {
        self.complain_as(&fault.message, fault.hint.as_deref());
    }

    /// A failure on stderr in other words.
    pub fn complain_as(&self, text: &str, hint: Option<&str>) {
        self.aside("error", RED, text);
        if let Some(hint) = hint {
            self.aside("hint", CYAN, hint);
        }
    }

    /// Something the user should know although the run goes on.
    pub fn warn(&self, text: &str) {
        if !self.manner().quiet {
            self.aside("warning", YELLOW, text);
        }
    }

    /// Progress on stderr.
    pub fn note(&self, text: &str) {
        if !self.manner().quiet {
            self.stderr(text);
        }
    }

    /// Whether progress may be drawn on stderr.
    pub fn draws(&self) -> bool {
        let manner = self.manner();
        let asked = self.asked.load(Ordering::SeqCst);
        !manner.json && !manner.quiet && !asked && terminal::draws()
    }

    /// Makes room for a progress bar from now on, or for none.
    pub(super) fn draw(&self, bar: Option<ProgressBar>) {
        *self.drawn.write().unwrap_or_else(PoisonError::into_inner) = bar;
    }

    /// Writes while nothing is drawn.
    fn apart<T>(&self, write: impl FnOnce() -> T) -> T {
        let bar = self.drawn.read().unwrap_or_else(PoisonError::into_inner).clone();
        match bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// A question for the person at the terminal, without a newline; not even `--quiet` hides it.
    /// A bar would be drawn over the answer, so there is none any more.
    pub fn prompt(&self, text: &str) {
        self.asked.store(true, Ordering::SeqCst);
        let drawn = self.drawn.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(bar) = drawn {
            bar.finish_and_clear();
        }
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// What happens inside, for those who asked to be told.
    pub(super) fn trace(&self, text: &str) {
        self.stderr(text);
    }

    /// What only `-v` shows.
    pub fn detail(&self, text: &str) {
        if self.manner().verbose > 0 {
            self.stderr(text);
        }
    }

    /// The exit status after everything was printed: a full disk under stdout is an error, a
    /// closed pipe is not.
    pub fn finish(&self, code: u8) -> u8 {
        match self.lost.get() {
            Some(why) if why.kind() != io::ErrorKind::BrokenPipe => {
                self.aside("error", RED, &format!("cannot write to standard output: {why}"));
                code.max(1)
            }
            _ => code,
        }
    }

    /// Whether nobody takes what is printed any more.
    pub fn lost(&self) -> bool {
        self.lost.get().is_some()
    }

    /// Ends the process, for a thread that cannot make the main one return.
    #[expect(clippy::disallowed_methods, reason = "no other way out is left")]
    pub fn end(&self, code: u8) -> ! {
        exit(i32::from(self.finish(code)))
    }

    fn aside(&self, label: &str, color: &str, text: &str) {
        if self.colors(&io::stderr()) {
            self.stderr(&format!("{color}{label}:{RESET} {text}"));
        } else {
            self.stderr(&format!("{label}: {text}"));
        }
    }

    fn colors(&self, stream: &impl RawStream) -> bool {
        match self.manner().color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal::colors(stream),
        }
    }

    /// Nobody can be told that stderr is gone.
    fn stderr(&self, text: &str) {
        let mut line = text.as_bytes().to_vec();
        line.push(b'\n');
        let _ = self.apart(|| io::stderr().lock().write_all(&line));
    }

    fn put(&self, put: impl FnOnce(&mut StdoutLock<'_>) -> io::Result<()>) {
        if self.lost.get().is_some() {
            return;
        }
        let write = || {
            let mut out = io::stdout().lock();
            put(&mut out).and_then(|()| out.flush())
        };
        let written = if terminal::on_stdout() { self.apart(write) } else { write() };
        if let Err(why) = written {
            let _ = self.lost.set(why);
        }
    }
}

const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const CYAN: &str = "\x1b[1;36m";
const RESET: &str = "\x1b[0m";
