//! What becomes of Lua values as JSON, and which are refused.

use super::*;
use crate::lua::value::mark;

fn convert(code: &str) -> Result<Json, String> {
    let lua = Lua::new();
    Marks::install(&lua).unwrap();
    for (name, array) in [("array", true), ("object", false)] {
        let f = lua.create_function(move |lua, table| mark(lua, table, array)).unwrap();
        lua.globals().set(name, f).unwrap();
    }
    lua.globals().set("null", Value::NULL).unwrap();
    let value: Value = lua.load(code).eval().unwrap();
    to_json(&lua, &value, 1 << 20).map_err(|problem| match problem {
        Problem::Refused { path, why } => format!("{path} {why}"),
        Problem::TooLarge => "too large".to_owned(),
        Problem::Lua(error) => error.to_string(),
    })
}

#[track_caller]
fn becomes(code: &str, json: &str) {
    assert_eq!(convert(code).unwrap().to_string(), json, "{code}");
}

#[track_caller]
fn refused(code: &str, why: &str) {
    assert_eq!(convert(code).unwrap_err(), why, "{code}");
}

#[test]
fn numbers_print_as_a_person_would_write_them() {
    becomes("{99.0, 1.5, -0.0, 10/2, 2^53, 1e300}", "[99,1.5,0,5,9007199254740992,1e+300]");
}

#[test]
fn lists_are_arrays_and_the_rest_are_objects_sorted_by_key() {
    becomes("{b = {1, {2}}, a = 'x', c = {}}", r#"{"a":"x","b":[1,[2]],"c":[]}"#);
    becomes("{object{}, array{}, null, object{[1] = 'x'}}", r#"[{},[],null,{"1":"x"}]"#);
    becomes(
        "{z = {d = 2, c = {3, {f = 1, e = 'a\\nb'}}}}",
        r#"{"z":{"c":[3,{"e":"a\nb","f":1}],"d":2}}"#,
    );
    assert!(convert("object{[1] = 'x', ['1'] = 'y'}").unwrap().as_object().unwrap().len() == 1);
    becomes("array{1, nil, 3}", "[1,null,3]");
}

#[test]
fn a_shared_table_is_written_twice() {
    becomes("(function() local t = {1}; return {t, t} end)()", "[[1],[1]]");
}

#[test]
fn what_json_cannot_hold_is_refused_with_its_path() {
    refused("{a = {b = print}}", "a.b is a function, which JSON cannot hold");
    refused("{items = {1, 0/0}}", "items[2] is NaN, which JSON cannot hold");
    refused("{['two words'] = -1/0}", "[\"two words\"] is -inf, which JSON cannot hold");
    refused("{x = '\\255'}", "x is a string that is not valid UTF-8");
    refused(
        "{x = {1, 2, a = 3}}",
        "x has both list items and named fields; JSON is either a list or an object",
    );
    refused("{x = {[1] = 1, [3] = 3}}", "x is a list with a hole: index 2 is missing");
    refused("{x = {[3] = 1}}", "x is a list with a hole: index 1 is missing");
    let both = " has both list items and named fields; JSON is either a list or an object";
    refused("object{[1.5] = 1}", both);
    refused("{[2] = 1, a = 1}", both);
    refused("{[0] = 1}", " has the index 0, and lists start at 1");
    refused("{[true] = 1}", " has a boolean as a key, which JSON cannot hold");
}

#[test]
fn cycles_and_bottomless_tables_end() {
    refused(
        "(function() local t = {}; t.t = {t}; return t end)()",
        "t[1] is a table that contains itself",
    );
    let why = convert("(function() local t = {} for i = 1, 300 do t = {t} end return t end)()");
    assert!(why.unwrap_err().ends_with("is nested more than 200 levels deep"));
    let bomb = "(function() local t = {} for i = 1, 40 do t = {t, t} end return t end)()";
    assert_eq!(convert(bomb).unwrap_err(), "too large");
}
