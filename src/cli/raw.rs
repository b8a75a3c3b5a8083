//! `request`: a request in its own words to one of a provider's services, for what no function
//! covers. What may be sent and how is the engine's business.

use std::ffi::OsString;
use std::path::Path;

use serde_json::Value;

use super::arguments::bad_json;
use super::envelope::Wish;
use super::how::How;
use super::invocation::Invocation;
use super::stdin;
use crate::engine::raw::{Body, Raw};
use crate::engine::{Call, Origin, Pages, new_id};
use crate::error::Fault;
use crate::runtime::Runtime;

/// The command's name.
pub(super) const NAME: &str = "request";

/// The flag that a `--json` with a body stands for.
const BODY: &str = "--json-body";

/// Command lines for the help.
pub(super) const EXAMPLES: &str = r#"kosmo request default /sources --query pagination.count=10
kosmo request default '/sources/{id}' --pathParam id=abc123
kosmo request production /sources -X POST --json '{"slug": "web", "metadataId": "IqDTy1TpoU"}' --force
kosmo request default /v1/track -X POST --json @event.json --curl"#;

/// The request.
#[derive(Debug, Default, clap::Args)]
pub(super) struct RawArgs {
    /// The account, or PROVIDER.ACCOUNT where several providers have one of that name
    account: String,
    /// The path, or a URL on one of the account's own hosts
    path: String,
    /// GET, HEAD, POST, PUT, PATCH or DELETE; POST is meant by a body
    #[arg(short = 'X', long, value_name = "METHOD")]
    method: Option<String>,
    /// A header besides the usual ones, as "Name: value"
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// The body as text; JSON is recognised (@FILE, or - for standard input)
    #[arg(short, long, value_name = "TEXT", group = "body")]
    data: Option<String>,
    /// The body as JSON; also `--json` when `{`, `[` or @FILE follows, or as `--json=…`
    #[arg(long, value_name = "JSON", group = "body")]
    json_body: Option<String>,
    /// The body as it is, whatever it is (@FILE, or - for standard input)
    #[arg(long = "rawData", alias = "raw-data", value_name = "TEXT", group = "body")]
    raw_data: Option<String>,
    /// A parameter of the query
    #[arg(long, value_name = "KEY=VALUE")]
    query: Vec<String>,
    /// A value for `{KEY}` in the path
    #[arg(long = "pathParam", alias = "path-param", value_name = "KEY=VALUE")]
    path_params: Vec<String>,
    /// The service: for Segment public, tracking, config, profile, objects or objects_bulk
    #[arg(long, value_name = "SERVICE")]
    service: Option<String>,
    #[command(flatten)]
    how: How,
}

/// Puts the body's own flag in place of each `--json` that is followed by a body: the flag of that
/// name which every command takes has no value.
pub(super) fn told_apart(tokens: Vec<OsString>) -> Vec<OsString> {
    let mut told = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let body =
            |next: &OsString| matches!(next.as_encoded_bytes().first(), Some(b'{' | b'[' | b'@'));
        match token.to_str().and_then(|token| token.strip_prefix("--json")) {
            Some("") if tokens.peek().is_some_and(body) => told.push(BODY.into()),
            Some(rest) if rest.starts_with('=') => told.push(format!("{BODY}{rest}").into()),
            _ => told.push(token),
        }
    }
    told
}

/// Makes the request and prints what came of it.
///
/// # Errors
/// Only what happens before there is an envelope.
pub(super) fn run(invocation: &Invocation, args: &RawArgs) -> Result<u8, Fault> {
    let runtime = invocation.runtime()?;
    let raw = prepare(runtime, args);
    let call = match &raw {
        Ok(raw) => raw.call(),
        Err(_) => Call {
            function: NAME.to_owned(),
            account: Some(args.account.clone()),
            options: args.how.options(Pages::All),
            ..Call::default()
        },
    };
    let reads = raw.as_ref().is_ok_and(|raw| raw.method.eq_ignore_ascii_case("GET"));
    let wish = Wish { call: &call, operation: None, reads, sending: None };
    wish.fulfil(invocation, raw.map(|raw| runtime.engine().request(raw)))
}

