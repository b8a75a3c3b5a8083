//! Programs that speak on their standard input and output, a message each line. A program gets a
//! process group of its own, so that what it started ends with it; its standard error is kept for when
//! something goes wrong.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::service::RoleClient;
use rmcp::transport::Transport;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{ChildStdin, ChildStdout, Command};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::debug;

use super::fault::{Heard, Trouble};
use super::{LARGEST, Outfit};
use crate::error::{Fault, Kind};
use crate::upstream::entry::Reach;

/// Bytes of text that is no message which a program may write.
const MOST_BABBLE: usize = 1 << 20;

/// How long a program may take to end after its input is closed, and again after it is told to.
const GRACE: Duration = Duration::from_millis(500);

/// The pipes of a program.
pub(super) struct Pipes {
    output: BufReader<ChildStdout>,
    input: Option<mpsc::Sender<Writing>>,
    heard: Arc<Heard>,
    line: Vec<u8>,
    babble: usize,
}

type Writing = (Vec<u8>, oneshot::Sender<io::Result<()>>);

/// A running program. Dropped, it is ended at once with all it has started.
pub(super) struct Child {
    group: Option<Group>,
    gone: watch::Receiver<bool>,
}

/// Starts a program.
pub(super) fn start(
    name: &str,
    reach: &Reach,
    outfit: &Outfit,
    heard: &Arc<Heard>,
) -> Result<(Pipes, Child), Fault> {
    let Reach::Stdio { command, args, env, cwd, .. } = reach else {
        return Err(Fault::new(Kind::Internal, "no program to start"));
    };
    let folder = cwd.as_ref().map_or_else(|| outfit.folder.clone(), |cwd| outfit.folder.join(cwd));
    let program = if command.starts_with("./") || command.starts_with("../") {
        folder.join(command)
    } else {
        PathBuf::from(command)
    };
    let mut builder = Command::new(program);
    builder
        .args(args)
        .env_clear()
        .envs(outfit.environment.iter().map(|(name, value)| (name, value)))
        .envs(env)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    builder.process_group(0);
    let failed = |why: String| {
        let message = format!("Failed to start MCP server '{name}'.");
        let mut fault = Fault::new(Kind::Unavailable, message)
            .code("server_not_started")
            .hint(format!("cannot run `{command}`: {why}"));
        fault.extra.retryable = Some(false);
        fault
    };
    let mut child = builder.spawn().map_err(|error| failed(error.to_string()))?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(input), Some(output), Some(mut errors)) = pipes else {
        return Err(failed("its pipes are missing".to_owned()));
    };
    let group = child.id().and_then(Group::of);
    let (tell, gone) = watch::channel(false);
    let listening = Arc::clone(heard);
    tokio::spawn(async move {
        let mut piece = [0; 4096];
        while let Ok(count @ 1..) = errors.read(&mut piece).await {
            listening.complained(&piece[..count]);
        }
    });
    let listening = Arc::clone(heard);
    tokio::spawn(async move {
        let status = child.wait().await.map_or_else(|why| why.to_string(), |it| it.to_string());
        debug!(status, "an MCP server ended");
        listening.ended(status);
        // Nobody waits when the session is gone already.
        tell.send(true).ok();
    });
    let (send, receive) = mpsc::channel(64);
    tokio::spawn(write(input, receive));
    let output = BufReader::with_capacity(64 << 10, output);
    let heard = Arc::clone(heard);
    let pipes = Pipes { output, input: Some(send), heard, line: Vec::new(), babble: 0 };
    Ok((pipes, Child { group, gone }))
}

/// Writes messages one after another, so that a program that does not read holds up nobody who reads.
async fn write(mut input: ChildStdin, mut messages: mpsc::Receiver<Writing>) {
    while let Some((line, done)) = messages.recv().await {
        let written = async {
            input.write_all(&line).await?;
            input.flush().await
        };
        let written = written.await;
        let failed = written.is_err();
        // Whoever wrote may have given up by now.
        done.send(written).ok();
        if failed {
            return;
        }
    }
}

