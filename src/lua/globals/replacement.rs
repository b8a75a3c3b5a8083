//! The replacement text of `regex.gsub`: `$1`, `${1}`, `\1` and `${name}` stand for groups, `$0` for
//! the whole match.

use fancy_regex::Captures;

/// A replacement text cut into pieces.
pub(super) struct Replacement<'a>(Vec<Piece<'a>>);

#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Text(&'a str),
    Group(usize),
    Name(&'a str),
}

impl<'a> Replacement<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        let mut pieces = Vec::new();
        let (mut from, mut at) = (0, 0);
        while let Some(step) = text[at..].find(['$', '\\']) {
            at += step;
            let Some((piece, length)) = reference(&text[at..]) else {
                at += 1;
                continue;
            };
            pieces.push(Piece::Text(&text[from..at]));
            pieces.push(piece);
            at += length;
            from = at;
        }
        pieces.push(Piece::Text(&text[from..]));
        Self(pieces)
    }

    pub(super) fn write(&self, captures: &Captures<'_, str>, to: &mut String) {
        for piece in &self.0 {
            let text = match piece {
                Piece::Text(text) => text,
                Piece::Group(index) => captures.get(*index).map_or("", |group| group.as_str()),
                Piece::Name(name) => captures.name(name).map_or("", |group| group.as_str()),
            };
            to.push_str(text);
        }
    }
}

/// The reference at the beginning of `text` and its length; `\\` is a backslash.
fn reference(text: &str) -> Option<(Piece<'_>, usize)> {
    if text.starts_with("\\\\") {
        return Some((Piece::Text(&text[1..2]), 2));
    }
    if let Some(rest) = text.strip_prefix("${") {
        let name = &rest[..rest.find('}')?];
        let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let piece = name.parse().map_or(Piece::Name(name), Piece::Group);
        return plain.then_some((piece, name.len() + 3));
    }
    // At most two digits, as in PCRE.
    let digits = text[1..].bytes().take(2).take_while(u8::is_ascii_digit).count();
    let number = text[1..=digits].parse().ok()?;
    Some((Piece::Group(number), digits + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_name_a_group_works() {
        let regex = fancy_regex::Regex::new(r"(?<first>\w)(\w)").unwrap();
        let captures = regex.captures("ab").unwrap().unwrap();
        for (text, expected) in [
            ("$2$1", "ba"),
            ("${2}1", "b1"),
            (r"\2\0", "bab"),
            ("<${first}>", "<a>"),
            ("$9|", "|"),
            ("$x ${ } $", "$x ${ } $"),
            (r"\\1", r"\1"),
            ("größer $1", "größer a"),
        ] {
            let mut written = String::new();
            Replacement::parse(text).write(&captures, &mut written);
            assert_eq!(written, expected, "{text}");
        }
    }
}
