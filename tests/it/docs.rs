//! Tests of docs: the rows, the pages made of them, and the guides.

use kosmo::catalogue::Catalogue;

/// Every name the reference, the action lists and the Public API use for what exists today.
const NAMES: &[(&str, &str)] = &[
    ("identify", "identify_user"),
    ("segment_identify", "identify_user"),
    ("segment.segment_identify", "identify_user"),
    ("app.integrations.segment.identify", "identify_user"),
    ("integrations.segment.identify_user", "identify_user"),
    ("Identify-User", "identify_user"),
    ("track", "track_event"),
    ("segment_track", "track_event"),
    ("page", "page_view"),
    ("segment_page", "page_view"),
    ("group", "group"),
    ("segment_group", "group"),
    ("screen", "screen"),
    ("screen_view", "screen"),
    ("segment_screen", "screen"),
    ("alias", "alias"),
    ("alias_user", "alias"),
    ("segment_alias", "alias"),
    ("batch", "batch"),
    ("segment_batch", "batch"),
    ("segment_get_workspace", "get_workspace"),
    ("getWorkspace", "get_workspace"),
    ("segment_list_sources", "list_sources"),
    ("list-sources", "list_sources"),
    ("listSources", "list_sources"),
    ("segment_get_source", "get_source"),
    ("get-source", "get_source"),
    ("getSource", "get_source"),
    ("segment_get_current_user", "get_current_user"),
    ("list-users", "list_users"),
    ("listUsers", "list_users"),
];

fn catalogue() -> Catalogue {
    Catalogue::new(Vec::new())
}

#[test]
fn every_row_can_be_read() {
    let catalogue = catalogue();
    for name in catalogue.names() {
        if let Err(fault) = catalogue.provider(name) {
            panic!("{fault}");
        }
    }
}

#[test]
fn every_name_of_a_function_leads_to_it() {
    let catalogue = catalogue();
    for (written, expected) in NAMES {
        let operation =
            catalogue.find(written).unwrap_or_else(|fault| panic!("{written}: {fault}"));
        assert_eq!(operation.name, *expected, "{written}");
    }
}

#[test]
fn positional_values_mean_what_the_reference_says() {
    let catalogue = catalogue();
    for (function, order) in [
        ("identify", &["userId", "traits"][..]),
        ("track", &["event", "userId", "properties"]),
        ("page", &["name", "userId", "properties"]),
        ("group", &["groupId", "userId", "traits"]),
        ("get_workspace", &["slug"]),
        ("list_sources", &["slug"]),
        ("get_source", &["slug", "id"]),
        ("get_current_user", &[]),
    ] {
        let operation = catalogue.find(function).unwrap();
        let first: Vec<&str> =
            operation.params.keys().take(order.len()).map(String::as_str).collect();
        assert_eq!(first, order, "{function}");
    }
}
