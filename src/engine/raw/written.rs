//! A request as a person wrote it, before anything is known about the place it goes to.

use serde_json::Value;

use super::NAME;
use crate::engine::{Call, Options, Origin};

/// A request as it was written.
#[derive(Debug, Clone, Default)]
pub struct Raw {
    /// The provider.
    pub provider: String,
    /// The account, none for the usual one.
    pub account: Option<String>,
    /// The path, or a URL on one of the account's own hosts.
    pub path: String,
    /// The method, in any case.
    pub method: String,
    /// The service, none for the one whose rows know the path.
    pub service: Option<String>,
    /// Headers besides those that every request has.
    pub headers: Vec<(String, String)>,
    /// The query, unencoded.
    pub query: Vec<(String, String)>,
    /// Values for `{names}` in the path.
    pub path_params: Vec<(String, String)>,
    /// What to send.
    pub body: Body,
    /// The region to ask in place of the account's own.
    pub region: Option<String>,
    /// Who asks.
    pub origin: Origin,
    /// How to go about it.
    pub options: Options,
    /// The id the run is to have, when somebody must know it beforehand.
    pub id: Option<String>,
    /// The run it is part of, such as a script's.
    pub parent: Option<String>,
    /// What the run is to be found by later.
    pub meta: Option<Value>,
}

/// A body as it was written.
#[derive(Debug, Clone, Default)]
pub enum Body {
    /// None.
    #[default]
    None,
    /// JSON.
    Json(Value),
    /// Text, sent as it is.
    Text(String),
    /// Bytes that are no text, sent as they are.
    Bytes(Vec<u8>),
}

impl Raw {
    /// The request as a call, for those who only ask who calls and how.
    pub fn call(&self) -> Call {
        Call {
            function: format!("{}.{NAME}", self.provider),
            account: self.account.clone(),
            origin: self.origin,
            options: self.options.clone(),
            id: self.id.clone(),
            parent: self.parent.clone(),
            meta: self.meta.clone(),
            ..Call::default()
        }
    }
}
