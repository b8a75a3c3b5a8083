//! Relations: pairs of keys that say which item is connected to which.

use serde_json::{Map, Value, json};

use super::items::listed;
use super::scene::{Done, Scene, missing, unfit};
use crate::emulator::exchange::Answer;
use crate::emulator::state::same;

/// One relation as one of its ends sees it.
pub(super) struct Link {
    /// The collection of pairs.
    pub(super) pairs: &'static str,
    /// The field of a pair that holds the key of the item the path names first.
    pub(super) own: &'static str,
    /// The field that holds the key at the other end.
    pub(super) other: &'static str,
    /// The collection at the other end.
    pub(super) target: &'static str,
}

/// The sources of a warehouse.
pub(super) const OF_WAREHOUSE: Link =
    Link { pairs: "warehouseSources", own: "warehouseId", other: "sourceId", target: "sources" };
/// The warehouses of a source.
pub(super) const OF_SOURCE: Link =
    Link { pairs: "warehouseSources", own: "sourceId", other: "warehouseId", target: "warehouses" };
/// The sources of a tracking plan.
pub(super) const OF_PLAN: Link =
    Link { pairs: "planSources", own: "trackingPlanId", other: "sourceId", target: "sources" };

impl Link {
    /// What the item is connected to.
    pub(super) fn list(&self, scene: &Scene<'_>) -> Done {
        let own = scene.at(0);
        let pairs = scene.state.items(self.pairs).iter().filter(|pair| same(&pair[self.own], own));
        let keys: Vec<&Value> = pairs.map(|pair| &pair[self.other]).collect();
        let items = scene.state.items(self.target).iter();
        let linked: Vec<&Value> = items.filter(|item| keys.contains(&&item["id"])).collect();
        Ok(listed(scene, &linked))
    }

    /// Connects the item to another; once is enough.
    pub(super) fn add(&self, scene: &mut Scene<'_>, other: &str) -> Result<(), Answer> {
        scene.find(self.target, other).map_err(|missing| match scene.path.len() {
            1 => unfit(self.other, "there is nothing with this id"),
            _ => missing,
        })?;
        if self.at(scene, other).is_none() {
            let own = scene.at(0);
            let pair = [(self.own, json!(own)), (self.other, json!(other))];
            let pair: Map<String, Value> =
                pair.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            scene.state.items_mut(self.pairs).push(Value::Object(pair));
        }
        Ok(())
    }

    /// Takes a connection away.
    pub(super) fn remove(&self, scene: &mut Scene<'_>, other: &str) -> Result<(), Answer> {
        let index = self.at(scene, other).ok_or_else(missing)?;
        scene.state.items_mut(self.pairs).remove(index);
        Ok(())
    }

    fn at(&self, scene: &Scene<'_>, other: &str) -> Option<usize> {
        scene.state.position(self.pairs, &[(self.own, scene.at(0)), (self.other, other)])
    }
}

/// What most calls about connections answer.
pub(super) fn success() -> Value {
    json!({"status": "SUCCESS"})
}
