//! A create whose answer was lost: looked up before anybody repeats it, since doing it twice may
//! make two. What cannot be told stays `unknown`.

use serde_json::{Map, json};

use super::Engine;
use super::hooks::Scene;
use super::pages::Gathered;
use crate::error::{Fault, SideEffect};

impl Engine {
    /// What the lost create made, if it can be found; else the fault with what is known.
    pub(super) async fn recover(&self, scene: Scene<'_>, fault: Fault) -> Result<Gathered, Fault> {
        let Some(lookup) = &scene.operation.lookup else { return Err(fault) };
        if fault.extra.effect != SideEffect::Unknown {
            return Err(fault);
        }
        let Ok((listed, route)) = self.ask(scene, &lookup.list, &Map::new()).await else {
            return Err(fault);
        };
        let items = listed[route.items.as_deref().unwrap_or_default()].as_array();
        let mut matching = items.into_iter().flatten().filter(|item| {
            lookup.by.iter().all(|key| scene.args.get(key).is_some_and(|given| item[key] == *given))
        });
        match (matching.next(), matching.next()) {
            (Some(made), None) => {
                let value = json!({ lookup.wrap.as_str(): made });
                Ok(Gathered { value, status: 200, next: None })
            }
            (None, _) => {
                let mut fault = fault.effect(SideEffect::None);
                fault.hint = Some("looked it up: nothing was made, so it may be repeated".into());
                fault.extra.retryable = Some(true);
                Err(fault)
            }
            (Some(_), Some(_)) => Err(fault),
        }
    }
}
