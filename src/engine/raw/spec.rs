//! A request as agents and scripts write it: one object with a method, a path and the rest, under the
//! names that other tools have for them too.

use serde_json::{Map, Value};

use super::{Body, Raw};
use crate::engine::{Options, Pages};
use crate::error::Fault;

impl Raw {
    /// The request that an object asks for.
    ///
    /// # Errors
    /// What is missing, or not known.
    pub fn from_json(spec: &Value, provider: &str, account: &str) -> Result<Self, Fault> {
        let map = spec.as_object().ok_or_else(|| wrong("a request is an object".to_owned()))?;
        let mut raw = Self {
            provider: provider.to_owned(),
            account: Some(account.to_owned()),
            options: Options { pages: Pages::All, ..Options::default() },
            ..Self::default()
        };
        for (key, value) in map {
            raw.take(key, value)?;
        }
        if raw.path.is_empty() {
            return Err(wrong("a request needs a `path`".to_owned()));
        }
        if raw.method.is_empty() {
            raw.method = if matches!(raw.body, Body::None) { "GET" } else { "POST" }.to_owned();
        }
        Ok(raw)
    }

    fn take(&mut self, key: &str, value: &Value) -> Result<(), Fault> {
        let text = || {
            let why = || wrong(format!("`{key}` is a text"));
            value.as_str().map(str::to_owned).ok_or_else(why)
        };
        let pairs = || {
            let why = || wrong(format!("`{key}` is an object"));
            value.as_object().map(pairs).ok_or_else(why)
        };
        match key {
            _ if value.is_null() => {}
            "method" => self.method = text()?,
            "path" | "url" => self.path = text()?,
            "service" => self.service = Some(text()?),
            "query" => self.query = pairs()?,
            "headers" => self.headers = pairs()?,
            "pathParameters" | "pathParams" => self.path_params = pairs()?,
            "body" | "data" => {
                self.body = match value {
                    Value::String(text) => Body::Text(text.clone()),
                    other => Body::Json(other.clone()),
                }
            }
            other => return Err(wrong(format!("a request has no `{other}`"))),
        }
        Ok(())
    }
}

fn wrong(why: String) -> Fault {
    Fault::usage(why).hint("for example {\"method\": \"GET\", \"path\": \"/sources\"}")
}

fn pairs(map: &Map<String, Value>) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    map.iter().map(|(key, value)| (key.clone(), text(value))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_goes_by_every_name_that_others_have_for_its_parts() {
        let spec = json!({"url": "/x", "data": {"a": 1}, "query": {"n": 5}});
        let raw = Raw::from_json(&spec, "p", "a").unwrap();
        assert_eq!((raw.method.as_str(), raw.path.as_str()), ("POST", "/x"));
        assert_eq!(raw.query, [("n".to_owned(), "5".to_owned())]);
        for wrong in [json!([]), json!({}), json!({"path": 1}), json!({"path": "/x", "nope": 1})] {
            assert!(Raw::from_json(&wrong, "p", "a").is_err(), "{wrong}");
        }
    }
}
