//! What came of a tool call, as a client reads it: a structured value, the same as text, and what is
//! to be known of it. What is too long for one answer is cut and kept.

use rmcp::model::{CallToolResult, ContentBlock, MetaObject};
use serde_json::{Map, Value, json};

use super::kept::{Kept, pages};
use crate::engine::Run;
use crate::error::Fault;

/// The most bytes of contents that are no text, such as images.
const LARGEST: usize = 8 << 20;

/// How long an answer may be, and where the rest is kept.
pub(super) struct Cap<'a> {
    pub(super) most: usize,
    pub(super) kept: &'a Kept,
    /// The tool that reads on, and its argument.
    pub(super) reader: (&'static str, &'static str),
}

impl Cap<'_> {
    /// A text, cut with a word on how to read on when it is too long; and its handle then.
    pub(super) fn text(&self, text: String) -> (String, Option<String>) {
        if text.len() <= self.most {
            return (text, None);
        }
        let handle = self.kept.keep(&text);
        let pages = pages(text.len(), self.most);
        let (tool, argument) = self.reader;
        let shown = &text[..text.floor_char_boundary(self.most)];
        let next = match pages {
            1 => String::new(),
            _ => format!("; read on with {tool} {{\"{argument}\": \"{handle}:2\"}}"),
        };
        (format!("{shown}\n\n[cut: page 1 of {pages}{next}]"), Some(handle))
    }

    /// A value as structured content, as far as it is not too long. `text` is what it is as text.
    fn structured(&self, value: &Value, handle: Option<&str>, len: usize) -> Value {
        match handle {
            None => object(value),
            Some(handle) => json!({"_cut": {
                "handle": handle, "pages": pages(len, self.most), "characters": len,
                "summary": summary(value),
            }}),
        }
    }

    /// The answer to a call that brought this.
    pub(super) fn done(&self, value: &Value) -> CallToolResult {
        let text = text(value);
        let len = text.len();
        let (text, handle) = self.text(text);
        let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
        result.structured_content = Some(self.structured(value, handle.as_deref(), len));
        result
    }

    /// What another server answered with, when that was contents such as images: they stay what they
    /// are, if there is not too much of them.
    fn contents(&self, value: &Value) -> Option<CallToolResult> {
        let items = value.as_array().filter(|items| !items.is_empty())?;
        let content: Vec<ContentBlock> = items
            .iter()
            .map(|item| serde_json::from_value(item.clone()).ok())
            .collect::<Option<_>>()?;
        let text = |item: &Value| item["text"].as_str().map_or(0, str::len);
        let words: usize = items.iter().map(text).sum();
        let fits = words <= self.most && value.to_string().len() <= LARGEST;
        fits.then(|| CallToolResult::success(content))
    }

    /// The answer to a call of a function.
    pub(super) fn run(&self, run: &Run) -> CallToolResult {
        let mut result = match &run.result {
            Ok(outcome) => {
                let passed = run.server.as_ref().and_then(|_| self.contents(&outcome.value));
                passed.unwrap_or_else(|| self.done(&outcome.value))
            }
            Err(fault) => failed(fault),
        };
        for warning in &run.warnings {
            result.content.push(ContentBlock::text(format!("warning: {}", warning.message)));
        }
        if !run.id.is_empty() {
            result.meta = Some(meta(&run.id));
        }
        result
    }
}

/// Where a run is found again.
pub(super) fn meta(run_id: &str) -> MetaObject {
    let mut meta = MetaObject::new();
    meta.insert("kosmo/run_id".to_owned(), Value::from(run_id));
    meta
}

/// The answer of a failure: the message and its cure, and the error object.
pub(super) fn failed(fault: &Fault) -> CallToolResult {
    let mut text = fault.message.clone();
    if let Some(hint) = &fault.hint {
        text += &format!("\nhint: {hint}");
    }
    failed_with(fault, text, Map::new())
}

/// The answer of a failure with more to say.
pub(super) fn failed_with(fault: &Fault, text: String, more: Map<String, Value>) -> CallToolResult {
    let mut structured = Map::new();
    structured.insert("error".to_owned(), json!(fault.placed()));
    structured.insert("error_detail".to_owned(), fault.to_json());
    structured.extend(more);
    let mut result = CallToolResult::error(vec![ContentBlock::text(text)]);
    result.structured_content = Some(Value::Object(structured));
    result
}

/// A value as text: a text bare, anything else as JSON.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

/// Structured content is an object; what is none is its `value`.
fn object(value: &Value) -> Value {
    match value {
        Value::Object(_) => value.clone(),
        other => json!({"value": other}),
    }
}

/// What a long value is made of, in a few words.
fn summary(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .take(20)
            .map(|(key, value)| (key.clone(), Value::from(kind(value))))
            .collect(),
        other => Value::from(kind(other)),
    }
}

fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "boolean".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(text) => format!("text of {} characters", text.chars().count()),
        Value::Array(items) => format!("array of {}", items.len()),
        Value::Object(map) => format!("object of {} keys", map.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cap(kept: &Kept) -> Cap<'_> {
        Cap { most: 1000, kept, reader: ("docs_read", "page") }
    }

    #[test]
    fn what_is_no_object_is_wrapped_and_text_stays_bare() {
        let kept = Kept::default();
        let done = |value: &Value| serde_json::to_value(cap(&kept).done(value)).unwrap();
        assert_eq!(done(&json!([1]))["structuredContent"], json!({"value": [1]}));
        assert_eq!(done(&json!({"a": 1}))["structuredContent"], json!({"a": 1}));
        assert_eq!(done(&json!("hi"))["content"][0]["text"], "hi");
    }

    #[test]
    fn a_long_result_is_cut_summed_up_and_read_on_with() {
        let kept = Kept::default();
        let value = json!({"sources": (0..500).collect::<Vec<_>>(), "name": "ä".repeat(10)});
        let done = serde_json::to_value(cap(&kept).done(&value)).unwrap();
        let shown = done["content"][0]["text"].as_str().unwrap();
        assert!(shown.len() < 1200 && shown.contains("[cut: page 1 of "), "{shown}");
        let cut = &done["structuredContent"]["_cut"];
        assert_eq!(
            cut["summary"],
            json!({"sources": "array of 500", "name": "text of 10 characters"})
        );
        let handle = cut["handle"].as_str().unwrap();
        let pages = usize::try_from(cut["pages"].as_u64().unwrap()).unwrap();
        let all: String =
            (1..=pages).map(|n| kept.read(&format!("{handle}:{n}"), 1000).unwrap().0).collect();
        assert_eq!(serde_json::from_str::<Value>(&all).unwrap(), value);
    }
}
