//! The Config API for those who have a token of the Public API only: requests of the one as calls of
//! the other, and answers in the form of the first.

mod form;

use serde_json::{Map, Value, json};

use crate::catalogue::Route;
use crate::engine::crossing::Crossing;
use crate::engine::{Outcome, Pages};
use crate::error::{Fault, Kind, SideEffect};
use form::{last, text};

/// How many rules one call takes.
const RULES: usize = 200;

/// Method, path with unnamed gaps, name.
const CROSSINGS: &[(&str, &str, &str)] = &[
    ("GET", "workspaces/{}", "workspace"),
    ("GET", "workspaces/{}/sources", "sources"),
    ("POST", "workspaces/{}/sources", "create_source"),
    ("GET", "workspaces/{}/sources/{}", "source"),
    ("DELETE", "workspaces/{}/sources/{}", "delete_source"),
    ("GET", "workspaces/{}/sources/{}/destinations", "destinations"),
    ("POST", "workspaces/{}/sources/{}/destinations", "create_destination"),
    ("GET", "workspaces/{}/sources/{}/destinations/{}", "destination"),
    ("PATCH", "workspaces/{}/sources/{}/destinations/{}", "update_destination"),
    ("DELETE", "workspaces/{}/sources/{}/destinations/{}", "delete_destination"),
    ("GET", "workspaces/{}/tracking-plans", "plans"),
    ("POST", "workspaces/{}/tracking-plans", "create_plan"),
];

/// The crossing of a route.
pub(super) fn of(route: &Route) -> Option<&'static str> {
    let path = route.path.strip_prefix("/v1beta/").filter(|_| route.service == "config")?;
    let gap = |part: &str| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() };
    let form = path.split('/').map(gap).collect::<Vec<_>>().join("/");
    let found = CROSSINGS.iter().find(|(method, path, _)| *method == route.method && *path == form);
    found.map(|(.., name)| *name)
}

/// Performs it.
pub(super) async fn perform(
    name: &str,
    crossing: &mut Crossing<'_>,
    route: &Route,
    said: &Map<String, Value>,
) -> Result<Outcome, Fault> {
    let mut gaps = route.placeholders().map(|gap| said.get(gap).map_or("", text).to_owned());
    let mut gap = || gaps.next().unwrap_or_default();
    let (workspace, source, destination) = (gap(), gap(), gap());
    let mut way = Way { crossing, said, workspace, source, destination };
    let value = match name {
        "workspace" => way.workspace().await?,
        "sources" => way.sources().await?,
        "create_source" => way.create_source().await?,
        "source" => {
            let source = way.find_source().await?;
            form::source(&way.workspace, &source)
        }
        "delete_source" => {
            let source = way.find_source().await?;
            way.crossing.ask("delete_source", json!({"sourceId": source["id"]})).await?;
            json!({})
        }
        "destinations" => way.destinations().await?,
        "create_destination" => way.create_destination().await?,
        "destination" => {
            let found = way.find_destination().await?;
            form::destination(&way.parent(), &found)
        }
        "update_destination" => way.update_destination().await?,
        "delete_destination" => {
            let found = way.find_destination().await?;
            way.crossing.ask("delete_destination", json!({"destinationId": found["id"]})).await?;
            json!({})
        }
        "plans" => way.plans().await?,
        "create_plan" => way.create_plan().await?,
        other => {
            return Err(Fault::new(Kind::Internal, format!("nobody knows the crossing `{other}`")));
        }
    };
    Ok(Outcome { value, status: Some(200), ..Outcome::default() })
}

/// One crossing on its way.
struct Way<'a, 'b> {
    crossing: &'a mut Crossing<'b>,
    said: &'a Map<String, Value>,
    workspace: String,
    source: String,
    destination: String,
}

impl Way<'_, '_> {
    fn parent(&self) -> String {
        format!("workspaces/{}/sources/{}", self.workspace, self.source)
    }

    /// The workspace, if the token is one of it.
    async fn workspace(&mut self) -> Result<Value, Fault> {
        let found = self.crossing.ask("get_workspace", json!({"slug": self.workspace})).await?;
        Ok(form::workspace(&found))
    }

