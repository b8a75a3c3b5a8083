//! From a capability to rows. What it calls becomes functions of the provider that its namespace
//! names; a namespace that names none becomes a provider of its own. What it shows becomes functions
//! of a provider that only puts calls together.
//!
//! A file is somebody else's word: it gets a provider's credentials only for requests to that
//! provider's own hosts, and what a request does to the world is never taken from the file.

mod join;
mod params;
mod request;
mod shown;
mod stranger;

use std::sync::Arc;

use super::finding::Finding;
use super::flow::Flow;
use super::model::{Capability, Function, Work};
use super::outputs::is_identity;
use crate::catalogue::Catalogue;
use crate::catalogue::action::{ActionSource, Custom, Layer, Work as Does};
use crate::catalogue::operation::{Operation, Provider};
use crate::error::{Fault, Kind};
pub(super) use request::body as body_template;

/// The resource group of what capabilities call.
pub const GROUP: &str = "capabilities";

/// A file that was read.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Its key: the file's name without its ending.
    pub key: String,
    /// How to name it.
    pub file: String,
    /// Who it belongs to.
    pub layer: Layer,
    /// What it says.
    pub capability: Capability,
}

/// What part of a file a provider is made of.
#[derive(Debug, Clone)]
pub enum Part {
    /// An API it calls.
    Consumed(usize),
    /// A face it shows.
    Exposed(usize),
    /// A group of functions.
    Aggregate(usize),
}

/// What the rest of the catalogue has.
pub struct Around<'a> {
    /// The variables of the providers that no capability file makes.
    pub variables: &'a dyn Fn() -> Vec<String>,
    /// The row of that provider and name.
    pub row: &'a dyn Fn(&str, &str) -> Option<&'a Operation>,
}

/// Reads a file in tolerant mode.
///
/// # Errors
/// The first thing that makes it useless, with file, line and column.
pub fn load(source: &ActionSource) -> Result<Arc<Loaded>, Fault> {
    let reading = super::read(&source.text, false);
    let error = reading.error().cloned();
    match (reading.capability, error) {
        (Some(capability), _) => Ok(Arc::new(Loaded {
            key: source.key.clone(),
            file: source.file.clone(),
            layer: source.layer,
            capability,
        })),
        (None, error) => Err(invalid(&source.file, error.as_ref())),
    }
}

/// The fault of a file that cannot be used.
pub fn invalid(file: &str, finding: Option<&Finding>) -> Fault {
    let place = finding.map(|it| format!("{file}:{}:{}: {}", it.at.line, it.at.column, it.message));
    Fault::new(Kind::Config, place.unwrap_or_else(|| format!("{file}: nothing in it")))
        .code("invalid_capability")
        .hint(format!("kosmo capability lint {file} says all that is wrong"))
}

/// A namespace as scripts can write it.
pub fn provider_name(namespace: &str) -> String {
    namespace.replace('-', "_").to_ascii_lowercase()
}

impl Loaded {
    /// The parts that may become providers, each with its name.
    pub fn parts(&self) -> Vec<(String, Part)> {
        let Capability { consumes, exposes, aggregates, .. } = &self.capability;
        let consumes = consumes.iter().map(|it| provider_name(&it.namespace)).enumerate();
        let exposes = exposes.iter().map(|it| provider_name(&it.namespace)).enumerate();
        let aggregates = aggregates.iter().map(|it| provider_name(&it.namespace)).enumerate();
        consumes
            .map(|(at, name)| (name, Part::Consumed(at)))
            .chain(aggregates.map(|(at, name)| (name, Part::Aggregate(at))))
            .chain(exposes.map(|(at, name)| (name, Part::Exposed(at))))
            .collect()
    }

    /// Whether a part shows nothing that cannot be called without it.
    pub fn adds_nothing(&self, part: &Part) -> bool {
        let same = |function: &Function| {
            matches!(&function.work, Work::Call(step) if matches!(&step.kind, super::model::StepKind::Call { with, .. } if with.is_empty()))
                && is_identity(&function.outputs)
        };
        match part {
            Part::Exposed(at) => self.capability.exposes[*at].functions.iter().all(same),
            Part::Consumed(_) | Part::Aggregate(_) => false,
        }
    }

    /// The rows of an API for a provider that exists; each that cannot be one says why.
    pub fn join(&self, at: usize, provider: &Provider) -> Vec<Result<Operation, Fault>> {
        join::rows(self, &self.capability.consumes[at], provider)
    }

    /// A provider made of a part. Nobody is sent the variables of other providers.
    ///
    /// # Errors
    /// What keeps it from being one.
    pub fn provider(
        &self,
        part: &Part,
        around: &Around<'_>,
    ) -> Result<(Provider, Vec<Operation>), Fault> {
        match part {
            Part::Consumed(at) => {
                let taken = (around.variables)();
                stranger::provider(self, &self.capability.consumes[*at], &taken)
            }
            Part::Exposed(at) => {
                let face = &self.capability.exposes[*at];
                Ok(shown::provider(self, around, &face.namespace, &face.about, &face.functions))
            }
            Part::Aggregate(at) => {
                let group = &self.capability.aggregates[*at];
                let about = if group.about.is_empty() { &group.label } else { &group.about };
                Ok(shown::provider(self, around, &group.namespace, about, &group.functions))
            }
        }
    }

    /// The rows of a face, in the order of the file.
    ///
    /// # Errors
    /// When another provider has the name of the face.
    pub fn shown<'a>(
        &self,
        at: usize,
        catalogue: &'a Catalogue,
    ) -> Result<Vec<(&'a Operation, &'a Flow)>, Fault> {
        let face = &self.capability.exposes[at];
        let provider = catalogue.provider(&provider_name(&face.namespace))?;
        let rows = provider.operations.values().filter_map(|row| {
            let custom = row.custom.as_ref().filter(|custom| custom.file == self.file)?;
            let Does::Flow(flow) = &custom.work else { return None };
            Some((row, &**flow))
        });
        let rows: Vec<_> = rows.collect();
        match rows.len() == face.functions.len() {
            true => Ok(rows),
            false => {
                let why = format!("there is an integration `{}` already", face.namespace);
                Err(self.refuse(face.at, why).hint("give the face another `namespace`"))
            }
        }
    }

    fn custom(&self, work: Does) -> Arc<Custom> {
        Arc::new(Custom {
            key: self.key.clone(),
            file: self.file.clone(),
            layer: self.layer,
            account: None,
            work,
            record: serde_json::Value::Null,
        })
    }

    fn refuse(&self, at: super::At, why: impl std::fmt::Display) -> Fault {
        let message = format!("{}:{}:{}: {why}", self.file, at.line, at.column);
        Fault::new(Kind::Config, message).code("invalid_capability")
    }

    fn label(&self) -> &str {
        match self.capability.label.as_str() {
            "" => &self.key,
            label => label,
        }
    }
}

/// `getworkspace` → `Get workspace` where the description says so, else the name in words.
fn title(label: &str, about: &str, name: &str) -> String {
    if !label.is_empty() {
        return label.to_owned();
    }
    if !about.is_empty() && about.len() <= 60 {
        return about.trim_end_matches('.').to_owned();
    }
    let words = name.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
