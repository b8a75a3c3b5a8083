//! One server as its file describes it. Reading the file is `sources`' business, starting the server
//! `session`'s.

use std::path::{Path, PathBuf};
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::sources::Source;
use crate::error::{Fault, Kind};
use crate::settings::trust::fingerprint;

/// The time a server has to answer when its entry does not say.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// The endings of files that hold a program's code. Data that a program is told to use may change.
const CODE: &[&str] = &[
    "js", "mjs", "cjs", "ts", "mts", "py", "rb", "sh", "bash", "pl", "php", "lua", "jar", "exe",
    "ps1",
];

/// Files larger than this are not looked into for a fingerprint.
const LARGEST_SCRIPT: u64 = 16 << 20;

/// How a server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// A program that speaks on its standard input and output.
    Stdio {
        /// The program.
        command: String,
        /// Its arguments.
        args: Vec<String>,
        /// Variables it gets besides the usual few.
        env: IndexMap<String, String>,
        /// The folder it runs in.
        cwd: Option<String>,
        /// A file with more variables, a `NAME=value` each line.
        env_file: Option<String>,
    },
    /// A service that speaks Streamable HTTP.
    Http {
        /// Its address.
        url: String,
        /// Headers that go with every request.
        headers: IndexMap<String, String>,
    },
}

/// One server.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// How it is reached, or what is wrong with the entry.
    pub reach: Result<Reach, Fault>,
    /// Whether it may be used at all.
    pub enabled: bool,
    /// The time it has to answer.
    pub timeout: Duration,
    /// Which kind of file it is from.
    pub source: Source,
    /// The file.
    pub path: PathBuf,
    /// The entry as it is written.
    pub written: Value,
    /// The folder that relative paths start from.
    pub root: PathBuf,
}

impl Entry {
    /// Reads an entry. What is wrong with it is kept, so that it can be listed.
    pub fn read(name: &str, written: &Value, source: Source, path: &Path, root: &Path) -> Self {
        let complain = |why: String| {
            Fault::new(Kind::Config, format!("{}: MCP server '{name}': {why}", path.display()))
                .code("invalid_mcp_server")
                .hint("correct the file, or replace the entry with `kosmo mcp:add`")
        };
        let empty = Map::new();
        let map = written.as_object();
        let reach =
            map.ok_or_else(|| "an entry is an object".to_owned()).and_then(reach).map_err(complain);
        let map = map.unwrap_or(&empty);
        Self {
            name: name.to_owned(),
            reach,
            enabled: enabled(map),
            timeout: timeout(map),
            source,
            path: path.to_owned(),
            written: written.clone(),
            root: root.to_owned(),
        }
    }

    /// What trust is about: everything the entry says, and what is in the files of the project that
    /// its command line names.
    pub fn fingerprint(&self) -> String {
        let mut scripts = Map::new();
        if let Ok(Reach::Stdio { command, args, cwd, .. }) = &self.reach {
            let folder = cwd.as_ref().map_or_else(|| self.root.clone(), |cwd| self.root.join(cwd));
            for (at, word) in std::iter::once(command).chain(args).enumerate() {
                let path = folder.join(word);
                let ending = path.extension().and_then(|ending| ending.to_str());
                if at > 0 && !ending.is_some_and(|ending| CODE.contains(&ending)) {
                    continue;
                }
                let small =
                    |file: std::fs::Metadata| file.is_file() && file.len() <= LARGEST_SCRIPT;
                // A bare name is looked up in PATH, which is the user's own.
                let named = word.contains(['/', '\\', '.']) && path.starts_with(&self.root);
                if named && path.metadata().is_ok_and(small) {
                    let bytes = std::fs::read(&path).unwrap_or_default();
                    scripts.insert(word.clone(), json!(fingerprint(&bytes)));
                }
            }
        }
        let whole = json!({"entry": self.written, "files": scripts});
        fingerprint(whole.to_string().as_bytes())
    }

    /// `stdio` or `http`.
    pub fn kind(&self) -> &'static str {
        match &self.reach {
            Ok(Reach::Http { .. }) => "http",
            Ok(Reach::Stdio { .. }) => "stdio",
            Err(_) => "invalid",
        }
    }
}

