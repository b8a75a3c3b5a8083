//! The table of settings: every key, what it takes, its default, and whether a project that nobody
//! has trusted may set it. Which line a key or a variable belongs
//! to is `keys`' business, what a value looks like `shape`'s.

mod line;
mod shape;

pub use line::{Known, Tighten};
pub use shape::Shape;

/// The effects a policy can be about.
pub const EFFECTS: [&str; 5] = ["read", "write", "replace", "destroy", "erase"];

/// The policies, mildest first.
pub const POLICIES: [&str; 3] = ["allow", "ask", "deny"];

/// What may be asked of a server of tools: to look, to change, to delete.
pub const ACCESSES: [&str; 3] = ["read", "write", "destroy"];

/// The ways to deliver an event.
pub const DELIVERIES: [&str; 2] = ["direct", "outbox"];

const fn row(
    key: &'static str,
    shape: Shape,
    default: Option<&'static str>,
    tighten: Tighten,
    about: &'static str,
) -> Known {
    Known { key, shape, default, tighten, about }
}

/// Every setting there is.
pub const KNOWN: &[Known] = &[
    row("run.memory_limit", Shape::Size, Some("32MB"), Tighten::Lower, "memory a script may use"),
    row(
        "run.cpu_limit",
        Shape::Seconds,
        Some("30"),
        Tighten::Lower,
        "CPU time a script may use, in seconds",
    ),
    row(
        "run.timeout",
        Shape::Seconds,
        None,
        Tighten::Lower,
        "longest time a script may run, in seconds",
    ),
    row("run.max_calls", Shape::Count, None, Tighten::Lower, "calls a script may make"),
    row(
        "http.connect_timeout",
        Shape::Seconds,
        Some("10"),
        Tighten::Lower,
        "time to reach a server, in seconds",
    ),
    row(
        "http.timeout",
        Shape::Seconds,
        Some("30"),
        Tighten::Lower,
        "time for a call with all its retries, in seconds",
    ),
    row(
        "http.retries",
        Shape::Count,
        Some("3"),
        Tighten::Lower,
        "how often a call that may be repeated is repeated",
    ),
    row("http.proxy", Shape::Text, None, Tighten::Never, "the proxy every request goes through"),
    row(
        "http.ca_file",
        Shape::Text,
        None,
        Tighten::Never,
        "PEM certificates trusted instead of the built-in ones; SSL_CERT_FILE says the same",
    ),
    row(
        "http.ca_dir",
        Shape::Text,
        None,
        Tighten::Never,
        "a folder of such files; SSL_CERT_DIR says the same",
    ),
    row("emulator", Shape::Flag, None, Tighten::Never, "point every account at the emulator"),
    row(
        "catalogue.folders",
        Shape::Text,
        None,
        Tighten::Never,
        "folders with providers of your own, separated as in PATH",
    ),
    row(
        "safety.erase_cap",
        Shape::Count,
        Some("10"),
        Tighten::Lower,
        "the most people one erasure may be about",
    ),
    row(
        "journal.enabled",
        Shape::Flag,
        Some("true"),
        Tighten::Never,
        "whether calls are remembered",
    ),
    row(
        "journal.keep_days",
        Shape::Days,
        Some("30"),
        Tighten::Never,
        "how long calls are remembered",
    ),
    row(
        "journal.details",
        Shape::Flag,
        Some("true"),
        Tighten::Off,
        "whether what calls said and were told is remembered, without secrets",
    ),
    row(
        "journal.details_days",
        Shape::Days,
        Some("7"),
        Tighten::Lower,
        "how long that is remembered",
    ),
    row(
        "journal.details_bytes",
        Shape::Size,
        Some("200MB"),
        Tighten::Lower,
        "how much of it is kept in all; the oldest goes first",
    ),
    row(
        "journal.body_bytes",
        Shape::Size,
        Some("16KB"),
        Tighten::Lower,
        "how much of one body is kept; 0 keeps none",
    ),
    row(
        "delivery",
        Shape::Word(&DELIVERIES),
        None,
        Tighten::Always,
        "whether an event is sent at once or kept and sent in batches; direct when nobody says",
    ),
    row(
        "outbox.flush_timeout",
        Shape::Seconds,
        Some("30"),
        Tighten::Lower,
        "how long a run waits at its end for its own events to be sent, in seconds",
    ),
    row(
        "outbox.url",
        Shape::Text,
        None,
        Tighten::Never,
        "a NATS server that keeps the outbox for several machines: nats://host:4222[/name]",
    ),
    row("outbox.credentials", Shape::Text, None, Tighten::Never, "a file with credentials for it"),
    row(
        "outbox.sync",
        Shape::Word(&["group", "each"]),
        Some("group"),
        Tighten::Never,
        "whether an event is brought to the disk together with others or before its call returns",
    ),
    row(
        "outbox.total_rate",
        Shape::Rate,
        Some("off"),
        Tighten::Lower,
        "queued and imported events a second over all accounts, or \"off\"",
    ),
    row(
        "outbox.lease",
        Shape::Seconds,
        Some("60"),
        Tighten::Never,
        "how long a sender keeps its share of an outbox without a sign of life, in seconds",
    ),
    row(
        "outbox.keep_days",
        Shape::Days,
        Some("7"),
        Tighten::Never,
        "how long receipts of sent events are kept",
    ),
    row(
        "outbox.keep_size",
        Shape::Size,
        Some("64MB"),
        Tighten::Never,
        "the most room they take; 16 bytes an event",
    ),
    row(
        "integrations.<provider>.enabled",
        Shape::Flag,
        None,
        Tighten::Off,
        "false switches the provider off",
    ),
    row(
        "integrations.<provider>.account",
        Shape::Account,
        None,
        Tighten::Always,
        "the account used when none is named",
    ),
    row(
        "integrations.<provider>.policy.<effect>",
        Shape::Policy,
        None,
        Tighten::Stricter,
        "what may be done without asking",
    ),
    row(
        "integrations.<provider>.accounts.<account>.connection.name",
        Shape::Text,
        None,
        Tighten::Never,
        "what people call the account",
    ),
    row(
        "integrations.<provider>.accounts.<account>.connection.archived",
        Shape::Text,
        None,
        Tighten::Never,
        "since when the account is put away; `kosmo connection restore` brings it back",
    ),
    row(
        "integrations.<provider>.accounts.<account>.policy.<effect>",
        Shape::Policy,
        None,
        Tighten::Stricter,
        "the same for one account",
    ),
    row(
        "integrations.<provider>.delivery",
        Shape::Word(&DELIVERIES),
        None,
        Tighten::Always,
        "the same for one provider",
    ),
    row(
        "integrations.<provider>.accounts.<account>.delivery",
        Shape::Word(&DELIVERIES),
        None,
        Tighten::Always,
        "and for one account",
    ),
    row(
        "integrations.<provider>.accounts.<account>.rate",
        Shape::Rate,
        None,
        Tighten::Lower,
        "queued and imported events a second, or \"off\"; 1000 for Segment",
    ),
    row(
        "integrations.<provider>.accounts.<account>.<field>",
        Shape::Text,
        None,
        Tighten::Never,
        "a field of an account; `integrations:fields` lists them",
    ),
    row(
        "mcp.servers.<server>.permissions.<access>",
        Shape::Policy,
        None,
        Tighten::Stricter,
        "what tools of an MCP server may do without asking",
    ),
    row(
        "mcp.servers.<server>.secrets.<secret>",
        Shape::Text,
        None,
        Tighten::Never,
        "a secret that the server's entry refers to; `kosmo mcp:secret:set` keeps it",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_fits_its_own_line() {
        for known in KNOWN {
            assert_eq!(known.default.is_some(), known.default_value().is_some(), "{}", known.key);
        }
    }
}
