//! The row that every row made while the program runs begins with. What such a row says is left to
//! whoever makes it.

use indexmap::IndexMap;
use serde_json::Map;

use super::{Effect, Operation, Repeat};

impl Operation {
    /// A row that says nothing but what it does to the world. What only reads may be sent again.
    pub fn bare(effect: Effect) -> Self {
        Self {
            provider: String::new(),
            group: String::new(),
            name: String::new(),
            aliases: Vec::new(),
            title: String::new(),
            about: String::new(),
            notes: String::new(),
            routes: Vec::new(),
            effect,
            repeat: if effect == Effect::Read { Repeat::Safe } else { Repeat::Never },
            intent: Vec::new(),
            params: IndexMap::new(),
            one_of: Vec::new(),
            result: IndexMap::new(),
            example: Map::new(),
            example_lua: String::new(),
            replaces: None,
            subjects: None,
            each: None,
            lookup: None,
            lines: None,
            limit: None,
            stability: "ga".to_owned(),
            feature: None,
            custom: None,
            tool: None,
        }
    }
}
