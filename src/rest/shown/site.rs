//! Which function a request is for. Paths with one form are one place, whatever their gaps are called;
//! of several that a path fits, the one with the most fixed text counts.

use axum::http::Method;
use percent_encoding::percent_decode_str;

use super::Spot;
use crate::catalogue::name::{did_you_mean, nearest};
use crate::error::Fault;

/// All places.
pub(super) struct Site {
    places: Vec<Place>,
}

/// Paths of one form.
struct Place {
    form: Vec<Part>,
    spots: Vec<Spot>,
}

/// What stands between two slashes.
#[derive(Debug, PartialEq)]
enum Part {
    Fixed(String),
    /// A gap, with what stands before and after it.
    Gap(String, String),
}

/// What is at a path.
pub(super) enum Found<'a> {
    /// A function, and the values of the gaps by name.
    Spot(&'a Spot, Vec<(String, String)>),
    /// Functions of other methods.
    Others(String),
    /// Nothing.
    Nothing(Fault),
}

impl Site {
    pub(super) fn of(spots: Vec<Spot>) -> Self {
        let mut places: Vec<Place> = Vec::new();
        for spot in spots {
            let form = form(&spot.path);
            match places.iter_mut().find(|place| place.form == form) {
                Some(place) => place.spots.push(spot),
                None => places.push(Place { form, spots: vec![spot] }),
            }
        }
        let fixed =
            |place: &Place| place.form.iter().filter(|part| matches!(part, Part::Fixed(_))).count();
        places.sort_by_key(|place| std::cmp::Reverse(fixed(place)));
        Self { places }
    }

    pub(super) fn find(&self, method: &Method, path: &str) -> Found<'_> {
        let fitting = || self.places.iter().filter_map(|place| Some((place, fits(place, path)?)));
        let wanted = if method == Method::HEAD { "GET" } else { method.as_str() };
        for (place, values) in fitting() {
            let Some(spot) = place.spots.iter().find(|spot| spot.method == wanted) else {
                continue;
            };
            let values = values.into_iter().map(|value| {
                percent_decode_str(value).decode_utf8().map(std::borrow::Cow::into_owned)
            });
            let Ok(values) = values.collect::<Result<Vec<_>, _>>() else {
                return Found::Nothing(Fault::usage("the path is not text").code("invalid_path"));
            };
            return Found::Spot(spot, gaps(&spot.path).zip(values).collect());
        }
        let mut methods: Vec<&str> = fitting()
            .flat_map(|(place, _)| &place.spots)
            .flat_map(|spot| {
                let head = (spot.method == "GET").then_some("HEAD");
                [Some(spot.method.as_str()), head].into_iter().flatten()
            })
            .collect();
        methods.dedup();
        match methods.is_empty() {
            true => Found::Nothing(self.nothing(path)),
            false => Found::Others(methods.join(", ")),
        }
    }

    fn nothing(&self, path: &str) -> Fault {
        let fault = Fault::not_found("there is nothing at this address").code("unknown_route");
        let paths = || self.places.iter().map(|place| place.spots[0].path.as_str());
        let near = nearest(path, paths());
        fault.hint(
            did_you_mean(&near).unwrap_or_else(|| {
                format!("there are: {}", paths().collect::<Vec<_>>().join(", "))
            }),
        )
    }
}

/// The names of the gaps in a path, one of each part.
fn gaps(path: &str) -> impl Iterator<Item = String> {
    parts(path).filter_map(|part| {
        let (_, rest) = part.split_once('{')?;
        Some(rest.split_once('}')?.0.to_owned())
    })
}

fn form(path: &str) -> Vec<Part> {
    let part = |text: &str| match text.split_once('{').and_then(|(before, rest)| {
        let (_, after) = rest.split_once('}')?;
        Some((before, after))
    }) {
        Some((before, after)) => Part::Gap(before.to_owned(), after.to_owned()),
        None => Part::Fixed(text.to_owned()),
    };
    parts(path).map(part).collect()
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

/// The values of the gaps, still encoded.
fn fits<'a>(place: &Place, path: &'a str) -> Option<Vec<&'a str>> {
    let mut values = Vec::new();
    let mut given = parts(path);
    for part in &place.form {
        let text = given.next()?;
        match part {
            Part::Fixed(own) if own == text => {}
            Part::Fixed(_) => return None,
            Part::Gap(before, after) => {
                let value = text.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?;
                values.push(Some(value).filter(|value| !value.is_empty())?);
            }
        }
    }
    given.next().is_none().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(spots: &[(&str, &str)]) -> Site {
        let spot = |(method, path): &(&str, &str)| Spot {
            method: (*method).to_owned(),
            path: (*path).to_owned(),
            function: format!("{method} {path}"),
            headers: Vec::new(),
        };
        Site::of(spots.iter().map(spot).collect())
    }

    fn at(site: &Site, method: &str, path: &str) -> String {
        match site.find(&method.parse().unwrap(), path) {
            Found::Spot(spot, values) => format!("{} {values:?}", spot.function),
            Found::Others(methods) => methods,
            Found::Nothing(fault) => fault.code.into_owned(),
        }
    }

    #[test]
    fn paths_of_one_form_are_one_place() {
        let site = site(&[
            ("GET", "/a/{x}"),
            ("DELETE", "/a/{y}"),
            ("POST", "/a"),
            ("GET", "/a/new"),
            ("GET", "/f/{n}.json"),
        ]);
        assert_eq!(at(&site, "GET", "/a/1%2F2"), r#"GET /a/{x} [("x", "1/2")]"#);
        assert_eq!(at(&site, "DELETE", "/a/1"), r#"DELETE /a/{y} [("y", "1")]"#);
        assert_eq!(at(&site, "GET", "/a/new"), "GET /a/new []");
        assert_eq!(at(&site, "DELETE", "/a/new"), r#"DELETE /a/{y} [("y", "new")]"#);
        assert_eq!(at(&site, "HEAD", "/f/b.json"), r#"GET /f/{n}.json [("n", "b")]"#);
        assert_eq!(at(&site, "PUT", "/a/1"), "GET, HEAD, DELETE");
        assert_eq!(at(&site, "PUT", "/a"), "POST");
        for none in ["/", "/a/", "/a/1/", "/b", "//a", "/f/.json", "/a/%FF"] {
            let code = at(&site, "GET", none);
            assert!(matches!(&*code, "unknown_route" | "invalid_path"), "{none}: {code}");
        }
    }
}
