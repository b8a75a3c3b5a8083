//! Capability files as they are looked at: what is wrong with one, what was repaired, and where.

use serde_json::{Value, json};

use super::support::{Kosmo, kosmo};

/// The file of the seed, byte for byte.
pub const SEGMENT: &str = include_str!("../fixtures/capabilities/segment-config.yaml");
/// The page it was found on.
const PAGE: &str = include_str!("../fixtures/capabilities/segment-page.txt");

/// A small document with a body in the place of `…`.
fn document(body: &str) -> String {
    format!(
        "naftiko: 1.0.0-alpha2\ninfo:\n  label: T\n  description: A test.\n  tags: [t]\ncapability:\n{body}"
    )
}

const SHOP: &str = "  consumes:
  - type: http
    namespace: shop
    description: A shop.
    baseUri: https://shop.invalid/v1
    resources:
    - name: items
      path: /items/{id}
      operations:
      - name: get-item
        method: GET
        description: Get an item.
        inputParameters:
        - {name: id, in: path}
";

fn lint(text: &str) -> Kosmo {
    kosmo(["capability", "lint", "file.yaml", "--json"]).file("file.yaml", text)
}

/// Codes with their lines.
fn found(answer: &Value, level: &str) -> Vec<(String, u64)> {
    let all = answer["findings"].as_array().unwrap().iter().filter(|it| it["level"] == level);
    all.map(|it| (it["code"].as_str().unwrap().to_owned(), it["line"].as_u64().unwrap())).collect()
}

#[test]
fn nf_3_and_nf_33_strict_mode_says_exactly_what_is_wrong_and_tolerant_mode_what_it_repaired() {
    let at_home = |args: &[&str]| kosmo(args).file("segment-config.yaml", SEGMENT).run();
    let strict =
        at_home(&["capability", "lint", "segment-config.yaml", "--strict", "--format", "agent"]);
    assert_eq!(
        strict.code(2).stdout,
        include_str!("../fixtures/capabilities/segment-config.strict.txt")
    );
    let tolerant = at_home(&["capability", "lint", "segment-config.yaml", "--format", "agent"]);
    assert_eq!(
        tolerant.code(0).stdout,
        include_str!("../fixtures/capabilities/segment-config.tolerant.txt")
    );
}

#[test]
fn nf_1_a_file_standard_input_and_a_saved_page_are_the_same_document() {
    let file = lint(SEGMENT).run().code(0).json();
    let piped = kosmo(["capability", "lint", "-", "--json"]).stdin(SEGMENT).run().code(0).json();
    let page = lint(PAGE).run().code(0).json();
    let fenced = lint(&format!("# A page\n\n```yaml\n{SEGMENT}\n```\n\nAnd more text.\n"))
        .run()
        .code(0)
        .json();
    let plain = |answer: &Value, down: u64| -> Vec<Value> {
        let findings = answer["findings"].as_array().unwrap().iter();
        findings
            .map(|it| {
                json!([
                    it["code"],
                    it["line"].as_u64().unwrap() - down,
                    it["column"],
                    it["message"]["x"]
                ])
            })
            .collect()
    };
    let before = PAGE.lines().position(|line| line.starts_with("naftiko:")).unwrap() as u64;
    assert_eq!(plain(&file, 0), plain(&piped, 0));
    assert_eq!(plain(&file, 0), plain(&page, before), "places are those of the page");
    assert_eq!(plain(&file, 0), plain(&fenced, 3));
    assert_eq!(file["files"][0]["operations"], 12);
    let none = lint("Dear reader,\nthere is nothing here.\n").run().code(2).json();
    assert_eq!(found(&none, "error"), [("not-a-capability".to_owned(), 1)]);
}

#[test]
fn nf_2_every_edition_is_understood_and_an_unknown_one_is_said() {
    for version in ["1.0.0-alpha1", "1.0.0-alpha2", "1.0.0-alpha3"] {
        let text = document(SHOP).replace("1.0.0-alpha2", version);
        lint(&text).and(["--strict"]).run().code(0);
    }
    let unknown = document(SHOP).replace("1.0.0-alpha2", "2.7.1");
    let tolerant = lint(&unknown).run().code(0).json();
    assert_eq!(found(&tolerant, "warning"), [("unknown-version".to_owned(), 1)]);
    lint(&unknown).and(["--strict"]).run().code(2);
    let hinted = format!(
        "{SHOP}  exposes:\n  - {{type: mcp, transport: stdio, namespace: m, tools: [{{name: t, description: Look., call: shop.get-item, hints: {{readOnly: true}}}}]}}\n"
    );
    let early = document(&hinted).replace("alpha2", "alpha1");
    let early = lint(&early).and(["--strict"]).run().code(2).json();
    assert_eq!(found(&early, "error"), [("field-of-later-version".to_owned(), 22)]);
    lint(&document(&hinted)).and(["--strict"]).run().code(0);
}

