//! The rows of Segment against an independent witness: a table of what Segment documents, written
//! apart from them. A row that was mistyped, forgotten or made up shows here.

use std::collections::BTreeSet;

use kosmo::catalogue::operation::Place;
use kosmo::catalogue::schema::input_schema;
use kosmo::catalogue::search::search;
use kosmo::catalogue::{Catalogue, Effect, Operation, Provider, Route};
use serde_json::Value;

use super::support::kosmo;

const TABLE: &str = include_str!("../fixtures/segment-contract.tsv");

/// How many operations each service documents.
const COUNTS: &[(&str, usize)] = &[
    ("public", 201),
    ("config", 52),
    ("tracking", 7),
    ("profile", 6),
    ("objects", 1),
    ("objects_bulk", 4),
];

/// Required parameters that differ on purpose: the documented reference asks for the workspace's
/// slug, without a kind `list_functions` lists all of them, and an alias needs both ids to mean
/// anything.
const REQUIRED: &[(&str, &str)] = &[
    ("public.getWorkspace", ""),
    ("public.listSources", ""),
    ("public.getSource", ""),
    ("public.listFunctions", ""),
    ("config.getWorkspace", ""),
    ("tracking.alias", "previousId,userId"),
];

/// What is made from the other arguments, so that no caller has to write it.
const DERIVED: &[&str] = &["update_mask"];

/// One line of the table.
struct Line {
    service: &'static str,
    method: &'static str,
    path: &'static str,
    id: &'static str,
    effect: &'static str,
    required: Vec<&'static str>,
    limit: Option<&'static str>,
    stability: &'static str,
    media_type: Option<&'static str>,
    items: Option<&'static str>,
    feature: Option<&'static str>,
}

impl Line {
    fn full(&self) -> String {
        format!("{}.{}", self.service, self.id)
    }
}

fn lines() -> Vec<Line> {
    let given = |text: &'static str| (text != "-").then_some(text);
    let cut = |line: &'static str| {
        let cells: Vec<&'static str> = line.split('\t').collect();
        let [service, method, path, id, effect, required, limit, stability, media, items, feature] =
            cells[..]
        else {
            panic!("not eleven cells: {line}");
        };
        Line {
            service,
            method,
            path,
            id,
            effect,
            required: given(required).map(|names| names.split(',').collect()).unwrap_or_default(),
            limit: given(limit),
            stability,
            media_type: given(media),
            items: given(items),
            feature: given(feature),
        }
    };
    TABLE.lines().filter(|line| !line.starts_with('#')).map(cut).collect()
}

/// A path whatever its placeholders are called.
fn shape(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Every operation with a route to this place.
fn rows<'a>(provider: &'a Provider, line: &Line) -> Vec<(&'a Operation, &'a Route)> {
    let all = provider.operations.values();
    let routes = all.flat_map(|row| row.routes.iter().map(move |route| (row, route)));
    routes
        .filter(|(_, route)| {
            route.service == line.service
                && route.method == line.method
                && shape(&route.path) == shape(line.path)
        })
        .collect()
}

/// The row that is named like the operation, among those that lead to its place.
fn row<'a>(provider: &'a Provider, line: &Line) -> Option<(&'a Operation, &'a Route)> {
    let names = [line.id.to_owned(), format!("config {}", line.id)];
    let named: BTreeSet<&str> = names
        .iter()
        .filter_map(|name| provider.operation(name))
        .map(|row| row.name.as_str())
        .collect();
    rows(provider, line).into_iter().find(|(row, _)| named.contains(row.name.as_str()))
}

/// Compares every line with its row; `differs` says what is wrong.
fn compare(differs: impl Fn(&Line, &Provider, &Operation, &Route) -> Option<String>) {
    let catalogue = Catalogue::new(Vec::new());
    let provider = catalogue.provider("segment").unwrap();
    let wrong: Vec<String> = lines()
        .iter()
        .filter_map(|line| match row(provider, line) {
            Some((row, route)) => differs(line, provider, row, route)
                .map(|what| format!("{} ({}): {what}", line.full(), row.name)),
            None => Some(format!("{}: no row", line.full())),
        })
        .collect();
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}

