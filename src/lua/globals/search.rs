//! The plain search behind `string.find` and `string.split` on long texts. Lua's own takes quadratic
//! time in one piece; this one takes linear time and stops when the script has to.

use std::hash::{BuildHasher as _, RandomState};
use std::rc::Rc;

use memchr::memmem::Finder;
use mlua::{Lua, LuaString, Table};

use crate::lua::host::Host;

/// Longer needles are found by a rolling hash, which can stop at every byte.
const SHORT: usize = 1024;
/// Bytes searched between two looks at the meter.
const WINDOW: usize = 1 << 18;

pub(super) fn install(lua: &Lua, host: &Rc<Host>, table: &Table) -> mlua::Result<()> {
    let mine = Rc::clone(host);
    let finder =
        lua.create_function(move |_, (text, needle, from): (LuaString, LuaString, usize)| {
            let (text, needle) = (text.as_bytes(), needle.as_bytes());
            let rest = text.get(from - 1..).unwrap_or_default();
            let found = find(rest, &needle, &|| mine.check())?;
            Ok(found
                .map_or((None, None), |at| (Some(at + from), Some(at + from + needle.len() - 1))))
        })?;
    table.raw_set("find_plain", finder)?;
    let mine = Rc::clone(host);
    let splitter = lua.create_function(move |lua, (text, needle): (LuaString, LuaString)| {
        let (text, needle) = (text.as_bytes(), needle.as_bytes());
        let parts = lua.create_table()?;
        let mut rest: &[u8] = &text;
        while let Some(at) = find(rest, &needle, &|| mine.check())? {
            parts.raw_push(lua.create_string(&rest[..at])?)?;
            rest = &rest[at + needle.len()..];
        }
        parts.raw_push(lua.create_string(rest)?)?;
        Ok(parts)
    })?;
    table.raw_set("split_plain", splitter)
}

/// Where `needle` first occurs; `check` may end the search.
fn find(
    text: &[u8],
    needle: &[u8],
    check: &impl Fn() -> mlua::Result<()>,
) -> mlua::Result<Option<usize>> {
    if needle.len() > SHORT {
        return rolling(text, needle, check);
    }
    let finder = Finder::new(needle);
    let overlap = needle.len().saturating_sub(1);
    for start in (0..=text.len()).step_by(WINDOW) {
        check()?;
        let end = text.len().min(start + WINDOW + overlap);
        if let Some(at) = finder.find(&text[start..end]) {
            return Ok(Some(start + at));
        }
    }
    Ok(None)
}

/// Rabin and Karp's search, modulo the prime 2^61 - 1 with a base nobody knows.
fn rolling(
    text: &[u8],
    needle: &[u8],
    check: &impl Fn() -> mlua::Result<()>,
) -> mlua::Result<Option<usize>> {
    if needle.len() > text.len() {
        return Ok(None);
    }
    let base = RandomState::new().hash_one(text.len()) % (PRIME - 1000) + 500;
    let (mut wanted, mut have, mut top) = (0, 0, 1);
    for (index, (byte, ours)) in needle.iter().zip(text).enumerate() {
        if index % WINDOW == 0 {
            check()?;
        }
        wanted = (times(wanted, base) + u64::from(*byte)) % PRIME;
        have = (times(have, base) + u64::from(*ours)) % PRIME;
        top = times(top, base);
    }
    for start in 0.. {
        if have == wanted && text[start..].starts_with(needle) {
            return Ok(Some(start));
        }
        let Some(next) = text.get(start + needle.len()) else { break };
        if start % WINDOW == 0 {
            check()?;
        }
        let gone = times(top, u64::from(text[start]));
        have = (times(have, base) + u64::from(*next) + PRIME - gone) % PRIME;
    }
    Ok(None)
}

const PRIME: u64 = (1 << 61) - 1;

fn times(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    let (low, high) = ((product as u64) & PRIME, (product >> 61) as u64);
    (low + high) % PRIME
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(text: &[u8], needle: &[u8]) -> Option<usize> {
        let plain = find(text, needle, &|| Ok(())).unwrap();
        let rolled = rolling(text, needle, &|| Ok(())).unwrap();
        assert_eq!(plain, rolled);
        plain
    }

    #[test]
    fn both_ways_find_the_first() {
        assert_eq!(both(b"abcabc", b"ca"), Some(2));
        assert_eq!(both(b"abc", b"d"), None);
        assert_eq!(both(b"abc", b"abcd"), None);
        assert_eq!(both(b"abc", b""), Some(0));
        assert_eq!(both(b"", b""), Some(0));
        assert_eq!(both(b"\0\0\xff\0", b"\xff\0"), Some(2));
    }

    #[test]
    fn a_needle_across_windows_is_found() {
        let mut text = vec![b'a'; 2 * WINDOW + 10];
        for at in [WINDOW - 1, WINDOW, 2 * WINDOW - 2] {
            text[at..at + 3].copy_from_slice(b"xyz");
            assert_eq!(both(&text, b"xyz"), Some(at));
            text[at..at + 3].copy_from_slice(b"aaa");
        }
    }

    #[test]
    fn the_search_can_be_ended() {
        let text = vec![b'a'; 4 * WINDOW];
        let stop = || Err(mlua::Error::runtime("stop"));
        assert!(find(&text, b"b", &stop).is_err());
        assert!(find(&text, &[b'b'; 2 * SHORT], &stop).is_err());
    }
}
