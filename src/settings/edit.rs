//! Changing settings files: the rest of a file stays as its author wrote it, and a file is
//! replaced whole or not at all. What may be written is decided by whoever asks for it.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::file;
use crate::error::{Fault, Kind};

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    /// Whoever the platform's defaults allow.
    Shared,
    /// Nobody but the user.
    Private,
}

/// A settings file being changed. Nothing reaches the disk before [`save`].
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    privacy: Privacy,
    document: DocumentMut,
    before: String,
}

/// The fault of having nowhere to write to.
pub fn no_home() -> Fault {
    Fault::new(Kind::Config, "there is no home folder to keep settings in")
        .hint("set HOME, or KOSMO_HOME to a folder of your choice")
}

impl Draft {
    /// Reads a file, an empty one when there is none.
    ///
    /// # Errors
    /// [`Kind::Config`] with line and column when it is broken.
    pub fn open(path: PathBuf, privacy: Privacy) -> Result<Self, Fault> {
        // A link is followed, or replacing the file would cut it.
        let path = path.canonicalize().unwrap_or(path);
        let bytes = file::read(&path)?.unwrap_or_default();
        let before = file::text(&path, &bytes)?.to_owned();
        let document = before.parse::<DocumentMut>().map_err(|error| {
            let start = error.span().map_or(0, |span| span.start.min(bytes.len()));
            let (line, column) = file::position(&bytes[..start]);
            file::broken(&path, line, column, error.message())
        })?;
        Ok(Self { path, privacy, document, before })
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text as it would be written.
    pub fn text(&self) -> String {
        self.document.to_string()
    }

    /// Removes everything but what stands before the first value.
    pub fn clear(&mut self) {
        self.document.as_table_mut().clear();
    }

    /// The value at a key.
    pub fn get(&self, key: &[&str]) -> Option<&Item> {
        let (last, tables) = key.split_last()?;
        let mut table: &dyn TableLike = self.document.as_table();
        for name in tables {
            table = table.get(name)?.as_table_like()?;
        }
        table.get(last)
    }

    /// Sets a value, making the tables on the way. Comments around an old value stay.
    pub fn set(&mut self, key: &[&str], value: Value) {
        let Some((last, tables)) = key.split_last() else { return };
        let mut table: &mut dyn TableLike = self.document.as_table_mut();
        for (depth, name) in tables.iter().enumerate() {
            if table.get(name).is_none_or(|item| !item.is_table_like()) {
                let mut new = Table::new();
                new.set_implicit(depth + 1 < tables.len());
                table.insert(name, Item::Table(new));
            }
            let Some(next) = table.get_mut(name).and_then(Item::as_table_like_mut) else { return };
            table = next;
        }
        let mut value = value;
        match table.get_mut(last).and_then(Item::as_value_mut) {
            Some(old) => {
                *value.decor_mut() = old.decor().clone();
                *old = value;
            }
            None => drop(table.insert(last, Item::Value(value))),
        }
    }

    /// Removes a value and the tables that it leaves empty; whether there was one.
    pub fn remove(&mut self, key: &[&str]) -> bool {
        remove(self.document.as_table_mut(), key)
    }

    /// Whether anything differs from the file.
    pub fn changed(&self) -> bool {
        self.document.to_string() != self.before
    }

    /// Whether there was no such file, or an empty one.
    pub fn is_new(&self) -> bool {
        self.before.is_empty()
    }

    fn write(&self) -> std::io::Result<NamedTempFile> {
        staged(&self.path, self.privacy, self.document.to_string().as_bytes())
    }
}

/// A file's new content, written beside it.
fn staged(path: &Path, privacy: Privacy, bytes: &[u8]) -> std::io::Result<NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    create_private_folder(folder)?;
    let mut file = NamedTempFile::with_prefix_in(".kosmo-", folder)?;
    // Temporary files are born private; a shared one takes the mode it had or a usual one.
    if privacy == Privacy::Shared {
        share(&file, fs::metadata(path).ok().as_ref())?;
    }
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Replaces a whole file, or leaves it as it was. A link is followed.
///
/// # Errors
/// [`Kind::Io`] with the path.
pub fn replace(path: &Path, privacy: Privacy, bytes: &[u8]) -> Result<(), Fault> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let what = || format!("cannot write {}", path.display());
    let file = staged(&path, privacy, bytes).map_err(|error| Fault::io(what(), &error))?;
    file.persist(&path).map_err(|error| Fault::io(what(), &error.error))?;
    Ok(())
}

