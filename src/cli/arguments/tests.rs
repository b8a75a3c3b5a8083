//! Every way of writing an argument, against a provider made for the purpose.

use serde_json::{Map, Value, json};

use super::{Flag, cut, merge, object};
use crate::catalogue::{Catalogue, Source};

const HEAD: &str = r#"
name = "shop"
title = "Shop"
[services.api]
title = "API"
base = { us = "https://shop.test" }
"#;

const ROWS: &str = r#"
group = "orders"
title = "Orders"
service = "api"
[[operation]]
name = "place_order"
title = "Place an order"
about = "Places an order."
route = "POST /orders"
effect = "write"
[operation.params]
userId = { type = "string", about = "Who." }
count = { type = "integer", about = "How many." }
price = { type = "number", about = "For how much." }
gift = { type = "boolean", about = "Whether it is wrapped." }
tags = { type = "array", items = { type = "string" }, about = "Words." }
sizes = { type = "array", items = { type = "integer" }, about = "Numbers." }
traits = { type = "object", about = "Anything." }
force = { type = "string", about = "Also an option of the command." }
address = { type = "object", about = "Where to.", properties = { zipCode = { type = "string", about = "Zip." }, floor = { type = "integer", about = "Floor." } } }
[operation.example]
userId = "u"
"#;

fn shop() -> Catalogue {
    let source = |file: &str, text: &'static str| Source { file: file.into(), text: text.into() };
    Catalogue::new(vec![(
        "shop".into(),
        vec![source("shop/provider.toml", HEAD), source("shop/orders.toml", ROWS)],
    )])
}

/// The arguments of a call with this payload and these words after the function.
fn arguments(payload: &str, words: &[&str]) -> Result<Value, String> {
    let catalogue = shop();
    let mut line = vec!["shop.place_order".to_owned()];
    line.extend(words.iter().map(|word| (*word).to_owned()));
    let cut = cut(&line, &catalogue).map_err(|fault| fault.message)?;
    let payload = match payload {
        "" => Map::new(),
        text => object(text, "the payload").map_err(|fault| fault.message)?,
    };
    let operation = catalogue.find(&cut.function).unwrap();
    merge(operation, payload, &cut.flags).map(Value::Object).map_err(|fault| fault.message)
}

