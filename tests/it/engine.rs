//! The engine against the emulator: what is sent, what comes back, and what becomes of failures.

use std::sync::Arc;
use std::time::Duration;

use kosmo::catalogue::operation::{Param, Type};
use kosmo::emulator::{Emulator, Setup};
use kosmo::engine::{Args, Call, Options, Pages, Run};
use kosmo::error::{Fault, Kind, SideEffect};
use kosmo::runtime::{Opening, Runtime};
use kosmo::settings::{Environment, Surroundings};
use serde_json::{Map, Value, json};

use crate::emulator::wire::ask;

/// A runtime whose accounts all point at an emulator of its own.
pub struct Stage {
    pub runtime: Arc<Runtime>,
    pub(crate) emulator: Emulator,
}

/// Such a runtime, with these faults.
pub fn stage(faults: &[&str]) -> Stage {
    let catalogue = Arc::new(kosmo::catalogue::Catalogue::new(Vec::new()));
    let faults = faults.iter().map(|&spec| spec.to_owned()).collect();
    let emulator = Emulator::start(catalogue, Setup { faults, ..Setup::default() }).unwrap();
    let opening = Opening {
        surroundings: Some(Surroundings {
            environment: Environment::fixed([]),
            ..Surroundings::default()
        }),
        emulator: Some(emulator.url()),
        ..Opening::default()
    };
    Stage { runtime: Runtime::open(opening).unwrap(), emulator }
}

impl Stage {
    pub fn run(&self, function: &str, args: Value, options: Options) -> Run {
        let Value::Object(args) = args else { panic!("arguments come by name: {args}") };
        let args = Args::Named(args);
        let call = Call { function: function.into(), args, options, ..Call::default() };
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        tokio.block_on(self.runtime.engine().call(call))
    }

    fn call(&self, function: &str, args: Value) -> Run {
        self.run(function, args, Options::default())
    }

    pub fn value(&self, function: &str, args: Value) -> Value {
        self.call(function, args).result.unwrap().value
    }

    fn fault(&self, function: &str, args: Value) -> Fault {
        self.call(function, args).result.unwrap_err()
    }

    fn one_event(&self) -> Value {
        let events = self.emulator.events();
        assert_eq!(events.len(), 1, "{events:#?}");
        events[0].clone()
    }
}

fn track() -> Value {
    json!({"event": "Order Completed", "user_id": "user-42", "properties": {"revenue": 99.99}})
}

#[test]
fn an_event_arrives_complete() {
    let stage = stage(&[]);
    let sent = stage.value("segment.track", track());
    let event = stage.one_event();
    assert_eq!(event["status"], "delivered");
    let message = &event["message"];
    assert_eq!(message["userId"], "user-42");
    assert_eq!(message["properties"], json!({"revenue": 99.99}));
    assert_eq!(message["messageId"], sent["message_id"]);
    assert_eq!(message["context"]["library"]["name"], "kosmo");
    for stamp in ["timestamp", "sentAt"] {
        let text = message[stamp].as_str().unwrap_or_else(|| panic!("no {stamp}: {message:#}"));
        assert!(text.parse::<jiff::Timestamp>().is_ok(), "{stamp}: {text}");
    }
    assert_eq!(sent["success"], true);
    assert_eq!(sent["accepted_by"], "emulator");
}

/// What a value lacks of what is documented of it, or has in another type.
fn lacking(value: &Value, param: &Param, path: &str, wrong: &mut Vec<String>) {
    let right = match param.kind {
        Type::String => value.is_string(),
        Type::Integer | Type::Number => value.is_number(),
        Type::Boolean => value.is_boolean(),
        Type::Object => value.is_object(),
        Type::Array => value.is_array(),
        Type::Any => true,
    };
    let right = right || value.is_null() && param.nullable;
    if !right {
        wrong.push(format!("{path} is no {}: {value}", param.kind.word()));
    }
    for (name, field) in param.properties.iter().filter(|_| value.is_object()) {
        let path = format!("{path}.{name}");
        match value.get(name) {
            Some(value) => lacking(value, field, &path, wrong),
            None if field.nullable => {}
            None => wrong.push(format!("{path} is missing")),
        }
    }
    if let (Some(items), Some(element)) = (value.as_array(), &param.items) {
        for item in items {
            lacking(item, element, &format!("{path}[]"), wrong);
        }
    }
}