fn remove(table: &mut dyn TableLike, key: &[&str]) -> bool {
    match key {
        [] => false,
        [last] => table.remove(last).is_some(),
        [first, rest @ ..] => {
            let Some(inner) = table.get_mut(first).and_then(Item::as_table_like_mut) else {
                return false;
            };
            let removed = remove(inner, rest);
            if removed && inner.is_empty() {
                table.remove(first);
            }
            removed
        }
    }
}

/// Writes every changed draft: first all of them beside their files, then each into its place, so
/// that a full disk changes none.
///
/// # Errors
/// [`Kind::Io`] with the path.
pub fn save(drafts: &[&Draft]) -> Result<(), Fault> {
    let mut ready = Vec::new();
    for draft in drafts.iter().copied().filter(|draft| draft.changed()) {
        let file = draft
            .write()
            .map_err(|error| Fault::io(format!("cannot write {}", draft.path.display()), &error))?;
        ready.push((file, &draft.path));
    }
    for (file, path) in ready {
        file.persist(path)
            .map_err(|error| Fault::io(format!("cannot write {}", path.display()), &error.error))?;
    }
    Ok(())
}

/// Makes a folder that nobody else can look into; one that exists is left as it is.
///
/// # Errors
/// When it cannot be made.
pub fn create_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(unix)]
fn share(file: &NamedTempFile, old: Option<&fs::Metadata>) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = old.map_or(0o644, |old| old.permissions().mode() & 0o777);
    file.as_file().set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn share(_file: &NamedTempFile, _old: Option<&fs::Metadata>) -> std::io::Result<()> {
    Ok(())
}

/// Locks a folder until the answer is dropped, so that two programs do not undo each other's
/// changes. The folder is made where it is missing, or the first two programs of all would not meet.
/// None where the platform cannot, or where there can be no such folder.
pub fn lock(folder: &Path) -> Option<File> {
    create_private_folder(folder).ok()?;
    let folder = File::open(folder).ok()?;
    folder.lock().ok()?;
    Some(folder)
}

/// Whether anybody but the user may read a file.
#[cfg(unix)]
pub fn readable_by_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
}

/// Whether anybody but the user may read a file. Not known on this platform.
#[cfg(not(unix))]
pub fn readable_by_others(_path: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(folder: &Path, text: &str) -> Draft {
        let path = folder.join("config.toml");
        fs::write(&path, text).unwrap();
        Draft::open(path, Privacy::Shared).unwrap()
    }

    #[test]
    fn a_change_leaves_the_rest_alone() {
        let folder = tempfile::tempdir().unwrap();
        let text = "# mine\n[run]\nb = 1 # why\na = 2\n";
        let mut draft = draft(folder.path(), text);
        draft.set(&["run", "b"], 5.into());
        draft.set(&["integrations", "segment", "enabled"], true.into());
        save(&[&draft]).unwrap();
        assert_eq!(
            fs::read_to_string(folder.path().join("config.toml")).unwrap(),
            "# mine\n[run]\nb = 5 # why\na = 2\n\n[integrations.segment]\nenabled = true\n"
        );
    }

    #[test]
    fn what_is_removed_leaves_no_empty_tables() {
        let folder = tempfile::tempdir().unwrap();
        let mut draft = draft(folder.path(), "[a.b.c]\nx = 1\n[a.d]\ny = 1\n");
        assert!(draft.remove(&["a", "b", "c", "x"]));
        assert!(!draft.remove(&["a", "b", "c", "x"]));
        assert_eq!(draft.document.to_string(), "[a.d]\ny = 1\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_is_private_from_the_start() {
        use std::os::unix::fs::PermissionsExt as _;
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("new/credentials.toml");
        let mut draft = Draft::open(path.clone(), Privacy::Private).unwrap();
        draft.set(&["x"], "y".into());
        save(&[&draft]).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn a_broken_file_is_not_opened_for_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, "a = \n").unwrap();
        let fault = Draft::open(path, Privacy::Shared).unwrap_err();
        assert!(fault.message.contains("config.toml:1:"), "{}", fault.message);
    }
}