    /// A page of a list as the Config API has it: the items under `key`, each in its form.
    async fn page(
        &mut self,
        function: &str,
        args: Value,
        (theirs, key): (&str, &str),
        form: impl Fn(&Value) -> Value,
    ) -> Result<Value, Fault> {
        let cursor = self.said.get("page_token").and_then(Value::as_str).map(str::to_owned);
        let count = self.said.get("page_size").and_then(Value::as_u64);
        let count = count.and_then(|count| u32::try_from(count).ok());
        let cursor = cursor.filter(|cursor| !cursor.is_empty());
        let done = self.crossing.page(function, args, Pages::One { cursor, count }).await?;
        let items = done.value[theirs].as_array().into_iter().flatten();
        let items: Vec<Value> = items.map(form).collect();
        Ok(json!({key: items, "next_page_token": done.next_cursor.unwrap_or_default()}))
    }

    async fn sources(&mut self) -> Result<Value, Fault> {
        let (args, workspace) = (json!({"slug": self.workspace}), self.workspace.clone());
        let form = |source: &Value| form::source(&workspace, source);
        self.page("list_sources", args, ("sources", "sources"), form).await
    }

    /// The source of the path, by its slug.
    async fn find_source(&mut self) -> Result<Value, Fault> {
        let listed = self.crossing.ask("list_sources", json!({"slug": self.workspace})).await?;
        if self.crossing.rehearses() {
            return Ok(json!({"id": format!("<id of {}>", self.source)}));
        }
        let mut all = listed["sources"].as_array().into_iter().flatten();
        let is_it = |one: &&Value| one["slug"] == *self.source || one["id"] == *self.source;
        all.find(is_it).cloned().ok_or_else(|| missing(&self.parent()))
    }

    async fn create_source(&mut self) -> Result<Value, Fault> {
        let given = self.resource("source", &["name", "catalog_name"])?;
        self.workspace().await?;
        let args = json!({
            "slug": last(text(&given["name"])), "enabled": true,
            "metadataId": last(text(&given["catalog_name"])),
        });
        let made = self.crossing.ask("create_source", args).await?;
        Ok(form::source(&self.workspace, &made["source"]))
    }

    async fn destinations(&mut self) -> Result<Value, Fault> {
        let source = self.find_source().await?;
        let (args, parent) = (json!({"sourceId": source["id"]}), self.parent());
        let form = |one: &Value| form::destination(&parent, one);
        let function = "list_connected_destinations_from_source";
        self.page(function, args, ("destinations", "destinations"), form).await
    }

    /// The destination of the path: the only one of its kind at the source, or the one with that id.
    async fn find_destination(&mut self) -> Result<Value, Fault> {
        let source = self.find_source().await?;
        let args = json!({"sourceId": source["id"]});
        let listed = self.crossing.ask("list_connected_destinations_from_source", args).await?;
        let name = format!("{}/destinations/{}", self.parent(), self.destination);
        if self.crossing.rehearses() {
            return Ok(json!({"id": format!("<id of {}>", self.destination)}));
        }
        let all = listed["destinations"].as_array().map_or(&[][..], Vec::as_slice);
        if let Some(exact) = all.iter().find(|one| one["id"] == *self.destination) {
            return Ok(exact.clone());
        }
        let of_kind = |one: &&Value| one["metadata"]["slug"] == *self.destination;
        let found: Vec<&Value> = all.iter().filter(of_kind).collect();
        match found.as_slice() {
            [] => Err(missing(&name)),
            [one] => Ok((*one).clone()),
            several => {
                let ids: Vec<&str> = several.iter().map(|one| text(&one["id"])).collect();
                let message = format!("{} destinations are `{name}`", several.len());
                Err(Fault::usage(message)
                    .code("ambiguous_destination")
                    .hint(format!("name one by its id: {}", ids.join(", "))))
            }
        }
    }

