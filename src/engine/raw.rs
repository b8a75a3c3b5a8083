//! A request in its own words: method, path and body as a person wrote them, for what no function
//! covers. Rows still say what is known about the place, so that policy, limits, media type and the
//! protection of what cannot be taken back are those of every other call.

mod headers;
mod path;
mod said;
mod spec;
mod written;

use serde_json::{Map, Value};

use super::account::Account;
use super::ask::reach;
use super::content::Content;
use super::ready::unmasked;
use super::record::Recording;
use super::request::Request;
use super::{Bound, Call, Engine, Outcome, Run};
use crate::catalogue::{Effect, Operation, Provider, Route};
use crate::error::{Fault, Kind};
pub(super) use headers::check as check_headers;
use path::Path;
pub(super) use said::whatever;
pub use written::{Body, Raw};

/// The name of a request that no row knows.
const NAME: &str = "request";

/// What is known about the place a request goes to.
struct Place<'a> {
    /// The row, when one knows it.
    row: Option<&'a Operation>,
    service: String,
    /// What the row's path calls the parts of this one.
    args: Map<String, Value>,
}

impl Engine {
    /// Performs a request in its own words, whatever comes of it, and remembers it.
    pub async fn request(&self, raw: Raw) -> Run {
        let call = raw.call();
        let mut recording = Recording::begin(self, &call);
        let result = self.perform_raw(raw, &call, &mut recording.run, None).await;
        recording.finish(result)
    }

    /// `own` is the row of the user's own that the request is the body of: it goes by that name, and
    /// by the stricter of the two effects.
    pub(super) async fn perform_raw(
        &self,
        raw: Raw,
        call: &Call,
        run: &mut Run,
        own: Option<&Operation>,
    ) -> Result<Outcome, Fault> {
        let provider = self.catalogue.provider(&raw.provider)?;
        let mut account = self.accounts.open(provider, raw.account.as_deref())?;
        account.elsewhere.clone_from(&raw.region);
        let account = &account;
        run.account.clone_from(&account.name);
        let method = method(&raw.method)?;
        headers::check(&raw.headers)?;
        let (services, written) = self.destination(provider, account, &raw)?;
        let path = Path::parse(written, &raw.path_params)?;
        let place = place(provider, &services, method, &path)?;
        let mut operation = operation(provider, &place, method, &path);
        if let Some(own) = own {
            operation.name.clone_from(&own.name);
            operation.aliases.clone_from(&own.aliases);
            operation.effect = operation.effect.max(own.effect);
            operation.routes[0].items.clone_from(&own.routes[0].items);
        }
        let operation = &operation;
        run.found(operation);
        run.backend = Some(place.service.clone());
        self.learn_path(place.args.iter().map(|(name, value)| (name.as_str(), value)));
        let args = &merged(&place.args, &raw.body);
        guard_body(provider, operation, &raw.body, args)?;
        let mut call = call.clone();
        call.hold_back(operation.effect);
        let call = &call;
        run.dry_run = call.options.dry_run;
        let permit = self.permit(operation, account, call, args)?;
        let mut request = self.bound(provider, operation, account, raw, path)?;
        request.whole = own.is_none();
        let request = &request;
        let route = operation.route();
        let bound = Bound { provider, operation, route, account, args, request };
        self.carry_out(bound, call, permit, run).await
    }

    /// The services a request may go to, best first, and the path it has there.
    fn destination<'a>(
        &self,
        provider: &'a Provider,
        account: &Account,
        raw: &'a Raw,
    ) -> Result<(Vec<&'a str>, &'a str), Fault> {
        let usual = provider.raw.as_deref();
        let mut names: Vec<&str> = provider.services.keys().map(String::as_str).collect();
        names.sort_by_key(|name| Some(*name) != usual);
        if let Some(wanted) = &raw.service {
            names.retain(|name| name == wanted);
            if names.is_empty() {
                let known: Vec<&str> = provider.services.keys().map(String::as_str).collect();
                return Err(Fault::usage(format!("{} has no service `{wanted}`", provider.title))
                    .hint(format!("there are: {}", known.join(", "))));
            }
        }
        if raw.path.starts_with('/') {
            return Ok((names, &raw.path));
        }
        let mut found: Option<(Vec<&str>, &str)> = None;
        for name in names {
            let Ok(base) = self.accounts.base(provider, account, &provider.services[name]) else {
                continue;
            };
            let Some(rest) = path::below(&base, &raw.path) else { continue };
            match &mut found {
                Some((names, _)) => names.push(name),
                None => found = Some((vec![name], rest)),
            }
        }
        found.ok_or_else(|| path::foreign(&raw.path))
    }

    /// The request itself.
    fn bound(
        &self,
        provider: &Provider,
        operation: &Operation,
        account: &Account,
        raw: Raw,
        path: Path,
    ) -> Result<Request, Fault> {
        let route = operation.route();
        let mut request = self.bind(provider, operation, route, account, &Map::new())?;
        request.query.extend(path.query);
        request.query.extend(raw.query);
        request.extra.extend(raw.headers);
        (request.body, request.raw) = match raw.body {
            Body::None => (None, None),
            Body::Json(Value::Object(map)) => (Some(map), None),
            Body::Json(other) => (None, Some(Content::Text(other.to_string()))),
            Body::Text(text) => (None, Some(Content::Text(text))),
            Body::Bytes(bytes) => (None, Some(Content::Bytes(bytes.into()))),
        };
        Ok(request)
    }
}

