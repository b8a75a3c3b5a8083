//! Who is alive: every process that takes lanes holds a lock on a file of its own, which the
//! system lets go when the process ends, however it ends. So the lanes of a courier that was killed
//! on this machine are free at once, and not only when its lease has run out.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use uuid::Uuid;

use super::{Local, disk, registry};
use crate::error::Fault;
use crate::ledger::create_private_folder;

/// The folder of those files, beside the places.
const FOLDER: &str = ".couriers";

/// Between the holder's name and what makes a claim's token unique.
const BETWEEN: char = '/';

/// This process as a holder of lanes.
#[derive(Debug)]
pub(super) struct Holder {
    name: String,
    file: PathBuf,
    _lock: File,
}

impl Holder {
    /// Makes this process known, and forgets those that are gone.
    ///
    /// # Errors
    /// A folder that cannot be written, or one whose files cannot be locked.
    pub(super) fn new(root: &Path) -> io::Result<Self> {
        let folder = root.join(FOLDER);
        create_private_folder(&folder)?;
        for entry in fs::read_dir(&folder)?.flatten() {
            forget_if_gone(&entry.path());
        }
        loop {
            let name = Uuid::new_v4().simple().to_string();
            let file = folder.join(&name);
            let lock = File::create(&file)?;
            lock.lock()?;
            // Another process may have taken it for one that is gone before it was locked.
            if file.exists() {
                return Ok(Self { name, file, _lock: lock });
            }
        }
    }

    /// A token for one claim of this holder.
    pub(super) fn token(&self) -> String {
        format!("{}{BETWEEN}{}", self.name, Uuid::new_v4())
    }
}

impl Local {
    /// A token for a new claim, that tells whose it is.
    pub(super) fn token(&self, root: &Path) -> Result<String, Fault> {
        if self.holder.get().is_none() {
            let holder = Holder::new(root).map_err(|error| disk(root, &error))?;
            // Another thread's that was quicker is as good.
            let _ = self.holder.set(holder);
        }
        Ok(self.holder.get().map(Holder::token).unwrap_or_default())
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // One that stays is found to be gone by whoever comes next.
        let _ = fs::remove_file(&self.file);
    }
}

/// Ends the leases of holders that are gone.
pub(super) fn end_leases_of_the_dead(
    db: &Connection,
    root: &Path,
    place: &str,
    now: i64,
) -> rusqlite::Result<()> {
    for (lane, token) in registry::leases(db, place, now)? {
        // Who gives no name is trusted for as long as the lease lasts.
        let Some((name, _)) = token.split_once(BETWEEN) else { continue };
        if forget_if_gone(&root.join(FOLDER).join(name)) {
            registry::give_back(db, (place, lane), &token)?;
        }
    }
    Ok(())
}

/// Whether nobody holds the lock on this file; the file is removed then.
fn forget_if_gone(file: &Path) -> bool {
    match File::open(file).map(|file| file.try_lock().map(|()| file)) {
        Ok(Ok(_lock)) => {
            let _ = fs::remove_file(file);
            true
        }
        // Where files cannot be locked, only time tells.
        Ok(Err(TryLockError::WouldBlock | TryLockError::Error(_))) => false,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}