    async fn create_destination(&mut self) -> Result<Value, Fault> {
        let known = ["name", "display_name", "enabled", "config", "connection_mode"];
        let given = self.resource("destination", &known)?;
        if given.get("connection_mode").is_some() {
            let what = "the Public API cannot set the connection mode; it is left to Segment";
            let param = "body.destination.connection_mode";
            self.crossing.warn("not_set", param, what.to_owned());
        }
        let source = self.find_source().await?;
        let mut args = json!({
            "sourceId": source["id"], "metadataId": last(text(&given["name"])),
            "settings": form::settings(&given["config"]),
            "enabled": given["enabled"].as_bool().unwrap_or(false),
        });
        if let Some(name) = given.get("display_name") {
            args["name"] = name.clone();
        }
        let made = self.crossing.ask("create_destination", args).await?;
        Ok(form::destination(&self.parent(), &made["destination"]))
    }

    /// Only what the mask names is changed.
    async fn update_destination(&mut self) -> Result<Value, Fault> {
        let given = self.said.get("destination").cloned().unwrap_or_default();
        let paths = self.said.get("update_mask").and_then(|mask| mask["paths"].as_array());
        let mut args = json!({});
        for path in paths.into_iter().flatten().map(text) {
            match path.strip_prefix("destination.").unwrap_or(path) {
                "enabled" => args["enabled"] = given["enabled"].clone(),
                "display_name" => args["name"] = given["display_name"].clone(),
                "config" => args["settings"] = form::settings(&given["config"]),
                "name" => {}
                other => return Err(unknown(&format!("destination.{other}"))),
            }
        }
        let found = self.find_destination().await?;
        args["destinationId"] = found["id"].clone();
        let changed = self.crossing.ask("update_destination", args).await?;
        Ok(form::destination(&self.parent(), &changed["destination"]))
    }

    async fn plans(&mut self) -> Result<Value, Fault> {
        self.workspace().await?;
        let workspace = self.workspace.clone();
        let form = |plan: &Value| form::plan(&workspace, plan, None);
        let keys = ("trackingPlans", "tracking_plans");
        self.page("list_tracking_plans", json!({}), keys, form).await
    }

    /// A plan, then its rules: when they cannot be set, the plan is there all the same.
    async fn create_plan(&mut self) -> Result<Value, Fault> {
        let given = self.resource("tracking_plan", &["name", "display_name", "rules"])?;
        let rules = form::rules(&given["rules"])?;
        self.workspace().await?;
        let args = json!({"name": given["display_name"], "type": "LIVE"});
        let mut made = self.crossing.ask("create_tracking_plan", args).await?;
        let mut plan = made["trackingPlan"].take();
        if self.crossing.rehearses() {
            plan = json!({"id": "<id of the tracking plan>"});
        }
        for some in rules.chunks(RULES) {
            let args = json!({"trackingPlanId": plan["id"], "rules": some});
            let done = self.crossing.ask("update_rules_in_tracking_plan", args).await;
            done.map_err(|mut fault| {
                let id = text(&plan["id"]);
                fault.message +=
                    &format!(" (the tracking plan `{id}` was made, without all rules)");
                fault.extra.effect = SideEffect::Done;
                fault.extra.retryable = Some(false);
                fault.extra.detail = Some(json!({"tracking_plan": id}));
                fault.hint(
                    "update_rules_in_tracking_plan sets them, delete_tracking_plan removes it",
                )
            })?;
        }
        Ok(form::plan(&self.workspace, &plan, Some(&given["rules"])))
    }

    /// The resource in the body. What the other API cannot set is refused, not dropped.
    fn resource(&self, name: &str, known: &[&str]) -> Result<Value, Fault> {
        let Some(Value::Object(given)) = self.said.get(name) else {
            let message = format!("the body is to have an object `{name}`");
            return Err(Fault::usage(message).code("missing_parameter").param(name));
        };
        match given.keys().find(|key| !known.contains(&key.as_str())) {
            Some(other) => Err(unknown(&format!("{name}.{other}"))),
            None => Ok(Value::Object(given.clone())),
        }
    }
}

fn unknown(field: &str) -> Fault {
    Fault::usage(format!("`{field}` cannot be set through the Public API"))
        .code("not_in_public_api")
        .param(format!("body.{field}"))
        .hint("only a Config API token can; leave it out")
}

fn missing(name: &str) -> Fault {
    Fault::not_found(format!("Segment API error (404): there is no {name}")).http(404)
}
