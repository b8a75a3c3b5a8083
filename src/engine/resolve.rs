//! Slugs where the service wants ids: nobody remembers `IqDTy1TpoU`, everybody knows `javascript`.
//! Which operation lists what a parameter may name is written in its row.

use serde_json::{Map, Value};

use super::Engine;
use super::ask::reach;
use super::call::Options;
use super::hooks::Scene;
use super::request::Request;
use crate::catalogue::name::{did_you_mean, nearest};
use crate::error::{Fault, Kind};

/// The shortest id a service makes up.
const SHORTEST_ID: usize = 10;

impl Engine {
    /// The arguments and the request with ids in place of slugs; none when there is nothing to
    /// replace.
    pub(super) async fn resolve(
        &self,
        scene: Scene<'_>,
        options: &Options,
    ) -> Result<Option<(Map<String, Value>, Request)>, Fault> {
        let mut args: Option<Map<String, Value>> = None;
        for (name, param) in &scene.operation.params {
            let given = scene.args.get(name).and_then(Value::as_str);
            let (Some(list), Some(text)) = (&param.resolve, given) else { continue };
            if is_id(text) {
                continue;
            }
            let id = self.id_of(scene, name, list, text).await?;
            args.get_or_insert_with(|| scene.args.clone()).insert(name.clone(), id);
        }
        let Some(args) = args else { return Ok(None) };
        let (provider, operation, route) = (scene.provider, scene.operation, scene.route);
        let row = (provider, operation, route);
        let (body, _) = self.prepare(row, scene.account, options, args.clone())?;
        let request = self.bind(provider, operation, route, scene.account, &body)?;
        Ok(Some((args, request)))
    }

    /// A fault about something that is not there, with the ids that may have been meant by its slug
    /// or name. Nothing is done to them: a name may be anybody's.
    pub(super) async fn name_ids(&self, scene: Scene<'_>, fault: Fault) -> Fault {
        if !matches!(fault.kind, Kind::NotFound | Kind::Rejected) {
            return fault;
        }
        for (name, list) in &scene.provider.listed {
            let given = scene.args.get(name).and_then(Value::as_str);
            let Some(text) = given.filter(|text| is_slug(text)) else { continue };
            // Whatever comes of looking, the fault stays what it is.
            let Ok((answer, route)) = self.ask(scene, list, &Map::new()).await else { continue };
            let items = reach(&answer, route.items.as_deref().unwrap_or_default());
            let ids: Vec<&str> = items
                .into_iter()
                .filter(|item| goes_by(item, text))
                .filter_map(|item| item["id"].as_str())
                .collect();
            let hint = match ids.as_slice() {
                [] => continue,
                [id] if *id == text => continue,
                [id] => format!("`{name}` must be an id: `{text}` is the name of `{id}`"),
                ids => format!("`{name}` must be an id: `{text}` names {}", ids.join(", ")),
            };
            return fault.param(name).hint(hint);
        }
        fault
    }

    async fn id_of(
        &self,
        scene: Scene<'_>,
        name: &str,
        list: &str,
        text: &str,
    ) -> Result<Value, Fault> {
        let (answer, route) = self.ask(scene, list, &Map::new()).await?;
        let items = reach(&answer, route.items.as_deref().unwrap_or_default());
        let found: Vec<&&Value> =
            items.iter().filter(|item| item["slug"] == text || item["id"] == text).collect();
        match found.as_slice() {
            [one] => Ok(one["id"].clone()),
            [] => {
                let slugs = items.iter().filter_map(|item| item["slug"].as_str());
                let near = nearest(text, slugs);
                let hint = did_you_mean(&near).unwrap_or_else(|| format!("`{list}` lists them"));
                Err(Fault::usage(format!("`{name}`: there is no `{text}`"))
                    .code("unknown_slug")
                    .param(name)
                    .hint(hint))
            }
            several => {
                let ids: Vec<&str> =
                    several.iter().filter_map(|item| item["id"].as_str()).collect();
                Err(Fault::usage(format!("`{name}`: `{text}` names {} of them", ids.len()))
                    .code("ambiguous_slug")
                    .param(name)
                    .hint(format!("give one of the ids {}", ids.join(", "))))
            }
        }
    }
}

/// Whether a thing is known to people by this name.
fn goes_by(item: &Value, text: &str) -> bool {
    let is = |name: &Value| name.as_str().is_some_and(|name| name.eq_ignore_ascii_case(text));
    let names = ["id", "slug", "name", "displayName", "email"];
    names.iter().any(|key| is(&item[key]))
        || ["slug", "name"].iter().any(|key| is(&item["metadata"][key]))
        || is(&item["settings"]["name"])
}

/// Whether a text may have been made up by a person: most ids have capitals and digits in no order.
fn is_slug(text: &str) -> bool {
    let machine = text.len() > 2 * SHORTEST_ID && text.contains(char::is_uppercase);
    !machine && !is_id(text)
}

/// Whether a text was made by a machine: long, in one piece, and no word.
fn is_id(text: &str) -> bool {
    let odd = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase();
    text.len() >= SHORTEST_ID
        && text.chars().all(|c| c.is_ascii_alphanumeric())
        && text.chars().any(odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_from_slugs() {
        for id in ["IqDTy1TpoU", "54521fd525e721e32a72ee91", "55d3d3aea3c", "aea3c55dsz"] {
            assert!(is_id(id), "{id}");
        }
        for slug in ["javascript", "http-api", "amazon-s3", "s3", "google-analytics-4", "ios"] {
            assert!(!is_id(slug), "{slug}");
        }
    }
}
