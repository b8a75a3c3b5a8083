//! Which row a request belongs to. Routes come from the catalogue, so that a new row is served
//! without a line here; a few more are documented by Segment and needed by no row. What is answered
//! is left to `workspace` and `echo`.

use crate::catalogue::{Catalogue, Provider};

use super::exchange::decode;

/// Who answers a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// Segment's workspace, through the Public or the Config API.
    Workspace,
    /// Another provider: the request comes back as it was understood.
    Echo,
}

/// One route.
#[derive(Debug)]
pub(super) struct Route {
    /// Who answers it.
    pub(super) owner: Owner,
    /// The HTTP method.
    pub(super) method: String,
    /// The path with every placeholder written `{}`.
    pub(super) pattern: String,
    /// The key that wraps the answers of its service.
    pub(super) envelope: Option<String>,
}

/// Documented by Segment, and served although no row may need them.
const DOCUMENTED: &[(&str, &str)] = &[
    ("GET", "/"),
    ("GET", "/echo"),
    ("GET", "/sources"),
    ("GET", "/sources/{}"),
    ("GET", "/users"),
    ("GET", "/users/{}"),
    ("GET", "/v1beta/workspaces"),
    ("GET", "/v1beta/workspaces/{}"),
    ("GET", "/v1beta/workspaces/{}/sources"),
    ("GET", "/v1beta/workspaces/{}/sources/{}"),
];

/// The provider whose services have faces of their own here.
pub(super) const SEGMENT: &str = "segment";

/// All routes.
#[derive(Debug)]
pub(super) struct Routes(Vec<Route>);

/// What a request's method and path come to.
#[derive(Debug)]
pub(super) enum Found<'a> {
    /// This route, with the decoded values of its placeholders.
    Route(&'a Route, Vec<String>),
    /// The path exists, for these methods only.
    OtherMethods(Vec<&'a str>),
    /// No such path.
    Nothing,
}

impl Routes {
    /// The routes of every row of the catalogue, Segment's first.
    pub(super) fn of(catalogue: &Catalogue) -> Self {
        let mut routes: Vec<Route> = DOCUMENTED
            .iter()
            .map(|(method, pattern)| Route {
                owner: Owner::Workspace,
                method: (*method).to_owned(),
                pattern: (*pattern).to_owned(),
                envelope: None,
            })
            .collect();
        let (own, others): (Vec<&Provider>, Vec<&Provider>) =
            catalogue.providers().partition(|provider| provider.name == SEGMENT);
        for provider in own.into_iter().chain(others) {
            let rows = provider.operations.values().flat_map(|operation| &operation.routes);
            for route in rows.filter(|route| owner(provider, &route.service).is_some()) {
                let pattern = pattern(&route.path);
                let known = routes
                    .iter()
                    .any(|have| have.method == route.method && have.pattern == pattern);
                if let Some(owner) = owner(provider, &route.service).filter(|_| !known) {
                    let envelope = provider.services[&route.service].envelope.clone();
                    routes.push(Route { owner, method: route.method.clone(), pattern, envelope });
                }
            }
        }
        Self(routes)
    }

    /// The route of a request. Where several fit, the one with the fewest placeholders.
    pub(super) fn find(&self, method: &str, path: &str) -> Found<'_> {
        let mut fitting: Vec<(&Route, Vec<String>)> = self
            .0
            .iter()
            .filter_map(|route| captures(&route.pattern, path).map(|values| (route, values)))
            .collect();
        fitting.sort_by_key(|(_, values)| values.len());
        match fitting.iter().position(|(route, _)| route.method == method) {
            Some(index) => {
                let (route, values) = fitting.swap_remove(index);
                Found::Route(route, values)
            }
            None if fitting.is_empty() => Found::Nothing,
            None => Found::OtherMethods(
                fitting.iter().map(|(route, _)| route.method.as_str()).collect(),
            ),
        }
    }
}

/// The Tracking API reads its paths itself; Segment's other services are faces of the workspace.
fn owner(provider: &Provider, service: &str) -> Option<Owner> {
    match (provider.name.as_str(), service) {
        (SEGMENT, "public" | "config") => Some(Owner::Workspace),
        (SEGMENT, _) => None,
        _ => Some(Owner::Echo),
    }
}

/// The path with its placeholders' names removed.
fn pattern(path: &str) -> String {
    let mut pattern = String::with_capacity(path.len());
    let mut inside = false;
    for letter in path.chars() {
        match letter {
            '{' => inside = true,
            '}' => {
                inside = false;
                pattern.push_str("{}");
            }
            _ if inside => {}
            _ => pattern.push(letter),
        }
    }
    pattern
}

/// The values of the placeholders when the path has the pattern's form. A placeholder may fill a
/// part of a segment (`{id}:deploy`) but never crosses a slash and is never empty.
fn captures(pattern: &str, path: &str) -> Option<Vec<String>> {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut values = Vec::new();
    loop {
        let (wanted, given) = match (wanted.next(), given.next()) {
            (None, None) => return Some(values),
            (Some(wanted), Some(given)) => (wanted, given),
            _ => return None,
        };
        match wanted.split_once("{}") {
            None if wanted == given => {}
            None => return None,
            Some((before, after)) => {
                let value = given.strip_prefix(before)?.strip_suffix(after)?;
                if value.is_empty() {
                    return None;
                }
                values.push(decode(value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_fills_one_segment_and_is_decoded() {
        assert_eq!(captures("/sources/{}", "/sources/a%2Fb"), Some(vec!["a/b".to_owned()]));
        assert_eq!(captures("/sources/{}", "/sources/a/b"), None);
        assert_eq!(captures("/sources/{}", "/sources/"), None);
        assert_eq!(captures("/x/{}:get", "/x/m:get"), Some(vec!["m".to_owned()]));
        assert_eq!(pattern("/a/{id}/b/{other}"), "/a/{}/b/{}");
    }

    #[test]
    fn the_more_exact_route_wins_and_a_wrong_method_is_told_apart_from_a_wrong_path() {
        let route = |method: &str, pattern: &str| Route {
            owner: Owner::Workspace,
            method: method.into(),
            pattern: pattern.into(),
            envelope: None,
        };
        let routes = Routes(vec![route("GET", "/d/{}"), route("GET", "/d/preview")]);
        match routes.find("GET", "/d/preview") {
            Found::Route(route, _) => assert_eq!(route.pattern, "/d/preview"),
            other => panic!("{other:?}"),
        }
        assert!(matches!(routes.find("PUT", "/d/1"), Found::OtherMethods(m) if m == ["GET"]));
        assert!(matches!(routes.find("GET", "/e"), Found::Nothing));
    }

    #[test]
    fn every_row_of_the_catalogue_has_a_route() {
        let catalogue = Catalogue::new(Vec::new());
        let routes = Routes::of(&catalogue);
        for provider in catalogue.providers() {
            for route in provider.operations.values().flat_map(|operation| &operation.routes) {
                if owner(provider, &route.service).is_some() {
                    let found =
                        routes.find(&route.method, &pattern(&route.path).replace("{}", "x"));
                    assert!(matches!(found, Found::Route(..)), "{} {}", route.method, route.path);
                }
            }
        }
    }
}
