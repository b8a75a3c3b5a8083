//! What a script leaves behind while it runs: printed lines and calls. The watchdog reads it when the
//! script itself can no longer answer.

use std::collections::HashSet;
use std::sync::Arc;

use super::CallLine;
use crate::engine::Warning;
use crate::error::SideEffect;

/// Calls listed one by one; the rest are counted in one last line.
const LISTED: usize = 50_000;

/// What is to be listed of a call that is over.
#[derive(Debug)]
pub(super) struct Told<'a> {
    pub(super) function: String,
    pub(super) tool: Option<&'a str>,
    pub(super) account: &'a str,
    pub(super) status: &'static str,
    pub(super) duration_ms: f64,
    pub(super) run_id: &'a str,
    pub(super) error: Option<&'a str>,
    pub(super) warnings: &'a [Warning],
}

/// Output and calls so far.
#[derive(Debug)]
pub(super) struct Record {
    output: String,
    lines: u64,
    room: usize,
    cut: bool,
    calls: Vec<CallLine>,
    /// What lines say, once each.
    names: HashSet<Arc<str>>,
    unlisted: u64,
    /// Calls under way that may change something.
    open: usize,
    effect: SideEffect,
    /// Most bytes of VM memory seen so far.
    pub(super) memory: usize,
}

impl Record {
    /// An empty record that keeps `room` bytes of output.
    pub(super) fn new(room: usize) -> Self {
        Self {
            output: String::new(),
            lines: 0,
            room,
            cut: false,
            calls: Vec::new(),
            names: HashSet::new(),
            unlisted: 0,
            open: 0,
            effect: SideEffect::None,
            memory: 0,
        }
    }

    /// The shared text of a name.
    fn name(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.names.get(text) {
            return Arc::clone(known);
        }
        let name: Arc<str> = text.into();
        self.names.insert(Arc::clone(&name));
        name
    }

    /// Adds a line of output, as far as there is room.
    pub(super) fn print(&mut self, line: &str) {
        if self.cut {
            return;
        }
        let newline = usize::from(self.lines > 0);
        let left = self.room.saturating_sub(self.output.len() + newline);
        let mut end = left.min(line.len());
        while !line.is_char_boundary(end) {
            end -= 1;
        }
        let kept = &line[..end];
        if newline > 0 && (line.is_empty() || !kept.is_empty()) {
            self.output.push('\n');
        }
        self.lines += 1;
        self.output.push_str(kept);
        if kept.len() < line.len() {
            self.cut = true;
            let marker = format!("\n[output cut after {} bytes]", self.room);
            self.output.push_str(&marker);
        }
    }

    /// Lists a call that has begun and may change something when it `writes`; the number is for
    /// `finish`.
    pub(super) fn begin(&mut self, function: &str, writes: bool) -> usize {
        self.open += usize::from(writes);
        let slot = self.calls.len();
        if slot >= LISTED {
            self.unlisted += 1;
            return slot;
        }
        let line = CallLine {
            function: self.name(function),
            error: Some("not finished".into()),
            ..self.bare("error")
        };
        self.calls.push(line);
        slot
    }

    fn bare(&mut self, status: &'static str) -> CallLine {
        CallLine {
            function: self.name(""),
            tool: None,
            account: self.name(""),
            status,
            duration_ms: 0.0,
            run_id: "".into(),
            error: None,
            warnings: Box::default(),
        }
    }

    /// Replaces the line of a call that is over, and remembers what it changed when it `wrote`.
    pub(super) fn finish(&mut self, slot: usize, told: &Told<'_>, wrote: Option<SideEffect>) {
        if let Some(effect) = wrote {
            self.open = self.open.saturating_sub(1);
            if effect == SideEffect::Unknown || self.effect == SideEffect::None {
                self.effect = effect;
            }
        }
        if slot >= self.calls.len() {
            return;
        }
        self.calls[slot] = CallLine {
            function: self.name(&told.function),
            tool: told.tool.map(|tool| self.name(tool)),
            account: self.name(told.account),
            status: told.status,
            duration_ms: told.duration_ms,
            run_id: told.run_id.into(),
            error: told.error.map(Into::into),
            warnings: told.warnings.into(),
        };
    }

