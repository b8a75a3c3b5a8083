//! Fields into the file of an action. A file is replaced whole or not at all, and only by one that can
//! be read.

use std::path::Path;

use serde_json::Value;

use super::record;
use crate::catalogue::Catalogue;
use crate::catalogue::action::{self, ActionSource, Layer};
use crate::cli::output::pretty;
use crate::cli::reply::Reply;
use crate::error::Fault;
use crate::runtime::Runtime;
use crate::settings::edit::{Draft, save};
use crate::settings::trust;

/// Writes fields into a file, and takes away those that are null.
pub(super) fn merge<'a>(draft: &mut Draft, path: &mut Vec<&'a str>, value: &'a Value) {
    match value {
        Value::Null => drop(draft.remove(path)),
        Value::Object(map) if !map.is_empty() || path.is_empty() => {
            for (key, value) in map {
                path.push(key);
                merge(draft, path, value);
                path.pop();
            }
        }
        value => draft.set(path, written(value)),
    }
}

fn written(value: &Value) -> toml_edit::Value {
    match value {
        Value::Null => "".into(),
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64().unwrap_or_default().into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => toml_edit::Value::Array(items.iter().map(written).collect()),
        Value::Object(map) => {
            let given = map.iter().filter(|(_, value)| !value.is_null());
            let table = given.map(|(key, value)| (key.as_str(), written(value)));
            toml_edit::Value::InlineTable(table.collect())
        }
    }
}

/// Writes a draft down, if it is an action.
pub(super) fn keep(
    runtime: &Runtime,
    draft: &Draft,
    key: &str,
    layer: Layer,
) -> Result<Reply, Fault> {
    let record = checked(runtime, &draft.text(), draft.path(), key, layer)?;
    save(&[draft])?;
    trusted(runtime, draft.path(), layer)?;
    let text = format!("Saved {}.\n{}", draft.path().display(), pretty(&record));
    Ok(Reply::new(record, text))
}

/// What a person has just written is trusted as it is.
pub(super) fn trusted(runtime: &Runtime, file: &Path, layer: Layer) -> Result<(), Fault> {
    match layer {
        Layer::Project => trust::trust_files(runtime.settings().paths(), &[file.to_owned()]),
        Layer::User => Ok(()),
    }
}

/// The record of what a text would be, if it is an action at all.
pub(super) fn checked(
    runtime: &Runtime,
    text: &str,
    file: &Path,
    key: &str,
    layer: Layer,
) -> Result<Value, Fault> {
    let source = ActionSource {
        key: key.to_owned(),
        file: file.display().to_string(),
        text: text.to_owned(),
        layer,
    };
    let refuse =
        |fault: Fault| Fault::usage(fault.message).code("invalid_action").hint("nothing was saved");
    let action = action::read(&source).map_err(refuse)?;
    if let action::Work::Script(code) = &action.custom.work {
        crate::lua::actions::check(key, code)?;
    }
    // Without the rows of the user's own, among which is the one that is being changed.
    let provider = action.provider.as_deref().unwrap_or("segment");
    let known = runtime.catalogue().provider(provider)?;
    let bare = Catalogue::new(Vec::new());
    let row = action.row(bare.provider(&known.name).unwrap_or(known)).map_err(refuse)?;
    Ok(record(&row))
}
