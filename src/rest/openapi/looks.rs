//! What is said of everything that can be looked at: one row a path.

use serde_json::{Map, Value, json};

use super::refer;

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

/// The paths, each with what it shows.
pub(super) fn paths() -> impl Iterator<Item = (String, Value)> {
    LOOKS.iter().map(|look| (look.0.to_owned(), json!({"get": looked(look)})))
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
            (schema["minimum"], schema["maximum"]) = (json!(1), json!(1000));
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
