//! What is to be said of a verdict, for people and for programs.

use serde_json::{Value, json};

use super::{Key, Place, Source, Verdict};
use crate::engine::hooks::{Level, Observation};

impl Verdict {
    /// The source whose key it is, where that is known.
    pub fn source(&self) -> Option<&Source> {
        match &self.key {
            Key::Listed(source) => Some(source),
            _ => None,
        }
    }

    /// What is to be said of it, and what to do.
    pub fn observations(&self) -> Vec<Observation> {
        let configure = format!("kosmo integrations:configure segment --account {}", self.account);
        [self.of_place(&configure), self.of_key(&configure)].into_iter().flatten().collect()
    }

    fn of_place(&self, configure: &str) -> Option<Observation> {
        let see = Observation::new;
        Some(match &self.place {
            Place::NotAsked => return None,
            Place::Here(workspace) => {
                see(Level::Fine, "token_works", format!("the token works for {}", workspace.slug))
            }
            Place::Elsewhere(region, workspace) => see(
                Level::Problem,
                "wrong_region",
                format!(
                    "workspace {} is in region `{region}`, the account sends to `{}`: Segment \
                     takes those events and loses them",
                    workspace.slug, self.region
                ),
            )
            .mended_by(format!("{configure} --set region={region}")),
            Place::Refused(fault) => {
                let message = format!("no region takes the token: {fault}");
                see(Level::Problem, "token_refused", message)
                    .mended_by(format!("{configure} --set api_token=-"))
            }
            Place::CannotTell(fault) => {
                see(Level::Warning, "token_unknown", format!("the token was not checked: {fault}"))
            }
        })
    }

    fn of_key(&self, configure: &str) -> Option<Observation> {
        let see = Observation::new;
        let anew = format!("{configure} --set write_key=-");
        Some(match &self.key {
            Key::Absent => return None,
            Key::Listed(Source { name, id, enabled: true }) => {
                see(Level::Fine, "key_listed", format!("the write key is that of source {name} ({id})"))
            }
            Key::Listed(Source { name, id, .. }) => see(
                Level::Problem,
                "source_disabled",
                format!("the write key is that of source {name} ({id}), which is disabled: it drops events"),
            )
            .mended_by(format!(
                "kosmo integrations:segment update_source --sourceId={id} --enabled=true --account {}",
                self.account
            )),
            Key::Foreign(count) => see(
                Level::Problem,
                "key_foreign",
                format!("none of the workspace's {count} sources has this write key"),
            )
            .mended_by(anew),
            Key::Known => see(
                Level::Fine,
                "key_known",
                "Segment knows the write key; an api_token would tell whose it is".to_owned(),
            ),
            Key::Unknown => see(
                Level::Warning,
                "key_unknown",
                "Segment's CDN does not know the write key; it does not know some keys of servers and apps either"
                    .to_owned(),
            )
            .hinting("with an api_token the answer is exact")
            .mended_by(anew),
            Key::CannotTell(fault) => {
                see(Level::Warning, "key_not_checked", format!("the write key was not checked: {fault}"))
            }
        })
    }

    /// The verdict for a program.
    pub fn to_json(&self) -> Value {
        let (place, workspace, found) = match &self.place {
            Place::NotAsked => ("not_asked", None, None),
            Place::Here(workspace) => ("here", Some(workspace), Some(&self.region)),
            Place::Elsewhere(region, workspace) => ("elsewhere", Some(workspace), Some(region)),
            Place::Refused(_) => ("refused", None, None),
            Place::CannotTell(_) => ("cannot_tell", None, None),
        };
        let key = match &self.key {
            Key::Absent => "absent",
            Key::Listed(_) => "listed",
            Key::Foreign(_) => "foreign",
            Key::Known => "known",
            Key::Unknown => "unknown",
            Key::CannotTell(_) => "cannot_tell",
        };
        let workspace = workspace.map(|it| json!({"id": it.id, "slug": it.slug}));
        let source =
            self.source().map(|it| json!({"id": it.id, "name": it.name, "enabled": it.enabled}));
        json!({
            "account": self.account, "region": self.region, "token": place,
            "workspace": workspace, "workspace_region": found, "write_key": key, "source": source,
        })
    }
}
