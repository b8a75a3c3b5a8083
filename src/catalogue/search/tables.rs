//! What English does to a wish: words that say nothing, words that stand for one another, idioms
//! that mean one word, and what the verb of a wish asks to have done. Cutting and comparing words
//! is left to the search.

use std::sync::LazyLock;

use super::words::stem;
use crate::catalogue::Effect;

/// Words that say nothing about what is wanted, in alphabetical order.
#[rustfmt::skip]
pub(super) const STOP: &[&str] = &[
    "a", "about", "after", "again", "all", "also", "am", "an", "and", "any", "anymore", "are", "as",
    "at", "be", "been", "before", "being", "but", "by", "can", "could", "d", "did", "do", "does",
    "don", "each", "every", "for", "from", "gets", "give", "go", "goes", "going", "got",
    "had", "has", "have", "help", "how", "i", "if", "in", "into", "is", "it", "its", "just", "let",
    "like", "ll", "longer", "m", "me", "more", "my", "need", "no", "not", "of", "off", "on", "once",
    "one", "only", "onto", "or", "our", "out", "over", "own", "please", "re", "s", "should", "so", "some",
    "somebody", "someone", "something", "t", "than", "that", "the", "their", "them", "there",
    "these", "they", "thing", "this", "those", "to", "up", "us", "ve", "via", "want", "was", "we",
    "were", "what", "when", "where", "whether", "which", "who", "whose", "why", "will", "with",
    "would", "you", "your",
];

/// Words that may stand for one another.
#[rustfmt::skip]
const SYNONYMS: &[&[&str]] = &[
    &["list", "show", "enumerate", "inventory", "browse", "overview"],
    &["get", "fetch", "read", "retrieve", "lookup", "look", "find", "describe", "detail", "info",
      "view", "see", "open", "inspect", "single"],
    &["status", "state", "progress", "health", "finished"],
    &["create", "add", "new", "make", "insert", "build", "define", "register", "start"],
    &["connect", "attach", "hook", "link", "integrate", "wire"],
    &["disconnect", "detach", "unlink", "unhook", "unplug", "remove"],
    &["update", "change", "edit", "modify", "set", "alter", "adjust", "configure"],
    &["rename", "name", "title"],
    &["enable", "resume", "activate", "reactivate"],
    &["disable", "pause", "deactivate", "stop", "halt", "enable", "mute", "suspend"],
    &["replace", "overwrite", "swap", "reset", "set"],
    &["delete", "remove", "drop", "destroy", "erase", "forget", "deletion", "wipe", "purge"],
    &["cancel", "abort", "withdraw", "stop", "revoke"],
    &["run", "trigger", "execute", "refresh", "recompute", "force"],
    &["restore", "revert", "undo"],
    &["deploy", "publish", "deployment", "release", "ship"],
    &["preview", "try", "test", "estimate", "sample", "simulate"],
    &["sample", "example"],
    &["verify", "check", "test", "validate", "whoami", "valid", "validation", "works"],
    &["track", "record", "log", "capture", "event", "action"],
    &["send", "forward", "deliver", "delivery", "reach"],
    &["load", "sync", "copy"],
    &["receive", "ingest", "accept", "arrive"],
    &["fail", "error", "reject", "failure", "broken"],
    &["success", "successful", "deliver"],
    &["filter", "block", "discard", "drop", "exclude", "skip", "omit", "allowlist", "denylist",
      "blocklist", "ignore"],
    &["identify", "profile", "trait", "attribute"],
    &["user", "person", "people", "customer", "visitor", "member", "subject", "human", "contact"],
    &["member", "user", "colleague", "coworker", "teammate", "employee", "staff", "belong", "person"],
    &["group", "company", "organization", "organisation", "team", "account"],
    &["invite", "invitation"],
    &["permission", "role", "access", "right", "grant", "promote", "owner", "admin"],
    &["token", "credential", "key", "secret", "auth", "login", "password"],
    &["merge", "join", "link", "alias", "combine", "unify"],
    &["batch", "bulk", "import", "backfill", "many", "history", "historical"],
    &["history", "past", "recent", "previous", "earlier", "old"],
    &["history", "version"],
    &["audit", "activity", "changed"],
    &["page", "website", "web", "url"],
    &["screen", "mobile", "app", "ios", "android"],
    &["source", "website", "app"],
    &["destination", "integration", "tool", "vendor", "amplitude", "mixpanel", "braze", "hubspot",
      "salesforce", "google", "ga", "ga4", "facebook", "meta", "intercom", "iterable", "klaviyo",
      "marketo", "mailchimp", "zendesk", "slack", "heap", "pendo", "fullstory", "appsflyer",
      "adjust", "optimizely", "posthog", "webhook", "tiktok", "linkedin", "ads"],
    &["warehouse", "database", "snowflake", "redshift", "bigquery", "postgres", "databricks"],
    &["table", "collection", "column"],
    &["catalog", "catalogue", "available", "supported", "offer"],
    &["kind", "type", "catalog"],
    &["mapping", "subscription"],
    &["plan", "specification", "spec", "taxonomy"],
    &["label", "tag"],
    &["audience", "segment", "cohort"],
    &["schedule", "daily", "night", "nightly", "hourly", "hour", "day", "cron"],
    &["calculate", "compute"],
    &["usage", "use", "quota", "consumption", "billing", "bill", "limit"],
    &["volume", "count", "number", "traffic", "throughput"],
    &["code", "javascript"],
    &["query", "sql"],
    &["identifier", "id"],
    &["regulation", "gdpr", "ccpa", "privacy", "suppress", "deletion", "compliance"],
    &["unsubscribe", "opt", "consent", "marketing", "messaging", "sms"],
    &["legacy", "config"],
    &["email", "mail"],
];

