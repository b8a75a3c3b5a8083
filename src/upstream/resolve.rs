//! References in an entry: `${env:NAME}`, `${NAME}`, `${NAME:-default}`, `$NAME`, `@secret:mcp.s.k`,
//! `${KOSMO_SECRET:mcp.s.k}`, `${input:k}`, `${workspaceFolder}` and `${userHome}`, in texts of every
//! kind. What leads nowhere is a fault that says what is missing; it never becomes empty text.

use indexmap::IndexMap;

use super::entry::{Entry, Reach};
use crate::error::{Fault, Kind};
use crate::redact::{Redactor, Secret, names_a_secret};
use crate::settings::{Settings, is_reference};

/// Follows the references of one entry.
pub(super) struct Resolver<'a> {
    settings: &'a Settings,
    redactor: &'a Redactor,
    entry: &'a Entry,
}

/// What stands at a place: text, and whether it must stay inside.
type Found = (String, bool);

/// The setting that holds a secret of a server.
pub(super) fn secret_key(server: &str, name: &str) -> String {
    format!("mcp.servers.{server}.secrets.{name}")
}

/// Whether the name of a variable, header or flag says that its value is a secret.
pub(super) fn tells(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let word =
        |word: &str| upper.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == word);
    names_a_secret(name) || ["KEY", "PAT", "AUTH", "PASS", "PWD", "BEARER"].into_iter().any(word)
}

impl<'a> Resolver<'a> {
    /// For one entry; what turns out to be a secret is taught to `redactor`.
    pub(super) fn new(settings: &'a Settings, redactor: &'a Redactor, entry: &'a Entry) -> Self {
        Self { settings, redactor, entry }
    }

    /// The way to reach the server with every reference followed.
    ///
    /// # Errors
    /// What is missing or not allowed; what is wrong with the entry.
    pub(super) fn reach(&self) -> Result<Reach, Fault> {
        let one = |text: &String| self.text("", text);
        Ok(match self.entry.reach.clone()? {
            Reach::Stdio { command, args, env, cwd, env_file } => Reach::Stdio {
                command: one(&command)?,
                args: self.args(&args)?,
                env: self.map(&env)?,
                cwd: cwd.as_ref().map(one).transpose()?,
                env_file: env_file.as_ref().map(one).transpose()?,
            },
            Reach::Http { url, headers } => {
                let url = one(&url)?;
                for (name, value) in query(&url) {
                    self.learn(tells(&name), &value);
                }
                Reach::Http { url, headers: self.map(&headers)? }
            }
        })
    }

    /// Arguments; the word after a flag that names a secret is one.
    fn args(&self, args: &[String]) -> Result<Vec<String>, Fault> {
        let mut before = "";
        let mut all = Vec::new();
        for arg in args {
            let flag = arg.split_once('=').filter(|(name, _)| name.starts_with('-'));
            let name = flag.map_or(before, |(name, _)| name);
            let text = self.text(name, arg)?;
            if let Some((_, value)) = text.split_once('=').filter(|_| flag.is_some()) {
                self.learn(tells(name), value);
            }
            all.push(text);
            before = if arg.starts_with('-') && flag.is_none() { arg } else { "" };
        }
        Ok(all)
    }

    fn map(&self, map: &IndexMap<String, String>) -> Result<IndexMap<String, String>, Fault> {
        map.iter().map(|(name, text)| Ok((name.clone(), self.text(name, text)?))).collect()
    }

    fn learn(&self, secret: bool, value: &str) {
        if secret {
            self.redactor.learn(&Secret::new(value));
            if let Some((_, token)) = value.split_once(' ') {
                self.redactor.learn(&Secret::new(token.trim()));
            }
        }
    }

    /// A text with its references followed; `name` is what it is the value of.
    fn text(&self, name: &str, text: &str) -> Result<String, Fault> {
        let whole = text.strip_prefix("@secret:").map(|key| self.secret(key)).or_else(|| {
            let variable = text.strip_prefix('$').filter(|rest| is_variable(rest))?;
            Some(self.variable(variable, None))
        });
        let (value, secret) = match whole {
            Some(found) => found?,
            None => self.embedded(text)?,
        };
        self.learn(secret || tells(name), &value);
        Ok(value)
    }

