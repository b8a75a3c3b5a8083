//! The path of a value inside a table, as it would be written in Lua.

use std::fmt::Write as _;

/// One step down.
pub(super) enum Step {
    /// To a field.
    Key(String),
    /// To an item.
    Index(i64),
}

/// The path whose steps are given innermost first.
pub(super) fn spell(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path.iter().rev() {
        let written = match step {
            Step::Index(index) => write!(text, "[{index}]"),
            Step::Key(key) if !is_name(key) => write!(text, "[{key:?}]"),
            Step::Key(key) if text.is_empty() => write!(text, "{key}"),
            Step::Key(key) => write!(text, ".{key}"),
        };
        // Writing to a string cannot fail.
        let _ = written;
    }
    text
}

fn is_name(key: &str) -> bool {
    !key.is_empty()
        && !key.starts_with(|c: char| c.is_ascii_digit())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_like_lua() {
        let key = |key: &str| Step::Key(key.to_owned());
        assert_eq!(spell(&[key("b"), Step::Index(3), key("a")]), "a[3].b");
        assert_eq!(spell(&[key("two words"), Step::Index(1)]), "[1][\"two words\"]");
        assert_eq!(spell(&[]), "");
    }
}