#[expect(clippy::needless_pass_by_value, reason = "it is called with values made on the spot")]
fn unequal<T: PartialEq + std::fmt::Debug>(documented: T, ours: T) -> Option<String> {
    (documented != ours).then(|| format!("documented {documented:?}, ours {ours:?}"))
}

#[test]
fn the_table_is_complete() {
    let lines = lines();
    for (service, count) in COUNTS {
        let ids: BTreeSet<&str> =
            lines.iter().filter(|line| line.service == *service).map(|line| line.id).collect();
        assert_eq!(ids.len(), *count, "{service}");
    }
    assert_eq!(lines.len(), COUNTS.iter().map(|(_, count)| count).sum::<usize>());
}

#[test]
fn every_documented_operation_is_a_row_and_every_row_is_documented() {
    compare(|_, _, _, _| None);
    let catalogue = Catalogue::new(Vec::new());
    let provider = catalogue.provider("segment").unwrap();
    let documented: BTreeSet<(&str, &str, String)> =
        lines().iter().map(|line| (line.service, line.method, shape(line.path))).collect();
    for row in provider.operations.values() {
        for route in &row.routes {
            let place = (route.service.as_str(), route.method.as_str(), shape(&route.path));
            assert!(documented.contains(&place), "{}: {place:?} is not documented", row.name);
        }
    }
}

#[test]
fn placeholders_are_called_what_segment_calls_them() {
    compare(|line, _, row, route| match line.service {
        // The Config API's paths name a place and its body with the same word; a call cannot.
        "config" | "objects_bulk" => None,
        _ if row.name == "get_source" => None,
        _ => unequal(line.path, route.path.as_str()),
    });
}

#[test]
fn effects_are_what_segment_says() {
    compare(|line, _, row, _| unequal(Effect::parse(line.effect), Some(row.effect)));
}

#[test]
fn required_parameters_are_what_segment_says() {
    compare(|line, _, row, route| {
        // What the account says stands in, and a call where it says nothing is refused.
        let given = |name: &&str| row.params[*name].required || row.params[*name].field.is_some();
        let loose: Vec<&str> = route.placeholders().filter(|name| !given(name)).collect();
        if !loose.is_empty() {
            return Some(format!("{loose:?} stand in the path and are not required"));
        }
        let ours: BTreeSet<&str> = row
            .params
            .iter()
            .filter(|(name, param)| param.required && row.place(route, name, param) != Place::Path)
            .map(|(name, _)| name.as_str())
            .collect();
        let full = line.full();
        let excepted = REQUIRED.iter().find(|(id, _)| *id == full).map(|(_, names)| *names);
        let documented: BTreeSet<&str> = match excepted {
            Some(names) => names.split(',').filter(|name| !name.is_empty()).collect(),
            None => line.required.iter().copied().filter(|name| !DERIVED.contains(name)).collect(),
        };
        unequal(documented, ours)
    });
}

#[test]
fn limits_stability_and_features_are_what_segment_says() {
    compare(|line, _, row, route| {
        if row.route() != route {
            return None;
        }
        unequal(
            (line.limit, line.stability, line.feature),
            (row.limit.as_deref(), row.stability.as_str(), row.feature.as_deref()),
        )
    });
    let catalogue = Catalogue::new(Vec::new());
    let services = &catalogue.provider("segment").unwrap().services;
    assert_eq!(services["config"].limit.as_deref(), Some("200/minute"));
    assert_eq!(services["profile"].limit.as_deref(), Some("100/second"));
}

#[test]
fn bodies_have_the_media_type_of_their_version() {
    compare(|line, provider, row, route| {
        let documented = line.media_type?;
        let service = &provider.services[&route.service];
        unequal(documented, service.media_type_in(row.version(&row.example).unwrap()))
    });
}

