//! The bytes of a segment: a header that says whose it is, then frames. What one append puts into a
//! lane is one frame or a few; a frame is seen whole or not at all. Pure: no disk, no clock.

use serde_json::{Value, json};

use super::super::{Item, Place};

/// The form that this version writes, and the newest it reads.
pub(super) const VERSION: u16 = 1;

const MAGIC: &[u8; 8] = b"kosmobox";

/// Magic, version, length and checksum of the description that follows.
pub(super) const PREFIX: usize = 18;

/// The bytes before the records of a frame: length (4), records (4), time (8), checksum of the
/// records (4), checksum of these (4), state (1).
pub(super) const HEAD: usize = 25;

/// Where the state stands: behind all that is covered by a checksum, since it changes.
pub(super) const STATE: usize = HEAD - 1;

/// The bytes of records one frame holds, unless a single one has more.
const ROOM: usize = 256 << 10;

/// Id length (2) and body length (4).
const RECORD: usize = 6;

/// What a frame is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Part of an append that is still under way.
    Pending = 0,
    /// Counts.
    Kept = 1,
    /// Part of an append that failed.
    Void = 2,
}

/// The head of a frame that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// The bytes of its records.
    pub(super) length: usize,
    /// How many records.
    pub(super) records: u32,
    /// When it was appended, milliseconds since 1970.
    pub(super) at: i64,
    checksum: u32,
    /// What it is worth.
    pub(super) state: State,
}

/// One record: an id and a body.
pub(super) type Record<'a> = (&'a str, &'a [u8]);

/// The header of a segment.
pub(super) fn header(place: &Place, lane: u8) -> Vec<u8> {
    let Place { provider, account, service, mark } = place;
    let about = json!({
        "provider": provider, "account": account, "service": service, "mark": mark, "lane": lane,
    });
    let about = about.to_string().into_bytes();
    let mut bytes = MAGIC.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(small(about.len()).to_le_bytes());
    bytes.extend(crc32fast::hash(&about).to_le_bytes());
    bytes.extend(about);
    bytes
}

/// How long a header is, from its first [`PREFIX`] bytes.
///
/// # Errors
/// What is wrong with it.
pub(super) fn header_length(prefix: &[u8]) -> Result<usize, String> {
    if prefix.len() < PREFIX || &prefix[..8] != MAGIC {
        return Err("is not a segment of an outbox".to_owned());
    }
    let version = u16::from_le_bytes([prefix[8], prefix[9]]);
    if version > VERSION {
        return Err(format!(
            "was written by a newer version of kosmo (form {version}, this one knows {VERSION})"
        ));
    }
    Ok(PREFIX + number(prefix, 10) as usize)
}

/// Whether a whole header is what was written.
pub(super) fn header_is_sound(bytes: &[u8]) -> bool {
    let about = &bytes[PREFIX..];
    crc32fast::hash(about) == number(bytes, 14) && serde_json::from_slice::<Value>(about).is_ok()
}

/// How many of the items one frame takes.
pub(super) fn fits(items: &[&Item]) -> usize {
    let mut room = ROOM;
    let fits = |item: &&&Item| {
        let size = RECORD + item.message_id.len() + item.body.len();
        let fits = size <= room;
        room = room.saturating_sub(size);
        fits
    };
    items.iter().take_while(fits).count().max(1).min(items.len())
}

/// Appends one frame with as many of the items as fit to `bytes`; how many those were.
pub(super) fn write(bytes: &mut Vec<u8>, items: &[&Item], at: i64, state: State) -> usize {
    let start = bytes.len();
    bytes.resize(start + HEAD, 0);
    let count = fits(items);
    for Item { message_id, body, .. } in &items[..count] {
        bytes.extend(u16::try_from(message_id.len()).unwrap_or(u16::MAX).to_le_bytes());
        bytes.extend(small(body.len()).to_le_bytes());
        bytes.extend(message_id.as_bytes());
        bytes.extend(body);
    }
    let (head, records) = bytes[start..].split_at_mut(HEAD);
    head[..4].copy_from_slice(&small(records.len()).to_le_bytes());
    head[4..8].copy_from_slice(&small(count).to_le_bytes());
    head[8..16].copy_from_slice(&at.to_le_bytes());
    head[16..20].copy_from_slice(&crc32fast::hash(records).to_le_bytes());
    let checksum = crc32fast::hash(&head[..20]);
    head[20..24].copy_from_slice(&checksum.to_le_bytes());
    head[STATE] = state as u8;
    count
}

