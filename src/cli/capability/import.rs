//! `capability import`: documents of other formats, kept as they are and read as capabilities. What the
//! command line says besides is written into them, so that whoever reads the file knows it too.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::keep::{Place, add_text};
use super::text;
use crate::catalogue::capability::{openapi, yaml};
use crate::cli::reply::Reply;
use crate::error::Fault;
use crate::runtime::Runtime;

/// What to import.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct ImportArgs {
    /// The format of the document
    #[arg(value_name = "FORMAT", value_parser = ["openapi"])]
    format: String,
    /// The document, JSON or YAML; - reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What the integration is called; by the document's title when absent
    #[arg(long, value_name = "NAME")]
    namespace: Option<String>,
    /// Where the API is, in place of what the document says
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// Keeps a document, if all of it can be used.
///
/// # Errors
/// What is wrong with it, with line and column, or that there is one of that name.
pub(in crate::cli) fn import(runtime: &Runtime, args: &ImportArgs) -> Result<Reply, Fault> {
    let mut written = text(&args.file)?;
    let other = yaml::read(&written).is_ok_and(|root| !openapi::is(&root));
    if other {
        let message = format!("{} is no OpenAPI document", args.file.display());
        return Err(Fault::usage(message)
            .code("not_openapi")
            .hint("kosmo capability add takes capability files"));
    }
    let said = [(openapi::NAMESPACE, &args.namespace), (openapi::SERVER, &args.server)];
    for (key, value) in said {
        if let Some(value) = value {
            written = with(&written, key, value);
        }
    }
    add_text(runtime, &args.file, &args.place, written)
}

/// The document with one more key at its root.
fn with(text: &str, key: &str, value: &str) -> String {
    let (key, value) = (json!(key), Value::from(value));
    match text.split_once('{') {
        Some((before, rest)) if before.trim_matches('\u{feff}').trim().is_empty() => {
            // On the same line, so that every other place stays what it is.
            format!("{{{key}: {value}, {rest}")
        }
        _ => format!("{}\n{key}: {value}\n", text.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::with;

    #[test]
    fn a_key_is_added_to_either_form() {
        assert_eq!(with("{\n\"a\": 1}", "k", "v"), "{\"k\": \"v\", \n\"a\": 1}");
        assert_eq!(with("a: 1\n", "k", "v: w"), "a: 1\n\"k\": \"v: w\"\n");
    }
}
