//! Which rows are read to find those of a service or a method.

use super::*;
use crate::catalogue::load::{Source, provider};
use crate::catalogue::operation::Provider;

const HEAD: &str = r#"
name = "p"
title = "P"
services.one = { title = "One", base.eu = "https://one.test" }
services.two = { title = "Two", base.eu = "https://two.test" }
"#;

/// A file of the rows with these names, which say this besides what every row must.
fn file(service: &str, rows: &[(&str, &str)]) -> String {
    let head = format!("group = \"{service}\"\ntitle = \"T\"\nservice = \"{service}\"\n");
    let row = |(name, says): &(&str, &str)| {
        format!("[[operation]]\nname = \"{name}\"\ntitle = \"T\"\nabout = \"A\"\n{says}\n")
    };
    head + &rows.iter().map(row).collect::<String>()
}

const READ: &str = "effect = \"read\"\nroute = \"GET /x\"\n";

fn made() -> Provider {
    let read = |says: &str| format!("{READ}{says}");
    let [unlike, moved, escaped, both, away] = [
        "notes = \"Unlike two.\"",
        "service = 'two'",
        r#"service = "tw\u006f""#,
        "[[operation.also]]\nservice = \"two\"\nroute = \"POST /y\"",
        "service = \"one\"",
    ]
    .map(read);
    let one = [
        ("plain", READ),
        ("tells_of_two", &*unlike),
        ("moved", &*moved),
        ("escaped", &*escaped),
        ("both", &*both),
    ];
    let two = [("own", "effect = \"write\"\nroute = \"POST /x\""), ("away", &*away)];
    let files = [
        ("p/provider.toml", HEAD.to_owned()),
        ("p/one.toml", file("one", &one)),
        ("p/two.toml", file("two", &two)),
    ];
    let files = files.map(|(name, text)| Source { file: name.to_owned(), text: text.into() });
    provider(&files).unwrap()
}

fn names<'a>(rows: impl Iterator<Item = &'a Operation>) -> Vec<&'a str> {
    rows.map(|row| row.name.as_str()).collect()
}

/// The rows that have been read so far.
fn touched(operations: &Operations) -> Vec<&str> {
    let read = operations.slots.iter().filter(|(_, slot)| slot.read.get().is_some());
    read.map(|(name, _)| name.as_str()).collect()
}

#[test]
fn only_rows_that_may_be_of_a_service_are_read() {
    let Provider { operations, .. } = made();
    assert_eq!(names(operations.of_service("two")), ["moved", "escaped", "both", "own"]);
    assert_eq!(touched(&operations), ["moved", "escaped", "both", "own", "away"]);
}

#[test]
fn only_rows_that_may_be_of_a_method_are_read() {
    let Provider { operations, .. } = made();
    assert_eq!(names(operations.of_method("POST")), ["both", "own"]);
    assert_eq!(touched(&operations), ["escaped", "both", "own"]);
}

#[test]
fn nothing_of_a_service_or_a_method_is_passed_over() {
    let embedded = crate::catalogue::Catalogue::new(Vec::new());
    let all = &embedded.provider("segment").unwrap().operations;
    let fresh = crate::catalogue::Catalogue::new(Vec::new());
    let few = &fresh.provider("segment").unwrap().operations;
    let tracking = |row: &&Operation| row.routes.iter().any(|it| it.service == "tracking");
    let found = names(few.of_service("tracking"));
    assert!(touched(few).len() < few.len() / 4, "{:?}", touched(few));
    assert_eq!(found, names(all.values().filter(tracking)));
    let services = &embedded.provider("segment").unwrap().services;
    for service in services.keys() {
        let own = |row: &&Operation| row.routes.iter().any(|it| it.service == *service);
        assert_eq!(names(few.of_service(service)), names(all.values().filter(own)));
    }
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        let own = |row: &&Operation| row.routes.iter().any(|it| it.method == method);
        assert_eq!(names(few.of_method(method)), names(all.values().filter(own)));
    }
}
