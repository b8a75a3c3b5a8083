//! Nothing is lost or doubled by mistake: replaced sets, lost answers, erasures,
//! masked secrets and slugs for ids.

use kosmo::catalogue::Effect;
use kosmo::engine::{Args, Call, Options, Origin};
use kosmo::error::{Kind, SideEffect};
use serde_json::{Value, json};

use super::service::{Reply, Seen, Service, call, forced, run};

/// What every read of these tests finds.
fn data() -> Value {
    let permissions = json!([{"roleId": "owner", "resources": []}]);
    json!({"data": {
        "workspace": {"id": "w-1", "slug": "acme", "name": "Acme"},
        "users": [{"id": "u-1", "email": "ada@example.com"}],
        "user": {"id": "u-1", "permissions": permissions},
        "userGroup": {"id": "g-1", "permissions": permissions},
        "rules": [{"type": "TRACK", "key": "A", "version": 1}],
        "source": {"id": "s-1", "labels": [{"key": "team", "value": "web"}]},
        "enabled": true,
        "schedule": {"timezone": "UTC", "times": []},
        "successes": [{"key": "jane@example.com", "type": "EMAIL", "status": "SUBSCRIBED"}],
        "pagination": {"current": "MA=="},
    }})
}

fn puts(service: &Service) -> usize {
    service.lines().iter().filter(|line| line.starts_with("PUT ")).count()
}

#[test]
fn every_set_is_replaced_only_when_it_is_the_one_that_was_seen() {
    let service = Service::start(|_, _: &Seen| (200, data()));
    let runtime = service.runtime();
    let rows: Vec<_> = runtime
        .catalogue()
        .operations()
        .filter(|row| row.provider == "segment" && row.effect == Effect::Replace)
        .collect();
    assert_eq!(rows.len(), 7);
    for (number, row) in rows.into_iter().enumerate() {
        let with = |options| {
            let args = Value::Object(row.example.clone());
            // A process of its own each time: some of these may be called twice a minute only.
            call(&service.runtime(), &row.name, &args, Options { force: true, ..options }).result
        };
        let unseen = with(Options::default()).unwrap_err();
        assert_eq!((unseen.exit(), &*unseen.code), (4, "replace_needs_expect"), "{}", row.name);
        let detail = unseen.extra.detail.unwrap();
        assert_eq!(detail["now"], 1, "{}: {detail}", row.name);
        let hash = detail["hash"].as_str().unwrap().to_owned();
        let stale = with(Options { expect: Some("0123".into()), ..Options::default() });
        let stale = stale.unwrap_err();
        assert_eq!((stale.exit(), &*stale.code), (6, "drift"), "{}", row.name);
        assert_eq!(puts(&service), 2 * number, "{}: nothing is sent unseen", row.name);
        with(Options { expect: Some(hash), ..Options::default() }).unwrap();
        with(Options { replace_all: true, ..Options::default() }).unwrap();
        assert_eq!(puts(&service), 2 * number + 2, "{}", row.name);
    }
}

#[test]
fn erasures_need_the_exact_number_from_a_command_line() {
    let service = Service::start(|_, _: &Seen| (200, data()));
    let runtime = service.runtime();
    let rows: Vec<_> =
        runtime.catalogue().operations().filter(|row| row.effect == Effect::Erase).collect();
    assert!(rows.len() >= 4, "{}", rows.len());
    for row in rows {
        let with = |origin, confirm| {
            let options = Options { force: true, confirm, ..Options::default() };
            let args = Args::Named(row.example.clone());
            let function = row.full_name();
            run(&runtime, Call { function, args, options, origin, ..Call::default() }).result
        };
        for (origin, confirm) in [
            (Origin::Cli, None),
            (Origin::Cli, Some(2)),
            (Origin::Lua, Some(1)),
            (Origin::Mcp, Some(1)),
            (Origin::Rest, Some(1)),
        ] {
            let fault = with(origin, confirm).unwrap_err();
            assert_eq!(fault.exit(), 4, "{}: {origin:?} {confirm:?}", row.name);
            assert!(fault.hint.unwrap().contains("--confirm 1"), "{}", row.name);
        }
    }
    assert_eq!(service.lines(), [""; 0], "nothing was sent");
    let ids: Vec<String> = (0..11).map(|n| format!("user-{n}")).collect();
    let args = |ids: &[String]| json!({"regulationType": "DELETE_ONLY", "subjectType": "USER_ID", "subjectIds": ids});
    let confirm = |count| Options { confirm: Some(count), ..Options::default() };
    let fault = call(&runtime, "create_regulation", &args(&ids), confirm(11)).result.unwrap_err();
    assert!(fault.message.contains("10 at once is the cap"), "{fault}");
    call(&runtime, "create_regulation", &args(&ids[..10]), confirm(10)).result.unwrap();
    assert_eq!(service.lines(), ["GET /", "POST /regulations"]);
}

/// A service that has these sources and answers `POST /sources` in its own way.
fn sources(listed: Value, create: impl Fn() -> Reply + Send + 'static) -> Service {
    Service::start(move |_, seen| match seen.what() {
        "POST /sources" => create(),
        "GET /" => Reply::Json(200, data()),
        line if line.starts_with("GET /sources?") => {
            Reply::Json(200, json!({"data": {"sources": listed, "pagination": {}}}))
        }
        line => panic!("{line}"),
    })
}

fn web_shop() -> Value {
    json!({"slug": "web-shop", "enabled": true, "metadataId": "IqDTy1TpoU"})
}