#[test]
fn values_are_read_by_the_declared_type() {
    for (words, want) in [
        (vec!["--userId=007"], json!({"userId": "007"})),
        (vec!["--userId", "1e5"], json!({"userId": "1e5"})),
        (vec!["--userId=true"], json!({"userId": "true"})),
        (vec!["--userId="], json!({"userId": ""})),
        (vec!["--userId", "-5"], json!({"userId": "-5"})),
        (vec!["--userId=a=b"], json!({"userId": "a=b"})),
        (vec!["--count", "-5"], json!({"count": -5})),
        (vec!["--gift"], json!({"gift": true})),
        (vec!["--gift", "false"], json!({"gift": false})),
        (vec!["--gift=TRUE", "--count=1"], json!({"gift": true, "count": 1})),
        (vec!["--gift", "--count=1"], json!({"gift": true, "count": 1})),
        (vec!["--traits={\"a\": {\"b\": 1}}"], json!({"traits": {"a": {"b": 1}}})),
        (vec!["--tags=[\"a\",\"b\"]"], json!({"tags": ["a", "b"]})),
        (vec!["--tags=a"], json!({"tags": ["a"]})),
        (vec!["--tags=a", "--tags", "b"], json!({"tags": ["a", "b"]})),
        (vec!["--sizes=1", "--sizes=2"], json!({"sizes": [1, 2]})),
    ] {
        assert_eq!(arguments("", &words), Ok(want), "{words:?}");
    }
    let price = arguments("", &["--price=12345678901234567890.10"]).unwrap();
    assert_eq!(price.to_string(), r#"{"price":12345678901234567890.10}"#, "every digit is kept");
}

#[test]
fn names_may_be_spelled_in_any_way() {
    for name in ["--userId", "--user-id", "--user_id", "--UserID", "--USER_ID"] {
        let words = [&format!("{name}=u")[..]];
        assert_eq!(arguments("", &words), Ok(json!({"userId": "u"})), "{name}");
    }
}

#[test]
fn dots_reach_into_objects() {
    for (words, want) in [
        (vec!["--traits.plan=pro"], json!({"traits": {"plan": "pro"}})),
        (vec!["--traits.plan=007"], json!({"traits": {"plan": "007"}})),
        (vec!["--traits.age:=30"], json!({"traits": {"age": 30}})),
        (vec!["--traits.a.b=c", "--traits.a.d=e"], json!({"traits": {"a": {"b": "c", "d": "e"}}})),
        (vec!["--traits.t=a", "--traits.t=b"], json!({"traits": {"t": ["a", "b"]}})),
        (vec!["--address.zip-code=01234"], json!({"address": {"zipCode": "01234"}})),
        (vec!["--address.floor=3"], json!({"address": {"floor": 3}})),
    ] {
        assert_eq!(arguments("", &words), Ok(want), "{words:?}");
    }
}

#[test]
fn flags_win_over_the_payload_key_by_key() {
    let payload = r#"{"user_id": "p", "count": 1, "traits": {"a": 1, "b": 2}, "tags": ["x"]}"#;
    let words = ["--userId=f", "--traits.b=3", "--tags=y"];
    let want = json!({"userId": "f", "count": 1, "traits": {"a": 1, "b": "3"}, "tags": ["y"]});
    assert_eq!(arguments(payload, &words), Ok(want));
}

#[test]
fn a_payload_may_stand_anywhere_and_two_dashes_end_the_flags() {
    let catalogue = shop();
    let words = |line: &[&str]| line.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let cut = |line: &[&str]| cut(&words(line), &catalogue);
    let after = cut(&["shop.place_order", "--gift", "{}"]).unwrap();
    assert_eq!(after.payload.as_deref(), Some("{}"), "a switch takes no payload for its value");
    let ended = cut(&["shop.place_order", "--count=1", "--", "--odd"]).unwrap();
    assert_eq!((ended.payload.as_deref(), ended.flags.len()), (Some("--odd"), 1));
    assert!(cut(&["f", "{}", "{}"]).unwrap_err().message.contains("unexpected word"));
    assert!(cut(&["--count=1"]).unwrap_err().message.contains("no function"));
}

#[test]
fn a_pair_sets_what_is_also_an_option() {
    assert_eq!(Flag::pair("force=yes").unwrap(), Flag::new("force", Some("yes".into())));
    assert!(Flag::pair("force").unwrap_err().message.contains("key=value"));
    assert!(Flag::pair("=x").is_err());
}

#[test]
fn what_cannot_be_read_is_refused() {
    for (words, why) in [
        (vec!["--count=1.5"], "`--count` must be a whole number, not `1.5`"),
        (vec!["--count=many"], "`--count` must be a whole number, not `many`"),
        (vec!["--price=NaN"], "`--price` must be a number, not `NaN`"),
        (vec!["--gift=yes"], "`--gift` must be true or false, not `yes`"),
        (vec!["--traits=[1]"], "`--traits` must be a JSON object, not `[1]`"),
        (vec!["--userId"], "`--userId` needs a value"),
        (vec!["--userId=a", "--user-id=b"], "`--userId` is given twice"),
        (vec!["--usrId=a"], "`shop.place_order` has no parameter `usrId`"),
        (vec!["--sizes=[1"], "`--sizes` is not JSON: EOF while parsing a list at line 1 column 2"),
    ] {
        assert_eq!(arguments("", &words), Err(why.to_owned()), "{words:?}");
    }
    for (payload, why) in [
        ("[1]", "the payload must be a JSON object, not a list"),
        ("7", "the payload must be a JSON object, not a number"),
        ("{\"a\" 1}", "the payload is not JSON: expected `:` at line 1 column 6"),
        ("{\"userId\": 1, \"user_id\": 2}", "`userId` is given twice in the payload"),
    ] {
        assert_eq!(arguments(payload, &[]), Err(why.to_owned()), "{payload}");
    }
}
