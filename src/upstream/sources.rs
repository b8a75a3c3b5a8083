//! Which files describe servers, and which of two descriptions of one name counts: the later one, in
//! the order of [`Source::ALL`]. A file that cannot be read is a complaint, never silence.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::entry::Entry;
use super::text;
use crate::error::{Fault, Kind};
use crate::settings::Settings;

/// A kind of file with servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// `~/.kosmokrator/mcp.json`.
    GlobalLegacy,
    /// `~/.kosmo/mcp.json`.
    Global,
    /// `mcp.json` beside the user's settings.
    User,
    /// `.vscode/mcp.json`.
    ProjectVscode,
    /// `.cursor/mcp.json`.
    ProjectCursor,
    /// `.mcp.json`.
    Project,
}

impl Source {
    /// Every kind with its word, the file's path from where it starts, and the key it writes servers
    /// under; the last one that names a server counts.
    pub const ALL: [(Self, &'static str, &'static str, &'static str); 6] = [
        (Self::GlobalLegacy, "global-legacy", ".kosmokrator/mcp.json", "mcpServers"),
        (Self::Global, "global", ".kosmo/mcp.json", "mcpServers"),
        (Self::User, "user", "mcp.json", "mcpServers"),
        (Self::ProjectVscode, "project-vscode", ".vscode/mcp.json", "servers"),
        (Self::ProjectCursor, "project-cursor", ".cursor/mcp.json", "mcpServers"),
        (Self::Project, "project", ".mcp.json", "mcpServers"),
    ];

    /// The word in listings.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(source, ..)| *source == self).map_or("", |(_, word, ..)| word)
    }

    /// The key its servers are written under when the file has none yet.
    pub(super) fn key(self) -> &'static str {
        let row = Self::ALL.iter().find(|(source, ..)| *source == self);
        row.map_or("mcpServers", |(.., key)| key)
    }

    /// Whether it travels with a project, so that somebody else may have written it.
    pub fn is_project(self) -> bool {
        self >= Self::ProjectVscode
    }

    /// Where its file is, and the folder that relative paths in it start from.
    pub fn place(self, settings: &Settings) -> Option<(PathBuf, PathBuf)> {
        let (.., file, _) = Self::ALL.iter().find(|(source, ..)| *source == self)?;
        let root = match self {
            Self::User => settings.paths().config.clone()?,
            // Whoever moves everything moves this too.
            Self::Global | Self::GlobalLegacy => settings
                .home()
                .filter(|_| settings.environment().get("KOSMO_HOME").is_none())?
                .to_owned(),
            _ => settings.project_root()?.to_owned(),
        };
        Some((root.join(file), root))
    }
}

/// One file that was looked at.
#[derive(Debug, Clone)]
pub struct Looked {
    /// Which kind it is.
    pub source: Source,
    /// Its path.
    pub path: PathBuf,
    /// The key its servers are under; none when it has none.
    pub schema: Option<&'static str>,
    /// How many servers it names.
    pub servers: usize,
}

/// What all files say.
#[derive(Debug, Default)]
pub struct Sources {
    /// The servers that count, by name.
    pub servers: BTreeMap<String, Entry>,
    /// The files that exist.
    pub files: Vec<Looked>,
    /// What is wrong with them.
    pub problems: Vec<Fault>,
}

impl Sources {
    /// Reads every file. Starts nothing.
    pub fn read(settings: &Settings) -> Self {
        let mut sources = Self::default();
        let mut seen: Vec<PathBuf> = Vec::new();
        for (source, ..) in Source::ALL {
            let Some((path, root)) = source.place(settings) else { continue };
            // In the home folder a project's file and the user's may be one and the same.
            let real = path.canonicalize().unwrap_or_else(|_| path.clone());
            if seen.contains(&real) {
                continue;
            }
            seen.push(real);
            match document(&path) {
                Ok(None) => {}
                Ok(Some(document)) => sources.take(source, &path, &root, &document),
                Err(fault) => sources.problems.push(fault),
            }
        }
        sources
    }

    fn take(&mut self, source: Source, path: &Path, root: &Path, document: &Value) {
        match servers(path, document) {
            Ok((schema, map)) => {
                let servers = map.map_or(0, Map::len);
                let looked = Looked { source, path: path.to_owned(), schema, servers };
                self.files.push(looked);
                for (name, written) in map.into_iter().flatten() {
                    let entry = Entry::read(name, written, source, path, root);
                    self.servers.insert(name.clone(), entry);
                }
            }
            Err(fault) => self.problems.push(fault),
        }
    }
}

/// A file's document; none when there is no such file.
///
/// # Errors
/// Line and column of what is no JSON; a file that cannot be read.
pub fn document(path: &Path) -> Result<Option<Value>, Fault> {
    match std::fs::read(path) {
        Ok(bytes) => text::parse(path, &bytes).map(Some),
        Err(error)
            if matches!(
                error.kind(),
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => {
            Err(Fault::new(Kind::Config, format!("cannot read {}: {error}", path.display())))
        }
    }
}

type Named<'a> = (Option<&'static str>, Option<&'a Map<String, Value>>);

/// The servers of a document, and the key they are under.
pub(super) fn servers<'a>(path: &Path, document: &'a Value) -> Result<Named<'a>, Fault> {
    let wrong = |what: &str| {
        let message = format!("{}: {what} must be an object", path.display());
        Fault::new(Kind::Config, message).code("invalid_mcp_file")
    };
    let map = document.as_object().ok_or_else(|| wrong("the document"))?;
    for key in ["mcpServers", "servers"] {
        match map.get(key) {
            None | Some(Value::Null) => {}
            Some(Value::Object(servers)) => return Ok((Some(key), Some(servers))),
            // How an empty object comes out of some languages.
            Some(Value::Array(items)) if items.is_empty() => return Ok((Some(key), None)),
            Some(_) => return Err(wrong(&format!("`{key}`"))),
        }
    }
    Ok((None, None))
}
