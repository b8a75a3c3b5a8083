//! `action …` and `act`: functions in the words that other tools have for them, and rows of a user's
//! own. What an action is, the catalogue knows; performing one is the engine's business.

pub(super) mod edit;
pub(super) mod find;
mod place;
pub(super) mod run;
mod write;

use serde_json::{Value, json};

use crate::catalogue::schema::input_schema;
use crate::catalogue::{Operation, name};

/// Command lines for the help.
pub(super) const LIST_EXAMPLES: &str = "\
kosmo action list --intent 'log a conversion' --limit 5
kosmo action list --connectionKey default --intent 'list sources' --json
kosmo action list --search warehouse";

/// Command lines for the help.
pub(super) const GET_EXAMPLES: &str = "kosmo action get list-sources --json";

/// Command lines for the help.
pub(super) const RUN_EXAMPLES: &str = "\
kosmo action run list-warehouses --emulator
kosmo action run segment.track_event --input '{\"userId\": \"u1\", \"event\": \"Paid\"}' --emulator --json
kosmo action run get-warehouse --connectionKey production --input @input.json";

/// Command lines for the help.
pub(super) const ACT_EXAMPLES: &str = "\
kosmo act --key list-warehouses --emulator
kosmo act --id segment.track_event --input '{\"userId\": \"u1\", \"event\": \"Paid\"}' --emulator
kosmo act --api '{\"method\": \"GET\", \"path\": \"/sources\"}' --emulator
kosmo act --code 'return membrane.api{ path = \"/sources\" }' --emulator";

/// Command lines for the help.
pub(super) const CREATE_EXAMPLES: &str = "\
kosmo action create --key source-by-id --type request --config '{\"request\": {\"path\": \"/sources/{id}\"}}'
kosmo action create --key count-sources --type lua --config '{\"code\": \"return #app.integrations.segment.list_sources{}.sources\"}'
kosmo action create --intent 'delete a warehouse'";

/// Command lines for the help.
pub(super) const CHANGE_EXAMPLES: &str = "\
kosmo action update source-by-id --data '{\"description\": \"One source.\"}'";

/// Command lines for the help.
pub(super) const REPLACE_EXAMPLES: &str = "\
kosmo action replace source-by-id --data '{\"type\": \"request\", \"config\": {\"request\": {\"path\": \"/sources/{id}\"}}}'";

/// Command lines for the help.
pub(super) const DELETE_EXAMPLES: &str = "kosmo action delete source-by-id";

/// Command lines for the help.
pub(super) const RESTORE_EXAMPLES: &str = "kosmo action restore source-by-id";

/// What other tools call the key of a function: `list-sources`.
pub(super) fn key(operation: &Operation) -> String {
    operation
        .custom
        .as_ref()
        .map_or_else(|| operation.name.replace('_', "-"), |custom| custom.key.clone())
}

/// An action as a record.
fn record(operation: &Operation) -> Value {
    let custom = operation.custom.as_deref();
    let stored = |key: &str| custom.and_then(|custom| custom.record.get(key)).cloned();
    let route = operation.route();
    let config = stored("config").unwrap_or_else(|| {
        json!({"request": {"method": route.method, "path": route.path, "service": route.service}})
    });
    let properties: serde_json::Map<String, Value> = operation
        .result
        .iter()
        .map(|(name, field)| {
            (name.clone(), json!({"type": field.kind.word(), "description": field.about}))
        })
        .collect();
    json!({
        "id": operation.full_name(),
        "key": key(operation),
        "name": operation.title,
        "description": operation.about,
        "state": "READY",
        "type": stored("type").unwrap_or_else(|| json!("request")),
        "integrationKey": operation.provider,
        "connectionKey": custom.and_then(|custom| custom.account.clone()),
        "layer": custom.map_or("built-in", |custom| custom.layer.word()),
        "effect": operation.effect.word(),
        "file": custom.map(|custom| custom.file.clone()),
        "config": config,
        "inputSchema": input_schema(operation),
        "outputSchema": {"type": "object", "properties": properties},
    })
}

/// A key made of a name: `List Users` → `list-users`.
fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(name::fold).collect::<Vec<_>>().join("-")
}
