//! The thread that sessions live on. Faces bring event loops that come and go; a session stays, and
//! whoever asks it something waits wherever they are.

use std::future::Future;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::error::{Fault, Kind};

/// The thread with its event loop.
pub(super) struct Worker {
    here: Handle,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Work in progress; dropped before its end, it is given up.
struct Doing(tokio::task::AbortHandle);

impl Drop for Doing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn gone() -> Fault {
    Fault::new(Kind::Internal, "the thread of the MCP servers has ended")
}

impl Worker {
    /// Starts the thread.
    pub(super) fn start() -> Result<Self, Fault> {
        let failed = |why: &std::io::Error| Fault::io("cannot start a thread for MCP servers", why);
        let event_loop = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|why| failed(&why))?;
        let here = event_loop.handle().clone();
        let (end, ended) = oneshot::channel::<()>();
        let body = move || {
            // Told so or left alone, it is over.
            event_loop.block_on(ended).ok();
            event_loop.shutdown_timeout(Duration::from_millis(100));
        };
        let thread = std::thread::Builder::new()
            .name("mcp servers".to_owned())
            .spawn(body)
            .map_err(|why| failed(&why))?;
        Ok(Self { here, end: Some(end), thread: Some(thread) })
    }

    /// Does something there and waits for it wherever the caller is.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Fault>> + Send + 'static,
    ) -> Result<T, Fault> {
        let task = self.here.spawn(work);
        let _doing = Doing(task.abort_handle());
        task.await.unwrap_or_else(|_| Err(gone()))
    }

    /// The same for a caller that cannot wait in any other way than by standing still; `go_on` is asked
    /// now and then whether it still wants to.
    pub(super) fn block<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Fault>> + Send + 'static,
        go_on: &dyn Fn() -> bool,
    ) -> Result<T, Fault> {
        let (tell, told) = channel();
        let task = self.here.spawn(async move {
            // Whoever asked may have stopped waiting.
            tell.send(work.await).ok();
        });
        let _doing = Doing(task.abort_handle());
        loop {
            match told.recv_timeout(Duration::from_millis(20)) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Timeout) if go_on() => {}
                Err(RecvTimeoutError::Timeout) => {
                    return Err(Fault::new(Kind::Interrupted, "the wait for a server was ended"));
                }
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            }
        }
    }

    /// Does a last thing, for at most this time, and ends the thread.
    pub(super) fn finish(
        &mut self,
        work: impl Future<Output = Result<(), Fault>> + Send + 'static,
        time: Duration,
    ) {
        let until = Instant::now() + time;
        // What is left of it is ended with the thread.
        self.block(work, &|| Instant::now() < until).ok();
        if let Some(end) = self.end.take() {
            // It may have ended already.
            end.send(()).ok();
        }
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}
