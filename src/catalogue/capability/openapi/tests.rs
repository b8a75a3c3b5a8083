//! Names that documents are given, and what of them cannot be read.

use super::*;
use crate::catalogue::capability::{Level, read};

#[test]
fn names_are_made_of_titles() {
    assert_eq!(kebab("Pet Store (v2)"), "pet-store-v2");
    assert_eq!(kebab("3D API"), "d-api");
    assert_eq!(plain("  One\n two.\n\nMore."), "One two.");
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let code = |text: &str| {
        let reading = read(text, false);
        let error = reading.error().unwrap_or_else(|| panic!("{text}"));
        assert_eq!(error.level, Level::Error);
        (error.code, error.at.line)
    };
    let head = "openapi: 3.0.3\ninfo: {title: Shop, version: '1'}\n";
    assert_eq!(code("swagger: '2.0'\n"), ("swagger-2", 1));
    assert_eq!(code("openapi: 4.0.0\n"), ("unknown-version", 1));
    assert_eq!(code("openapi: 3.0.0\npaths: {}\n").0, "no-name");
    assert_eq!(code(&format!("{head}paths: {{}}\n")), ("no-server", 1));
    let servers = "servers: [{url: 'https://shop.invalid'}]\n";
    assert_eq!(code(&format!("{head}servers: [{{url: /v1}}]\npaths: {{}}\n")), ("no-server", 3));
    assert_eq!(code(&format!("{head}{servers}")).0, "no-paths");
    let path = |item: &str| format!("{head}{servers}paths:\n  /a:\n    {item}\n");
    let broken = path("get: {parameters: [{$ref: '#/components/parameters/x'}]}");
    assert_eq!(code(&broken), ("broken-ref", 6));
    assert_eq!(code(&path("get: {parameters: [{$ref: 'b.yaml#/x'}]}")), ("external-ref", 6));
    assert_eq!(code(&path("get: {parameters: [{name: a, in: heder}]}")), ("bad-parameter", 6));
    assert_eq!(
        code(&format!("{head}{servers}paths:\n  '/a/{{b':\n    get: {{}}\n")),
        ("bad-path", 5)
    );
    let looped = format!(
        "{}components: {{schemas: {{A: {{$ref: '#/components/schemas/A'}}}}}}\n",
        path("get: {parameters: [{name: a, in: query, schema: {$ref: '#/components/schemas/A'}}]}")
    );
    assert_eq!(code(&looped).0, "circular-ref");
    assert_eq!(code("openapi: 3.0.0\ninfo: [\n").0, "yaml-syntax");
}
