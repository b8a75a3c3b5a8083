//! Where the REPL's lines come from: a line editor on a terminal, plain lines from a pipe.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::PathBuf;
use std::sync::Arc;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{CompletionType, Config, Context, Helper, Highlighter, Hinter, Validator};

use super::candidates::candidates;
use crate::error::{Fault, Kind};
use crate::runtime::Runtime;
use crate::settings::edit::create_private_folder;

/// What was typed.
pub(super) enum Typed {
    /// A line, without its newline.
    Line(String),
    /// Ctrl-C.
    Cancel,
    /// Ctrl-D, or the end of the pipe.
    End,
}

/// Reads lines.
pub(super) enum Editor {
    /// From a terminal.
    Terminal {
        /// The line editor.
        lines: Box<rustyline::Editor<Completion, FileHistory>>,
        /// Where its history is kept, when there is a home.
        history: Option<PathBuf>,
    },
    /// From a pipe or a file.
    Plain,
}

impl Editor {
    /// An editor that completes from the catalogue and remembers in the data folder.
    ///
    /// # Errors
    /// When the terminal cannot be used.
    pub(super) fn open(runtime: &Arc<Runtime>) -> Result<Self, Fault> {
        if !io::stdin().is_terminal() {
            return Ok(Self::Plain);
        }
        let config =
            Config::builder().completion_type(CompletionType::List).auto_add_history(false).build();
        let mut lines = rustyline::Editor::with_config(config).map_err(|why| broken(&why))?;
        lines.set_helper(Some(Completion(Arc::clone(runtime))));
        let history = runtime.settings().paths().data.clone().map(|data| data.join("history"));
        if let Some(history) = &history {
            // The first time there is none.
            let _ = lines.load_history(history);
        }
        Ok(Self::Terminal { lines: Box::new(lines), history })
    }

    /// Whether a person types.
    pub(super) fn is_terminal(&self) -> bool {
        matches!(self, Self::Terminal { .. })
    }

    /// The next line; `more` when it continues what is open.
    ///
    /// # Errors
    /// When nothing can be read.
    pub(super) fn next(&mut self, more: bool) -> Result<Typed, Fault> {
        let Self::Terminal { lines, .. } = self else { return plain() };
        match lines.readline(if more { "...> " } else { "lua> " }) {
            Ok(line) => Ok(Typed::Line(line)),
            Err(ReadlineError::Interrupted) => Ok(Typed::Cancel),
            Err(ReadlineError::Eof) => Ok(Typed::End),
            Err(why) => Err(broken(&why)),
        }
    }

    /// Keeps a piece of code for the arrow keys and for the next time. A history that cannot be
    /// written is no reason to stop.
    pub(super) fn remember(&mut self, code: &str) {
        let Self::Terminal { lines, history } = self else { return };
        let added = lines.add_history_entry(code.trim_end()).unwrap_or(false);
        if let Some(path) = history.as_ref().filter(|_| added)
            && path.parent().is_some_and(|folder| create_private_folder(folder).is_ok())
        {
            let _ = lines.save_history(path);
        }
    }
}

fn plain() -> Result<Typed, Fault> {
    let mut line = String::new();
    match io::stdin().lock().read_line(&mut line) {
        Ok(0) => Ok(Typed::End),
        Ok(_) => Ok(Typed::Line(line.trim_end_matches(['\n', '\r']).to_owned())),
        Err(why) => Err(Fault::io("cannot read standard input", &why)),
    }
}

fn broken(why: &ReadlineError) -> Fault {
    Fault::new(Kind::Io, format!("cannot read from the terminal: {why}"))
}

/// Completion from the catalogue.
#[derive(Helper, Hinter, Highlighter, Validator)]
pub(super) struct Completion(Arc<Runtime>);

impl Completer for Completion {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let accounts = &self.0.engine().accounts;
        let names = |provider: &_| accounts.names(provider);
        Ok(candidates(&line[..position], self.0.catalogue(), names))
    }
}
