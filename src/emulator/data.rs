//! The data file: state as JSON, loaded at the start and replaced whole or not at all. A file that
//! cannot be understood is reported and left as it is.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::state::{Event, State};
use crate::error::{Fault, Kind};

/// The form of the file; a file of another version is refused.
const VERSION: u32 = 1;

/// Collections that are Segment's and not the workspace's; a file need not bring them.
const REFERENCE: &[&str] = &["sourcesCatalog", "destinationsCatalog", "warehousesCatalog", "roles"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    workspace: Option<Value>,
    collections: Option<IndexMap<String, Vec<Value>>>,
    #[serde(default)]
    events: Vec<Event>,
    #[serde(default)]
    observed: usize,
}

#[derive(Serialize)]
struct Storing<'a> {
    version: u32,
    workspace: &'a Value,
    collections: &'a IndexMap<String, Vec<Value>>,
    events: &'a [Event],
    observed: usize,
}

/// The state in the file; the seed where there is no file. Parts that the file leaves out are the
/// seed's.
///
/// # Errors
/// [`Kind::Config`] with line and column for a file that makes no sense, [`Kind::Io`] for one that
/// cannot be read.
pub(super) fn load(path: &Path, seed: State) -> Result<State, Fault> {
    let shown = path.display();
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(seed),
        Err(error) => {
            return Err(Fault::io(format!("cannot read the data file `{shown}`"), &error));
        }
    };
    let wrong = |why: String| {
        Fault::new(Kind::Config, format!("the data file `{shown}` makes no sense: {why}"))
            .code("invalid_data_file")
            .hint("mend it or move it away; it was not changed")
    };
    let stored: Stored = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    if stored.version != VERSION {
        return Err(wrong(format!("its version is {}, not {VERSION}", stored.version)));
    }
    let collections = match stored.collections {
        None => seed.collections,
        Some(mut own) => {
            for name in REFERENCE {
                let Some(entries) = seed.collections.get(*name) else { continue };
                own.entry((*name).to_owned()).or_insert_with(|| entries.clone());
            }
            own
        }
    };
    let workspace = stored.workspace.unwrap_or(seed.workspace);
    let mut state = State::of(workspace, collections, stored.events);
    state.observed = stored.observed.min(state.events.len());
    Ok(state)
}

/// The text of the file that holds this state.
///
/// # Errors
/// [`Kind::Internal`] should the state not be writable as JSON.
pub(super) fn text(state: &State) -> Result<String, Fault> {
    let storing = Storing {
        version: VERSION,
        workspace: &state.workspace,
        collections: &state.collections,
        events: &state.events,
        observed: state.observed,
    };
    serde_json::to_string_pretty(&storing)
        .map_err(|error| Fault::new(Kind::Internal, format!("cannot write the state: {error}")))
}

/// Replaces the file by this text, readable by its owner only.
///
/// # Errors
/// [`Kind::Io`] when the folder or the disk refuses; the old file is then still there.
pub(super) fn save(path: &Path, text: &str) -> Result<(), Fault> {
    let write = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok::<_, std::io::Error>(())
    };
    write().map_err(|error| {
        Fault::io(format!("cannot save the data file `{}`", path.display()), &error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::model::Model;

    fn seeded() -> State {
        State::seeded("key", &Model::embedded().unwrap()).unwrap()
    }

    #[test]
    fn what_was_saved_comes_back_and_a_missing_file_is_the_seed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.json");
        let mut state = load(&path, seeded()).unwrap();
        state.workspace["name"] = Value::from("Renamed");
        save(&path, &text(&state).unwrap()).unwrap();
        let again = load(&path, seeded()).unwrap();
        assert_eq!(again.workspace, state.workspace);
        assert_eq!(again.collections, state.collections);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays");
    }

    #[test]
    fn a_broken_file_is_reported_with_its_place_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.json");
        for (text, says) in [
            ("{\n  \"version\": 1,,\n}", "line 2 column 16"),
            ("{\"version\": 9}", "its version is 9"),
            ("{\"version\": 1, \"sources\": []}", "unknown field `sources`"),
        ] {
            fs::write(&path, text).unwrap();
            let fault = load(&path, seeded()).unwrap_err();
            assert_eq!(fault.kind, Kind::Config);
            assert!(fault.message.contains(says), "{fault}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
