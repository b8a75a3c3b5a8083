//! What an operation takes: what the document declares, and what its text leaves to be given.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::request::is_plain;
use crate::catalogue::capability::lint;
use crate::catalogue::capability::model::{Capability, Input, Operation};
use crate::catalogue::capability::template::gaps;
use crate::catalogue::operation::{Param, Place, Type};

/// The name of an implied body.
pub(super) const BODY: &str = "body";

/// The parameters of an operation, those of the path first.
pub(super) fn of(capability: &Capability, operation: &Operation) -> IndexMap<String, Param> {
    let mut params = IndexMap::new();
    for gap in gaps(&operation.path) {
        let declared = operation.inputs.iter().find(|input| input.name == gap);
        let param = declared.map_or_else(
            || Param { about: format!("The `{gap}` in the path (implied)."), ..Param::default() },
            |input| param(input, "in the path"),
        );
        let from_integer = param.kind == Type::String;
        params.insert(gap.to_owned(), Param { required: true, from_integer, place: None, ..param });
    }
    let plain = is_plain(operation);
    for input in operation.inputs.iter().filter(|input| plain || input.value.is_none()) {
        let place = match input.place.as_deref() {
            Some("query") | None => Place::Query,
            Some("body") => Place::Body,
            Some("header") if plain => Place::Header,
            Some("header") => Place::Local,
            _ => continue,
        };
        let what = input.place.as_deref().unwrap_or("query");
        let mut param = Param { place: Some(place), ..param(input, &format!("in the {what}")) };
        if let Some(value) = &input.value {
            param.kind = Type::Any;
            param.choices = vec![value.clone()];
            param.default = Some(value.clone());
        }
        params.entry(input.name.clone()).or_insert(param);
    }
    for name in lint::written(operation) {
        let param = match capability.variable(&name) {
            Some(_) => Param {
                about: format!("The account's `{name}`."),
                field: Some(field_name(&name)),
                required: true,
                place: Some(Place::Local),
                ..Param::default()
            },
            None => Param {
                kind: Type::Any,
                about: format!("The `{name}` of what is sent (implied)."),
                required: true,
                place: Some(Place::Local),
                ..Param::default()
            },
        };
        params.entry(name).or_insert(param);
    }
    if implies_body(operation) {
        let about = "What is sent, as it is (implied).".to_owned();
        let param =
            Param { kind: Type::Object, about, place: Some(Place::Whole), ..Param::default() };
        params.entry(BODY.to_owned()).or_insert(param);
    }
    params
}

/// Whether an operation sends something that the document does not describe.
pub(super) fn implies_body(operation: &Operation) -> bool {
    matches!(operation.method.as_str(), "POST" | "PUT" | "PATCH")
        && operation.body.is_none()
        && !operation.inputs.iter().any(|input| input.place.as_deref() == Some("body"))
}

/// A declared input as a parameter.
pub(super) fn param(input: &Input, place: &str) -> Param {
    let about = match input.about.as_str() {
        "" => format!("The `{}` {place}.", input.name),
        about => about.to_owned(),
    };
    Param {
        kind: input.kind,
        about,
        required: input.required.unwrap_or(false),
        choices: input.choices.clone(),
        ..Param::default()
    }
}

/// The account's field that holds a variable: `GITHUB_TOKEN` → `github_token`.
pub(super) fn field_name(variable: &str) -> String {
    let bare = variable.rsplit('.').next().unwrap_or(variable);
    bare.to_ascii_lowercase().replace('-', "_")
}

/// Arguments that show the form.
pub(super) fn example(params: &IndexMap<String, Param>) -> Map<String, Value> {
    let needed = params.iter().filter(|(_, param)| param.required && param.field.is_none());
    needed
        .map(|(name, param)| {
            let value = match (param.choices.first(), param.kind) {
                (Some(choice), _) => choice.clone(),
                (None, Type::Integer | Type::Number) => json!(1),
                (None, Type::Boolean) => json!(true),
                (None, Type::Object) => json!({}),
                (None, Type::Array) => json!([]),
                (None, Type::String | Type::Any) => json!(format!("my-{}", name.to_lowercase())),
            };
            (name.clone(), value)
        })
        .collect()
}

impl Capability {
    /// The name a variable is provided under, when it is declared.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.binds.iter().find_map(|bind| {
            let bare = name.strip_prefix(&format!("{}.", bind.namespace)).unwrap_or(name);
            let key = bind.keys.iter().find(|(_, variable, _)| variable == bare);
            key.map(|(_, _, key)| key.as_str())
        })
    }
}
