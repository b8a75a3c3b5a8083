//! What to do about a service's refusal, where the account and the row know more than the answer
//! says.

use super::Engine;
use super::hooks::Scene;
use crate::error::{Fault, Kind};

impl Engine {
    /// The fault with a hint that names the region or the feature it may be about.
    pub(super) fn advise(&self, scene: Scene<'_>, mut fault: Fault) -> Fault {
        let hint = match fault.kind {
            Kind::AuthenticationFailed => self.about_region(scene),
            Kind::Forbidden => about_feature(scene).map(|feature| {
                format!("{feature}; if it has that, the credential may not do this")
            }),
            Kind::NotFound => about_feature(scene)
                .map(|feature| format!("{feature}; if it has that, the id is wrong")),
            _ => None,
        };
        fault.hint = hint.or(fault.hint);
        fault
    }

    fn about_region(&self, scene: Scene<'_>) -> Option<String> {
        let service = &scene.provider.services[&scene.route.service];
        let region = self.accounts.region(scene.provider, scene.account).ok()?;
        let others: Vec<String> = service
            .base
            .keys()
            .filter(|other| **other != region)
            .map(|other| format!("`{other}`"))
            .collect();
        if others.is_empty() || scene.account.emulated {
            return None;
        }
        let (provider, account) = (&scene.provider.name, &scene.account.name);
        Some(format!(
            "check that the credential is current and of the right region: account `{account}` is \
             in `{region}`, there is also {}: kosmo integrations:configure {provider} --account \
             {account} --set region=…",
            others.join(", ")
        ))
    }
}

fn about_feature(scene: Scene<'_>) -> Option<String> {
    let feature = scene.operation.feature.as_ref()?;
    let name = scene.operation.full_name();
    Some(match scene.operation.stability.as_str() {
        "ga" => format!("`{name}` needs a workspace with the feature `{feature}`"),
        other => format!("`{name}` is {other} and needs a workspace with the feature `{feature}`"),
    })
}
