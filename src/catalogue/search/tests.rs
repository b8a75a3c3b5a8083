//! What a search finds, and that kept words find the same.

use super::*;

fn found(query: &str) -> Vec<String> {
    let catalogue = Catalogue::new(Vec::new());
    search(&catalogue, query, 20).iter().map(|hit| hit.operation.name.clone()).collect()
}

#[test]
fn the_function_meant_comes_first() {
    for (query, expected) in [
        ("track_event", "track_event"),
        ("listSources", "list_sources"),
        ("segment.segment_identify", "identify_user"),
        ("Page View", "page_view"),
        ("log a conversion", "track_event"),
        ("record a purchase", "track_event"),
        ("who am I", "get_current_user"),
        ("verify credentials", "get_current_user"),
        ("is my token valid", "get_current_user"),
        ("add user to company", "group"),
        ("merge two ids", "alias"),
        ("bulk import", "batch"),
        ("show all sources", "list_sources"),
        ("write key of one source", "get_source"),
        ("workspace details", "get_workspace"),
        ("team members", "list_users"),
        ("update a user's traits", "identify_user"),
        ("mobile screen", "screen"),
        ("somebody visited the website", "page_view"),
        ("workspce", "get_workspace"),
        ("idnetify", "identify_user"),
    ] {
        assert_eq!(found(query).first().map(String::as_str), Some(expected), "{query}");
    }
}

/// Whatever rows say of themselves, the kept words lead to the same rows with the same scores as
/// the rows read now.
#[test]
fn kept_words_are_those_of_the_rows() {
    let catalogue = Catalogue::new(Vec::new());
    let kept = Index::of(&catalogue);
    let sections = catalogue.providers().map(|own| Section::of(own, own.operations.values()));
    let read = Index::joined(sections);
    assert!(catalogue.names().all(|name| catalogue.kept_words(name).is_some()));
    let told = |index: &Index<'_>, query: &str| -> Vec<(String, [u64; 3])> {
        let figures = |hit: &Hit<'_>| [hit.score, hit.overlap, hit.covered].map(f64::to_bits);
        let hits = index.find(query, 20);
        hits.iter().map(|hit| (hit.operation.full_name(), figures(hit))).collect()
    };
    let titles = catalogue.operations().map(|operation| operation.title.as_str());
    for query in titles.step_by(4).chain(["workspce", "the", "", "usr", "list"]) {
        assert_eq!(told(&kept, query), told(&read, query), "{query}");
    }
}

#[test]
fn a_group_of_functions_is_found_by_its_noun() {
    let sources = found("source");
    assert!(sources[..2].contains(&"get_source".to_owned()), "{sources:?}");
    assert!(sources[..2].contains(&"list_sources".to_owned()), "{sources:?}");
}

#[test]
fn nothing_is_found_for_nothing_and_for_nonsense() {
    assert!(found("").is_empty());
    assert!(found("  ").is_empty());
    assert!(found("xyzzy qwrtp").is_empty());
}

#[test]
fn the_limit_holds_and_the_order_is_always_the_same() {
    let catalogue = Catalogue::new(Vec::new());
    assert_eq!(search(&catalogue, "user", 2).len(), 2);
    assert_eq!(found("user"), found("user"));
}
