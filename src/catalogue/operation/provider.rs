//! A provider, its services and the fields of its accounts.

use indexmap::IndexMap;
use serde::Deserialize;

use super::Operation;
use crate::catalogue::load::Operations;

/// How a service wants to be authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// HTTP Basic with the secret as the user name and an empty password.
    Basic,
    /// `Authorization: Bearer`.
    Bearer,
    /// HTTP Basic with the secret as the user name and another field as the password.
    Login,
    /// The secret in a header or a query parameter of the service's own.
    Key,
    /// None.
    #[default]
    None,
}

/// Where a service wants its key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// The header or query parameter.
    pub name: String,
    /// Whether it is a query parameter.
    #[serde(default)]
    pub query: bool,
}

/// How a service wants several values in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lists {
    /// With dots: `ids.0=a&ids.1=b`, `page.size=5`.
    #[default]
    Dotted,
    /// One after the other: `ids=a&ids=b`, `page[size]=5`.
    Repeated,
}

/// How a service cuts a list into pages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// The query parameter that carries the cursor.
    pub cursor: String,
    /// The query parameter that carries the page size.
    pub count: String,
    /// The page size asked for when all pages are wanted.
    pub size: u32,
    /// The largest page it gives, when it says so.
    pub most: Option<u32>,
    /// Where the answer holds the next cursor, as a dotted path.
    pub next: String,
}

/// How a service trades a signed assertion for a token (OAuth 2.0 client credentials, RFC 7523).
/// The account's fields `oauth_app_id`, `oauth_key_id` and `oauth_private_key` sign it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuth {
    /// The authorization server in each region; also the audience of the assertion.
    pub server: IndexMap<String, String>,
    /// The field that overrides it.
    pub url_field: Option<String>,
    /// The scope asked for.
    pub scope: String,
}

/// How a service takes many events in one request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// The operation that posts one (`batch`).
    pub operation: String,
    /// The body field that holds the events (`batch`).
    pub list: String,
    /// The field of an event that it is deduplicated by (`messageId`).
    pub id: String,
    /// The field of an event that tells its kind: the last word of its operation's path (`type`).
    pub kind: String,
    /// The fields of an event that say whom it is about, the first present one counts.
    pub subject: Vec<String>,
    /// The most events in one request.
    pub most: usize,
    /// The most bytes of JSON in one request.
    pub bytes: usize,
    /// The most bytes of JSON of one event.
    pub event_bytes: usize,
    /// The most events a second, unless settings say otherwise.
    pub rate: u32,
    /// The object in its body that is told name and version of this program, as a dotted path.
    pub library: Option<String>,
    /// Statuses that pass by themselves, besides those of a server in trouble.
    #[serde(default)]
    pub transient: Vec<u16>,
    /// Statuses that say that one of the events is at fault, whichever it is.
    #[serde(default)]
    pub poisoned: Vec<u16>,
    /// Objects of an event that the service's rules look into; the others are the caller's own.
    #[serde(default)]
    pub judged: Vec<String>,
    /// Texts that hardly anybody means, such as `null` for an id: who gives one is to be told.
    #[serde(default)]
    pub doubtful: Vec<String>,
    /// Objects of an event with more keys than this are looked at closely.
    pub keys: Option<usize>,
}

/// One API of a provider.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its name for people.
    pub title: String,
    /// The base URL in each region, without a trailing slash. A region that is absent is not served.
    pub base: IndexMap<String, String>,
    /// The field that overrides the base URL.
    pub url_field: Option<String>,
    /// A suffix users may write at the end of the base URL; it is removed (`/v1`).
    #[serde(default)]
    pub trim: String,
    /// How it wants to be authenticated.
    #[serde(default)]
    pub auth: Auth,
    /// The field that holds the credential.
    pub secret: Option<String>,
    /// For `login`: the field that holds the password.
    pub password: Option<String>,
    /// For `key`: where it goes.
    pub key: Option<ApiKey>,
    /// How it wants several values in a query.
    #[serde(default)]
    pub lists: Lists,
    /// The media type of request bodies.
    #[serde(default = "json_media_type")]
    pub media_type: String,
    /// The media type of bodies in a version that is not generally available (`alpha`).
    #[serde(default)]
    pub media_types: IndexMap<String, String>,
    /// The limit that all of its operations share (`200/minute`).
    pub limit: Option<String>,
    /// The key that wraps every successful answer (`data`).
    pub envelope: Option<String>,
    /// The body field that gets the credential as well (`writeKey`).
    pub secret_in_body: Option<String>,
    /// The body field that is stamped with the time of each sending (`sentAt`).
    pub sent_at: Option<String>,
    /// The provider's hook that completes and checks a body before it is bound.
    pub prepare: Option<String>,
    /// The provider's hook that checks the place before anything is changed there.
    pub guard: Option<String>,
    /// What stands for a secret in its answers (`••`). It must not be sent back.
    pub mask: Option<String>,
    /// How lists are cut into pages.
    pub paging: Option<Paging>,
    /// How it takes many events at once; none when it does not.
    pub batch: Option<Batch>,
    /// How it takes tokens instead of the credential, for accounts that can sign for one.
    pub oauth: Option<OAuth>,
    /// A redirect to another host keeps the credential only if both hosts end in this.
    pub redirects: Option<String>,
}

