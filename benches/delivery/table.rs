//! What was found, in one table, and every target beside its figure.

use std::process::{Command, Stdio};

use crate::Result;
use crate::contestants::{
    BATCHES, FLOOR, IMPORT, NODE, OUTBOX, PYTHON, QUEUED, Run, kosmo, kosmo_loop,
};
use crate::shared::{Usage, measured, median};
use crate::stage::Stage;

/// Figures of kosmo alone.
#[derive(Debug)]
pub(crate) struct Extras {
    /// Processor time of a receipt, µs: a script of one call less one of none.
    receipt_us: f64,
    /// The whole process with that call.
    one_us: f64,
    /// The whole process of the same call as a command.
    command_us: f64,
    /// Processor time of a receipt in a process that has made many, µs.
    later_us: f64,
    /// Calls a second of a loop that ends when its events are durable.
    durable: f64,
}

/// Calls of the loop that only makes events durable.
const LOOP: u64 = 100_000;

impl Extras {
    /// Where kosmo takes part with its outbox.
    pub(crate) fn measure(stage: &Stage, results: &[Result]) -> Option<Self> {
        results.iter().find(|result| result.contestant.name == OUTBOX)?;
        let run = |events| Run { stage, sink: &stage.sink, events, home: stage.home() };
        let one = "app.integrations.segment.track_event{userId='u', event='Order Completed'}";
        let shared = run(1);
        let cpu = |code: &str| {
            let flags = ["--delivery", "outbox", "--flush-timeout", "0", "--eval", code];
            let mut command = kosmo(&shared, &["integrations:lua", "--force"]);
            command.args(flags);
            let each = (0..21).map(|_| tolerant(&command).cpu_us);
            median(each)
        };
        let (none, one_us) = (cpu("return 1"), cpu(one));
        let words = ["integrations:call", "segment.track_event", "--userId=u", "--event=Order"];
        let mut command = kosmo(&shared, &words);
        command.args(["--force", "--delivery", "outbox", "--flush-timeout", "0"]);
        let command_us = median((0..21).map(|_| tolerant(&command).cpu_us));
        let loops: Vec<Usage> =
            (0..3).map(|_| tolerant(&kosmo_loop(&run(LOOP), "outbox", "0", None))).collect();
        let durable = LOOP as f64 / median(loops.iter().map(|used| used.wall_us)) * 1e6;
        let later_us = median(loops.iter().map(|used| used.cpu_us)) / LOOP as f64;
        Some(Self { receipt_us: one_us - none, one_us, command_us, later_us, durable })
    }
}

/// Measures a run that may end with events still queued (exit 10).
fn tolerant(command: &Command) -> Usage {
    let mut shell = Command::new("sh");
    shell.args(["-c", r#""$@" || [ $? = 10 ]"#, "sh"]).arg(command.get_program());
    shell.args(command.get_args()).stdin(Stdio::null());
    for (key, value) in command.get_envs() {
        shell.env(key, value.unwrap_or_default());
    }
    measured(&shell)
}

impl Result {
    fn rate(&self) -> f64 {
        self.events as f64 / median(self.used.iter().map(|used| used.wall_us)) * 1e6
    }

    fn cpu(&self) -> f64 {
        median(self.used.iter().map(|used| used.cpu_us)) / self.events as f64
    }

    fn peak(&self) -> f64 {
        median(self.used.iter().map(|used| used.peak_kb)) / 1024.0
    }
}

pub(crate) fn print(results: &[Result], extras: &Option<Extras>) {
    println!(
        "\n{:<37}{:>10}{:>11}{:>12}{:>9}{:>13}{:>17}{:>9}",
        "",
        "events",
        "events/s",
        "µs CPU each",
        "peak MB",
        "lost at exit",
        "lost on kill -9",
        "sink µs"
    );
    for result in results {
        let lost = |figures: Option<(u64, u64)>| {
            figures.map_or_else(|| "-".to_owned(), |(lost, of)| format!("{lost} of {of}"))
        };
        println!(
            "{:<37}{:>10}{:>11.0}{:>12.2}{:>9.1}{:>13}{:>17}{:>9.2}",
            result.contestant.name,
            result.events,
            result.rate(),
            result.cpu(),
            result.peak(),
            lost(result.loss.left).replace(" of 20000", ""),
            lost(result.loss.killed),
            result.sink,
        );
    }
    println!("\n{:<68}{:>12}{:>12}", "", "target", "measured");
    targets(results, extras);
}

fn targets(results: &[Result], extras: &Option<Extras>) {
    let find = |name: &str| results.iter().find(|result| result.contestant.name == name);
    let line = |what: &str, target: &str, figure: f64, unit: &str, met: bool| {
        let verdict = if met { "met" } else { "MISSED" };
        println!("{what:<68}{target:>12}{:>12}  {verdict}", format!("{figure:.1}{unit}"));
    };
    for ours in [IMPORT, QUEUED, OUTBOX, BATCHES].iter().filter_map(|name| find(name)) {
        let name = ours.contestant.name;
        for (peer, times) in [(NODE, 10.0), (PYTHON, 6.0)] {
            let Some(peer) = find(peer) else { continue };
            let target = format!(">= {times}");
            let [rate, cpu] = [ours.rate() / peer.rate(), peer.cpu() / ours.cpu()];
            let peer = peer.contestant.name;
            line(&format!("{name} / {peer}, events/s"), &target, rate, "", rate >= times);
            line(&format!("{peer} / {name}, CPU an event"), &target, cpu, "", cpu >= times);
        }
        if let Some(floor) = find(FLOOR) {
            let least = if name == IMPORT { 20.0 } else { 10.0 };
            let share = ours.rate() / floor.rate() * 100.0;
            let what = format!("{name}, of the floor's events/s");
            line(&what, &format!(">= {least} %"), share, " %", share >= least);
        }
        line(&format!("{name}, peak memory"), "< 64 MB", ours.peak(), " MB", ours.peak() < 64.0);
        for (lost, how) in [(ours.loss.left, "exit"), (ours.loss.killed, "kill -9")] {
            let Some((lost, _)) = lost else { continue };
            line(&format!("{name}, lost at {how}"), "0", lost as f64, "", lost == 0);
        }
    }
    if let Some(extras) = extras {
        let rate = extras.durable;
        let what = format!("a loop of {LOOP} track_event to durable storage, events/s");
        line(&what, "> 60000", rate, "", rate > 60_000.0);
        for (what, own) in [
            ("a durable receipt in a process that has made others", extras.later_us),
            ("the first durable receipt of a script, beyond starting up", extras.receipt_us),
            ("a script of that one call, the whole process", extras.one_us),
            ("integrations:call --delivery outbox, the whole process", extras.command_us),
        ] {
            line(&format!("{what}, µs CPU"), "< 1000", own, "", own < 1_000.0);
        }
    }
}