    fn embedded(&self, text: &str) -> Result<Found, Fault> {
        let (mut out, mut rest, mut secret) = (String::new(), text, false);
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((inner, tail)) = after.split_once('}') else {
                out.push_str("${");
                rest = after;
                continue;
            };
            match self.reference(inner) {
                Some(found) => {
                    let (value, is_secret) = found?;
                    self.learn(is_secret, &value);
                    secret |= is_secret;
                    out.push_str(&value);
                }
                None => out.push_str(&format!("${{{inner}}}")),
            }
            rest = tail;
        }
        out.push_str(rest);
        Ok((out, secret))
    }

    /// What stands between the braces; none when that is no reference.
    fn reference(&self, inner: &str) -> Option<Result<Found, Fault>> {
        if let Some(key) = inner.strip_prefix("KOSMO_SECRET:") {
            return Some(self.secret(key));
        }
        if let Some(key) = inner.strip_prefix("input:") {
            return Some(self.secret(&format!("mcp.{}.{key}", self.entry.name)));
        }
        let folder = match inner {
            "workspaceFolder" => Some(self.entry.root.display().to_string()),
            "workspaceFolderBasename" => {
                Some(self.entry.root.file_name()?.to_string_lossy().into_owned())
            }
            "userHome" => Some(self.settings.home()?.display().to_string()),
            "pathSeparator" | "/" => Some(std::path::MAIN_SEPARATOR.to_string()),
            _ => None,
        };
        if let Some(folder) = folder {
            return Some(Ok((folder, false)));
        }
        let bare = inner.strip_prefix("env:").unwrap_or(inner);
        let (name, default) = match bare.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (bare, None),
        };
        is_variable(name).then(|| self.variable(name, default))
    }

    fn variable(&self, name: &str, default: Option<&str>) -> Result<Found, Fault> {
        let environment = self.settings.environment();
        if let Some(allowed) = environment.get("KOSMO_MCP_ALLOWED_ENV") {
            let allowed = allowed.to_string_lossy().into_owned();
            let listed = allowed.split([',', ' ', ':']).any(|word| word.trim() == name);
            if !listed && !name.starts_with("KOSMO_MCP_") {
                let message = format!(
                    "MCP env reference '{name}' is not allowed. Add it to KOSMO_MCP_ALLOWED_ENV or store it with `kosmo mcp:secret`."
                );
                return Err(Fault::new(Kind::PolicyDenied, message).code("env_not_allowed"));
            }
        }
        match (environment.get(name), default) {
            (Some(value), _) => {
                let value = value.into_string().map_err(|_| {
                    Fault::new(Kind::Config, format!("environment variable `{name}` is not UTF-8"))
                })?;
                Ok((value, tells(name)))
            }
            (None, Some(default)) => Ok((default.to_owned(), false)),
            (None, None) => {
                let server = &self.entry.name;
                let message =
                    format!("MCP server '{server}' needs the environment variable `{name}`");
                Err(Fault::new(Kind::MissingCredential, message)
                    .hint(format!("set {name}, or write ${{{name}:-default}} in its entry")))
            }
        }
    }

    /// A secret by its full key, `mcp.<server>.<name>`. A server gets no other server's.
    fn secret(&self, key: &str) -> Result<Found, Fault> {
        let server = &self.entry.name;
        let own = key.strip_prefix("mcp.").and_then(|rest| rest.strip_prefix(server.as_str()));
        let Some(name) = own.and_then(|rest| rest.strip_prefix('.')) else {
            let message =
                format!("MCP server '{server}' refers to the secret `{key}`, which is not its own");
            return Err(Fault::new(Kind::Config, message)
                .hint(format!("its secrets are called mcp.{server}.<name>")));
        };
        let setting = self.settings.text(&secret_key(server, name));
        let value = setting.ok_or_else(|| {
            let message = format!("MCP server '{server}' needs the secret `{key}`");
            Fault::new(Kind::MissingCredential, message)
                .hint(format!("kosmo mcp:secret:set {server} {name} --stdin"))
        })?;
        match value.strip_prefix("env:").filter(|_| is_reference(value)) {
            Some(variable) => Ok((self.variable(variable, None)?.0, true)),
            None => Ok((value.to_owned(), true)),
        }
    }
}

