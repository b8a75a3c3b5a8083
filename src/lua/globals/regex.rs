//! `regex.*`: PCRE-style patterns, bare or between delimiters with flags. A pattern that needs too
//! much backtracking is an error, never a silent "no match".

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use fancy_regex::{Captures, Regex, RegexBuilder};
use mlua::{IntoLua, Lua, LuaString, Table, Value};

use super::replacement::Replacement;
use crate::lua::errors::{Refusal, answer};
use crate::lua::host::Host;

/// Compiled patterns kept for the next use.
const KEPT: usize = 16;
/// Steps of backtracking before a pattern is given up.
const BACKTRACK: usize = 250_000;
/// Bytes a compiled pattern may take.
const COMPILED: usize = 4 << 20;

/// `{text, byte offset}` instead of the text.
const OFFSETS: u32 = 256;
/// `json.null` instead of an empty text for a group that did not take part.
const UNMATCHED: u32 = 512;
/// Grouped by match instead of by group.
const BY_MATCH: u32 = 2;

type Kept = Rc<RefCell<VecDeque<(String, Rc<Regex>)>>>;

/// One use of a pattern.
struct Search<'a> {
    lua: &'a Lua,
    host: &'a Host,
    regex: Rc<Regex>,
    flags: u32,
}

pub(super) fn install(lua: &Lua, host: &Rc<Host>, table: &Table) -> mlua::Result<()> {
    let kept = Kept::default();
    type Asked = (LuaString, String, u32);
    type Use = fn(&Search<'_>, &str) -> Result<Value, Refusal>;
    let uses: [(&str, Use); 3] = [
        ("regex_match", |search, subject| search.first(subject)),
        ("regex_all", |search, subject| search.all(subject)),
        ("regex_spans", |search, subject| search.spans(subject)),
    ];
    for (name, search) in uses {
        let (host, kept) = (Rc::clone(host), Rc::clone(&kept));
        let function = lua.create_function(move |lua, (subject, pattern, flags): Asked| {
            let found = prepare(lua, &host, &kept, &pattern, flags)
                .and_then(|prepared| search(&prepared, utf8(&subject)?.as_ref()));
            answer(lua, found)
        })?;
        table.raw_set(name, function)?;
    }
    let host = Rc::clone(host);
    type Replaced = (LuaString, String, String, i64);
    let function = lua.create_function(move |lua, (subject, pattern, by, limit): Replaced| {
        let text = prepare(lua, &host, &kept, &pattern, 0)
            .and_then(|prepared| prepared.replace(utf8(&subject)?.as_ref(), &by, limit));
        answer(lua, text)
    })?;
    table.raw_set("regex_sub", function)
}

fn utf8(subject: &LuaString) -> Result<mlua::BorrowedStr, Refusal> {
    subject.to_str().map_err(|_| Refusal::Text("regex: the subject is not valid UTF-8".to_owned()))
}

fn prepare<'a>(
    lua: &'a Lua,
    host: &'a Host,
    kept: &Kept,
    pattern: &str,
    flags: u32,
) -> Result<Search<'a>, Refusal> {
    let known = kept.borrow().iter().find(|(have, _)| have == pattern).map(|(_, re)| Rc::clone(re));
    let regex = match known {
        Some(regex) => regex,
        None => {
            let regex = Rc::new(compile(pattern).map_err(Refusal::Text)?);
            let mut kept = kept.borrow_mut();
            kept.truncate(KEPT - 1);
            kept.push_front((pattern.to_owned(), Rc::clone(&regex)));
            regex
        }
    };
    Ok(Search { lua, host, regex, flags })
}

fn compile(pattern: &str) -> Result<Regex, String> {
    let (body, flags) = undelimited(pattern);
    let mut builder = RegexBuilder::new(body);
    builder
        .backtrack_limit(BACKTRACK)
        .delegate_size_limit(COMPILED)
        .delegate_dfa_size_limit(COMPILED);
    for flag in flags.chars() {
        match flag {
            'i' => builder.case_insensitive(true),
            'm' => builder.multi_line(true),
            's' => builder.dot_matches_new_line(true),
            'x' => builder.ignore_whitespace(true),
            // Patterns are always read as Unicode.
            'u' => &mut builder,
            other => return Err(format!("regex: unknown flag `{other}` in {pattern}")),
        };
    }
    builder.build().map_err(|why| format!("regex: bad pattern {pattern}: {why}"))
}

/// The pattern and its flags. Delimiters are `/`, `#`, `~` or a pair of braces, followed by nothing
/// but letters that PCRE knows as flags; everything else is a bare pattern.
fn undelimited(pattern: &str) -> (&str, &str) {
    let close = match pattern.as_bytes().first() {
        Some(open @ (b'/' | b'#' | b'~')) => char::from(*open),
        Some(b'{') => '}',
        _ => return (pattern, ""),
    };
    match pattern[1..].rsplit_once(close) {
        Some((body, flags)) if flags.chars().all(|c| "imsxuADSUXJn".contains(c)) => (body, flags),
        _ => (pattern, ""),
    }
}

