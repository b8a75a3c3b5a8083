//! A bound request as a command line of `curl`, for people who want to see or send it themselves.
//! Credentials are names of variables; the shell puts them in.

use serde_json::{Value, json};

use super::content::Content;
use super::request::Request;
use super::{Bound, Engine};
use crate::catalogue::Service;
use crate::catalogue::operation::Auth;
use crate::redact::{MASK, Redactor};

impl Engine {
    /// What is bound as a command line.
    pub(super) fn curl(&self, bound: &Bound<'_>, now: &str) -> String {
        let Bound { provider, account, route, .. } = *bound;
        let secret = self.accounts.variable_of(provider, account, &route.service);
        let token = format!("{}_ACCESS_TOKEN", provider.name.to_uppercase());
        let names = Variables { secret: &secret, token: &token };
        self.as_signed(bound).curl(&self.redactor, names, now)
    }
}

/// The variables that credentials stand in.
#[derive(Debug, Clone, Copy)]
struct Variables<'a> {
    /// The account's secret.
    secret: &'a str,
    /// The token that it signs for.
    token: &'a str,
}

impl Request {
    /// The command line, its credentials in shell variables.
    fn curl(&self, redactor: &Redactor, names: Variables<'_>, now: &str) -> String {
        let Variables { secret: variable, token } = names;
        let shown = |text: &str| quoted(&redactor.text(text));
        let mut words = vec!["curl".to_owned(), "--request".to_owned(), shown(&self.method)];
        for (name, value) in self.headers() {
            let word = match (&*name, &self.auth) {
                ("User-Agent", _) => continue,
                ("Authorization", Some((Auth::Basic, _))) if self.token.is_none() => {
                    words.push("--user".to_owned());
                    words.push(format!("\"${variable}:\""));
                    continue;
                }
                ("Authorization", Some((Auth::Login, _))) => {
                    words.push("--user".to_owned());
                    words.push(format!("\"${variable}:$PASSWORD\""));
                    continue;
                }
                ("Authorization", _) if self.token.is_some() => {
                    format!("\"Authorization: Bearer ${token}\"")
                }
                ("Authorization", _) => format!("\"Authorization: Bearer ${variable}\""),
                _ => shown(&format!("{name}: {value}")),
            };
            words.push("--header".to_owned());
            words.push(word);
        }
        let (before, body) = self.body_for_curl(redactor, variable, now);
        words.extend(body);
        words.push(shown(&self.full_url()));
        before + &words.join(" ")
    }

    /// What goes before the command, and the words that give it its body.
    fn body_for_curl(
        &self,
        redactor: &Redactor,
        variable: &str,
        now: &str,
    ) -> (String, Vec<String>) {
        let piped = |before: String| (before, vec!["--data-binary".to_owned(), "@-".to_owned()]);
        match self.raw.as_ref() {
            Some(Content::Lines(packed)) => match (&packed.source, packed.text()) {
                (Some(file), _) => {
                    // What is compressed already passes through unharmed.
                    let file = quoted(&file.display().to_string());
                    piped(format!("gzip --decompress --force --stdout {file} | gzip --stdout | "))
                }
                (None, text) => {
                    let text = text.unwrap_or_default();
                    piped(format!("printf %s {} | gzip --stdout | ", quoted(&redactor.text(&text))))
                }
            },
            Some(Content::Bytes(_)) => piped(String::new()),
            Some(Content::Text(_)) | None => {
                let words = self.text_for_curl(redactor, variable, now);
                let words = words.into_iter().flat_map(|word| ["--data-raw".to_owned(), word]);
                (String::new(), words.collect())
            }
        }
    }

    /// The body as one word of a shell; where the credential stands in it, its variable.
    fn text_for_curl(&self, redactor: &Redactor, variable: &str, now: &str) -> Option<String> {
        if let Some(Content::Text(text)) = &self.raw {
            return Some(quoted(&redactor.text(text)));
        }
        let field = self.secret_in_body.as_ref().filter(|_| self.auth.is_some());
        let (Some(field), Some(_)) = (field, &self.body) else {
            return self.encoded_body(now).map(|body| quoted(&redactor.text(&body)));
        };
        // Nobody can have written it anywhere else: it is made up here.
        let place = uuid::Uuid::new_v4().to_string();
        let mut request = Self { secret_in_body: None, ..self.clone() };
        if let Some(body) = &mut request.body {
            body.insert(field.clone(), json!(place));
        }
        let body = request.encoded_body(now)?;
        let pieces: Vec<String> =
            body.split(&place).map(|piece| quoted(&redactor.text(piece))).collect();
        Some(pieces.join(&format!("\"${variable}\"")))
    }
}

/// A request that the journal remembers, as a command line; the credential is the shell variable
/// `variable`. What was hidden or cut is said in a comment before it.
pub fn remembered(request: &Value, service: Option<&Service>, variable: &str) -> String {
    let mut words = vec!["curl".to_owned(), "--request".to_owned()];
    words.push(quoted(request["method"].as_str().unwrap_or("GET")));
    for (name, value) in request["headers"].as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        match (name.to_ascii_lowercase().as_str(), value.split_once(' ')) {
            ("user-agent", _) => {}
            ("authorization", Some(("Basic", _))) => {
                words.extend(["--user".to_owned(), format!("\"${variable}:\"")]);
            }
            ("authorization", _) => {
                let word = format!("\"Authorization: Bearer ${variable}\"");
                words.extend(["--header".to_owned(), word]);
            }
            _ => words.extend(["--header".to_owned(), quoted(&format!("{name}: {value}"))]),
        }
    }
    let mut whole = true;
    if !request["body"].is_null() {
        let (word, complete) = remembered_body(&request["body"], service, variable);
        words.extend(["--data-raw".to_owned(), word]);
        whole = complete;
    }
    words.push(quoted(request["url"].as_str().unwrap_or_default()));
    let line = words.join(" ");
    if whole {
        return line;
    }
    format!("# not all of the body was kept: complete it before you send this\n{line}")
}

/// The body as one word of a shell, and whether all of it is there.
fn remembered_body(body: &Value, service: Option<&Service>, variable: &str) -> (String, bool) {
    let place = uuid::Uuid::new_v4().to_string();
    let mut body = body.clone();
    let field = service.and_then(|service| service.secret_in_body.as_ref());
    if let Some(secret) = field.and_then(|field| body.get_mut(field.as_str())) {
        *secret = json!(place);
    }
    let text = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
    let whole = !text.contains(MASK) && !text.contains("bytes in all]") && text != "[not kept]";
    let pieces: Vec<String> = text.split(&place).map(quoted).collect();
    (pieces.join(&format!("\"${variable}\"")), whole)
}

/// A text as one word of a POSIX shell, whatever is in it.
/// A text as one word of a shell.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        for text in ["", "a b", "it's", "$HOME `id` \"x\" \\", "a\nb", "&|;<>*?[]{}!#~", "plain"] {
            let line = format!("printf %s {}", quoted(text));
            let out = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
            assert_eq!(String::from_utf8(out.stdout).unwrap(), text);
        }
    }
}
