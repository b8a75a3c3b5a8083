//! Lists: whole, one page, or page by page in constant memory.

use kosmo::engine::{Args, Call, Options, Pages};
use kosmo::error::Fault;
use serde_json::{Value, json};

use super::engine::{Stage, stage};
use super::service::{Seen, Service, call, runtime};

#[test]
fn lists_come_whole_or_page_by_page() {
    let stage = stage(&[]);
    let all = stage.value("segment.list_sources", json!({"slug": "my-workspace"}));
    let total = all["sources"].as_array().unwrap().len();
    assert!(total >= 3, "{all:#}");
    assert_eq!(all["total"], total);
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let pages = Pages::One { cursor: cursor.take(), count: Some(1) };
        let options = Options { pages, ..Options::default() };
        let run = stage.run("segment.list_sources", json!({"slug": "my-workspace"}), options);
        let page = run.result.unwrap();
        assert_eq!(page.value["sources"].as_array().unwrap().len(), 1);
        seen.push(page.value["sources"][0]["id"].clone());
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let ids: Vec<Value> =
        all["sources"].as_array().unwrap().iter().map(|source| source["id"].clone()).collect();
    assert_eq!(seen, ids);
    assert!(all["sources"].as_array().unwrap().iter().all(|s| s["name"] != ""), "{all:#}");
}

/// Every page of a list: its items, or the fault that ends it.
fn pages(stage: &Stage, count: u32) -> Vec<Result<Vec<Value>, Fault>> {
    let args = json!({"slug": "my-workspace"}).as_object().cloned().unwrap();
    let pages = Pages::One { cursor: None, count: Some(count) };
    let options = Options { pages, ..Options::default() };
    let function = "segment.list_sources".to_owned();
    let call = Call { function, args: Args::Named(args), options, ..Call::default() };
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut listing = stage.runtime.engine().pages(call).unwrap();
    let mut pages = Vec::new();
    while let Some(page) = tokio.block_on(listing.next()) {
        pages.push(page.run.result.map(|_| page.items));
    }
    pages
}

#[test]
fn a_list_can_be_had_page_by_page() {
    let stage = stage(&[]);
    let all = stage.value("segment.list_sources", json!({"slug": "my-workspace"}));
    let all = all["sources"].as_array().unwrap().clone();
    let pages = pages(&stage, 2);
    assert_eq!(pages.len(), all.len().div_ceil(2));
    let items: Vec<Value> = pages.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(items, all);
    let call = Call { function: "segment.track".into(), ..Call::default() };
    let fault = stage.runtime.engine().pages(call).err().unwrap();
    assert_eq!((fault.exit(), &*fault.code), (2, "not_a_list"));
}

#[test]
fn a_page_that_fails_says_how_far_it_came_and_where_to_go_on() {
    let stage = stage(&["GET /sources=rate:2/day"]);
    let mut pages = pages(&stage, 1);
    assert_eq!(pages.len(), 3);
    let fault = pages.pop().unwrap().unwrap_err();
    assert!(fault.message.ends_with("(after 2 items)"), "{fault}");
    let detail = fault.extra.detail.unwrap();
    assert_eq!(detail["items"], 2);
    assert!(detail["cursor"].is_string(), "{detail}");
}

#[test]
fn pages_are_as_large_as_the_service_gives_them() {
    let service = Service::start(|_, seen: &Seen| {
        let list = json!([{"id": "x"}]);
        let next = if seen.line.contains("next=2") { "" } else { "2" };
        (200, json!({"data": list, "cursor": {"next": next, "has_more": next == "2"}}))
    });
    let mut account = service.account();
    account.extend([("SEGMENT_PROFILE_TOKEN", "t"), ("SEGMENT_SPACE_ID", "s")]);
    let runtime = runtime(&account, None);
    let ask = |function: &str, pages: Pages| {
        let args = json!({"collection": "users", "externalId": "user_id:7"});
        call(&runtime, function, &args, Options { pages, ..Options::default() }).result
    };
    let of = |count| Pages::One { cursor: None, count: Some(count) };
    let all = ask("get_profile_links", Pages::All).unwrap();
    assert_eq!(all.value["data"].as_array().unwrap().len(), 2);
    ask("get_profile_external_ids", Pages::All).unwrap();
    ask("get_profile_links", of(7)).unwrap();
    ask("get_profile_links", Pages::First { items: 50, cursor: None, count: None }).unwrap();
    let asked: Vec<String> = service
        .lines()
        .iter()
        .filter(|line| !line.contains("next="))
        .map(|line| line.split("limit=").nth(1).unwrap().split('&').next().unwrap().to_owned())
        .collect();
    assert_eq!(asked, ["20", "100", "7", "20"]);
    for (function, count, most) in
        [("get_profile_links", 21, "20"), ("get_profile_external_ids", 101, "100")]
    {
        let fault = ask(function, of(count)).unwrap_err();
        assert_eq!(fault.exit(), 2, "{fault}");
        assert!(fault.message.contains(&format!("{most} items at most")), "{fault}");
    }
    let options = Options { pages: of(1001), ..Options::default() };
    let fault = call(&runtime, "list_users", &json!({}), options).result.unwrap_err();
    assert!(fault.message.contains("1000 items at most"), "{fault}");
}
