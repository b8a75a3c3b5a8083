//! What a tool returned, as scripts and commands get it: structured content as it is, one text as the
//! JSON it holds or else as text, anything else as the list of contents.

use serde_json::Value;

use crate::error::{Fault, Kind, SideEffect};

/// The value, or the failure that the tool reports.
///
/// # Errors
/// [`Kind::Tool`] with the tool's own words.
pub(super) fn value(mut result: Value) -> Result<Value, Fault> {
    if result["isError"] == Value::Bool(true) {
        let text = texts(&result).join("\n");
        let text = match text.trim() {
            "" => "MCP tool returned an error.".to_owned(),
            text => text.to_owned(),
        };
        let mut fault = Fault::new(Kind::Tool, text).effect(SideEffect::Unknown);
        fault.extra.detail = result.get("structuredContent").cloned();
        return Err(fault);
    }
    if let Some(structured) = result.get_mut("structuredContent").map(Value::take)
        && !structured.is_null()
    {
        return Ok(structured);
    }
    let Some(content) = result.get_mut("content").map(Value::take) else { return Ok(result) };
    match content.as_array().map(Vec::as_slice) {
        Some([one]) if one["type"] == "text" => {
            let text = one["text"].as_str().unwrap_or_default();
            Ok(document(text).unwrap_or_else(|| Value::String(text.to_owned())))
        }
        _ => Ok(content),
    }
}

/// The object or list that a text is; a text such as `123` stays a text.
fn document(text: &str) -> Option<Value> {
    let begins = text.trim_start().starts_with(['{', '[']);
    begins.then(|| serde_json::from_str(text).ok()).flatten()
}

fn texts(result: &Value) -> Vec<&str> {
    let contents = result["content"].as_array().into_iter().flatten();
    contents.filter_map(|content| content["text"].as_str()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_text_is_what_it_holds_and_more_is_a_list() {
        let text = |text: &str| json!({"content": [{"type": "text", "text": text}]});
        for (result, expected) in [
            (text("{\"a\": 1.5}"), json!({"a": 1.5})),
            (text("123"), json!("123")),
            (text("null"), json!("null")),
            (text("[not json"), json!("[not json")),
            (json!({"content": []}), json!([])),
            (
                json!({"content": [{"type": "image", "data": "x"}]}),
                json!([{"type": "image", "data": "x"}]),
            ),
            (
                json!({"structuredContent": {"n": 1}, "content": [{"type": "text", "text": "x"}]}),
                json!({"n": 1}),
            ),
            (json!({"anything": 1}), json!({"anything": 1})),
        ] {
            assert_eq!(value(result).unwrap(), expected);
        }
    }

    #[test]
    fn a_tools_error_is_in_its_own_words() {
        let texts = json!([{"type": "text", "text": "no"}, {"type": "text", "text": "way"}]);
        let fault = value(json!({"isError": true, "content": texts})).unwrap_err();
        assert_eq!((fault.kind, fault.message.as_str()), (Kind::Tool, "no\nway"));
        let fault = value(json!({"isError": true})).unwrap_err();
        assert_eq!(fault.message, "MCP tool returned an error.");
    }
}