    /// What all calls together have changed.
    pub(super) fn effect(&self) -> SideEffect {
        if self.open > 0 { SideEffect::Unknown } else { self.effect }
    }

    /// The output and the calls so far.
    pub(super) fn so_far(&mut self) -> (String, Vec<CallLine>) {
        let rest = self.rest();
        let calls = self.calls.iter().cloned().chain(rest).collect();
        (self.output.clone(), calls)
    }

    /// The same, of a script that is over: it is taken out of the record.
    pub(super) fn take(&mut self) -> (String, Vec<CallLine>) {
        let rest = self.rest();
        let mut calls = std::mem::take(&mut self.calls);
        calls.extend(rest);
        (std::mem::take(&mut self.output), calls)
    }

    /// The line that stands for the calls that are not listed.
    fn rest(&mut self) -> Option<CallLine> {
        let more = self.unlisted;
        let function = || format!("… and {more} more calls").into();
        (more > 0).then(|| CallLine { function: function(), ..self.bare("ok") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_joined_and_the_end_is_marked() {
        let mut record = Record::new(12);
        for line in ["one", "", "größer", "more"] {
            record.print(line);
        }
        assert_eq!(record.so_far().0, "one\n\ngröße\n[output cut after 12 bytes]");
    }

    #[test]
    fn a_call_that_never_ends_is_listed_as_such() {
        let mut record = Record::new(0);
        record.begin("app.integrations.segment.track_event", true);
        assert_eq!(record.so_far().1[0].error.as_deref(), Some("not finished"));
    }

    fn told(run_id: &str) -> Told<'_> {
        Told {
            function: "app.integrations.segment.track_event".to_owned(),
            tool: Some("segment_track"),
            account: "default",
            status: "ok",
            duration_ms: 1.0,
            run_id,
            error: None,
            warnings: &[],
        }
    }

    #[test]
    fn the_effect_is_the_worst_of_all_calls() {
        let mut record = Record::new(0);
        let (first, second) = (record.begin("", true), record.begin("", true));
        assert_eq!(record.effect(), SideEffect::Unknown);
        record.finish(first, &told("1"), Some(SideEffect::None));
        record.finish(second, &told("2"), Some(SideEffect::Done));
        assert_eq!(record.effect(), SideEffect::Done);
        let third = record.begin("", true);
        record.finish(third, &told("3"), Some(SideEffect::Unknown));
        assert_eq!(record.effect(), SideEffect::Unknown);
    }

    #[test]
    fn what_lines_say_alike_is_there_once() {
        let mut record = Record::new(0);
        for id in ["1", "2"] {
            let slot = record.begin("app.integrations.segment.track", true);
            record.finish(slot, &told(id), Some(SideEffect::Done));
        }
        let (_, calls) = record.so_far();
        let [one, two] = &*calls else { panic!("{calls:?}") };
        assert!(Arc::ptr_eq(&one.function, &two.function));
        assert!(Arc::ptr_eq(&one.account, &two.account));
        assert_eq!((&*one.run_id, &*two.run_id), ("1", "2"));
        assert_eq!(two.tool.as_deref(), Some("segment_track"));
    }

    #[test]
    fn what_is_taken_is_told_as_what_is_copied() {
        let mut record = Record::new(20);
        record.print("one");
        for _ in 0..LISTED + 3 {
            let slot = record.begin("app.integrations.segment.track", true);
            record.finish(slot, &told("1"), Some(SideEffect::Done));
        }
        let text = |(output, calls): (String, Vec<CallLine>)| {
            (output, calls.len(), calls.first().map(|line| format!("{line:?}")))
        };
        let copied = text(record.so_far());
        assert_eq!(text(record.take()), copied);
        assert_eq!(copied.1, LISTED + 1);
        // A call that ends late finds no line any more.
        record.finish(0, &told("1"), None);
        assert_eq!(record.effect(), SideEffect::Done);
    }

    #[test]
    fn the_list_of_calls_is_bounded() {
        let mut record = Record::new(0);
        for _ in 0..LISTED + 3 {
            record.begin("", false);
        }
        let (_, calls) = record.so_far();
        assert_eq!(calls.len(), LISTED + 1);
        assert_eq!(&*calls[LISTED].function, "… and 3 more calls");
    }
}
