//! Every node in its place, and no file too much.

use super::*;

fn fails(text: &str) -> (String, usize, usize) {
    let finding = read(text).unwrap_err();
    (finding.code.to_owned(), finding.at.line, finding.at.column)
}

#[test]
fn every_node_knows_its_place() {
    let node = read("a: 1\nb:\n  - x: {y: '7'}\n").unwrap();
    let inner = &node.get("b").unwrap().items()[0];
    assert_eq!(inner.at, At { line: 3, column: 5 });
    let y = inner.get("x").unwrap().get("y").unwrap();
    assert_eq!((y.at, y.text()), (At { line: 3, column: 12 }, Some("7")));
    assert_eq!(node.json(), serde_json::json!({"a": 1, "b": [{"x": {"y": "7"}}]}));
}

#[test]
fn what_is_wrong_is_placed() {
    assert_eq!(fails("a: 1\na: 2\n"), ("duplicate-key".into(), 2, 1));
    assert_eq!(fails("a: 1\n--- \nb: 2\n"), ("several-documents".into(), 3, 1));
    assert_eq!(fails("? [x]\n: 1\n"), ("yaml-key".into(), 1, 3));
    assert_eq!(fails("a: [1\nb: 2\n").0, "yaml-syntax");
    assert_eq!(fails("").0, "empty");
    assert_eq!(fails("a: &x [*x]").0, "yaml-alias");
}

#[test]
fn no_file_takes_more_than_it_should() {
    assert_eq!(fails(&"- ".repeat(100_000)).0, "too-deep");
    assert_eq!(fails(&"[".repeat(200)).0, "too-deep");
    let bomb: String = std::iter::once("a0: &a0 [x, x]\n".to_owned())
        .chain((1..40).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1)))
        .collect();
    assert_eq!(fails(&bomb).0, "too-many-values");
    assert_eq!(fails(&"x".repeat(USUAL.bytes + 1)).0, "too-big");
}

#[test]
fn numbers_keep_their_digits() {
    let node = read("- 12345678901234567890\n- 1.0\n- 0x10\n- .inf\n- ~\n- yes\n").unwrap();
    assert_eq!(node.json().to_string(), "[12345678901234567890,1.0,16,null,null,\"yes\"]");
}