#[test]
fn a_create_whose_answer_was_lost_is_looked_up() {
    let shop = json!({"id": "s-9", "slug": "web-shop", "name": "Shop"});
    let service = sources(json!([{"id": "s-1", "slug": "other"}, shop]), || Reply::Nothing);
    let made = call(&service.runtime(), "create_source", &web_shop(), forced()).result.unwrap();
    assert_eq!((&made.value["source"], made.effect), (&shop, Some("created")));
    let posts = service.lines().iter().filter(|line| line.starts_with("POST")).count();
    assert_eq!(posts, 1, "never sent twice");

    let service = sources(json!([{"id": "s-1", "slug": "other"}]), || Reply::Nothing);
    let fault = call(&service.runtime(), "create_source", &web_shop(), forced()).result;
    let fault = fault.unwrap_err();
    assert_eq!((fault.extra.effect, fault.retryable()), (SideEffect::None, true));

    let twins = json!([{"id": "s-1", "slug": "web-shop"}, {"id": "s-2", "slug": "web-shop"}]);
    let service = sources(twins, || Reply::Nothing);
    let fault = call(&service.runtime(), "create_source", &web_shop(), forced()).result;
    assert_eq!(fault.unwrap_err().extra.effect, SideEffect::Unknown);

    // A gateway that gave up says nothing of what was done behind it.
    let service = sources(json!([shop]), || Reply::Json(504, json!({})));
    let made = call(&service.runtime(), "create_source", &web_shop(), forced()).result.unwrap();
    assert_eq!(made.value["source"], shop);
}

#[test]
fn a_conflict_names_what_is_there() {
    let taken = || Reply::Json(409, json!({"errors": [{"type": "conflict", "message": "taken"}]}));
    let service = sources(json!([{"id": "s-9", "slug": "web-shop"}]), taken);
    let fault = call(&service.runtime(), "create_source", &web_shop(), forced()).result;
    let fault = fault.unwrap_err();
    assert_eq!((fault.kind, fault.exit()), (Kind::Conflict, 6));
    assert_eq!(fault.hint.as_deref(), Some("there is one already: `s-9`"));
}

#[test]
fn an_ordinary_create_says_that_it_was_done() {
    let service =
        sources(json!([]), || Reply::Json(201, json!({"data": {"source": {"slug": "web-shop"}}})));
    let made = call(&service.runtime(), "create_source", &web_shop(), forced()).result.unwrap();
    assert_eq!((made.effect, made.status), (Some("created"), Some(201)));
    assert_eq!(made.value["source"]["name"], "web-shop");
}

#[test]
fn masked_secrets_are_not_sent_back() {
    let service = Service::start(|_, _: &Seen| (200, data()));
    let runtime = service.runtime();
    let table = [
        (
            "update_destination",
            json!({"destinationId": "d", "settings": {"k": "••••dada"}}),
            "settings.k",
        ),
        (
            "update_warehouse",
            json!({"warehouseId": "w", "settings": {"a": [{"b": "x"}, {"b": "••"}]}}),
            "settings.a[1].b",
        ),
        ("update_source", json!({"sourceId": "s", "name": "••••"}), "name"),
    ];
    for (function, args, path) in table {
        let fault = call(&runtime, function, &args, forced()).result.unwrap_err();
        assert_eq!((fault.exit(), &*fault.code), (2, "masked_secret"), "{function}");
        assert_eq!(fault.extra.param.as_deref(), Some(path));
    }
    assert_eq!(service.lines(), [""; 0], "nothing was sent");
    let event = json!({"userId": "u", "event": "E", "properties": {"text": "•• a list"}});
    call(&runtime, "track", &event, forced()).result.unwrap();
}

/// A service with a catalogue of three kinds of source.
fn catalogue() -> Service {
    Service::start(|_, seen| match seen.what() {
        "GET /" => (200, data()),
        "POST /sources" => (201, json!({"data": {"source": {"slug": "x", "name": "X"}}})),
        line if line.starts_with("GET /catalog/sources?") => {
            let kind = |id: &str, slug: &str| json!({"id": id, "slug": slug});
            let kinds = [
                kind("IqDTy1TpoU", "javascript"),
                kind("UBrsG9RVzw", "ios"),
                kind("aaaAAA1111", "twin"),
                kind("bbbBBB2222", "twin"),
            ];
            (200, json!({"data": {"sourcesCatalog": kinds, "pagination": {}}}))
        }
        line => panic!("{line}"),
    })
}

#[test]
fn a_slug_of_the_catalogue_is_taken_for_the_id() {
    let service = catalogue();
    let runtime = service.runtime();
    let create = |kind: &str| {
        let args = json!({"slug": "x", "enabled": true, "metadataId": kind});
        call(&runtime, "create_source", &args, forced()).result
    };
    create("javascript").unwrap();
    create("UBrsG9RVzw").unwrap();
    let seen = service.seen();
    let posts: Vec<Value> =
        seen.iter().filter(|seen| seen.line.starts_with("POST")).map(Seen::json).collect();
    assert_eq!(posts[0]["metadataId"], "IqDTy1TpoU");
    assert_eq!(posts[1]["metadataId"], "UBrsG9RVzw");
    let asked = service.lines().iter().filter(|line| line.contains("/catalog/")).count();
    assert_eq!(asked, 1, "an id is passed on without asking");

    let fault = create("javascrip").unwrap_err();
    assert_eq!((fault.exit(), &*fault.code), (2, "unknown_slug"));
    assert!(fault.hint.unwrap().contains("javascript"));
    let fault = create("twin").unwrap_err();
    assert_eq!((fault.exit(), &*fault.code), (2, "ambiguous_slug"));
    assert!(fault.hint.unwrap().contains("aaaAAA1111, bbbBBB2222"));
}