/// The synonyms of a word, both without their endings; itself may be among them.
pub(super) fn synonyms(term: &str) -> impl Iterator<Item = &'static String> + '_ {
    static STEMMED: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
        SYNONYMS.iter().map(|group| group.iter().map(|word| stem(word)).collect()).collect()
    });
    STEMMED.iter().filter(move |group| group.iter().any(|word| word == term)).flatten()
}

/// An idiom: its first word without an ending, its second, how many words may stand between, and what it means.
pub(super) type Idiom = (&'static str, &'static str, usize, &'static str);

/// Two words that mean one; of those with one beginning the first that fits counts.
#[rustfmt::skip]
pub(super) const IDIOMS: &[Idiom] = &[
    ("turn", "off", 5, "disable"), ("switch", "off", 5, "disable"), ("shut", "off", 5, "disable"),
    ("shut", "down", 5, "disable"), ("turn", "on", 1, "enable"), ("switch", "on", 1, "enable"),
    ("turn", "back", 3, "enable"),
    ("set", "up", 2, "create"), ("spin", "up", 0, "create"), ("sign", "up", 0, "signup"),
    ("may", "do", 3, "permission"), ("allow", "to", 0, "permission"),
    ("hook", "up", 2, "connect"),
    ("get", "rid", 0, "delete"), ("tear", "down", 2, "delete"), ("tak", "down", 2, "delete"),
    ("throw", "away", 3, "delete"), ("kick", "out", 3, "remove"), ("tak", "away", 3, "revoke"),
    ("roll", "back", 3, "restore"), ("go", "back", 0, "restore"),
    ("opt", "out", 4, "unsubscribe"), ("leav", "out", 3, "exclude"), ("keep", "out", 3, "exclude"),
    ("try", "out", 3, "preview"), ("look", "up", 0, "get"), ("look", "at", 0, "get"),
    ("different", "name", 0, "rename"), ("new", "name", 0, "rename"),
    ("e", "mail", 0, "email"),
];

/// What the verb of a wish asks to have done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// To look.
    Look,
    /// To have something that was not there.
    Add,
    /// To have something be different.
    Change,
    /// To have something gone.
    Remove,
    /// To have something not happen any more, by whatever means.
    Stop,
}

impl Mood {
    /// Whether a function of that effect may be what is asked for.
    pub(super) fn asks_for(self, effect: Effect) -> bool {
        match self {
            Self::Look => effect == Effect::Read,
            Self::Add => effect == Effect::Write,
            Self::Change => matches!(effect, Effect::Write | Effect::Replace),
            Self::Remove => matches!(effect, Effect::Destroy | Effect::Erase),
            Self::Stop => matches!(effect, Effect::Write | Effect::Destroy),
        }
    }

    /// What `word` asks for, as it is written.
    pub(super) fn of(word: &str) -> Option<Self> {
        let group = MOODS.iter().find(|(_, group)| group.contains(&word))?;
        Some(group.0)
    }
}

/// The words that tell a mood, as they are written; the first one of a wish decides.
#[rustfmt::skip]
const MOODS: &[(Mood, &[&str])] = &[
    (Mood::Look, &[
        "list", "show", "enumerate", "browse", "get", "fetch", "read", "retrieve", "find", "view",
        "see", "inspect", "describe", "details", "which", "what", "who", "whose", "where", "when",
        "why", "how", "is", "are", "did", "does", "has", "status", "history", "check", "count",
        "preview", "overview", "current",
    ]),
    (Mood::Add, &[
        "create", "add", "make", "new", "insert", "build", "define", "register", "connect",
        "attach", "hook", "launch", "invite", "send", "record", "log", "compute", "calculate",
        "start", "write", "issue", "upload", "import", "grant", "let", "put", "load", "schedule",
        "tag", "label", "map", "link", "deploy", "publish", "run", "trigger", "sync", "push",
        "track", "identify", "associate", "merge", "save", "promote", "give",
    ]),
    (Mood::Change, &[
        "update", "change", "edit", "modify", "set", "alter", "adjust", "rename", "enable",
        "replace", "overwrite", "swap", "configure", "reset", "move", "switch", "turn",
    ]),
    (Mood::Remove, &[
        "delete", "remove", "destroy", "erase", "revoke", "cancel", "detach", "disconnect",
        "forget", "purge", "wipe", "unlink", "kick", "unschedule", "unhook", "unplug", "offboard",
    ]),
    (Mood::Stop, &["stop", "disable", "pause", "halt", "deactivate", "exclude", "block", "don", "mute",
        "suspend", "skip", "omit", "ignore", "suppress", "unsubscribe", "filter",]),
];
