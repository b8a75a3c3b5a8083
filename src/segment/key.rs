//! Is the write key real? Segment takes every key with 200, so it is looked up instead, without
//! writing an event: among the write keys of the workspace's sources where the account has a token
//! of the Public API, which is exact, else at the CDN, which knows most keys. The same token tells
//! the region that the workspace is really in. The key itself is in no answer.

mod told;

use serde_json::{Value, json};

use crate::catalogue::Provider;
use crate::engine::raw::Raw;
use crate::engine::{Account, Args, Call, Engine};
use crate::error::{Fault, Kind};

/// What is known of an account's credentials for sending.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The account.
    pub account: String,
    /// The region its settings name.
    pub region: String,
    /// Where its token leads.
    pub place: Place,
    /// What its write key is.
    pub key: Key,
}

/// Where the token of the Public API leads.
#[derive(Debug, Clone)]
pub enum Place {
    /// There is no token to ask with.
    NotAsked,
    /// To this workspace, in the region of the settings (or at the account's own URL).
    Here(Workspace),
    /// To this workspace in another region: everything sent to the account's own is lost.
    Elsewhere(String, Workspace),
    /// No region takes it.
    Refused(Fault),
    /// It could not be asked.
    CannotTell(Fault),
}

/// What a write key is.
#[derive(Debug, Clone)]
pub enum Key {
    /// The account has none.
    Absent,
    /// The key of this source. Exact.
    Listed(Source),
    /// No source of the workspace has it; that many were compared. Exact.
    Foreign(usize),
    /// The CDN knows it; whose it is, it does not say.
    Known,
    /// The CDN does not know it, which is a hint only: it does not know some keys of servers and apps.
    Unknown,
    /// It could not be asked.
    CannotTell(Fault),
}

/// A workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workspace {
    /// Its id.
    pub id: String,
    /// Its slug.
    pub slug: String,
}

/// A source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// Its id.
    pub id: String,
    /// Its name, else its slug.
    pub name: String,
    /// Whether it takes events.
    pub enabled: bool,
}

/// Looks an account's write key up; sends no event.
///
/// # Errors
/// When there is no such account, or a field of it cannot be read. What the network has to say is
/// part of the verdict.
pub async fn verify(engine: &Engine, account: Option<&str>) -> Result<Verdict, Fault> {
    let provider = engine.catalogue.provider("segment")?;
    let account = &engine.accounts.open(provider, account)?;
    let ask = Ask { engine, provider, account };
    let region = engine.accounts.region(provider, account)?;
    let place = match engine.accounts.has(provider, account, "api_token") {
        true => ask.place(&region).await?,
        false => Place::NotAsked,
    };
    let key = match engine.accounts.field(provider, account, "write_key")? {
        None => Key::Absent,
        Some(key) => match ask.listed(&place, &key).await {
            Some(verdict) => verdict,
            None => ask.cdn(&key).await,
        },
    };
    Ok(Verdict { account: account.name.clone(), region, place, key })
}

struct Ask<'a> {
    engine: &'a Engine,
    provider: &'a Provider,
    account: &'a Account,
}

impl Ask<'_> {
    /// Which region's Public API takes the token, the account's own first.
    async fn place(&self, own: &str) -> Result<Place, Fault> {
        let refused = match self.workspace(None).await {
            Ok(workspace) => return Ok(Place::Here(workspace)),
            Err(fault) if fault.kind == Kind::AuthenticationFailed => fault,
            Err(fault) => return Ok(Place::CannotTell(fault)),
        };
        let moved = self.engine.accounts.field(self.provider, self.account, "api_url")?.is_some();
        let regions = self.provider.services["public"].base.keys();
        if !moved && !self.account.emulated {
            for other in regions.filter(|region| *region != own) {
                if let Ok(workspace) = self.workspace(Some(other)).await {
                    return Ok(Place::Elsewhere(other.clone(), workspace));
                }
            }
        }
        Ok(Place::Refused(refused))
    }

    /// The workspace behind the token, as seen from a region. Asked in its own words: nothing is
    /// to be concluded for later runs.
    async fn workspace(&self, region: Option<&String>) -> Result<Workspace, Fault> {
        let answer = self.get("public", "/", &[], region).await?;
        let workspace = &answer["data"]["workspace"];
        let text = |key: &str| workspace[key].as_str().unwrap_or_default().to_owned();
        if workspace.is_object() {
            return Ok(Workspace { id: text("id"), slug: text("slug") });
        }
        Err(Fault::new(Kind::BadAnswer, "the Public API names no workspace"))
    }

    /// The exact answer, none where the token may not see keys or leads elsewhere.
    async fn listed(&self, place: &Place, key: &str) -> Option<Key> {
        let Place::Here(workspace) = place else { return None };
        let args = json!({"slug": workspace.slug});
        let call = Call {
            function: format!("{}.list_sources", self.provider.name),
            account: Some(self.account.name.clone()),
            args: Args::Named(args.as_object().cloned().unwrap_or_default()),
            ..Call::default()
        };
        let listed = self.engine.call(call).await.result.ok()?.value;
        let sources = listed["sources"].as_array()?;
        let has = |source: &&Value| {
            source["write_keys"].as_array().is_some_and(|keys| keys.iter().any(|have| have == key))
        };
        if let Some(source) = sources.iter().find(has) {
            let text = |key: &str| source[key].as_str().unwrap_or_default().to_owned();
            let enabled = source["enabled"] != json!(false);
            return Some(Key::Listed(Source { id: text("id"), name: text("name"), enabled }));
        }
        let hidden = |source: &Value| source["write_key_hidden"] == json!(true);
        (!sources.iter().any(hidden)).then_some(Key::Foreign(sources.len()))
    }

    async fn cdn(&self, key: &str) -> Key {
        let path = "/v1/projects/{writeKey}/settings";
        match self.get("cdn", path, &[("writeKey".to_owned(), key.to_owned())], None).await {
            Ok(_) => Key::Known,
            Err(fault) if fault.kind == Kind::NotFound => Key::Unknown,
            Err(fault) => Key::CannotTell(fault),
        }
    }

    async fn get(
        &self,
        service: &str,
        path: &str,
        params: &[(String, String)],
        region: Option<&String>,
    ) -> Result<Value, Fault> {
        let raw = Raw {
            provider: self.provider.name.clone(),
            account: Some(self.account.name.clone()),
            path: path.to_owned(),
            method: "GET".to_owned(),
            service: Some(service.to_owned()),
            path_params: params.to_vec(),
            region: region.cloned(),
            ..Raw::default()
        };
        self.engine.request(raw).await.result.map(|outcome| outcome.value)
    }
}
