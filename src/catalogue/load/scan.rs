//! A file of rows cut into its rows, and the names in each, without reading the rest. What the
//! names are is settled when a row is read; `load::check` holds that both agree.

use std::borrow::Cow;

const START: &str = "[[operation]]";

/// The head of a file, then its rows; each with the number of lines before it.
#[expect(clippy::ptr_arg, reason = "a text that is borrowed for ever stays borrowed")]
pub(super) fn pieces<'a>(
    text: &'a Cow<'static, str>,
) -> impl Iterator<Item = (Cow<'static, str>, usize)> + 'a {
    let starts = memchr::memmem::find_iter(text.as_bytes(), START)
        .filter(|at| text[..*at].rsplit('\n').next().is_some_and(|line| line.trim().is_empty()));
    let bounds: Vec<usize> = [0].into_iter().chain(starts).chain([text.len()]).collect();
    let mut line = 0;
    (1..bounds.len()).map(move |end| {
        let piece = cut(text, bounds[end - 1], bounds[end]);
        let before = line;
        line += piece.bytes().filter(|byte| *byte == b'\n').count();
        (piece, before)
    })
}

#[expect(clippy::ptr_arg, reason = "a text that is borrowed for ever stays borrowed")]
fn cut(text: &Cow<'static, str>, from: usize, to: usize) -> Cow<'static, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[from..to]),
        Cow::Owned(text) => Cow::Owned(text[from..to].to_owned()),
    }
}

/// The canonical name and the aliases of a row.
pub(super) fn names(row: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut aliases = Vec::new();
    let mut lines =
        row.lines().map(str::trim_start).skip(1).take_while(|line| !line.starts_with('['));
    while let Some(line) = lines.next() {
        if let Some(value) = value(line, "name") {
            names.extend(quoted(value).next());
        } else if let Some(value) = value(line, "aliases") {
            aliases.extend(quoted(value));
            let mut open = !value.contains(']');
            while open && let Some(line) = lines.next() {
                aliases.extend(quoted(line));
                open = !line.contains(']');
            }
        }
    }
    names.extend(aliases);
    names
}

fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.strip_prefix(key)?.trim_start().strip_prefix('=')
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "group = \"g\"\n\n[[operation]]\nname    = \"a\"\naliases = [\"b\", \"c\"]\n\n\
                        [operation.params]\nname = { }\n[[operation]]\nname = \"d\"\naliases = [\n  \"e\",\n]\n";

    #[test]
    fn a_file_falls_into_head_and_rows() {
        let text = Cow::Borrowed(TEXT);
        let pieces: Vec<_> = pieces(&text).collect();
        let lines: Vec<_> = pieces.iter().map(|(_, line)| *line).collect();
        assert_eq!(lines, [0, 2, 8]);
        assert!(pieces[1].0.starts_with(START) && pieces[2].0.ends_with("]\n"));
    }

    #[test]
    fn names_are_found_where_rows_write_them() {
        let text = Cow::Borrowed(TEXT);
        let found: Vec<Vec<String>> = pieces(&text)
            .skip(1)
            .map(|(row, _)| names(&row).into_iter().map(str::to_owned).collect())
            .collect();
        assert_eq!(found, [vec!["a", "b", "c"], vec!["d", "e"]]);
    }
}