#[test]
fn nf_2_named_maps_of_ikanos_are_the_lists_of_naftiko() {
    let text = "ikanos: 1.0.0-beta5
info: {display: T, description: A test., tags: [t], version: '1'}
capability:
  consumes:
    shop:
      type: http
      description: A shop.
      baseUri: https://shop.invalid/v1
      resources:
        items:
          path: /items/{id}
          operations:
            get-item:
              method: GET
              description: Get an item.
              inputParameters:
                id: {in: path}
  exposes:
    shop-mcp:
      type: mcp
      transport: stdio
      tools:
        item:
          display: An item
          description: Look at an item.
          call: shop.get-item
          inputParameters:
            id: {type: string}
";
    let answer = lint(text).and(["--strict"]).run().code(0).json();
    assert_eq!(answer["files"][0]["operations"], 1);
    assert_eq!(answer["files"][0]["shown"], 1);
    let old = text
        .replace("ikanos: 1.0.0-beta5", "naftiko: 1.0.0-alpha2")
        .replace("display", "label")
        .replace(", version: '1'", "");
    let repaired = lint(&old).run().code(0).json();
    assert!(found(&repaired, "repair").iter().any(|(code, _)| code == "keyed-map"), "{repaired}");
}

#[test]
fn nf_4_every_finding_has_line_and_column() {
    for (text, code, line, column) in [
        ("naftiko: 1.0.0-alpha2\ncapability: [\n", "yaml-syntax", 3, 1),
        ("naftiko: 1.0.0-alpha2\n\tcapability: {}\n", "yaml-syntax", 1, 10),
        ("naftiko: 1.0.0-alpha2\ninfo: {label: a, label: b}\n", "duplicate-key", 2, 18),
    ] {
        let answer = lint(text).run().code(2).json();
        let first = &answer["findings"][0];
        assert_eq!((&first["code"], &first["line"]), (&json!(code), &json!(line)), "{answer}");
        assert!(first["column"].as_u64().unwrap() >= column, "{answer}");
    }
}

/// What is put into a document, and what is found: level, code, line.
const WRONG: &[(&str, &str, &str, u64)] = &[
    (
        "      - {name: get-item, method: GET, description: Again.}\n",
        "error",
        "duplicate-operation",
        21,
    ),
    ("      - {name: bad-one, method: FETCH}\n", "error", "bad-method", 21),
    (
        "    - {name: x, path: '/x/{id', operations: [{name: y, method: GET}]}\n",
        "error",
        "bad-path",
        21,
    ),
    (
        "    - {name: x, path: /x, operations: [{name: y, method: POST, description: Y.}]}\n",
        "repair",
        "implied-body",
        21,
    ),
    (
        "    - {name: x, path: '/x/{{n}}', operations: [{name: y, method: GET, description: Y.}]}\n",
        "repair",
        "implied-path-param",
        21,
    ),
    (
        "    - {name: x, path: /x, operations: [{name: y, method: POST, description: Y., body: '{\"a\": \"{{b}}\"}'}]}\n",
        "repair",
        "implied-input",
        21,
    ),
    (
        "  - {type: http, namespace: shop, description: B., baseUri: https://b.invalid, resources: []}\n",
        "error",
        "duplicate-namespace",
        21,
    ),
    (
        "  - {type: http, namespace: b, description: B., baseUri: 'https://u:p@b.invalid', resources: []}\n",
        "error",
        "bad-base-uri",
        21,
    ),
    (
        "  - {type: http, namespace: b, description: B., baseUri: 'https://{{h}}/', resources: []}\n",
        "error",
        "bad-base-uri",
        21,
    ),
    (
        "  - {type: http, namespace: b, description: B., baseUri: https://b.invalid/, resources: []}\n",
        "warning",
        "base-uri-slash",
        21,
    ),
    (
        "  - {type: http, namespace: b, description: B., baseUri: https://b.invalid, resources: [], authentication: {type: bearer, token: '{{T}}'}}\n",
        "repair",
        "undeclared-bind",
        21,
    ),
    (
        "  - {type: http, namespace: b, description: B., baseUri: https://b.invalid, resources: [], authentication: {type: bearer, token: abcd}}\n",
        "warning",
        "secret-in-file",
        21,
    ),
    ("  - {location: other.yaml, import: x}\n", "error", "import", 21),
    ("  binds:\n  - {namespace: env, keys: {T: T}}\n", "warning", "unused-bind", 22),
    (
        "  exposes:\n  - {type: mcp, transport: stdio, namespace: m, tools: [{name: t, description: T., call: shop.get-itme}]}\n",
        "error",
        "unknown-call",
        22,
    ),
    (
        "  exposes:\n  - {type: mcp, transport: stdio, namespace: m, tools: [{name: t, description: T., ref: a.b}]}\n",
        "error",
        "unknown-ref",
        22,
    ),
    (
        "  exposes:\n  - {type: mcp, transport: stdio, namespace: m, tools: [{name: t, description: T., call: shop.get-item, with: {ide: x}}]}\n",
        "error",
        "unknown-parameter",
        22,
    ),
    (
        "  exposes:\n  - {type: mcp, transport: stdio, namespace: m, tools: [{name: t, description: T., call: shop.get-item, with: {id: '{{nope}}'}}]}\n",
        "error",
        "unknown-placeholder",
        22,
    ),
    (
        "  exposes:\n  - {type: rest, port: 1, namespace: r, resources: [{path: '/a/{b}', description: A., operations: [{method: GET, name: a, call: shop.get-item}]}]}\n",
        "error",
        "unbound-placeholder",
        22,
    ),
    (
        "  exposes:\n  - {type: rest, port: 1, namespace: r, resources: [{path: /a, description: A., operations: [{method: GET, name: a, call: shop.get-item}, {method: GET, name: b, call: shop.get-item}]}]}\n",
        "error",
        "duplicate-route",
        22,
    ),
    (
        "  exposes:\n  - {type: mcp, transport: stdio, namespace: m, tools: [{name: t, description: T., steps: [{type: script, name: s, language: python, file: a.py}]}]}\n",
        "error",
        "script-language",
        22,
    ),
    (
        "  exposes:\n  - {type: mcp, transport: stdio, namespace: m, tools: [{name: t, description: T., call: shop.get-item, outputParameters: [{type: string, mapping: '$.['}]}]}\n",
        "error",
        "bad-mapping",
        22,
    ),
    (
        "  exposes:\n  - {type: mcp, transport: stdio, namespace: m, tools: [{name: t, description: '<script>', call: shop.get-item}]}\n",
        "error",
        "unsafe-text",
        22,
    ),
];

