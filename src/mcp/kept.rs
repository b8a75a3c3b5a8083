//! Results that were too long for one answer, kept for a while so that a client can read on in them.
//! There is room for so many and no more; the oldest go first.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Fault;

/// Results kept at most.
const RESULTS: usize = 64;

/// Bytes kept at most, all results together.
const ROOM: usize = 64 << 20;

/// How handles begin.
const PREFIX: &str = "result:";

/// Long results by handle.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<VecDeque<(String, Arc<str>)>>);

impl Kept {
    /// Keeps a text; the handle to read it by.
    pub(super) fn keep(&self, text: &str) -> String {
        let id = uuid::Uuid::new_v4().simple().to_string()[..16].to_owned();
        let handle = format!("{PREFIX}{id}");
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((handle.clone(), Arc::from(text)));
        let room = |kept: &VecDeque<(String, Arc<str>)>| {
            kept.iter().map(|(_, text)| text.len()).sum::<usize>() <= ROOM
        };
        while kept.len() > RESULTS || (kept.len() > 1 && !room(&kept)) {
            kept.pop_front();
        }
        handle
    }

    /// A page of a result, of so many bytes, and how many pages there are. The first one is 1.
    ///
    /// # Errors
    /// A handle that is not, or no longer, known; a page that is not there.
    pub(super) fn read(&self, handle: &str, size: usize) -> Result<(String, usize), Fault> {
        let unknown = || {
            Fault::not_found(format!("there is no result `{handle}`"))
                .code("unknown_result")
                .hint("results are kept for a while only; make the call again")
        };
        let rest = handle.strip_prefix(PREFIX).ok_or_else(unknown)?;
        let (id, number) = rest.split_once(':').unwrap_or((rest, "1"));
        let key = format!("{PREFIX}{id}");
        let text = {
            let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let found = kept.iter().find(|(handle, _)| *handle == key);
            Arc::clone(&found.ok_or_else(unknown)?.1)
        };
        let pages = pages(text.len(), size);
        let page = number.parse::<usize>().ok().filter(|page| (1..=pages).contains(page));
        let page = page.ok_or_else(|| {
            Fault::usage(format!("`{key}` has the pages 1 to {pages}")).code("unknown_page")
        })?;
        let begin = text.floor_char_boundary((page - 1) * size);
        let end = text.floor_char_boundary(page * size);
        Ok((text[begin..end].to_owned(), pages))
    }
}

/// Whether a name is a handle.
pub(super) fn is_handle(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// How many pages of `size` a text of `len` has.
pub(super) fn pages(len: usize, size: usize) -> usize {
    len.div_ceil(size).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_a_text_are_the_text() {
        let kept = Kept::default();
        let text = "größe ".repeat(100);
        let handle = kept.keep(&text);
        let (first, pages) = kept.read(&handle, 64).unwrap();
        assert!(pages > 1 && first.len() <= 64);
        let all: String =
            (1..=pages).map(|n| kept.read(&format!("{handle}:{n}"), 64).unwrap().0).collect();
        assert_eq!(all, text);
        assert_eq!(kept.read(&format!("{handle}:0"), 64).unwrap_err().code, "unknown_page");
        assert_eq!(kept.read("result:none", 64).unwrap_err().code, "unknown_result");
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let kept = Kept::default();
        let first = kept.keep("first");
        let handles: Vec<String> = (0..RESULTS).map(|n| kept.keep(&n.to_string())).collect();
        assert!(kept.read(&first, 100).is_err());
        assert_eq!(kept.read(&handles[RESULTS - 1], 100).unwrap().0, (RESULTS - 1).to_string());
        kept.keep(&"x".repeat(ROOM));
        assert!(kept.read(&handles[0], 100).is_err(), "room is made for a big one");
    }
}
