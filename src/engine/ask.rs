//! Looking before acting: another operation of the same provider asked on the way, with as much of
//! the call's arguments as it knows.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::Engine;
use super::call::Pages;
use super::hooks::Scene;
use crate::catalogue::Route;
use crate::catalogue::operation::Param;
use crate::error::{Fault, Kind};

impl Engine {
    /// The raw answer of another operation of the same provider on the service in use, every page
    /// of it, and the route it came by. For the few calls that need to look before they act.
    ///
    /// # Errors
    /// That operation's failure, or `internal_error` when the service has no such operation.
    pub async fn ask<'a>(
        &self,
        scene: Scene<'a>,
        name: &str,
        args: &Map<String, Value>,
    ) -> Result<(Value, &'a Route), Fault> {
        let service = &scene.route.service;
        let operation = scene.provider.operation(name);
        let found = operation.and_then(|operation| {
            let route = operation.routes.iter().find(|route| route.service == *service)?;
            Some((operation, route))
        });
        let (operation, route) = found
            .ok_or_else(|| Fault::new(Kind::Internal, format!("{service} has no `{name}`")))?;
        let request = self.bind(scene.provider, operation, route, scene.account, args)?;
        let scene = Scene { operation, route, args, request: &request, ..scene };
        let before = scene.journey.attempts();
        let gathered = self.gather(scene, &request, &Pages::All).await;
        scene.journey.uncount(scene.journey.attempts() - before);
        Ok((gathered?.value, route))
    }
}

/// The call's arguments that another operation knows too, without the fields it does not know.
/// `renamed` says which of them are called otherwise here.
pub(super) fn shared(
    scene: Scene<'_>,
    name: &str,
    renamed: &IndexMap<String, String>,
) -> Map<String, Value> {
    let params = scene.provider.operation(name).into_iter().flat_map(|other| &other.params);
    params
        .filter_map(|(name, param)| {
            let value = scene.args.get(renamed.get(name).unwrap_or(name))?;
            Some((name.clone(), fit(param, value)))
        })
        .collect()
}

fn fit(param: &Param, value: &Value) -> Value {
    match value {
        Value::Array(items) => match &param.items {
            Some(item) => items.iter().map(|value| fit(item, value)).collect(),
            None => value.clone(),
        },
        Value::Object(map) if !param.properties.is_empty() => {
            let known = map.iter().filter_map(|(key, value)| {
                Some((key.clone(), fit(param.properties.get(key)?, value)))
            });
            Value::Object(known.collect())
        }
        other => other.clone(),
    }
}

/// Everything at a dotted path, which reaches into every element of a list; the whole value at an
/// empty one.
pub(super) fn reach<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = flat(vec![value]);
    for key in path.split('.').filter(|key| !key.is_empty()) {
        found = flat(found.into_iter().map(|value| &value[key]).collect());
    }
    found
}

fn flat(values: Vec<&Value>) -> Vec<&Value> {
    values
        .into_iter()
        .flat_map(|value| match value {
            Value::Array(items) => items.iter().collect(),
            Value::Null => Vec::new(),
            other => vec![other],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_reaches_into_lists() {
        let answer = json!({"users": [{"email": "a"}, {"email": "b"}], "rules": [1, 2], "one": {}});
        assert_eq!(reach(&answer, "users.email"), [&json!("a"), &json!("b")]);
        assert_eq!(reach(&answer, "rules").len(), 2);
        assert_eq!(reach(&answer, "one"), [&json!({})]);
        assert_eq!(reach(&answer, ""), [&answer]);
        assert!(reach(&answer, "nothing.here").is_empty());
    }
}