#[test]
fn every_row_with_an_example_works_and_answers_what_it_documents() {
    let stage = stage(&[]);
    let mut wrong = Vec::new();
    for operation in stage.runtime.catalogue().operations() {
        // Each starts from the seed, so that what one deletes another finds.
        ask("POST", "/__emulator/reset").send(&stage.emulator).status(200);
        let options = Options { confirm: Some(1), ..Options::default() };
        let example = Value::Object(operation.example.clone());
        let run = stage.run(&operation.full_name(), example, options);
        match run.result {
            Ok(outcome) => {
                let documented = Param {
                    kind: if operation.result.is_empty() { Type::Any } else { Type::Object },
                    properties: operation.result.clone(),
                    ..Param::default()
                };
                lacking(&outcome.value, &documented, &operation.name, &mut wrong);
            }
            Err(why) => wrong.push(format!("{}: {why:?}", operation.name)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_name_of_a_row_leads_to_it() {
    let stage = stage(&[]);
    let catalogue = stage.runtime.catalogue();
    for operation in catalogue.operations() {
        for name in operation.aliases.iter().chain([&operation.name]) {
            for written in [format!("segment.{name}"), format!("app.integrations.segment.{name}")] {
                assert_eq!(catalogue.find(&written).unwrap().name, operation.name, "{written}");
            }
        }
    }
}

#[test]
fn what_segment_would_drop_is_refused_with_its_code() {
    let stage = stage(&[]);
    let long = "x".repeat(33 * 1024);
    let many: Map<String, Value> = (0..10_001).map(|n| (format!("p{n}"), json!(0))).collect();
    let table = [
        ("track", json!({"userId": "u"}), "event_not_defined"),
        ("track", json!({"userId": "u", "event": ""}), "event_not_defined"),
        ("track", json!({"userId": "u", "event": 7}), "event_not_string"),
        ("track", json!({"event": "E"}), "no_user_anon_id"),
        ("track", json!({"event": "E", "userId": ""}), "no_user_anon_id"),
        ("track", json!({"event": "E", "userId": {}}), "id_not_string"),
        ("track", json!({"event": "E", "userId": "u", "properties": "x"}), "properties_not_object"),
        ("identify", json!({"userId": "u", "traits": "example_traits"}), "traits_not_object"),
        ("page", json!({"userId": "u", "name": false}), "name_not_string"),
        (
            "track",
            json!({"event": "E", "userId": "u", "properties": {"x": long}}),
            "message_too_large",
        ),
        ("track", json!({"event": "E", "userId": "u", "properties": many}), "too_many_properties"),
        ("batch", json!({"batch": []}), "empty_batch"),
        ("batch", json!({"batch": [{"type": "track", "userId": "u"}]}), "event_not_defined"),
        ("batch", json!({"batch": [{"type": "shout", "userId": "u"}]}), "type_unknown"),
    ];
    for (function, args, code) in table {
        let fault = stage.fault(&format!("segment.{function}"), args);
        assert_eq!(fault.code, code, "{function}: {fault:?}");
        assert_eq!((fault.kind, fault.exit()), (Kind::EventInvalid, 12), "{code}");
    }
    assert!(stage.emulator.events().is_empty(), "something was sent");
}

#[test]
fn a_batch_names_every_event_that_is_wrong_and_sends_none() {
    let stage = stage(&[]);
    let fault = stage.fault(
        "segment.batch",
        json!({"batch": [
            {"type": "track", "userId": "u", "event": "Fine"},
            {"type": "identify", "userId": "u", "traits": "no"},
            {"type": "track", "userId": "u"},
        ]}),
    );
    assert!(fault.message.starts_with("batch[1]: "), "{fault}");
    let codes: Vec<_> = fault
        .extra
        .detail
        .iter()
        .flat_map(|list| list.as_array().unwrap())
        .map(|f| &f["code"])
        .collect();
    assert_eq!(codes, ["traits_not_object", "event_not_defined"]);
    assert!(stage.emulator.events().is_empty());
}

#[test]
fn a_batch_arrives_event_by_event() {
    let stage = stage(&[]);
    let sent = stage.value(
        "segment.batch",
        json!({"batch": [
            {"type": "identify", "user_id": 42, "traits": {"plan": "pro"}},
            {"type": "track", "userId": "42", "event": "Signed Up", "messageId": "my-own-id"},
        ]}),
    );
    assert_eq!(sent["count"], 2);
    assert_eq!(sent["message_ids"][1], "my-own-id");
    let events = stage.emulator.events();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["message"]["userId"], "42", "a whole number becomes its text");
    assert!(events.iter().all(|event| event["status"] == "delivered"), "{events:#?}");
}

#[test]
fn a_dry_run_shows_the_request_and_sends_nothing() {
    let stage = stage(&[]);
    let options = Options { dry_run: true, ..Options::default() };
    let run = stage.run("segment.track", track(), options);
    let shown = run.result.unwrap().value;
    assert_eq!(shown["method"], "POST");
    assert!(shown["url"].as_str().unwrap().ends_with("/v1/track"));
    assert_eq!(shown["headers"]["Authorization"], "Basic [redacted]");
    assert_eq!(shown["body"]["writeKey"], "[redacted]");
    assert!(stage.emulator.events().is_empty());
    assert_eq!(run.attempts, 0);
}

#[test]
fn a_passing_failure_is_retried_with_the_same_message_id() {
    let stage = stage(&["POST /v1/track=drop:after,next:1", "POST /v1/track=status:503,next:1"]);
    let run = stage.call("segment.track", track());
    assert_eq!(run.attempts, 3);
    run.result.unwrap();
    let events = stage.emulator.events();
    let delivered = events.iter().filter(|event| event["status"] == "delivered").count();
    assert_eq!(delivered, 1, "the lost answer's event is a duplicate: {events:#?}");
    assert_eq!(events[0]["message_id"], events.last().unwrap()["message_id"]);
}

#[test]
fn the_wait_that_is_asked_for_is_kept_or_reported() {
    let stage = stage(&["POST /v1/track=status:429,retry-after:9999"]);
    let fault = stage.fault("segment.track", track());
    assert_eq!((fault.kind, fault.exit()), (Kind::RateLimited, 7));
    assert_eq!(fault.retry_after_ms(), Some(9_999_000));
    assert!(fault.retryable());
}

#[test]
fn failures_say_what_happened() {
    let table = [
        ("status:500", Kind::Unavailable, 8),
        ("status:503,body:html", Kind::Unavailable, 8),
        ("status:400,body:text", Kind::Rejected, 2),
        ("status:401,body:json", Kind::AuthenticationFailed, 3),
        ("status:403,body:json", Kind::Forbidden, 4),
        ("status:404,body:json", Kind::NotFound, 5),
        ("status:409,body:json", Kind::Conflict, 6),
        ("status:200,body:html", Kind::BadAnswer, 8),
        ("status:200,body:text", Kind::BadAnswer, 8),
        ("drop:before", Kind::Network, 8),
        ("truncate", Kind::Network, 8),
    ];
    for (items, kind, exit) in table {
        let stage = stage(&[&format!("GET /users={items}")]);
        let fault = stage.fault("segment.list_users", json!({}));
        assert_eq!((fault.kind, fault.exit()), (kind, exit), "{items}: {fault:?}");
        assert_eq!(fault.extra.effect, SideEffect::None, "a read changes nothing");
        assert!(fault.extra.run_id.is_some());
    }
}

#[test]
fn time_runs_out() {
    let stage = stage(&["POST /v1/track=delay:60000"]);
    let options = Options { timeout: Some(Duration::from_millis(100)), ..Options::default() };
    let run = stage.run("segment.track", track(), options);
    let fault = run.result.unwrap_err();
    assert_eq!((fault.kind, fault.exit()), (Kind::Timeout, 9));
    assert_eq!(fault.extra.effect, SideEffect::Unknown, "it may have arrived");
}

#[test]
fn cursors_may_be_numbers() {
    let stage = stage(&[]);
    let filter =
        json!({"integrationId": "5GFhvtz8fha42Cm4B9E6L8", "name": "Another", "if": "true"});
    stage.value("segment.create_filter_for_space", filter);
    let args = json!({"integrationId": "5GFhvtz8fha42Cm4B9E6L8"});
    let page = |cursor: Option<String>| {
        let pages = Pages::One { cursor, count: Some(1) };
        let options = Options { pages, ..Options::default() };
        stage.run("segment.list_filters_for_space", args.clone(), options).result.unwrap()
    };
    let first = page(None);
    assert_eq!(first.next_cursor.as_deref(), Some("1"));
    let second = page(first.next_cursor);
    assert_eq!(second.value["filters"][0]["name"], "Another");
    assert_eq!(second.next_cursor, None);
}

#[test]
fn reads_have_their_documented_form() {
    let stage = stage(&[]);
    let workspace = stage.value("segment.get_workspace", json!({"slug": "my-workspace"}));
    assert_eq!(workspace["slug"], "my-workspace");
    assert!(workspace["name"].is_string() && workspace["id"].is_string());
    let by_id = json!({"slug": "my-workspace", "id": "abc123"});
    let source = stage.value("segment.get_source", by_id);
    assert_eq!(source["id"], "abc123");
    assert!(source["write_key"].is_string(), "{source:#}");
    let by_slug = json!({"slug": "my-workspace", "id": source["slug"]});
    assert_eq!(stage.value("segment.get_source", by_slug)["id"], "abc123");
    let user = stage.value("segment.get_current_user", json!({}));
    assert_eq!((&user["authenticated"], &user["identity"]), (&json!(true), &json!("declared")));
    assert!(user["email"].as_str().unwrap().contains('@'), "{user:#}");
    assert_eq!(user["workspace"]["slug"], "my-workspace");
}

#[test]
fn another_workspace_is_refused_by_name() {
    let stage = stage(&[]);
    for function in ["get_workspace", "list_sources"] {
        let fault = stage.fault(&format!("segment.{function}"), json!({"slug": "acme"}));
        assert_eq!((fault.kind, fault.exit()), (Kind::WrongPlace, 3), "{function}");
        assert!(
            fault.message.contains("my-workspace") && fault.message.contains("acme"),
            "{fault}"
        );
    }
}

#[test]
fn wrong_names_lead_to_the_nearest() {
    let stage = stage(&[]);
    let fault = stage.fault("segment.trak_event", json!({}));
    assert_eq!((fault.exit(), &*fault.code), (5, "unknown_function"));
    assert!(fault.hint.unwrap().contains("segment.track_event"));
    let fault = stage.fault("segment.track", json!({"event": "E", "userId": "u", "propertis": {}}));
    assert_eq!((fault.exit(), &*fault.code), (2, "unknown_parameter"));
    assert!(fault.hint.unwrap().contains("properties"));
}
