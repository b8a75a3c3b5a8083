//! Binding and previews, without a network.

use super::*;

#[test]
fn path_values_cannot_climb() {
    for text in ["", ".", "..", "a\nb"] {
        assert!(segment("id", &json!(text)).is_err(), "{text:?}");
    }
    assert_eq!(segment("id", &json!("a/../b c+ü")).unwrap(), "a%2F..%2Fb%20c%2B%C3%BC");
}

#[test]
fn queries_are_flattened_with_dots() {
    let mut query = Vec::new();
    flatten("pagination", &json!({"count": 10, "cursor": "MQ=="}), &mut query);
    flatten("userIds", &json!(["a", "b"]), &mut query);
    let pairs: Vec<_> = query.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(
        pairs,
        ["pagination.count=10", "pagination.cursor=MQ==", "userIds.0=a", "userIds.1=b"]
    );
}

#[test]
fn a_preview_shows_everything_but_the_secret() {
    let request = Request {
        method: "POST".into(),
        url: "https://h/v1/track".into(),
        query: vec![("a b".into(), "c&d".into())],
        body: Some(Map::from_iter([("event".to_owned(), json!("E"))])),
        media_type: "application/json".into(),
        auth: Some((Auth::Basic, Secret::new("canary-key"))),
        token: None,
        secret_in_body: Some("writeKey".into()),
        sent_at: Some("sentAt".into()),
        redirects: None,
    };
    let preview = request.preview(&Redactor::default(), "now");
    assert_eq!(preview["url"], "https://h/v1/track?a%20b=c%26d");
    assert_eq!(preview["headers"]["Authorization"], format!("Basic {MASK}"));
    assert_eq!(preview["body"]["writeKey"], MASK);
    assert_eq!(preview["body"]["sentAt"], "now");
    assert!(!preview.to_string().contains("canary"));
}
