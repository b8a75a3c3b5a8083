//! What is said of the paths that no row makes: scripts, actions, and everything that can be looked at.

use serde_json::{Map, Value, json};

use super::{options, refer, responses};
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

/// A query parameter: name, type, meaning.
type Option3 = (&'static str, &'static str, &'static str);

/// Something to look at: path, id, tag, summary, its query, the member that holds it.
type Look =
    (&'static str, &'static str, &'static str, &'static str, &'static [Option3], &'static str);

const ACCOUNT: Option3 = ("account", "string", "Only this account.");
const PROVIDER: Option3 = ("provider", "string", "Only this provider.");
const LIMIT: Option3 = ("limit", "integer", "At most so many.");

const LOOKS: &[Look] = &[
    (
        "/v1/functions",
        "list_functions",
        "functions",
        "List functions, or find those that do what is wanted",
        &[("intent", "string", "What you want to do; the best fits come first."), PROVIDER, LIMIT],
        "functions",
    ),
    (
        "/v1/functions/{name}",
        "get_function",
        "functions",
        "Show a function with its schema",
        &[],
        "name",
    ),
    ("/v1/docs", "get_docs_index", "documentation", "List the pages of the documentation", &[], ""),
    (
        "/v1/docs/{page}",
        "get_docs_page",
        "documentation",
        "Read a page of the documentation",
        &[],
        "",
    ),
    (
        "/v1/runs",
        "list_runs",
        "runs",
        "List the newest runs",
        &[
            LIMIT,
            ("failed", "boolean", "Only those that failed."),
            ("function", "string", "Only calls of this function."),
            ACCOUNT,
            ("status", "string", "`ok`, or a failure's code."),
            ("since", "date-time", "Only those that began since then."),
            ("until", "date-time", "Only those that began before then."),
            ("script", "string", "Only calls of this script run."),
        ],
        "runs",
    ),
    (
        "/v1/runs/{id}",
        "get_run",
        "runs",
        "Show a run, or the calls of a script",
        &[("details", "boolean", "Also what was sent and answered, without secrets.")],
        "",
    ),
    (
        "/v1/outbox",
        "list_outbox",
        "outbox",
        "Show where events wait, and why",
        &[PROVIDER, ACCOUNT],
        "places",
    ),
    (
        "/v1/outbox/queued",
        "list_queued_events",
        "outbox",
        "List events that wait to be sent",
        EVENTS,
        "events",
    ),
    (
        "/v1/outbox/buried",
        "list_buried_events",
        "outbox",
        "List events that were refused",
        EVENTS,
        "events",
    ),
    (
        "/v1/outbox/events/{id}",
        "get_event",
        "outbox",
        "Show what became of an event",
        &[],
        "receipt",
    ),
];

const EVENTS: &[Option3] =
    &[PROVIDER, ACCOUNT, LIMIT, ("cursor", "string", "Where to go on, as the list before said.")];

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
    for look in LOOKS {
        paths.insert(look.0.to_owned(), json!({"get": looked(look)}));
    }
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

fn looked((path, id, tag, about, query, member): &Look) -> Value {
    let mut parameters: Vec<Value> = Vec::new();
    if let Some((_, rest)) = path.split_once('{') {
        let name = rest.trim_end_matches('}');
        parameters.push(json!({
            "name": name, "in": "path", "required": true, "description": format!("Which {name}."),
            "schema": {"type": "string", "minLength": 1},
        }));
    }
    for (name, kind, about) in *query {
        let mut schema = match *kind {
            "date-time" => json!({"type": "string", "format": "date-time"}),
            kind => json!({"type": kind}),
        };
        if *name == "limit" {
            schema["minimum"] = json!(1);
        }
        parameters
            .push(json!({"name": name, "in": "query", "description": about, "schema": schema}));
    }
    let mut schema = json!({"type": "object"});
    if !member.is_empty() {
        schema["required"] = json!([member]);
    }
    let mut content = Map::from_iter([("application/json".to_owned(), json!({"schema": schema}))]);
    if *tag == "documentation" {
        content.insert("text/markdown".to_owned(), json!({"schema": {"type": "string"}}));
    }
    json!({
        "operationId": id, "tags": [tag], "summary": about, "description": format!("{about}."),
        "parameters": parameters,
        "responses": {
            "200": {"description": "Here it is.", "content": content},
            "400": refer("responses", "Problem"),
            "401": refer("responses", "Problem"),
            "404": refer("responses", "Problem"),
            "default": refer("responses", "Problem"),
        },
    })
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

/// The objects that answers are made of.
pub(super) fn schemas() -> Value {
    let text = json!({"type": "string"});
    let maybe = json!({"type": ["string", "null"]});
    json!({
        "Envelope": {
            "type": "object", "required": ["function", "success", "data", "error", "meta", "duration_ms"],
            "properties": {
                "function": text, "success": {"type": "boolean"},
                "data": {"description": "What the function returns; on a dry run the request."},
                "error": maybe,
                "meta": refer("schemas", "Meta"),
                "duration_ms": {"type": "number"},
            },
        },
        "Meta": {
            "type": "object", "required": ["dry_run", "run_id"],
            "properties": {
                "dry_run": {"type": "boolean"}, "operation": maybe,
                "permission_bypassed": {"type": "boolean"}, "account": maybe, "run_id": maybe,
                "attempts": {"type": "integer"}, "backend": maybe,
                "waited_ms": {"type": "number"}, "effect": maybe, "next_cursor": maybe,
            },
        },
        "Script": {
            "type": "object", "required": ["success", "output", "result", "error", "call_log", "meta"],
            "properties": {
                "success": {"type": "boolean"}, "output": text,
                "result": {"description": "What the script returned."}, "error": maybe,
                "execution_time_ms": {"type": "number"},
                "call_log": {"type": "array", "items": {"type": "object"}},
                "meta": {"type": "object"},
            },
        },
        "Problem": {
            "type": "object", "required": ["type", "title", "status", "detail", "code", "effect"],
            "properties": {
                "type": {"type": "string", "format": "uri-reference"}, "title": text,
                "status": {"type": "integer"}, "detail": text, "instance": text,
                "code": {"type": "string", "description": "Stable, for programs."},
                "hint": {"type": ["string", "null"], "description": "What to do about it."},
                "http_status": {"type": ["integer", "null"], "description": "What the service said."},
                "retryable": {"type": "boolean"}, "retry_after_ms": {"type": ["integer", "null"]},
                "run_id": maybe, "effect": {"type": "string", "enum": ["none", "done", "unknown"]},
                "param": {"type": "string", "description": "The argument at fault."},
            },
        },
    })
}