#[test]
fn nf_5_what_the_format_does_not_see_is_found_in_its_place() {
    for (more, level, code, line) in WRONG {
        let text = document(&format!("{SHOP}{more}"));
        let ran = lint(&text).run();
        assert_eq!(ran.code, if *level == "error" { 2 } else { 0 }, "{more}: {ran:?}");
        let answer = ran.json();
        assert!(found(&answer, level).contains(&((*code).to_owned(), *line)), "{code}: {answer}");
    }
    let close = document(&format!("{SHOP}{}", WRONG[14].0));
    let close = lint(&close).run().json();
    assert!(close.to_string().contains("did you mean `shop.get-item`"), "{close}");
}

#[test]
fn hostile_files_end_in_a_finding() {
    let head = "naftiko: 1.0.0-alpha2\n";
    let bomb: String =
        (1..60).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}]\n", n - 1)).collect();
    for (text, code) in [
        (format!("{head}a0: &a0 [x]\n{bomb}"), "too-many-values"),
        (format!("{head}a: {}", "[".repeat(100_000)), "too-deep"),
        (format!("{head}a:\n {}", "- ".repeat(100_000)), "too-deep"),
        (format!("{head}a: {}", "x".repeat(5 << 20)), "too-big"),
        (format!("{head}a: *nobody\n"), "yaml-syntax"),
    ] {
        let answer = lint(&text).run().code(2).json();
        assert_eq!(answer["findings"][0]["code"], code, "{}", &answer.to_string()[..300]);
    }
    lint("").run().code(2);
    kosmo(["capability", "lint", "no.yaml"]).run().code(5);
    kosmo(["capability", "lint", "bin.yaml"])
        .file("bin.yaml", b"naftiko: 1\n\xff\xfe")
        .run()
        .code(2);
}

#[test]
fn findings_come_in_four_forms() {
    let broken = document(&format!("{SHOP}{}", WRONG[1].0));
    let human = kosmo(["capability", "lint", "a.yaml"]).file("a.yaml", &broken).run().code(2);
    assert!(
        human.stdout.contains("a.yaml:21:33: error bad-method: `bad-one` has no method"),
        "{human:?}"
    );
    let sarif = kosmo(["capability", "lint", "a.yaml", "--format", "sarif"])
        .file("a.yaml", &broken)
        .run()
        .code(2)
        .json();
    let result = &sarif["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["ruleId"] == "bad-method")
        .unwrap()
        .clone();
    assert_eq!(result["level"], "error");
    let region = &result["locations"][0]["physicalLocation"]["region"];
    assert_eq!((&region["startLine"], &region["startColumn"]), (&json!(21), &json!(33)));
    let agent = kosmo(["capability", "lint", "a.yaml", "--format", "agent"])
        .file("a.yaml", &broken)
        .run()
        .code(2);
    assert!(agent.stdout.contains("- error bad-method x1 at 21"), "{agent:?}");
    let json = lint(&broken).run().code(2).json();
    assert_eq!((&json["success"], &json["errors"]), (&json!(false), &json!(1)));
}
