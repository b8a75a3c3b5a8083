//! Capability files: a YAML document in the format of Naftiko or of Ikanos that says which HTTP APIs
//! are called and what is shown of them. Read here into one form, with a finding for everything that
//! is wrong or was repaired; pure like the rest of the catalogue.
//!
//! ```text
//! page     where in a text the document is     yaml     nodes with places
//! version  editions, brought into one form     grammar  what the format demands
//! openapi  OpenAPI 3, brought into the same form
//! rows     the model into rows of the catalogue       flow     what is done when one is called
//! read     nodes into the model (faces: what is shown)  lint  what the format does not demand
//! ```

mod faces;
pub mod finding;
pub mod flow;
mod grammar;
mod lint;
pub mod model;
pub mod openapi;
pub mod outputs;
mod page;
mod read;
pub mod rows;
pub mod template;
pub mod version;
pub mod yaml;

pub use finding::{At, Finding, Level};
pub use model::Capability;
pub use version::{Family, Version};

use finding::Findings;

/// What came of reading a text.
#[derive(Debug)]
pub struct Reading {
    /// The capability; none when something makes it useless.
    pub capability: Option<Capability>,
    /// What was found, in the order of the text.
    pub findings: Vec<Finding>,
}

impl Reading {
    /// How many findings there are of a level.
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }

    /// The first thing that makes it useless.
    pub fn error(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.level == Level::Error)
    }
}

/// Reads a text: the document itself, or a page with the document on it. In strict mode nothing is
/// repaired, and every departure from the format is an error.
pub fn read(text: &str, strict: bool) -> Reading {
    let mut findings = Findings::default();
    let root = match page::document(text).and_then(|document| yaml::read(&document)) {
        Ok(root) => root,
        Err(finding) => return Reading { capability: None, findings: vec![finding] },
    };
    let imported = openapi::is(&root);
    let root = if imported { openapi::normal(&root, &mut findings) } else { root };
    if imported && findings.0.iter().any(|finding| finding.level == Level::Error) {
        return Reading { capability: None, findings: settled(findings.0, strict) };
    }
    let version = Version::of(&root, strict, &mut findings);
    let root = version::normal(root, &version, &mut findings);
    if !imported {
        grammar::check(&root, &version, strict, &mut findings);
    }
    let capability = read::capability(&root, version, &mut findings);
    lint::check(&capability, &root, &mut findings);
    let findings = settled(findings.0, strict);
    let broken = findings.iter().any(|finding| finding.level == Level::Error);
    Reading { capability: (!broken).then_some(capability), findings }
}

/// In the order of the text, each thing once, as the worse of what was found about it.
fn settled(mut findings: Vec<Finding>, strict: bool) -> Vec<Finding> {
    for finding in findings.iter_mut().filter(|finding| strict && finding.level == Level::Repair) {
        finding.level = Level::Error;
    }
    findings.sort_by(|a, b| (a.at, a.code, a.level).cmp(&(b.at, b.code, b.level)));
    findings.dedup_by(|next, kept| {
        let same = (next.at, next.code) == (kept.at, kept.code);
        same && (next.level != kept.level || next.message == kept.message)
    });
    findings
}
