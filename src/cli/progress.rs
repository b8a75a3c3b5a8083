//! Progress of long work, on the terminal behind stderr: a bar where the total is known, else a
//! spinner, shown once the work has taken half a second and wiped when it ends. With `--json` or
//! `--quiet`, in CI and without a terminal nothing is drawn. What is said while it is drawn goes
//! through the printer, which makes room for it.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::Printer;

/// Shorter work needs no progress.
const SOON: Duration = Duration::from_millis(500);

/// How often the spinner turns while nothing else happens.
const TURN: Duration = Duration::from_millis(120);

const BAR: &str = "{msg} {wide_bar} {human_pos}/{human_len} {per_sec:.0} {eta_precise} left";
const SPINNER: &str = "{spinner} {msg} {elapsed_precise}";
const COUNTER: &str = "{spinner} {msg} {human_pos} {per_sec:.0} {elapsed_precise}";

/// Progress of one piece of work. It may be shared by the threads that do the work; dropping it
/// wipes what was drawn.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    printer: Arc<Printer>,
    began: Instant,
    /// Held until the end: its loss tells the waiting thread that there is nothing to show.
    _shown: Option<Sender<()>>,
}

impl Progress {
    /// Work that begins now: what is done, as in `importing users.csv`, and how many items there
    /// are, where that is known.
    pub fn start(printer: &Arc<Printer>, what: &str, total: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        bar.set_style(style(if total.is_some() { BAR } else { SPINNER }));
        bar.set_message(what.to_owned());
        let shown = printer.draws().then(|| show_soon(&bar, printer)).flatten();
        Self { bar, printer: Arc::clone(printer), began: Instant::now(), _shown: shown }
    }

    /// So many items more are done.
    pub fn advance(&self, items: u64) {
        if self.bar.length().is_none() && self.bar.position() == 0 {
            self.bar.set_style(style(COUNTER));
        }
        self.bar.inc(items);
    }

    /// The total is known now.
    pub fn expect(&self, total: u64) {
        if self.bar.length().is_none() {
            self.bar.set_style(style(BAR));
        }
        self.bar.set_length(total);
    }

    /// What is being done has changed.
    pub fn turn_to(&self, what: &str) {
        self.bar.set_message(what.to_owned());
    }

    /// Items done so far.
    pub fn done(&self) -> u64 {
        self.bar.position()
    }

    /// Wipes what was drawn. Where something was, a line on stderr says what came of it: `finished`,
    /// then the time and, where items were counted, the rate.
    pub fn finish(self, finished: &str) {
        let (took, items, drawn) = (self.began.elapsed(), self.done(), !self.bar.is_hidden());
        let printer = Arc::clone(&self.printer);
        drop(self);
        if drawn {
            printer.note(&format!("{finished} {}", pace(items, took)));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        self.printer.draw(None);
    }
}

/// `in 2.5 s (400/s)`.
fn pace(items: u64, took: Duration) -> String {
    let seconds = took.as_secs_f64();
    let time = if took < Duration::from_secs(60) {
        format!("in {seconds:.1} s")
    } else {
        format!("in {}", HumanDuration(took))
    };
    if items == 0 || took < Duration::from_millis(1) {
        return time;
    }
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate for people"
    )]
    let rate = (items as f64 / seconds).round() as u64;
    format!("{time} ({}/s)", HumanCount(rate))
}

/// Draws the bar after a while, unless the work has ended by then.
fn show_soon(bar: &ProgressBar, printer: &Arc<Printer>) -> Option<Sender<()>> {
    let (sender, ended) = mpsc::channel::<()>();
    let (bar, printer) = (bar.clone(), Arc::clone(printer));
    let wait = move || {
        if ended.recv_timeout(SOON) == Err(RecvTimeoutError::Timeout)
            && !bar.is_finished()
            && printer.draws()
        {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(TURN);
            printer.draw(Some(bar));
        }
    };
    std::thread::Builder::new().name("progress".to_owned()).spawn(wait).ok()?;
    Some(sender)
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_one_that_can_be_drawn() {
        for template in [BAR, SPINNER, COUNTER] {
            ProgressStyle::with_template(template).unwrap();
        }
    }

    #[test]
    fn the_end_gives_time_and_rate() {
        assert_eq!(pace(1000, Duration::from_millis(2500)), "in 2.5 s (400/s)");
        assert_eq!(pace(2_500_000, Duration::from_secs(1)), "in 1.0 s (2,500,000/s)");
        assert_eq!(pace(0, Duration::from_millis(20)), "in 0.0 s");
        assert_eq!(pace(0, Duration::from_secs(150)), "in 3 minutes");
    }

    #[test]
    fn the_total_may_come_late() {
        let printer = Arc::new(Printer::default());
        let progress = Progress::start(&printer, "importing", None);
        progress.advance(3);
        progress.expect(10);
        progress.turn_to("checking");
        assert_eq!((progress.done(), progress.bar.length()), (3, Some(10)));
    }
}
