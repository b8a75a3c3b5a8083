//! The thread that brings what was written to the disk itself, in groups: a power cut costs at most
//! what came in since the last group, unless somebody waited for it with `sync`.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

/// How long bytes may wait for others to be synced with them.
const GATHER: Duration = Duration::from_millis(100);

/// Bytes that are worth a sync at once.
const GROUP: usize = 4 << 20;

/// What came of a sync; an error of the disk can be told only once, its text as often as needed.
type Synced = Result<(), (io::ErrorKind, String)>;

/// What is written and not synced yet.
#[derive(Debug, Default)]
struct Tray {
    files: Vec<Arc<File>>,
    folders: BTreeSet<PathBuf>,
    bytes: usize,
    /// How often the tray was emptied: a file is noted once in between.
    round: u64,
    waiting: Vec<oneshot::Sender<Synced>>,
    /// A sync that failed and that nobody has been told of.
    failed: Option<(io::ErrorKind, String)>,
    closed: bool,
}

impl Tray {
    fn urgent(&self) -> bool {
        self.closed || !self.waiting.is_empty() || self.bytes >= GROUP
    }

    /// Takes everything out.
    fn empty(&mut self) -> Self {
        let (round, closed, failed) = (self.round + 1, self.closed, self.failed.take());
        let taken = std::mem::replace(self, Self { round, closed, failed, ..Self::default() });
        Self { closed, ..taken }
    }
}

/// What the thread and the producer share.
#[derive(Debug, Default)]
pub(super) struct Desk {
    tray: Mutex<Tray>,
    bell: Condvar,
}

impl Desk {
    fn tray(&self) -> MutexGuard<'_, Tray> {
        self.tray.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that so many bytes were written to a file.
    pub(super) fn note(&self, file: &Arc<File>, noted: &mut Option<u64>, bytes: usize) {
        let mut tray = self.tray();
        let first = tray.bytes == 0;
        let was_urgent = tray.urgent();
        tray.bytes += bytes;
        if noted.replace(tray.round) != Some(tray.round) {
            tray.files.push(Arc::clone(file));
        }
        // Waking the thread costs more than an append: only when it has nothing to wait for.
        if first || (tray.urgent() && !was_urgent) {
            self.bell.notify_one();
        }
    }

    /// Notes that something has a new name in a folder, which may be new itself.
    pub(super) fn note_folder(&self, root: &Path, folder: &Path) {
        let mut tray = self.tray();
        let parents = [folder, root].map(Path::to_owned);
        tray.folders.extend(parents.into_iter().chain(root.parent().map(Path::to_owned)));
    }

    /// Waits for something to sync, then a little for more of it.
    fn take(&self) -> Tray {
        let mut tray = self.tray();
        while tray.bytes == 0 && !tray.urgent() {
            tray = self.bell.wait(tray).unwrap_or_else(PoisonError::into_inner);
        }
        let until = Instant::now() + GATHER;
        while !tray.urgent() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.bell.wait_timeout(tray, left);
            tray = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        tray.empty()
    }

    /// The failure of an earlier sync, if there was one that nobody has been told of.
    pub(super) fn failure(&self) -> Option<io::Error> {
        self.tray().failed.take().map(|(kind, text)| io::Error::new(kind, text))
    }
}

/// The thread's owner; dropping it waits for a last sync.
#[derive(Debug)]
pub(super) struct Syncer {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

impl Syncer {
    pub(super) fn start(desk: Arc<Desk>) -> Self {
        let theirs = Arc::clone(&desk);
        let thread = thread::Builder::new().name("outbox-sync".into()).spawn(move || {
            loop {
                let tray = theirs.take();
                let closed = tray.closed;
                let synced = sync(&tray);
                if let (Err(failed), true) = (&synced, tray.waiting.is_empty()) {
                    theirs.tray().failed = Some(failed.clone());
                }
                for answer in tray.waiting {
                    // Who asked may have stopped waiting.
                    answer.send(synced.clone()).ok();
                }
                if closed {
                    return;
                }
            }
        });
        Self { desk, thread: thread.ok() }
    }

    /// Asks for a sync of all that was noted; the answer comes when it is done.
    pub(super) fn ask(&self) -> oneshot::Receiver<Synced> {
        let (answer, wait) = oneshot::channel();
        if self.thread.is_none() {
            let tray = self.desk.tray().empty();
            answer.send(sync(&tray)).ok();
        } else {
            self.desk.tray().waiting.push(answer);
            self.desk.bell.notify_one();
        }
        wait
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.desk.tray().closed = true;
        self.desk.bell.notify_one();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing more to sync.
            thread.join().ok();
        }
    }
}

fn sync(tray: &Tray) -> Synced {
    let files = tray.files.iter().try_for_each(|file| file.sync_data());
    let folders = || tray.folders.iter().try_for_each(|folder| sync_folder(folder));
    files.and_then(|()| folders()).map_err(|error| (error.kind(), error.to_string()))
}

/// Makes names in a folder last, where the platform has a way to say so.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        folder => folder?.sync_all(),
    }
}
