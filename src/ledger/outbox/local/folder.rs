//! Where segments lie: a folder for each place, named after it, and in it a file for each producer
//! and lane, named so that the older one comes first.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::super::{Place, Which};

const ENDING: &str = "events";

/// What a name may hold besides letters and digits.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-');

/// The name of a segment: unique, older ones first, the lane at its end.
pub(super) fn segment_name(lane: u8) -> String {
    // The ids of one process rise even when its clock goes back.
    format!("{}-{lane}", uuid::Uuid::now_v7().simple())
}

/// The lane that a segment's name tells.
pub(super) fn lane_of_segment(name: &str) -> Option<u8> {
    name.rsplit_once('-')?.1.parse().ok()
}

/// The file of a segment.
pub(super) fn segment_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(name).with_extension(ENDING)
}

/// A place in one word, which is also its folder's name and its key in the registry.
pub(super) fn key(place: &Place) -> String {
    let Place { provider, account, service, mark } = place;
    [provider, account, service, mark]
        .map(|part| utf8_percent_encode(part, ESCAPED).to_string())
        .join(".")
}

/// The place of a key.
pub(super) fn place(key: &str) -> Option<Place> {
    let parts: Option<Vec<String>> = key
        .split('.')
        .map(|part| Some(percent_decode_str(part).decode_utf8().ok()?.into_owned()))
        .collect();
    let [provider, account, service, mark] = parts?.try_into().ok()?;
    Some(Place { provider, account, service, mark })
}

impl Which {
    /// Whether a place is meant.
    pub fn means(&self, place: &Place) -> bool {
        let is = |wanted: &Option<String>, have: &str| wanted.as_deref().is_none_or(|w| w == have);
        is(&self.provider, &place.provider)
            && is(&self.account, &place.account)
            && !self.except.contains(place)
    }

    /// Whether an event is meant, when its place is.
    pub fn names(&self, message_id: &str) -> bool {
        self.message_ids.is_empty() || self.message_ids.iter().any(|id| id == message_id)
    }
}

/// A segment on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    /// Its name.
    pub(super) name: String,
    /// Its lane.
    pub(super) lane: u8,
    /// Its file.
    pub(super) file: PathBuf,
}

/// The places that have a folder and are meant, with their folders, in order.
///
/// # Errors
/// When the folder cannot be read; one that does not exist is empty.
pub(super) fn places(root: &Path, which: &Which) -> io::Result<Vec<(Place, PathBuf)>> {
    let mut found: Vec<_> = names(root)?
        .iter()
        .filter_map(|name| Some((place(name)?, root.join(name))))
        .filter(|(place, _)| which.means(place))
        .collect();
    found.sort();
    Ok(found)
}

/// The segments of a place, the oldest first.
///
/// # Errors
/// When the folder cannot be read; one that does not exist is empty.
pub(super) fn segments(folder: &Path) -> io::Result<Vec<Segment>> {
    let mut found: Vec<_> = names(folder)?
        .into_iter()
        .filter_map(|file| {
            let file = Path::new(&file);
            let name = file.file_stem()?.to_str()?.to_owned();
            let ours = file.extension() == Some(OsStr::new(ENDING)) && !name.starts_with('.');
            let lane = lane_of_segment(&name).filter(|_| ours)?;
            Some(Segment { file: folder.join(file), name, lane })
        })
        .collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    entries
        .filter_map(|entry| entry.map(|entry| entry.file_name().into_string().ok()).transpose())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_being_a_folders_name() {
        for account in ["default", "my-prod_2", "../../etc", "a.b", "größe", ""] {
            let one = Place {
                provider: "segment".into(),
                account: account.into(),
                service: "tracking".into(),
                mark: "0a1b".into(),
            };
            let key = key(&one);
            assert!(!key.contains('/') && !key.starts_with('.'), "{key}");
            assert_eq!(place(&key), Some(one));
        }
        assert_eq!(place("lost+found"), None);
        assert_eq!(place("a.b.c.d.e"), None);
    }

    #[test]
    fn segments_are_found_in_the_order_they_were_made() {
        let folder = tempfile::tempdir().unwrap();
        let made: Vec<_> = (0..20).map(|n| segment_name(n % 8)).collect();
        for name in made.iter().rev() {
            fs::write(segment_file(folder.path(), name), "").unwrap();
        }
        fs::write(folder.path().join(".new-1-1.events"), "").unwrap();
        fs::write(folder.path().join("notes.txt"), "").unwrap();
        let found = segments(folder.path()).unwrap();
        assert_eq!(found.iter().map(|one| one.name.clone()).collect::<Vec<_>>(), made);
        assert_eq!(found[9].lane, 1);
        assert_eq!(segments(&folder.path().join("none")).unwrap(), []);
    }
}
