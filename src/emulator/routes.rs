//! Which row a request belongs to. Routes come from the catalogue, so that a new row is served
//! without a line here. What is answered is left to the faces.

use crate::catalogue::{self, Catalogue, Operation, Provider};

use super::exchange::decode;
use super::face::Face;

/// One route of one row.
#[derive(Debug)]
pub(super) struct Route {
    /// The face it belongs to; none for another provider's, whose requests come back as they were
    /// understood.
    pub(super) face: Option<Face>,
    /// The HTTP method.
    pub(super) method: String,
    /// The path with every placeholder written `{}`.
    pub(super) pattern: String,
    /// The names of the placeholders, in order.
    pub(super) names: Vec<String>,
    /// The key that wraps the answers of its service.
    pub(super) envelope: Option<String>,
    provider: String,
    operation: String,
    service: String,
}

/// The provider whose services have faces of their own here.
pub(super) const SEGMENT: &str = "segment";

/// What is sent over a wire.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

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
    /// The routes of every row of the catalogue, Segment's first. Of rows that share a route the
    /// first one stands for all.
    pub(super) fn of(catalogue: &Catalogue) -> Self {
        let mut routes: Vec<Route> = Vec::new();
        let (own, others): (Vec<&Provider>, Vec<&Provider>) =
            catalogue.providers().partition(|provider| provider.name == SEGMENT);
        for provider in own.into_iter().chain(others) {
            for operation in provider.operations.values() {
                // What users have added to Segment is not Segment's.
                let own = operation.custom.is_none() || provider.name != SEGMENT;
                let real = |route: &&catalogue::Route| METHODS.contains(&&*route.method);
                for route in operation.routes.iter().filter(|route| own && real(route)) {
                    let pattern = pattern(&route.path);
                    let known = routes
                        .iter()
                        .any(|have| have.method == route.method && have.pattern == pattern);
                    if known {
                        continue;
                    }
                    routes.push(Route {
                        face: (provider.name == SEGMENT).then(|| Face::of(&route.path)),
                        method: route.method.clone(),
                        pattern,
                        names: route.placeholders().map(str::to_owned).collect(),
                        envelope: provider.services[&route.service].envelope.clone(),
                        provider: provider.name.clone(),
                        operation: operation.name.clone(),
                        service: route.service.clone(),
                    });
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

impl Route {
    /// The row it is a route of.
    pub(super) fn row<'a>(&self, catalogue: &'a Catalogue) -> Option<&'a Operation> {
        catalogue.provider(&self.provider).ok()?.operations.get(&self.operation)
    }

    /// The limit that counts a request to it, with the name under which it is counted: its row's
    /// own, else the one that its service's operations share.
    pub(super) fn limit<'a>(&'a self, catalogue: &'a Catalogue) -> Option<(&'a str, &'a str)> {
        if let Some(limit) = &self.row(catalogue)?.limit {
            return Some((&self.operation, limit));
        }
        let service = &catalogue.provider(&self.provider).ok()?.services[&self.service];
        Some((&self.service, service.limit.as_deref()?))
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
        let routes = Routes::of(&Catalogue::new(Vec::new()));
        match routes.find("POST", "/destination/filters/preview") {
            Found::Route(route, _) => assert_eq!(route.operation, "preview_destination_filter"),
            other => panic!("{other:?}"),
        }
        match routes.find("GET", "/sources/a%20b/settings") {
            Found::Route(route, values) => {
                assert_eq!(
                    (&route.names[..], &values[..]),
                    (&["sourceId".to_owned()][..], &["a b".to_owned()][..])
                );
            }
            other => panic!("{other:?}"),
        }
        assert!(
            matches!(routes.find("PUT", "/destinations/1"), Found::OtherMethods(m) if m.contains(&"GET"))
        );
        assert!(matches!(routes.find("GET", "/e"), Found::Nothing));
    }

    #[test]
    fn a_row_without_a_limit_of_its_own_has_that_of_its_service() {
        let catalogue = Catalogue::new(Vec::new());
        let routes = Routes::of(&catalogue);
        let limit = |method: &str, path: &str| match routes.find(method, path) {
            Found::Route(route, _) => route.limit(&catalogue),
            other => panic!("{other:?}"),
        };
        let regulation = limit("POST", "/regulations");
        assert_eq!(regulation, Some(("create_workspace_regulation", "600/minute")));
        assert_eq!(limit("GET", "/v1beta/workspaces"), Some(("config", "200/minute")));
        assert_eq!(limit("GET", "/sources"), None);
    }
}