impl Pipes {
    /// One line, none at the end. Nothing is lost when it is asked for again before it came.
    async fn line(&mut self) -> Result<Option<Vec<u8>>, Trouble> {
        loop {
            let piece = self.output.fill_buf().await;
            let piece = piece.map_err(|why| Trouble::Unreadable(why.to_string()))?;
            if piece.is_empty() {
                let rest = std::mem::take(&mut self.line);
                return Ok((!rest.trim_ascii().is_empty()).then_some(rest));
            }
            let end = piece.iter().position(|byte| *byte == b'\n');
            let count = end.map_or(piece.len(), |end| end + 1);
            if self.line.len() + count > LARGEST {
                return Err(Trouble::TooLarge);
            }
            self.line.extend_from_slice(&piece[..count]);
            self.output.consume(count);
            if end.is_some() {
                return Ok(Some(std::mem::take(&mut self.line)));
            }
        }
    }

    /// The message in a line; none for text that is none.
    fn message(&mut self, line: &[u8]) -> Result<Option<ServerJsonRpcMessage>, Trouble> {
        let line = line.trim_ascii();
        let Ok(value) = serde_json::from_slice::<Value>(line) else {
            if line.starts_with(b"{") {
                return Err(Trouble::InvalidJson);
            }
            self.babble += line.len() + 1;
            return if self.babble > MOST_BABBLE { Err(Trouble::Babble) } else { Ok(None) };
        };
        if value.get("jsonrpc").is_none() {
            self.babble += line.len() + 1;
            return if self.babble > MOST_BABBLE { Err(Trouble::Babble) } else { Ok(None) };
        }
        match serde_json::from_value(value) {
            Ok(message) => Ok(Some(message)),
            Err(_) => Err(Trouble::NoMessage),
        }
    }
}

impl Transport<RoleClient> for Pipes {
    type Error = io::Error;

    fn name() -> Cow<'static, str> {
        Cow::Borrowed("stdio")
    }

    fn send(
        &mut self,
        message: ClientJsonRpcMessage,
    ) -> impl Future<Output = Result<(), io::Error>> + Send + 'static {
        let line = serde_json::to_vec(&message).map(|mut line| {
            line.push(b'\n');
            line
        });
        let input = self.input.clone();
        async move {
            let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
            let (done, written) = oneshot::channel();
            let input = input.ok_or_else(closed)?;
            input.send((line?, done)).await.map_err(|_| closed())?;
            written.await.map_err(|_| closed())?
        }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        loop {
            let line = match self.line().await {
                Ok(Some(line)) => line,
                Ok(None) => {
                    self.heard.lose(Trouble::Exited(None));
                    return None;
                }
                Err(trouble) => {
                    self.heard.lose(trouble);
                    return None;
                }
            };
            match self.message(&line) {
                Ok(Some(message)) => return Some(message),
                Ok(None) => debug!("an MCP server wrote a line that is no message"),
                Err(trouble) => {
                    self.heard.lose(trouble);
                    return None;
                }
            }
        }
    }

    async fn close(&mut self) -> Result<(), io::Error> {
        self.input = None;
        Ok(())
    }
}

impl Child {
    /// Waits a moment for the program to end by itself, then tells it to, then ends it.
    pub(super) async fn end(mut self) {
        if self.is_gone_within(GRACE).await {
            // What it started may have stayed behind.
            if let Some(group) = self.group.take() {
                group.kill();
            }
            return;
        }
        if let Some(group) = &self.group {
            group.terminate();
        }
        self.is_gone_within(GRACE).await;
        drop(self);
    }

    async fn is_gone_within(&mut self, time: Duration) -> bool {
        let gone = tokio::time::timeout(time, self.gone.wait_for(|gone| *gone)).await;
        gone.is_ok()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if let Some(group) = self.group.take() {
            group.kill();
        }
    }
}

/// The processes that a program and what it started are.
#[cfg(unix)]
struct Group(rustix::process::Pid);

#[cfg(unix)]
impl Group {
    fn of(id: u32) -> Option<Self> {
        rustix::process::Pid::from_raw(i32::try_from(id).ok()?).map(Self)
    }

    fn terminate(&self) {
        // All of them may be gone already.
        rustix::process::kill_process_group(self.0, rustix::process::Signal::TERM).ok();
    }

    fn kill(&self) {
        // All of them may be gone already.
        rustix::process::kill_process_group(self.0, rustix::process::Signal::KILL).ok();
    }
}

/// Where there are no groups, the program is ended when its handle is dropped.
#[cfg(not(unix))]
struct Group;

#[cfg(not(unix))]
impl Group {
    fn of(_: u32) -> Option<Self> {
        None
    }

    fn terminate(&self) {}

    fn kill(&self) {}
}