impl Search<'_> {
    fn look(&self) -> Result<(), Refusal> {
        Ok(self.host.turn().meter.check()?)
    }

    fn first(&self, subject: &str) -> Result<Value, Refusal> {
        match self.regex.captures(subject).map_err(|why| exhausted(&why))? {
            Some(captures) => Ok(Value::Table(self.groups(&captures)?)),
            None => Ok(Value::Nil),
        }
    }

    fn all(&self, subject: &str) -> Result<Value, Refusal> {
        let found = self.lua.create_table()?;
        for (position, captures) in self.regex.captures_iter(subject).enumerate() {
            self.look()?;
            let captures = captures.map_err(|why| exhausted(&why))?;
            if self.flags & BY_MATCH != 0 {
                found.raw_push(self.groups(&captures)?)?;
                continue;
            }
            for (index, name) in self.regex.capture_names().enumerate() {
                let text = self.group(&captures, index)?;
                self.column(&found, index + 1, position)?.raw_push(&text)?;
                if let Some(name) = name {
                    self.column(&found, name, position)?.raw_push(text)?;
                }
            }
        }
        Ok(Value::Table(found))
    }

    fn column(&self, found: &Table, key: impl IntoLua, position: usize) -> mlua::Result<Table> {
        let key = key.into_lua(self.lua)?;
        if position == 0 {
            found.raw_set(&key, self.lua.create_table()?)?;
        }
        found.raw_get(key)
    }

    /// Every match as `{first byte, last byte, groups}`.
    fn spans(&self, subject: &str) -> Result<Value, Refusal> {
        let found = self.lua.create_table()?;
        for captures in self.regex.captures_iter(subject) {
            self.look()?;
            let captures = captures.map_err(|why| exhausted(&why))?;
            let Some(whole) = captures.get(0) else { continue };
            let span = self.lua.create_table()?;
            span.raw_push(whole.start() + 1)?;
            span.raw_push(whole.end())?;
            span.raw_push(self.groups(&captures)?)?;
            found.raw_push(span)?;
        }
        Ok(Value::Table(found))
    }

    /// The whole match, the groups, and the named ones by name. Groups at the end that did not take
    /// part are absent.
    fn groups(&self, captures: &Captures<'_, str>) -> mlua::Result<Table> {
        let table = self.lua.create_table()?;
        let last = (0..captures.len()).rev().find(|index| captures.get(*index).is_some());
        for (index, name) in self.regex.capture_names().enumerate() {
            if Some(index) > last {
                break;
            }
            let text = self.group(captures, index)?;
            if let Some(name) = name {
                table.raw_set(name, &text)?;
            }
            table.raw_push(text)?;
        }
        Ok(table)
    }

    fn group(&self, captures: &Captures<'_, str>, index: usize) -> mlua::Result<Value> {
        let group = captures.get(index);
        let text = match group {
            Some(group) => Value::String(self.lua.create_string(group.as_str())?),
            None if self.flags & UNMATCHED != 0 => Value::NULL,
            None => Value::String(self.lua.create_string("")?),
        };
        if self.flags & OFFSETS == 0 {
            return Ok(text);
        }
        let pair = self.lua.create_table()?;
        pair.raw_push(text)?;
        pair.raw_push(group.map_or(-1, |group| i64::try_from(group.start()).unwrap_or(-1)))?;
        Ok(Value::Table(pair))
    }

    fn replace(&self, subject: &str, by: &str, limit: i64) -> Result<Value, Refusal> {
        let by = Replacement::parse(by);
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let (mut text, mut from) = (String::new(), 0);
        for captures in self.regex.captures_iter(subject).take(most) {
            self.look()?;
            let captures = captures.map_err(|why| exhausted(&why))?;
            let Some(whole) = captures.get(0) else { continue };
            text.push_str(&subject[from..whole.start()]);
            by.write(&captures, &mut text);
            from = whole.end();
            if text.len() > self.host.script.limits.memory {
                let why = "regex.gsub: the text is too large".to_owned();
                return Err(Refusal::Lua(mlua::Error::MemoryError(why)));
            }
        }
        text.push_str(&subject[from..]);
        Ok(Value::String(self.lua.create_string(text)?))
    }
}

fn exhausted(why: &fancy_regex::Error) -> Refusal {
    Refusal::Text(format!("regex: the pattern was given up: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_are_recognised_and_bare_patterns_are_left_alone() {
        assert_eq!(undelimited("/a+/i"), ("a+", "i"));
        assert_eq!(undelimited("#x/y#"), ("x/y", ""));
        assert_eq!(undelimited("~x~msu"), ("x", "msu"));
        assert_eq!(undelimited("{a}x"), ("a", "x"));
        for bare in [r"(\w+) (\d+)", "/usr/bin", "#tag", "~", "/", "", "[a-z]", "a/b/i"] {
            assert_eq!(undelimited(bare), (bare, ""), "{bare}");
        }
    }

    #[test]
    fn flags_mean_what_they_mean_in_pcre() {
        assert!(compile("/A.B/is").unwrap().is_match("a\nb").unwrap());
        assert!(compile("/^b$/m").unwrap().is_match("a\nb").unwrap());
        assert!(compile("/a b/x").unwrap().is_match("ab").unwrap());
        assert!(compile(r"/a\/b/").unwrap().is_match("a/b").unwrap());
        assert!(compile("/a/A").unwrap_err().contains("unknown flag `A`"));
        assert!(compile("(").unwrap_err().starts_with("regex: bad pattern (: "));
    }

    #[test]
    fn a_pattern_cannot_take_all_the_memory() {
        assert!(compile(r"((\w{50}){50}){50}").is_err());
    }
}
