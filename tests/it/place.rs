//! Nothing is changed in the wrong place: accounts stay with their workspace and region, and
//! refusals say which place they may be about.

use kosmo::engine::Options;
use kosmo::error::Kind;
use serde_json::{Value, json};

use super::service::{Seen, Service, call, forced, runtime};

/// A service of one workspace.
fn workspace(id: &'static str, slug: &'static str) -> Service {
    Service::start(move |_, _: &Seen| {
        let workspace = json!({"id": id, "slug": slug, "name": slug});
        (
            200,
            json!({"data": {"workspace": workspace, "source": {}, "label": {}, "status": "SUCCESS"}}),
        )
    })
}

fn label() -> Value {
    json!({"label": {"key": "team", "value": "web"}})
}

#[test]
fn an_account_stays_with_the_workspace_it_was_first_seen_in() {
    let home = tempfile::tempdir().unwrap();
    let (acme, other) = (workspace("w-1", "acme"), workspace("w-2", "other"));
    let write = |variables: &[(&str, &str)]| {
        let runtime = runtime(variables, Some(home.path()));
        call(&runtime, "create_label", &label(), forced()).result
    };
    write(&acme.account()).unwrap();
    write(&acme.account()).unwrap();
    assert_eq!(acme.lines(), ["GET /", "POST /labels", "GET /", "POST /labels"]);

    let fault = write(&other.account()).unwrap_err();
    assert_eq!((fault.kind, fault.exit()), (Kind::WrongPlace, 3));
    assert!(fault.message.contains("`acme`") && fault.message.contains("`other`"), "{fault}");
    assert_eq!(other.lines(), ["GET /"], "nothing was changed");
    let runtime = runtime(&other.account(), Some(home.path()));
    let read = call(&runtime, "get_workspace", &json!({"slug": "other"}), Options::default());
    read.result.unwrap();

    let mut moved = acme.account();
    moved.push(("SEGMENT_REGION", "eu"));
    let fault = write(&moved).unwrap_err();
    assert_eq!((fault.exit(), &*fault.code), (3, "wrong_region"));
    assert!(fault.message.contains("`us`") && fault.message.contains("`eu`"), "{fault}");

    let mut decided = other.account();
    decided.push(("SEGMENT_WORKSPACE", "other"));
    write(&decided).unwrap();
    write(&other.account()).unwrap();
    let fault = write(&acme.account()).unwrap_err();
    assert!(fault.message.contains("`other` so far"), "{fault}");
}

#[test]
fn a_home_that_cannot_be_written_only_loses_the_pin() {
    let acme = workspace("w-1", "acme");
    let runtime = runtime(&acme.account(), Some("/dev/null/home".as_ref()));
    for _ in 0..2 {
        let run = call(&runtime, "create_label", &label(), forced());
        assert_eq!(run.attempts, 1, "looking is no attempt");
        run.result.unwrap();
    }
    assert_eq!(acme.lines(), ["GET /", "POST /labels", "POST /labels"], "asked once a process");
}

#[test]
fn a_config_call_for_another_workspace_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let acme = workspace("w-1", "acme");
    let mut account = acme.account();
    account.push(("SEGMENT_TOKEN", "the-config-token"));
    let runtime = runtime(&account, Some(home.path()));
    call(&runtime, "create_label", &label(), forced()).result.unwrap();
    let delete = |workspace: &str| {
        let args = json!({"workspaceName": workspace, "sourceName": "web"});
        call(&runtime, "config_delete_source", &args, forced()).result
    };
    delete("acme").unwrap();
    let fault = delete("other").unwrap_err();
    assert_eq!((fault.kind, fault.exit()), (Kind::WrongPlace, 3));
    assert!(fault.message.contains("`acme`") && fault.message.contains("`other`"), "{fault}");
    assert_eq!(acme.lines()[2..], ["DELETE /v1beta/workspaces/acme/sources/web"]);
}

#[test]
fn refusals_say_what_they_may_be_about() {
    let service = Service::start(|_, seen| match seen.what() {
        line if line.starts_with("GET /users") => (401, json!({"errors": [{"type": "x"}]})),
        line if line.starts_with("GET /spaces?") => (403, json!({"errors": [{"type": "x"}]})),
        _ => (404, json!({"errors": [{"type": "NotFound"}]})),
    });
    let mut account = service.account();
    account.push(("SEGMENT_REGION", "eu"));
    let runtime = runtime(&account, None);
    let hint = |function: &str, args: Value| {
        let fault = call(&runtime, function, &args, forced()).result.unwrap_err();
        fault.hint.clone().unwrap_or_else(|| panic!("{fault:?}"))
    };
    let said = hint("list_users", json!({}));
    assert!(said.contains("`eu`") && said.contains("`us`"), "{said}");
    let said = hint("list_spaces", json!({}));
    assert!(said.contains("alpha") && said.contains("`Spaces`"), "{said}");
    let said = hint("get_space", json!({"spaceId": "s"}));
    assert!(said.contains("`Spaces`") && said.contains("the id is wrong"), "{said}");
}
