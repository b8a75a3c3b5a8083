//! OpenAPI documents as integrations: what of them can be called, what is sent for it, and what is said
//! about the rest.

use serde_json::{Value, json};

use super::capability_rows::mirror;
use super::service::Service;
use super::support::{Kosmo, kosmo};

const SHOP: &str = include_str!("../fixtures/capabilities/shop-openapi.yaml");

fn imported(text: &str, more: &[&str]) -> Kosmo {
    let line = ["capability", "import", "openapi", "shop.yaml", "--json"];
    kosmo(line.iter().chain(more).copied().collect::<Vec<_>>()).file("shop.yaml", text)
}

#[test]
fn every_operation_becomes_a_function_and_the_rest_is_said() {
    let home = imported(SHOP, &[]);
    let added = home.run().code(0).json();
    let functions: Vec<String> = added["functions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {}", row["effect"].as_str().unwrap(), row["name"].as_str().unwrap()))
        .collect();
    assert_eq!(
        functions,
        [
            "read corner_shop.list_items",
            "write corner_shop.add_item",
            "read corner_shop.get_items_item_id",
            "destroy corner_shop.remove_item",
            "write corner_shop.order",
            "replace corner_shop.set_stock",
        ]
    );
    assert_eq!(added["sends"][0]["url"], "https://api.shop.invalid/v1");
    assert_eq!(added["sends"][0]["secrets"], json!(["CORNER_SHOP_API_KEY"]));
    let found = added["findings"].as_array().unwrap();
    let line = |code: &str| {
        let finding = found.iter().find(|finding| finding["code"] == code);
        finding.unwrap_or_else(|| panic!("{code}: {added}"))["line"].clone()
    };
    assert_eq!((line("method-left-out"), line("body-not-sent")), (json!(39), json!(69)));
    let home = home.then(["integrations:docs", "corner_shop.list_items"]);
    let page = home.run().code(0).stdout;
    for part in [
        "shop.yaml`, line 21",
        "Which shop.",
        "At most so many.",
        "GET https://api.shop.invalid/v1/items",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let home = home.then(["integrations:schema", "corner_shop.add_item", "--json"]);
    let schema = home.run().code(0).json();
    assert_eq!(schema["required"], json!(["name"]), "{schema}");
    assert_eq!(schema["properties"]["price"]["type"], "number");
    assert_eq!(schema["properties"]["size"]["enum"], json!(["small", "large"]));
    assert!(schema["properties"].get("id").is_none(), "what is only read is not sent");
    home.then(["capability", "remove", "shop"]).run().code(0);
}

#[test]
fn requests_are_sent_as_the_document_says_on_every_face() {
    let service = Service::start(|_, seen| mirror(seen));
    let home = imported(SHOP, &["--namespace", "shop", "--server", &service.address]);
    let added = home.run().code(0).json();
    assert_eq!(added["sends"][0]["url"], service.address, "{added}");
    let home = home.env("SHOP_API_KEY", "the-shop-key");
    let script = r#"
        local shop = app.integrations.shop
        shop.list_items{tags = {"a", "b c"}, limit = 2, page = {size = 5}, codes = "x,y", ["X-Shop"] = "corner"}
        shop.add_item{name = "Tea", price = 2.5}
        shop.get_items_item_id{itemId = "a/b"}
        shop.remove_item{itemId = "7"}
        shop.order{item = "Tea & milk"}
        shop.order{item = "Tea", note = "hot"}
        shop.set_stock{body = json.array{{id = 1}}}
    "#;
    let home = home.then(["integrations:lua", "--force", "-e", script]);
    home.run().code(0);
    let seen = service.seen();
    assert!(seen.iter().all(|seen| seen.header("x-shop-key") == "the-shop-key"));
    assert_eq!(
        service.lines(),
        [
            "GET /items?tags=a&tags=b%20c&limit=2&page%5Bsize%5D=5&codes=x%2Cy",
            "POST /items",
            "GET /items/a%2Fb",
            "DELETE /items/7",
            "POST /orders",
            "POST /orders",
            "PUT /stock",
        ]
    );
    assert_eq!(seen[0].header("x-shop"), "corner");
    assert_eq!(seen[1].json(), json!({"name": "Tea", "price": 2.5}));
    assert_eq!(seen[1].header("content-type"), "application/json");
    assert_eq!(
        (seen[4].body.as_str(), seen[5].body.as_str()),
        ("item=Tea%20%26%20milk", "item=Tea&note=hot")
    );
    assert_eq!(seen[6].json(), json!([{"id": 1}]));
    let dry = home.then(["integrations:call", "shop.list_items", "--limit", "2", "--dry-run"]);
    let dry = dry.run().code(0);
    assert!(dry.stdout.contains("limit=2") && !dry.stdout.contains("the-shop-key"), "{dry:?}");
    assert_eq!(service.lines().len(), 7, "a dry run sends nothing");
}

#[test]
fn json_is_as_good_as_yaml() {
    let document = json!({
        "openapi": "3.0.3", "info": {"title": "Tide \u{1f30a}", "version": "1"},
        "servers": [{"url": "https://tide.invalid/"}],
        "paths": {"/now": {"get": {"operationId": "now"}}},
    });
    for text in [
        document.to_string(),
        serde_json::to_string_pretty(&document).unwrap(),
        with_tabs(&document),
    ] {
        let added = imported(&text, &["--namespace", "tide"]).run().code(0).json();
        assert_eq!(added["functions"][0]["name"], "tide.now");
        assert_eq!(added["functions"].as_array().unwrap().len(), 1);
        assert_eq!(added["sends"][0]["text"], "Sends no credentials to https://tide.invalid.");
    }
}

fn with_tabs(document: &Value) -> String {
    serde_json::to_string_pretty(document).unwrap().replace("  ", "\t")
}

#[test]
fn bad_documents_are_refused_with_line_and_column() {
    let refused = |text: &str| {
        let ran = imported(text, &[]).run();
        assert_eq!(ran.code, 2, "{ran:?}");
        ran.json()["error"].as_str().unwrap().to_owned()
    };
    assert!(refused("openapi: 3.0.0\ninfo: [\n").starts_with("shop.yaml:3:1: "));
    assert!(refused("swagger: '2.0'\n").contains("shop.yaml:1:10: Swagger 2 is not read"));
    let relative = SHOP.replace("https://{where}.shop.invalid/v1", "/v1");
    assert!(refused(&relative).contains("shop.yaml:11:8: `/v1` does not say on which host"));
    let dangling = SHOP.replace("components/parameters/tags'", "components/parameters/tag'");
    assert!(refused(&dangling).contains("there is no `#/components/parameters/tag`"));
    assert!(refused("naftiko: 1.0.0-alpha2\n").contains("no OpenAPI document"));
    assert!(refused("just a text").contains("no OpenAPI document"));
    let stolen = SHOP.replace("title: Corner Shop", "title: Segment");
    assert!(refused(&stolen).contains("which is not at https://api.shop.invalid/v1"));
    kosmo(["capability", "import", "raml", "x"]).run().code(2);
    kosmo(["capability", "import", "openapi", "none.json"]).run().code(5);
}

#[test]
fn an_imported_api_can_be_linted_and_listed_like_any_other() {
    let home = imported(SHOP, &[]);
    home.run().code(0);
    let home = home.then(["capability", "import", "openapi", "shop.yaml"]);
    home.run().code(6);
    let home = home.then(["capability", "lint", "shop.yaml"]);
    home.run().code(0);
    let list = home.then(["capability", "list", "--json"]).run().code(0).json();
    assert_eq!(list["capabilities"][0]["operations"], 6, "{list}");
}