impl Service {
    /// The media type of a body in this version of the schema.
    pub fn media_type_in(&self, version: &str) -> &str {
        self.media_types.get(version).unwrap_or(&self.media_type)
    }
}

fn json_media_type() -> String {
    "application/json".to_owned()
}

/// What a field of an account holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// A credential.
    Secret,
    /// A base URL.
    Url,
    /// Anything else.
    #[default]
    Text,
}

/// One setting of an account, shared by all of a provider's services.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its key in settings files.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// What it holds.
    #[serde(rename = "type", default)]
    pub kind: FieldKind,
    /// What it is for, and where to find it.
    #[serde(default)]
    pub about: String,
    /// Environment variables of the default account, first match wins.
    #[serde(default)]
    pub env: Vec<String>,
    /// The only values allowed, when there are any.
    #[serde(default)]
    pub choices: Vec<String>,
    /// Whether it is asked for when somebody connects.
    #[serde(default)]
    pub ask: bool,
    /// The value when nothing is set.
    pub default: Option<String>,
    /// The value on the emulator, where no account is needed.
    pub emulator: Option<String>,
    /// Whether it counts on the emulator too: it says how to act, not where or as whom.
    #[serde(default)]
    pub kept: bool,
}

/// One page of a provider's reference, and one file of rows.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its key (`sources`).
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// What the operations in it have in common.
    pub about: String,
}

/// A company we integrate.
#[derive(Debug)]
pub struct Provider {
    /// Its key (`segment`).
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// What it is, in one sentence.
    pub about: String,
    /// Its APIs.
    pub services: IndexMap<String, Service>,
    /// What an account of it can hold.
    pub fields: Vec<Field>,
    /// The operations that its own page documents in full, in that order.
    pub featured: Vec<String>,
    /// The service that requests in their own words go to when no row knows their path.
    pub raw: Option<String>,
    /// Parameters that are ids of things, with the operation that lists those: for saying what was
    /// meant by one that leads nowhere.
    pub listed: IndexMap<String, String>,
    /// The domains it is known by, each with all below it.
    pub domains: Vec<String>,
    /// Named accounts that exist on the emulator, besides `default`.
    pub emulator_accounts: Vec<String>,
    /// The resource groups, in file order.
    pub groups: IndexMap<String, Group>,
    /// The operations by canonical name, each read when it is first asked for.
    pub operations: Operations,
}

impl Provider {
    /// The operation of that name or alias, in any spelling.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.find(name)
    }

    /// Whether a host is one of its own: below one of its domains, or where a service is served.
    pub fn is_at(&self, host: &str) -> bool {
        let below = |domain: &String| {
            host == domain || host.strip_suffix(domain.as_str()).is_some_and(|h| h.ends_with('.'))
        };
        let served = |base: &String| {
            let rest = base.split_once("://").map_or(base.as_str(), |(_, rest)| rest);
            rest.split(['/', ':']).next() == Some(host)
        };
        let mut bases = self.services.values().flat_map(|service| service.base.values());
        self.domains.iter().any(below) || bases.any(served)
    }

    /// The fields asked for when somebody connects: those that say so, else every secret.
    pub fn asked(&self) -> Vec<&Field> {
        let secrets = || self.fields.iter().filter(|field| field.kind == FieldKind::Secret);
        let asked: Vec<&Field> = self.fields.iter().filter(|field| field.ask).collect();
        if asked.is_empty() { secrets().collect() } else { asked }
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