fn prepare(runtime: &Runtime, args: &RawArgs) -> Result<Raw, Fault> {
    let (provider, account) = runtime.engine().whose(&args.account)?;
    let body = body(args)?;
    let usual = if matches!(body, Body::None) { "GET" } else { "POST" };
    Ok(Raw {
        provider,
        account: Some(account),
        path: args.path.clone(),
        method: args.method.clone().unwrap_or_else(|| usual.to_owned()),
        service: args.service.clone(),
        headers: pairs(&args.headers, ':', "--header", "\"Accept: text/csv\"")?,
        query: pairs(&args.query, '=', "--query", "limit=10")?,
        path_params: pairs(&args.path_params, '=', "--pathParam", "id=abc123")?,
        body,
        origin: Origin::Cli,
        options: args.how.options(Pages::All),
        id: Some(new_id()),
        parent: None,
        meta: args.how.meta(),
        region: None,
    })
}

fn body(args: &RawArgs) -> Result<Body, Fault> {
    if let Some(given) = &args.json_body {
        let text = text(given)?;
        let value = serde_json::from_str(&text).map_err(|why| bad_json("the body", &why))?;
        return Ok(Body::Json(value));
    }
    if let Some(given) = &args.data {
        let text = text(given)?;
        // Objects go the way that checks look at; everything else stays as it was written.
        return Ok(match serde_json::from_str(&text) {
            Ok(value @ Value::Object(_)) => Body::Json(value),
            _ => Body::Text(text),
        });
    }
    let Some(given) = &args.raw_data else { return Ok(Body::None) };
    let bytes = match given.strip_prefix('@') {
        Some(path) => stdin::file_bytes("body file", Path::new(path))?,
        None if given == "-" => stdin::all_bytes()?,
        None => return Ok(Body::Text(given.clone())),
    };
    // Text is shown and checked as text.
    Ok(String::from_utf8(bytes).map_or_else(|why| Body::Bytes(why.into_bytes()), Body::Text))
}

/// A text, or what `@FILE` and `-` stand for.
fn text(given: &str) -> Result<String, Fault> {
    match given.strip_prefix('@') {
        Some(path) => stdin::file("body file", Path::new(path)),
        None if given == "-" => stdin::all(),
        None => Ok(given.to_owned()),
    }
}

fn pairs(
    given: &[String],
    between: char,
    flag: &str,
    example: &str,
) -> Result<Vec<(String, String)>, Fault> {
    let pair = |text: &String| match text.split_once(between) {
        Some((name, value)) if !name.is_empty() => {
            // Line breaks are not trimmed away: they are refused where headers are checked.
            let value = if between == ':' { value.trim_matches(' ') } else { value };
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => {
            Err(Fault::usage(format!("`{flag}` must be given as a name, `{between}` and a value"))
                .hint(format!("for example {flag} {example}")))
        }
    };
    given.iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> String {
        let tokens = line.split(' ').map(OsString::from).collect();
        let told: Vec<String> =
            told_apart(tokens).into_iter().map(|token| token.into_string().unwrap()).collect();
        told.join(" ")
    }

    #[test]
    fn a_body_is_told_from_the_flag_of_every_command() {
        assert_eq!(told("a /x --json"), "a /x --json");
        assert_eq!(told("--json a /x"), "--json a /x");
        assert_eq!(told("a /x --json {}"), "a /x --json-body {}");
        assert_eq!(told("a /x --json [1] --json"), "a /x --json-body [1] --json");
        assert_eq!(told("a /x --json @f"), "a /x --json-body @f");
        assert_eq!(told("a /x --json=7"), "a /x --json-body=7");
    }
}
