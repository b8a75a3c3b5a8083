//! What a quick look sees.

use super::*;
use crate::catalogue::Catalogue;
use crate::engine::import::event::kinds;

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
        let seen = scanner.look(line).unwrap();
        assert_eq!((&*seen.kind, &*seen.subject), ("track", "u"));
        assert!(seen.has_time && !seen.has_id);
        let line = br#"{"anonymousId":"a","type":"page","userId":"u\u00e9","messageId":"m"}"#;
        let seen = scanner.look(line).unwrap();
        assert_eq!((&*seen.subject, seen.has_id), ("ué", true));
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
            assert_eq!(scanner.look(line.as_bytes()), None, "{line}");
        }
    });
}
