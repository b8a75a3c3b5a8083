//! A provider of a file's own: its base URL, its variables as fields of its accounts, and one row for
//! each request.

use indexmap::IndexMap;

use super::join::by_method;
use super::params::{self, field_name};
use super::request::{is_plain, template};
use super::{GROUP, Loaded, provider_name, title};
use crate::catalogue::action::Work;
use crate::catalogue::capability::lint;
use crate::catalogue::capability::model::{self, Auth as Wanted, Consumed};
use crate::catalogue::capability::template::names;
use crate::catalogue::load::Operations;
use crate::catalogue::operation::{
    ApiKey, Auth, Field, FieldKind, Lists, Operation, Provider, Route, Service,
};
use crate::error::Fault;

/// The provider and its rows.
pub(super) fn provider(
    loaded: &Loaded,
    consumed: &Consumed,
    taken: &[String],
) -> Result<(Provider, Vec<Operation>), Fault> {
    let name = provider_name(&consumed.namespace);
    let (origin, prefix) = split(&consumed.base);
    let mut fields = Fields { loaded, taken, found: Vec::new() };
    let mut service = service(&format!("{} API", consumed.namespace), origin);
    if let Some(auth) = &consumed.auth {
        fields.authenticate(auth, &mut service)?;
    }
    let written = consumed.operations.iter().flat_map(lint::written);
    for variable in written.filter(|name| loaded.capability.variable(name).is_some()) {
        fields.add(&variable);
    }
    fields.found.push(Field {
        name: "url".to_owned(),
        title: "Base URL".to_owned(),
        kind: FieldKind::Url,
        about: format!("Takes the place of {origin}."),
        ..Field::default()
    });
    let mut rows = Vec::new();
    for operation in &consumed.operations {
        let mut row = bare(loaded, consumed, operation, &name);
        let path = format!("{prefix}{}", operation.path);
        let route = Route {
            service: name.clone(),
            method: operation.method.clone(),
            path: path.clone(),
            ..Route::default()
        };
        row.routes = vec![route];
        row.custom = Some(loaded.custom(match is_plain(operation) {
            true => Work::Row,
            false => {
                let template = template(operation, &name, path)
                    .map_err(|why| loaded.refuse(operation.at, why))?;
                Work::Request(Box::new(template))
            }
        }));
        rows.push(row);
    }
    let about = match consumed.about.as_str() {
        "" => format!("What `{}` calls.", loaded.file),
        about => about.to_owned(),
    };
    let provider = Provider {
        operations: Operations::new(&name),
        services: IndexMap::from_iter([(name.clone(), service)]),
        title: consumed.namespace.clone(),
        about,
        fields: fields.found,
        featured: rows.iter().map(|row| row.name.clone()).take(8).collect(),
        raw: Some(name.clone()),
        listed: IndexMap::new(),
        domains: Vec::new(),
        emulator_accounts: Vec::new(),
        groups: IndexMap::new(),
        name,
    };
    Ok((provider, rows))
}

/// Scheme and host, and the path behind them.
fn split(base: &str) -> (&str, &str) {
    let host = base.find("://").map_or(0, |at| at + 3);
    let end = base[host..].find('/').map_or(base.len(), |at| host + at);
    base.split_at(end)
}

/// A service without authentication.
pub(super) fn service(title: &str, base: &str) -> Service {
    Service {
        title: title.to_owned(),
        base: IndexMap::from_iter([("us".to_owned(), base.to_owned())]),
        url_field: Some("url".to_owned()),
        media_type: "application/json".to_owned(),
        lists: Lists::Repeated,
        ..Service::default()
    }
}

struct Fields<'a> {
    loaded: &'a Loaded,
    taken: &'a [String],
    found: Vec<Field>,
}

impl Fields<'_> {
    fn authenticate(&mut self, auth: &Wanted, service: &mut Service) -> Result<(), Fault> {
        match auth.kind.as_str() {
            "bearer" => {
                service.auth = Auth::Bearer;
                service.secret = Some(self.written(auth, "token")?);
            }
            "basic" => {
                service.auth = Auth::Login;
                service.secret = Some(self.written(auth, "username")?);
                service.password = Some(self.written(auth, "password")?);
            }
            "apikey" => {
                service.auth = Auth::Key;
                service.secret = Some(self.written(auth, "value")?);
                let (name, query) = (auth.get("key").to_owned(), auth.get("placement") == "query");
                service.key = Some(ApiKey { name, query });
            }
            other => {
                return Err(self
                    .loaded
                    .refuse(auth.at, format!("authentication by {other} is not performed")));
            }
        }
        Ok(())
    }

    /// The field that holds what is written: one variable, or a text.
    fn written(&mut self, auth: &Wanted, key: &str) -> Result<String, Fault> {
        let text = auth.get(key);
        let variables: Vec<&str> = names(text).collect();
        match variables.as_slice() {
            [] if !text.is_empty() => {
                let name = key.to_owned();
                self.found.push(Field {
                    title: key.to_owned(),
                    kind: FieldKind::Secret,
                    about: format!("Written out in `{}`.", self.loaded.file),
                    default: Some(text.to_owned()),
                    emulator: Some(format!("emulator-{key}")),
                    name: name.clone(),
                    ..Field::default()
                });
                Ok(name)
            }
            [one]
                if text.trim() == format!("{{{{{one}}}}}")
                    || text.trim().replace(' ', "") == format!("{{{{{one}}}}}") =>
            {
                Ok(self.add(one))
            }
            _ => Err(self
                .loaded
                .refuse(auth.at, format!("`{key}` is neither one variable nor a text"))),
        }
    }

    /// The field of a variable.
    fn add(&mut self, variable: &str) -> String {
        let name = field_name(variable);
        if self.found.iter().any(|field| field.name == name) {
            return name;
        }
        let bare = variable.rsplit('.').next().unwrap_or(variable);
        let key = self.loaded.capability.variable(variable).unwrap_or(bare).to_owned();
        let theirs = self.taken.contains(&key) || key.starts_with("KOSMO_");
        let about = match theirs {
            true => format!(
                "`{key}` belongs to another integration and is not sent here; give a value of its own."
            ),
            false => format!("The variable `{bare}` of `{}`.", self.loaded.file),
        };
        self.found.push(Field {
            title: key.clone(),
            kind: FieldKind::Secret,
            about,
            env: if theirs { Vec::new() } else { vec![key] },
            emulator: Some(format!("emulator-{}", name.replace('_', "-"))),
            ask: true,
            name: name.clone(),
            ..Field::default()
        });
        name
    }
}

/// A row without a route.
pub(super) fn bare(
    loaded: &Loaded,
    consumed: &Consumed,
    operation: &model::Operation,
    provider: &str,
) -> Operation {
    let (effect, repeat) = by_method(&operation.method);
    let params = params::of(&loaded.capability, operation);
    let title = title(&operation.label, &operation.about, &operation.name);
    let about = match operation.about.trim_end_matches('.') {
        "" => format!("{title}."),
        about => format!("{about}."),
    };
    Operation {
        provider: provider.to_owned(),
        group: GROUP.to_owned(),
        name: operation.name.clone(),
        title,
        about,
        notes: format!(
            "From `{}`, line {}: `{}.{}` of {}, `{} {}{}`.\n",
            loaded.file,
            operation.at.line,
            consumed.namespace,
            operation.name,
            loaded.label(),
            operation.method,
            consumed.base,
            operation.path
        ),
        repeat,
        example: params::example(&params),
        params,
        ..Operation::bare(effect)
    }
}
