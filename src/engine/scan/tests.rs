//! What a quick look sees.

use super::*;
use crate::catalogue::Catalogue;
use crate::engine::import::kinds;

const NOW: &str = "2026-06-01T12:00:00.000Z";

fn with<T>(test: impl FnOnce(&Scanner<'_>) -> T) -> T {
    let catalogue = Catalogue::new(Vec::new());
    let provider = catalogue.provider("segment").unwrap();
    let batch = provider.services["tracking"].batch.as_ref().unwrap();
    test(&Scanner::new(batch, &kinds(provider, "tracking")))
}

#[test]
fn a_plain_event_is_recognised_as_it_stands() {
    with(|scanner| {
        let line = br#"{"type":"track","event":"A","userId":"u","timestamp":"2026-01-01T00:00:00.5Z","properties":{"a":[1,{"b":null}]}}"#;
        let seen = scanner.look(line, None, NOW).unwrap();
        assert_eq!((&*seen.kind, &*seen.subject), ("track", "u"));
        assert!(seen.has_time && seen.id.is_none());
        let line = br#"{"anonymousId":"a","type":"page","userId":"u\u00e9","messageId":"m"}"#;
        let seen = scanner.look(line, None, NOW).unwrap();
        assert_eq!((&*seen.subject, seen.id.as_deref()), ("ué", Some("m")));
    });
}

#[test]
fn whatever_is_not_plainly_right_is_left_to_the_rules() {
    with(|scanner| {
        for line in [
            r#"{"type":"track","userId":"u"}"#,
            r#"{"type":"track","event":"A"}"#,
            r#"{"type":"track","event":"","userId":"u"}"#,
            r#"{"type":"track","event":"A","userId":7}"#,
            r#"{"type":"track","event":"A","user_id":"u"}"#,
            r#"{"type":"track","event":"A","userId":"u","properties":"x"}"#,
            r#"{"type":"track","event":"A","userId":"u","properties":null}"#,
            r#"{"type":"track","event":"A","userId":"u","userId":"v"}"#,
            r#"{"type":"track","event":"A","userId":"u","timestamp":"yesterday"}"#,
            r#"{"type":"track","event":"A","userId":"u","timestamp":"2026-02-30T00:00:00Z"}"#,
            r#"{"type":"track","event":"A","userId":"u","receivedAt":"x"}"#,
            r#"{"type":"tracked","event":"A","userId":"u"}"#,
            r#"{"event":"A","userId":"u"}"#,
            r#"{"type":"track","event":"A","userId":"u"} trailing"#,
            r#"{"type":"track","event":"A","userId":"u""#,
            r#"["type"]"#,
            "",
        ] {
            assert_eq!(scanner.look(line.as_bytes(), None, NOW), None, "{line}");
        }
    });
}

#[test]
fn nothing_passes_that_somebody_is_to_be_told_of() {
    let keys = |count: usize| {
        let keys: Vec<String> = (0..count).map(|n| format!("\"k{n}\":1")).collect();
        format!(
            r#"{{"type":"track","event":"A","userId":"u","properties":{{{}}}}}"#,
            keys.join(",")
        )
    };
    with(|scanner| {
        let looked = |line: &str| scanner.look(line.as_bytes(), None, NOW).is_some();
        for (time, plain) in [
            ("2026-05-31T23:59:59Z", true),
            ("2026-06-01T23:59:59Z", true),
            ("2026-06-02T00:00:00Z", false),
            ("1971-01-01T00:00:00Z", true),
            ("1970-01-21T00:00:00Z", false),
        ] {
            let line =
                format!(r#"{{"type":"track","event":"A","userId":"u","timestamp":"{time}"}}"#);
            assert_eq!(looked(&line), plain, "{time}");
        }
        for id in ["null", "Undefined", "[object Object]"] {
            assert!(!looked(&format!(r#"{{"type":"page","userId":"{id}"}}"#)), "{id}");
        }
        assert!(looked(&keys(300)) && !looked(&keys(301)));
    });
}

#[test]
fn the_kind_is_the_callers_or_the_events_own() {
    with(|scanner| {
        let look = |line: &str| {
            let seen = scanner.look(line.as_bytes(), Some("track"), NOW)?;
            Some(seen.kind.into_owned())
        };
        assert_eq!(look(r#"{"event":"A","userId":"u"}"#).as_deref(), Some("track"));
        assert_eq!(look(r#"{"event":"A","userId":"u","type":"track"}"#), None);
        assert_eq!(look(r#"{"userId":"u"}"#), None);
    });
}

#[test]
fn what_an_event_lacks_is_added_and_blanks_are_none_of_it() {
    with(|scanner| {
        let line = b" {\"type\":\"page\",\"userId\":\"u\"}\r";
        let seen = scanner.look(line, None, NOW).unwrap();
        let mut out = Vec::new();
        seen.complete(line, (scanner.batch, None), ("m", NOW), &mut out);
        let whole = r#"{"type":"page","userId":"u","messageId":"m","timestamp":"2026-06-01T12:00:00.000Z"}"#;
        assert_eq!(String::from_utf8(out).unwrap(), whole);
    });
}
