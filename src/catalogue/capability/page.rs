//! Where in a text the document is: the text itself, or a block of a page that somebody saved. What
//! stands around it becomes blank lines, so that every place is one of the text that was given.

use std::borrow::Cow;

use super::finding::{At, Finding};

/// The keys that a document says what it is by.
const MARKS: [&str; 2] = ["naftiko:", "ikanos:"];

/// The document in a text.
///
/// # Errors
/// When there is none, or more than one.
pub(super) fn document(text: &str) -> Result<Cow<'_, str>, Finding> {
    let lines: Vec<&str> = text.split('\n').map(|line| line.trim_end_matches('\r')).collect();
    let marked = |line: &&str| {
        MARKS.iter().any(|mark| line.trim_start_matches('\u{feff}').starts_with(mark))
    };
    let Some(mark) = lines.iter().position(&marked) else {
        if super::openapi::looks_like(text) {
            return Ok(Cow::Borrowed(text.trim_start_matches('\u{feff}')));
        }
        let (at, found) = first(&lines);
        let why =
            format!("no line begins with `naftiko:` or `ikanos:`, the first one says {found}");
        return Err(Finding::error("not-a-capability", at, why)
            .hint("a capability document says `naftiko: 1.0.0-alpha2` or `ikanos: …` at its top"));
    };
    if lines[..mark].iter().all(|line| is_yaml(line)) {
        return Ok(Cow::Borrowed(text.trim_start_matches('\u{feff}')));
    }
    let fence = lines[..mark].iter().rev().find(|line| !line.trim().is_empty());
    let fenced = fence.is_some_and(|line| line.starts_with("```") || line.starts_with("~~~"));
    let rest = lines[mark..].iter();
    let length = match fenced {
        true => {
            rest.take_while(|line| !line.starts_with("```") && !line.starts_with("~~~")).count()
        }
        false => rest.take_while(|line| is_yaml(line)).count(),
    };
    let end = mark + length;
    if let Some(other) = lines[end..].iter().position(marked) {
        let at = At { line: end + other + 1, column: 1 };
        return Err(Finding::error("several-documents", at, "a second document on the page")
            .hint("save the one that is meant in a file of its own"));
    }
    Ok(Cow::Owned("\n".repeat(mark) + &lines[mark..end].join("\n") + "\n"))
}

/// The first line that says something, quoted.
fn first(lines: &[&str]) -> (At, String) {
    let said = lines.iter().enumerate().find(|(_, line)| !line.trim().is_empty());
    let (line, text) = said.map_or((1, "nothing"), |(line, text)| (line + 1, *text));
    let quoted: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
    (At { line, column: 1 }, format!("`{quoted}`"))
}

/// Whether a line can be part of a document: blank, deeper in, a comment, an item or a key.
fn is_yaml(line: &str) -> bool {
    let line = line.trim_start_matches('\u{feff}');
    let word =
        line.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(line.len());
    let keyed = word > 0 && line[word..].starts_with(':');
    let keyed = keyed && matches!(line[word + 1..].chars().next(), None | Some(' ' | '\t'));
    line.trim().is_empty()
        || line.starts_with([' ', '#', '%'])
        || line == "-"
        || line.starts_with("- ")
        || line.starts_with("---")
        || keyed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_taken_as_it_is() {
        for text in
            ["naftiko: x\ninfo: {}\n", "# note\n---\nnaftiko: x\n", "info:\n  a: b\nnaftiko: x"]
        {
            assert!(matches!(document(text), Ok(Cow::Borrowed(same)) if same == text));
        }
    }

    #[test]
    fn a_page_is_blanked_around_its_block() {
        let page = "Segment · Capability\n\nRaw ↑\nnaftiko: x\ninfo:\n  label: a\nRelated things\nmore: no";
        assert_eq!(document(page).unwrap(), "\n\n\nnaftiko: x\ninfo:\n  label: a\n");
        let fenced = "# Title here\n\n```yaml\nnaftiko: x\n\n```\nafter\n";
        assert_eq!(document(fenced).unwrap(), "\n\n\nnaftiko: x\n\n");
    }

    #[test]
    fn a_text_without_one_is_refused_with_its_line() {
        let finding = document("\n\nhello you\n").unwrap_err();
        assert_eq!((finding.code, finding.at.line), ("not-a-capability", 3));
        let two = "Title of it all\nnaftiko: x\nIn between\nnaftiko: y\n";
        assert_eq!(document(two).unwrap_err().at.line, 4);
    }
}