fn method(written: &str) -> Result<&'static str, Fault> {
    const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
    METHODS.into_iter().find(|known| known.eq_ignore_ascii_case(written)).ok_or_else(|| {
        Fault::usage(format!("`{written}` is not a method that can be used here"))
            .hint(format!("there are: {}", METHODS.join(", ")))
    })
}

/// Which service a request goes to, and what its rows know about it. A row that erases is found
/// whatever the service: two services may share a host.
fn place<'a>(
    provider: &'a Provider,
    services: &[&str],
    method: &str,
    path: &Path,
) -> Result<Place<'a>, Fault> {
    let mut best: Option<(usize, usize, Place<'a>)> = None;
    // A row of the user's own says nothing about a place, it only asks for one.
    for row in provider.operations.of_method(method).filter(|row| row.custom.is_none()) {
        for route in row.routes.iter().filter(|route| route.method == method) {
            let at = services.iter().position(|name| *name == route.service);
            let erases = row.effect == Effect::Erase;
            let Some(at) = at.or_else(|| erases.then_some(usize::MAX)) else { continue };
            let Some(args) = path.matches(&route.path) else { continue };
            let rank = (args.len(), at);
            if best.as_ref().is_none_or(|(names, at, _)| rank < (*names, *at)) {
                let service =
                    services.iter().find(|name| **name == route.service).or(services.first());
                let service = service.map_or_else(String::new, |name| (*name).to_owned());
                best = Some((rank.0, rank.1, Place { row: Some(row), service, args }));
            }
        }
    }
    if let Some((.., place)) = best {
        return Ok(place);
    }
    let service = services.first().ok_or_else(|| Fault::new(Kind::Internal, "no service"))?;
    Ok(Place { row: None, service: (*service).to_owned(), args: Map::new() })
}

/// The row that stands for a request: what is known of the place, with the path as it was written.
fn operation(provider: &Provider, place: &Place<'_>, method: &str, path: &Path) -> Operation {
    let route = Route {
        service: place.service.clone(),
        method: method.to_owned(),
        path: path.encoded(),
        ..Route::default()
    };
    let known = place.row;
    let effect = known.map_or_else(|| by_method(method), |row| row.effect);
    Operation {
        provider: provider.name.clone(),
        group: known.map_or_else(String::new, |row| row.group.clone()),
        name: known.map_or_else(|| NAME.to_owned(), |row| row.name.clone()),
        aliases: known.map_or_else(Vec::new, |row| row.aliases.clone()),
        title: known.map_or_else(String::new, |row| row.title.clone()),
        routes: vec![route],
        replaces: known.and_then(|row| row.replaces.clone()),
        subjects: known.and_then(|row| row.subjects.clone()),
        limit: known.and_then(|row| row.limit.clone()),
        stability: known.map_or_else(|| "ga".to_owned(), |row| row.stability.clone()),
        feature: known.and_then(|row| row.feature.clone()),
        // Nothing is completed here, so not even an event can be told from its repetition.
        ..Operation::bare(effect)
    }
}

fn by_method(method: &str) -> Effect {
    match method {
        "GET" | "HEAD" => Effect::Read,
        "PUT" => Effect::Replace,
        "DELETE" => Effect::Destroy,
        _ => Effect::Write,
    }
}

/// The body's keys and what the path says, which wins.
fn merged(path: &Map<String, Value>, body: &Body) -> Map<String, Value> {
    let mut args = match body {
        Body::Json(Value::Object(map)) => map.clone(),
        _ => Map::new(),
    };
    args.extend(path.clone());
    args
}

/// Refuses masked secrets, and erasures that do not say plainly whom they are about.
fn guard_body(
    provider: &Provider,
    operation: &Operation,
    body: &Body,
    args: &Map<String, Value>,
) -> Result<(), Fault> {
    if let Some(mask) = &provider.services[&operation.route().service].mask {
        match body {
            // Bytes hold no text, so they hold no mask either.
            Body::None | Body::Bytes(_) => {}
            Body::Json(value) => unmasked("body", value, mask)?,
            Body::Text(text) => unmasked("body", &Value::String(text.clone()), mask)?,
        }
    }
    if operation.effect != Effect::Erase {
        return Ok(());
    }
    let whom = operation.subjects.as_deref().unwrap_or_default();
    let plain = matches!(body, Body::Json(Value::Object(_)));
    if plain && !reach(&Value::Object(args.clone()), whom).is_empty() {
        return Ok(());
    }
    let message = format!("`{}` erases people's data for good", operation.full_name());
    let hint = format!("give whom it is about as a JSON object with `{whom}`, and --confirm");
    Err(Fault::new(Kind::PolicyDenied, message).hint(hint))
}