/// The head of a frame; none when it is not what was written.
pub(super) fn head(bytes: &[u8]) -> Option<Head> {
    if bytes.len() < HEAD || crc32fast::hash(&bytes[..20]) != number(bytes, 20) {
        return None;
    }
    let state = match bytes[STATE] {
        0 => State::Pending,
        1 => State::Kept,
        2 => State::Void,
        _ => return None,
    };
    let mut at = [0; 8];
    at.copy_from_slice(&bytes[8..16]);
    Some(Head {
        length: number(bytes, 0) as usize,
        records: number(bytes, 4),
        at: i64::from_le_bytes(at),
        checksum: number(bytes, 16),
        state,
    })
}

impl Head {
    /// Whether the records are those that were written.
    pub(super) fn covers(&self, records: &[u8]) -> bool {
        crc32fast::hash(records) == self.checksum
    }
}

/// The records of a frame, in order.
pub(super) fn records(mut bytes: &[u8]) -> impl Iterator<Item = Record<'_>> {
    std::iter::from_fn(move || {
        let head = bytes.get(..RECORD)?;
        let id = RECORD + usize::from(u16::from_le_bytes([head[0], head[1]]));
        let end = id + number(head, 2) as usize;
        let record = (str::from_utf8(bytes.get(RECORD..id)?).ok()?, bytes.get(id..end)?);
        bytes = &bytes[end..];
        Some(record)
    })
}

fn number(bytes: &[u8], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(number)
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, body: &[u8]) -> Item {
        Item { message_id: id.into(), lane: 0, body: body.to_vec() }
    }

    #[test]
    fn what_was_written_is_read() {
        let items = [item("a", b"{}"), item("", b""), item("ü", &[0xff; 300])];
        let mut bytes = Vec::new();
        assert_eq!(write(&mut bytes, &items.each_ref(), 42, State::Kept), 3);
        let head = head(&bytes).unwrap();
        assert_eq!((head.records, head.at, head.state), (3, 42, State::Kept));
        assert!(head.covers(&bytes[HEAD..]));
        let read: Vec<_> = records(&bytes[HEAD..]).collect();
        assert_eq!(read, [("a", &b"{}"[..]), ("", b""), ("ü", &[0xff; 300])]);
    }

    #[test]
    fn a_frame_is_full_at_some_point_and_takes_one_item_of_any_size() {
        let large = item("large", &vec![b'x'; ROOM]);
        let small = item("small", b"x");
        let mut bytes = Vec::new();
        assert_eq!(write(&mut bytes, &[&large, &small], 0, State::Kept), 1);
        assert_eq!(write(&mut bytes, &[&small, &large], 0, State::Kept), 1);
    }

    #[test]
    fn one_wrong_bit_is_noticed_wherever_it_is() {
        let mut bytes = Vec::new();
        write(&mut bytes, &[&item("id", b"body")], 7, State::Kept);
        for at in (0..bytes.len() * 8).filter(|bit| bit / 8 != STATE) {
            let mut bent = bytes.clone();
            bent[at / 8] ^= 1 << (at % 8);
            let sound = head(&bent).is_some_and(|head| head.covers(&bent[HEAD..]));
            assert!(!sound, "bit {at}");
        }
    }

    #[test]
    fn a_header_says_when_it_is_too_new() {
        let place = Place {
            provider: "p".into(),
            account: "a".into(),
            service: "s".into(),
            mark: "m".into(),
        };
        let mut bytes = header(&place, 3);
        assert_eq!(header_length(&bytes), Ok(bytes.len()));
        assert!(header_is_sound(&bytes));
        bytes[8] = 9;
        assert!(header_length(&bytes).unwrap_err().contains("newer version"));
        assert!(header_length(b"SQLite format 3\0..").is_err());
    }
}