#[test]
fn a_field_of_another_version_brings_its_media_type() {
    let catalogue = Catalogue::new(Vec::new());
    let row = catalogue.find("segment.create_source").unwrap();
    let with = |names: &[&str]| {
        let args = names.iter().map(|name| ((*name).to_owned(), Value::Bool(true))).collect();
        row.version(&args).map(str::to_owned)
    };
    assert_eq!(with(&["slug"]).unwrap(), "ga");
    assert_eq!(with(&["slug", "disconnectAllWarehouses"]).unwrap(), "ga");
    assert_eq!(with(&["slug", "name"]).unwrap(), "alpha");
    let both = with(&["name", "disconnectAllWarehouses"]).unwrap_err();
    assert!(both.message.contains("cannot be given together"), "{both}");
}

#[test]
fn paged_lists_name_the_key_of_their_items() {
    compare(|line, _, _, route| match line.service {
        "public" => unequal(line.items, route.items.as_deref()),
        _ => None,
    });
}

#[test]
fn every_replace_of_a_set_and_every_erasure_can_be_guarded() {
    let catalogue = Catalogue::new(Vec::new());
    let provider = catalogue.provider("segment").unwrap();
    let mut guarded = 0;
    for row in provider.operations.values() {
        if let Some(replaces) = &row.replaces {
            guarded += 1;
            assert!(row.params.contains_key(&replaces.param), "{}", row.name);
            let reader = provider
                .operation(&replaces.read)
                .unwrap_or_else(|| panic!("{}: no operation `{}`", row.name, replaces.read));
            for name in reader.route().placeholders() {
                let ours = replaces.given.get(name).map_or(name, String::as_str);
                assert!(row.params.contains_key(ours), "{}: `{name}` stays open", row.name);
            }
        }
        if row.effect == Effect::Erase {
            let path = row.subjects.as_deref().unwrap_or_else(|| panic!("{}", row.name));
            let mut keys = path.split('.');
            let first = &row.example[keys.next().unwrap()];
            let people = keys.fold(first, |value, key| &value[key]);
            assert!(people.as_array().is_some_and(|list| !list.is_empty()), "{}", row.name);
        }
    }
    assert_eq!(guarded, 7);
}

#[test]
fn every_input_schema_is_valid_and_takes_the_example() {
    let catalogue = Catalogue::new(Vec::new());
    for row in catalogue.operations() {
        let schema = input_schema(row);
        assert!(jsonschema::draft202012::meta::is_valid(&schema), "{}: {schema}", row.name);
        let judge = jsonschema::draft202012::new(&schema)
            .unwrap_or_else(|why| panic!("{}: {why}", row.name));
        let example = Value::Object(row.example.clone());
        let complaints: Vec<String> =
            judge.iter_errors(&example).map(|error| error.to_string()).collect();
        assert!(complaints.is_empty(), "{}: {complaints:?}", row.name);
    }
}

#[test]
fn the_account_stands_in_for_the_space_that_nobody_names() {
    let ran = |args: &[&str]| {
        let line = ["integrations:call", "segment.get_profile_traits", "--dry-run", "--json"];
        let run = kosmo(line.iter().chain(args).copied()).env("KOSMO_EMULATOR", "1").run();
        run.stdout + &run.stderr
    };
    let person = ["--collection=users", "--externalId=user_id:user-42"];
    let own = ran(&person);
    assert!(own.contains("/v1/spaces/spa_4kVx9TqLz2WnRc7YbM5pJs/collections/users/"), "{own}");
    let named = ran(&[person[0], person[1], "--spaceId=spa_other"]);
    assert!(named.contains("/v1/spaces/spa_other/"), "{named}");
}
#[test]
fn a_row_is_found_by_what_it_says_people_want() {
    let catalogue = Catalogue::new(Vec::new());
    let wanted = catalogue.operations().flat_map(|row| row.intent.iter().map(move |i| (row, i)));
    // One in nine: searching is slow without optimisation.
    for (row, intent) in wanted.step_by(9) {
        let hits = search(&catalogue, intent, 3);
        let names: Vec<&str> = hits.iter().map(|hit| hit.operation.name.as_str()).collect();
        assert!(names.contains(&row.name.as_str()), "`{intent}` finds {names:?}, not {}", row.name);
    }
}
