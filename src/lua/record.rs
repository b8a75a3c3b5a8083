//! What a script leaves behind while it runs: printed lines and calls. The watchdog reads it when the
//! script itself can no longer answer.

use super::CallLine;
use crate::error::SideEffect;

/// Calls listed one by one; the rest are counted in one last line.
const LISTED: usize = 50_000;

/// Output and calls so far.
#[derive(Debug)]
pub(super) struct Record {
    output: String,
    lines: u64,
    room: usize,
    cut: bool,
    calls: Vec<CallLine>,
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
        let (output, calls) = (String::new(), Vec::new());
        let effect = SideEffect::None;
        Self { output, lines: 0, room, cut: false, calls, unlisted: 0, open: 0, effect, memory: 0 }
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
    pub(super) fn begin(&mut self, function: String, writes: bool) -> usize {
        self.open += usize::from(writes);
        let slot = self.calls.len();
        if slot >= LISTED {
            self.unlisted += 1;
            return slot;
        }
        self.calls.push(CallLine {
            function,
            tool: None,
            account: String::new(),
            status: "error",
            duration_ms: 0.0,
            run_id: String::new(),
            error: Some("not finished".to_owned()),
            warnings: Vec::new(),
        });
        slot
    }

    /// Replaces the line of a call that is over, and remembers what it changed when it `wrote`.
    pub(super) fn finish(&mut self, slot: usize, line: CallLine, wrote: Option<SideEffect>) {
        if let Some(effect) = wrote {
            self.open = self.open.saturating_sub(1);
            if effect == SideEffect::Unknown || self.effect == SideEffect::None {
                self.effect = effect;
            }
        }
        if let Some(place) = self.calls.get_mut(slot) {
            *place = line;
        }
    }

    /// What all calls together have changed.
    pub(super) fn effect(&self) -> SideEffect {
        if self.open > 0 { SideEffect::Unknown } else { self.effect }
    }

    /// The output and the calls so far.
    pub(super) fn so_far(&self) -> (String, Vec<CallLine>) {
        let mut calls = self.calls.clone();
        if self.unlisted > 0 {
            calls.push(CallLine {
                function: format!("… and {} more calls", self.unlisted),
                tool: None,
                account: String::new(),
                status: "ok",
                duration_ms: 0.0,
                run_id: String::new(),
                error: None,
                warnings: Vec::new(),
            });
        }
        (self.output.clone(), calls)
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
        record.begin("app.integrations.segment.track_event".to_owned(), true);
        assert_eq!(record.so_far().1[0].error.as_deref(), Some("not finished"));
    }

    #[test]
    fn the_effect_is_the_worst_of_all_calls() {
        let mut record = Record::new(0);
        let (first, second) =
            (record.begin(String::new(), true), record.begin(String::new(), true));
        assert_eq!(record.effect(), SideEffect::Unknown);
        let line = record.so_far().1.remove(0);
        record.finish(first, line.clone(), Some(SideEffect::None));
        record.finish(second, line.clone(), Some(SideEffect::Done));
        assert_eq!(record.effect(), SideEffect::Done);
        let third = record.begin(String::new(), true);
        record.finish(third, line, Some(SideEffect::Unknown));
        assert_eq!(record.effect(), SideEffect::Unknown);
    }

    #[test]
    fn the_list_of_calls_is_bounded() {
        let mut record = Record::new(0);
        for _ in 0..LISTED + 3 {
            record.begin(String::new(), false);
        }
        let (_, calls) = record.so_far();
        assert_eq!(calls.len(), LISTED + 1);
        assert_eq!(calls[LISTED].function, "… and 3 more calls");
    }
}
