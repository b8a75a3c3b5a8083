//! What is said of the paths that no row makes: scripts, actions, and this service itself. What can be
//! looked at is said in `looks`.

use serde_json::{Map, Value, json};

use super::{looks, options, refer, responses};
use crate::rest::{act, script};

/// The paths, as somebody might have meant one of them.
pub(in crate::rest) const PATHS: &[&str] = &[
    "/v1/call/{function}",
    "/v1/lua",
    "/act",
    "/v1/functions",
    "/v1/functions/{name}",
    "/v1/docs",
    "/v1/docs/{page}",
    "/v1/runs",
    "/v1/runs/{id}",
    "/v1/outbox",
    "/v1/outbox/queued",
    "/v1/outbox/buried",
    "/v1/outbox/events/{id}",
    "/openapi.json",
    "/metrics",
    "/healthz",
];

/// What the paths are sorted by.
pub(super) fn tags() -> Vec<Value> {
    [
        ("scripts", "Scripts and actions"),
        ("functions", "What can be called"),
        ("documentation", "What can be read"),
        ("runs", "What was done"),
        ("outbox", "Events that wait"),
        ("service", "This service"),
    ]
    .iter()
    .map(|(name, about)| json!({"name": name, "description": about}))
    .collect()
}

/// The paths that no row makes.
pub(super) fn paths() -> Map<String, Value> {
    let mut paths = Map::new();
    paths.insert("/v1/lua".to_owned(), json!({"post": lua()}));
    paths.insert("/act".to_owned(), json!({"post": act()}));
    paths.extend(looks::paths());
    for (path, id, about, media, open) in [
        ("/openapi.json", "get_openapi", "Describe this service", "application/json", false),
        ("/metrics", "get_metrics", "Show what was done, for Prometheus", "text/plain", false),
        ("/healthz", "get_health", "Show whether the service is there", "application/json", true),
    ] {
        let schema = if media == "text/plain" {
            json!({"type": "string"})
        } else {
            json!({"type": "object"})
        };
        let mut get = json!({
            "operationId": id, "tags": ["service"], "summary": about, "description": format!("{about}."),
            "responses": {
                "200": {"description": "Here it is.", "content": {media: {"schema": schema}}},
                "default": refer("responses", "Problem"),
            },
        });
        if open {
            get["security"] = json!([]);
        }
        paths.insert(path.to_owned(), json!({"get": get}));
    }
    paths
}

fn lua() -> Value {
    let mut parameters = options(script::OPTIONS, |_| true);
    parameters.push(refer("parameters", "Idempotency-Key"));
    let mut all = responses("Called");
    all["200"] = json!({
        "description": "The script ended well.",
        "content": {"application/json": {"schema": refer("schemas", "Script")}},
    });
    json!({
        "operationId": "run_lua", "tags": ["scripts"], "summary": "Run a script",
        "description": "Runs Lua that can call every function, under limits.",
        "parameters": parameters,
        "requestBody": {"required": true, "content": {
            "application/json": {
                "schema": {
                    "type": "object", "required": ["code"], "additionalProperties": false,
                    "properties": {
                        "code": {"type": "string", "minLength": 1, "pattern": "\\S", "description": "The script."},
                        "input": {"description": "The global `input`."},
                    },
                },
                "example": {"code": "return 1 + 1"},
            },
            "text/x-lua": {"schema": {"type": "string", "minLength": 1}},
        }},
        "responses": all,
    })
}

fn act() -> Value {
    let mut parameters = options(act::OPTIONS, |_| true);
    parameters.push(refer("parameters", "Idempotency-Key"));
    let text = |about: &str| json!({"type": "string", "minLength": 1, "description": about});
    let one_of: Vec<Value> =
        act::FIELDS[..4].iter().map(|name| json!({"required": [name]})).collect();
    json!({
        "operationId": "act", "tags": ["scripts"], "summary": "Do one thing",
        "description": "Performs exactly one of an action by its id or key, a request, or a script.",
        "parameters": parameters,
        "requestBody": {"required": true, "content": {"application/json": {
            "schema": {
                "type": "object", "additionalProperties": false, "oneOf": one_of,
                "properties": {
                    "id": text("An action by its id."),
                    "key": text("An action by its key."),
                    "api": {
                        "type": "object", "required": ["path"], "description": "A request.",
                        "additionalProperties": false,
                        "properties": {
                            "method": {"type": "string", "enum": ["GET", "POST", "PUT", "PATCH", "DELETE"]},
                            "path": {"type": "string", "pattern": "^/"},
                            "query": {"type": "object"}, "headers": {"type": "object"},
                            "body": {"description": "What to send."},
                        },
                    },
                    "code": text("Lua that knows `input`, `membrane`, `connection` and `integration`."),
                    "input": {"type": "object", "description": "The input."},
                    "connectionKey": text("The account."),
                    "integrationKey": text("The provider."),
                    "meta": {"type": "object", "description": "What to find the run by later."},
                },
            },
            "example": {"key": "list-sources"},
        }}},
        "responses": responses("Called"),
    })
}
