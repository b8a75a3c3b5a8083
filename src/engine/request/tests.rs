//! Binding and previews, without a network.

use super::*;

#[test]
fn a_preview_shows_everything_but_the_secret() {
    let request = Request {
        method: "POST".into(),
        url: "https://h/v1/track".into(),
        query: vec![("a b".into(), "c&d".into())],
        body: Some(Map::from_iter([("event".to_owned(), json!("E"))])),
        raw: None,
        encoding: None,
        extra: vec![("accept".into(), "text/csv".into())],
        whole: false,
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
    assert_eq!(preview["headers"]["accept"], "text/csv");
    assert_eq!(preview["headers"]["Accept"], Value::Null);
    assert_eq!(preview["body"]["writeKey"], MASK);
    assert_eq!(preview["body"]["sentAt"], "now");
    assert!(!preview.to_string().contains("canary"));
}
