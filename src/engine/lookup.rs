//! A create whose answer was lost: looked up before anybody repeats it, since doing it twice may
//! make two. What cannot be told stays `unknown`.

use std::time::Duration;

use serde_json::{Value, json};

use super::ask::{reach, shared};
use super::hooks::Scene;
use super::pages::Gathered;
use super::{Engine, Journey};
use crate::catalogue::operation::Lookup;
use crate::error::{Fault, Kind, SideEffect};

/// The time for looking; the call's own may have run out.
const LOOKING: Duration = Duration::from_secs(5);

impl Engine {
    /// What the lost create made, if it can be found; else the fault with what is known.
    pub(super) async fn recover(&self, scene: Scene<'_>, fault: Fault) -> Result<Gathered, Fault> {
        let Some(lookup) = &scene.operation.lookup else { return Err(fault) };
        let lost = fault.extra.effect == SideEffect::Unknown;
        if !lost && fault.kind != Kind::Conflict {
            return Err(fault);
        }
        let journey = Journey::new(LOOKING).noted(scene.journey.transcript());
        let Ok(mut found) = self.alike(Scene { journey: &journey, ..scene }, lookup).await else {
            return Err(fault);
        };
        match (lost, found.len()) {
            (false, 0) => Err(fault),
            (false, _) => Err(exists(fault, &found[0])),
            (true, 0) => {
                let mut fault = fault.effect(SideEffect::None);
                fault.hint = Some("looked it up: nothing was made, so it may be repeated".into());
                fault.extra.retryable = Some(true);
                Err(fault)
            }
            (true, 1) => {
                let made = found.remove(0);
                let value = match &lookup.wrap {
                    Some(key) => json!({ key.as_str(): made }),
                    None => made,
                };
                Ok(Gathered { value, status: 200, next: None })
            }
            (true, _) => Err(fault),
        }
    }

    /// Everything that has what no two may share.
    async fn alike(&self, scene: Scene<'_>, lookup: &Lookup) -> Result<Vec<Value>, Fault> {
        let sent = scene.request.body.clone().map(Value::Object).unwrap_or_default();
        let args = shared(scene, &lookup.list, &lookup.given);
        let (listed, route) = self.ask(scene, &lookup.list, &args).await?;
        let items = match &route.items {
            Some(key) => reach(&listed, key),
            // A list that does not come in pages has its key in no row.
            None => listed.as_object().into_iter().flat_map(|map| map.values()).collect(),
        };
        let same = |item: &Value, path: &String| {
            let key = path.rsplit('.').next().unwrap_or_default();
            reach(&sent, path).first().is_some_and(|given| item[key] == **given)
        };
        let items = items.into_iter().flat_map(|item| reach(item, ""));
        let found = items.filter(|item| lookup.by.iter().all(|path| same(item, path)));
        Ok(found.cloned().collect())
    }
}

fn exists(mut fault: Fault, one: &Value) -> Fault {
    let id = ["id", "name", "key"].iter().find_map(|key| one[*key].as_str());
    fault.hint = Some(match id {
        Some(id) => format!("there is one already: `{id}`"),
        None => "there is one already".to_owned(),
    });
    fault
}