fn is_variable(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !name.is_empty() && name.bytes().all(plain) && !name.as_bytes()[0].is_ascii_digit()
}

/// The names and values of an address's query.
fn query(url: &str) -> Vec<(String, String)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    let pair = |pair: &str| pair.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned()));
    query.split('&').filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::{Value, json};

    use super::*;
    use crate::settings::{Environment, Surroundings};
    use crate::upstream::sources::Source;

    fn reach(written: &Value, more: &[(&str, &str)]) -> Result<(Reach, Redactor), Fault> {
        let home = tempfile::tempdir().unwrap();
        let credentials = "[mcp.servers.s.secrets]\nk = \"stored-secret\"\n[mcp.servers.t.secrets]\nk = \"others\"\n";
        std::fs::write(home.path().join("credentials.toml"), credentials).unwrap();
        let mut variables = Environment::fixed([
            ("KOSMO_HOME", home.path().to_str().unwrap()),
            ("TOKEN", "abcdefgh"),
        ]);
        if let Environment::Fixed(map) = &mut variables {
            map.extend(more.iter().map(|(k, v)| ((*k).to_owned(), (*v).into())));
        }
        let place = Surroundings { environment: variables, folder: Some("/p".into()), home: None };
        let settings = Settings::open_in(place, Vec::new()).unwrap();
        let entry =
            Entry::read("s", written, Source::Project, Path::new("/p/.mcp.json"), Path::new("/p"));
        let redactor = Redactor::default();
        let reach = Resolver::new(&settings, &redactor, &entry).reach()?;
        Ok((reach, redactor))
    }

    #[test]
    fn references_are_followed_everywhere() {
        let written = json!({
            "command": "${env:NOT_SET:-node}",
            "args": ["--api-key", "${TOKEN}", "--x=${workspaceFolder}/a", "$5", "${unknown thing}"],
            "env": {"A": "$TOKEN", "B": "@secret:mcp.s.k", "C": "x-${KOSMO_SECRET:mcp.s.k}-${input:k}"},
        });
        let (reach, redactor) = reach(&written, &[]).unwrap();
        let Reach::Stdio { command, args, env, .. } = reach else { panic!("not stdio") };
        assert_eq!(command, "node");
        assert_eq!(args, ["--api-key", "abcdefgh", "--x=/p/a", "$5", "${unknown thing}"]);
        assert_eq!(env["A"], "abcdefgh");
        assert_eq!(env["B"], "stored-secret");
        assert_eq!(env["C"], "x-stored-secret-stored-secret");
        assert_eq!(redactor.text("abcdefgh stored-secret"), "[redacted] [redacted]");
    }

    #[test]
    fn headers_and_addresses_too() {
        let written = json!({"url": "https://x/${TOKEN}?key=zzzzzz", "headers": {"Authorization": "Bearer ${TOKEN}"}});
        let (reach, redactor) = reach(&written, &[]).unwrap();
        let Reach::Http { url, headers } = reach else { panic!("not http") };
        assert_eq!(url, "https://x/abcdefgh?key=zzzzzz");
        assert_eq!(headers["Authorization"], "Bearer abcdefgh");
        assert_eq!(redactor.text("zzzzzz abcdefgh"), "[redacted] [redacted]");
    }

    #[test]
    fn what_is_missing_is_said() {
        let fails = |value: &str, more: &[(&str, &str)]| {
            reach(&json!({"command": "c", "env": {"A": value}}), more).map(drop).unwrap_err()
        };
        assert_eq!(fails("${NOPE}", &[]).kind, Kind::MissingCredential);
        assert_eq!(fails("@secret:mcp.s.nope", &[]).kind, Kind::MissingCredential);
        assert!(fails("@secret:mcp.t.k", &[]).message.contains("not its own"));
        let fault = fails("$TOKEN", &[("KOSMO_MCP_ALLOWED_ENV", "OTHER")]);
        assert!(fault.message.contains("is not allowed"), "{}", fault.message);
        let listed = [("KOSMO_MCP_ALLOWED_ENV", "OTHER,TOKEN")];
        assert!(reach(&json!({"command": "c", "env": {"A": "$TOKEN"}}), &listed).is_ok());
    }
}
