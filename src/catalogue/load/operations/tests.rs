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

const ONE: &str = r#"
group = "one"
title = "One"
service = "one"

[[operation]]
name = "plain"
title = "T"
about = "A"
effect = "read"
route = "GET /x"

[[operation]]
name = "tells_of_two"
title = "T"
about = "Unlike two."
effect = "read"
route = "GET /x"

[[operation]]
name = "moved"
title = "T"
about = "A"
effect = "read"
route = "GET /x"
service = 'two'

[[operation]]
name = "escaped"
title = "T"
about = "A"
effect = "read"
route = "GET /x"
service = "tw\u006f"

[[operation]]
name = "both"
title = "T"
about = "A"
effect = "read"
route = "GET /x"

[[operation.also]]
service = "two"
route = "POST /y"
"#;

const TWO: &str = r#"
group = "two"
title = "Two"
service = "two"

[[operation]]
name = "own"
title = "T"
about = "A"
effect = "write"
route = "POST /x"

[[operation]]
name = "away"
title = "T"
about = "A"
effect = "read"
route = "GET /x"
service = "one"
"#;

fn made() -> Provider {
    let files = [("p/provider.toml", HEAD), ("p/one.toml", ONE), ("p/two.toml", TWO)];
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