fn reach(map: &Map<String, Value>) -> Result<Reach, String> {
    let url = text(map, &["url", "serverUrl"])?;
    let kind = text(map, &["type", "transport"])?;
    match (kind.as_deref(), url) {
        (None | Some("local" | ""), Some(url))
        | (Some("http" | "streamable-http" | "streamableHttp" | "streamable_http"), Some(url)) => {
            let headers = texts(map, &["headers"])?;
            Ok(Reach::Http { url, headers })
        }
        (Some("http" | "streamable-http" | "streamableHttp" | "streamable_http"), None) => {
            Err("an HTTP server needs a `url`".to_owned())
        }
        (None | Some("local" | "" | "stdio"), _) => stdio(map),
        (Some(other), _) => Err(format!(
            "uses the unsupported transport '{other}'; there are stdio and http (Streamable HTTP)"
        )),
    }
}

fn stdio(map: &Map<String, Value>) -> Result<Reach, String> {
    let (command, mut args) = match map.get("command") {
        // Some clients write the whole command line as a list.
        Some(Value::Array(words)) => {
            let mut words = list("command", words)?.into_iter();
            (words.next().unwrap_or_default(), words.collect())
        }
        _ => (text(map, &["command"])?.unwrap_or_default(), Vec::new()),
    };
    if command.trim().is_empty() {
        return Err("is missing a command".to_owned());
    }
    match map.get("args") {
        None | Some(Value::Null) => {}
        Some(Value::Array(more)) => args.extend(list("args", more)?),
        Some(_) => return Err("`args` is a list of texts".to_owned()),
    }
    Ok(Reach::Stdio {
        command,
        args,
        env: texts(map, &["env", "environment"])?,
        cwd: text(map, &["cwd"])?,
        env_file: text(map, &["envFile"])?,
    })
}

fn list(key: &str, items: &[Value]) -> Result<Vec<String>, String> {
    let item = |item: &Value| match item {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(format!("`{key}` is a list of texts")),
    };
    items.iter().map(item).collect()
}

fn text(map: &Map<String, Value>, names: &[&str]) -> Result<Option<String>, String> {
    match names.iter().find_map(|name| Some((name, map.get(*name)?))) {
        None | Some((_, Value::Null)) => Ok(None),
        Some((_, Value::String(text))) => Ok(Some(text.clone())),
        Some((name, _)) => Err(format!("`{name}` is a text")),
    }
}

fn texts(map: &Map<String, Value>, names: &[&str]) -> Result<IndexMap<String, String>, String> {
    let Some((key, value)) = names.iter().find_map(|name| Some((name, map.get(*name)?))) else {
        return Ok(IndexMap::new());
    };
    let wrong = || format!("`{key}` is an object of texts");
    let pair = |(name, value): (&String, &Value)| match value {
        Value::String(text) => Ok((name.clone(), text.clone())),
        Value::Number(_) | Value::Bool(_) => Ok((name.clone(), value.to_string())),
        _ => Err(wrong()),
    };
    match value {
        Value::Null => Ok(IndexMap::new()),
        Value::Object(map) => map.iter().map(pair).collect(),
        // How an empty object comes out of some languages.
        Value::Array(items) if items.is_empty() => Ok(IndexMap::new()),
        _ => Err(wrong()),
    }
}

fn enabled(map: &Map<String, Value>) -> bool {
    let yes = |value: &Value| match value {
        Value::Bool(flag) => *flag,
        Value::String(word) => matches!(word.as_str(), "true" | "on" | "1" | "yes"),
        Value::Number(number) => number.as_i64() == Some(1),
        _ => false,
    };
    map.get("enabled").is_none_or(yes) && !map.get("disabled").is_some_and(yes)
}

fn timeout(map: &Map<String, Value>) -> Duration {
    let value = map.get("timeout").or_else(|| map.get("timeoutSeconds"));
    let seconds = value.and_then(|value| match value {
        Value::String(text) => text.trim().parse::<f64>().ok(),
        value => value.as_f64(),
    });
    let seconds = seconds.filter(|seconds| *seconds > 0.0);
    seconds.and_then(|it| Duration::try_from_secs_f64(it).ok()).unwrap_or(DEFAULT_TIMEOUT)
}

#[cfg(test)]
mod tests;
