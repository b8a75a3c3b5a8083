//! Tools as rows.

use super::*;

fn tools(listed: &[Value]) -> Tools {
    Tools::new("s", listed.iter().filter_map(|tool| Tool::read("s", tool)).collect())
}

#[test]
fn hints_mean_effects_and_silence_is_no_promise() {
    for (annotations, effect) in [
        (json!({"readOnlyHint": true, "destructiveHint": true}), Effect::Read),
        (json!({"readOnlyHint": false, "destructiveHint": true}), Effect::Destroy),
        (json!({"destructiveHint": false}), Effect::Write),
        (json!({}), Effect::Write),
        (json!({"readOnlyHint": "yes"}), Effect::Write),
    ] {
        assert_eq!(Hints::read(&annotations).effect(), effect, "{annotations}");
    }
}

#[test]
fn names_that_look_alike_stay_apart() {
    let names = ["get-x", "get_x", "Get X!", "größe", "✓"];
    let tools = tools(&names.map(|name| json!({"name": name})));
    let rows: Vec<&str> = tools.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(rows, ["get_x", "get_x_2", "get_x_3", "gr_e", "server"]);
    assert_eq!(tools.find("Get X!").unwrap().name, "get_x_3");
    assert_eq!(tools.find("getX").unwrap().name, "get_x");
    assert_eq!(tools.find("prompts/get").unwrap().effect, Effect::Read);
    let hint = tools.find("gte_x").unwrap_err().hint.unwrap();
    assert!(hint.contains("get_x"), "{hint}");
}

#[test]
fn arguments_are_named_and_checked_as_the_schema_says() {
    let tools = tools(&[json!({"name": "t", "inputSchema": {
        "type": "object", "required": ["userId"],
        "properties": {
            "userId": {"type": "string", "minLength": 2}, "n": {"type": "integer", "maximum": 5},
            "tags": {"type": "array", "items": {"type": "string"}},
            "any": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
    }})]);
    let row = tools.find("t").unwrap();
    let tool = row.tool.as_ref().unwrap();
    let given = |value: Value| tool.arguments(row, value.as_object().unwrap().clone());
    let good = given(json!({"user_id": "ab", "tags": {}, "any": null})).unwrap();
    assert_eq!(Value::Object(good), json!({"userId": "ab", "tags": [], "any": null}));
    for (args, param) in [
        (json!({}), "userId"),
        (json!({"userId": 5}), "userId"),
        (json!({"userId": "a"}), "userId"),
        (json!({"userId": "ab", "n": 6}), "n"),
        (json!({"userId": "ab", "tags": ["a", 1]}), "tags[1]"),
        (json!({"userId": "ab", "other": 1}), "other"),
    ] {
        assert_eq!(given(args.clone()).unwrap_err().extra.param.as_deref(), Some(param), "{args}");
    }
}

#[test]
fn schemas_that_make_no_sense_are_left_to_the_server() {
    let listed = json!({"name": "t", "inputSchema": {"$ref": "http://example.invalid/x"}});
    let tools = tools(&[listed, json!({"inputSchema": 1}), json!({"name": ""})]);
    assert_eq!(tools.iter().count(), 1);
    let row = tools.find("t").unwrap();
    let args = Map::from_iter([("x".to_owned(), json!(1))]);
    assert_eq!(row.tool.as_ref().unwrap().arguments(row, args.clone()).unwrap(), args);
}
