//! One request to the Public API as the actions see it: the state, the row, and what was given.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::select::Window;
use crate::catalogue::Operation;
use crate::emulator::exchange::Answer;
use crate::emulator::face::Face;
use crate::emulator::model::{Model, Resource};
use crate::emulator::state::State;

/// What an action comes to: the data of the answer, or the refusal.
pub(in crate::emulator) type Done = Result<Value, Answer>;

/// The state, the row, and what was given.
pub(in crate::emulator) struct Scene<'a> {
    /// Everything that is remembered.
    pub(in crate::emulator) state: &'a mut State,
    /// What is known of the collections.
    pub(in crate::emulator) model: &'a Model,
    /// The row of the request.
    pub(in crate::emulator) row: &'a Operation,
    /// When the request came.
    pub(in crate::emulator) now: Timestamp,
    /// The names and values of the path, in order.
    pub(in crate::emulator) path: Vec<(String, String)>,
    /// The query by the row's parameters, typed.
    pub(in crate::emulator) query: Map<String, Value>,
    /// The body.
    pub(in crate::emulator) body: Map<String, Value>,
    /// The page that is asked for.
    pub(in crate::emulator) page: Window,
}

impl Scene<'_> {
    /// The value of the path at this place.
    pub(super) fn at(&self, index: usize) -> &str {
        self.path.get(index).map_or("", |(_, value)| value.as_str())
    }

    /// A text of the query or the body.
    pub(super) fn text(&self, name: &str) -> &str {
        let given = self.query.get(name).or_else(|| self.body.get(name));
        given.and_then(Value::as_str).unwrap_or_default()
    }

    /// A list of texts of the query or the body.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let given = self.query.get(name).or_else(|| self.body.get(name));
        let items = given.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// The time of the request as text.
    pub(super) fn stamp(&self) -> String {
        stamp(self.now)
    }

    /// Which of a collection's items the path is about: the field that says so, and its value.
    /// None where the collection's own path has no placeholder.
    pub(super) fn scope(&self, resource: &Resource) -> Option<(String, String)> {
        let (field, _) = resource.parent.as_ref()?;
        let depth = resource.path.matches("{}").count();
        let named = self.path.iter().find(|(name, _)| name == field.trim_start_matches('_'));
        let value = named.or_else(|| self.path.get(depth.checked_sub(1)?)).map(|(_, value)| value);
        (depth > 0).then(|| (field.clone(), value.cloned().unwrap_or_default()))
    }

    /// The item whose only key has this value.
    pub(super) fn find(&self, many: &str, value: &str) -> Result<usize, Answer> {
        let key = self.model.get(many).map_or("id", |resource| resource.key[0].as_str());
        self.state.position(many, &[(key, value)]).ok_or_else(missing)
    }

    /// That item, to change.
    pub(super) fn item(
        &mut self,
        many: &str,
        value: &str,
    ) -> Result<&mut Map<String, Value>, Answer> {
        let index = self.find(many, value)?;
        let item = self.state.items_mut(many).get_mut(index).and_then(Value::as_object_mut);
        item.ok_or_else(missing)
    }
}

/// A time as Segment writes it.
pub(in crate::emulator) fn stamp(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// What was asked for does not exist.
pub(super) fn missing() -> Answer {
    Face::Public.refuse(404)
}

/// A value that is not right, by the dotted name of its field.
pub(super) fn unfit(field: &str, why: &str) -> Answer {
    Face::Public.error(422, why, Some(field), None)
}

/// Something that is there already, or still needed.
pub(super) fn conflict(field: Option<&str>, why: &str) -> Answer {
    Face::Public.error(409, why, field, None)
}
