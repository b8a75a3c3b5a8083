//! The kinds of failure and the one table that gives each its meaning.

/// What sort of failure this is. The set is closed; [`KINDS`] gives each its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A script raised an error of its own and nobody caught it.
    Script,
    /// A defect of this program.
    Internal,
    /// The command line or the arguments of a call are wrong; nothing was sent.
    Usage,
    /// A settings file cannot be read or makes no sense.
    Config,
    /// No credential is configured for the service that the call needs.
    MissingCredential,
    /// The service refused the credential.
    AuthenticationFailed,
    /// The credential belongs to another workspace or region than the one asked for.
    WrongPlace,
    /// The provider is switched off.
    NotActive,
    /// The user's policy does not allow the call.
    PolicyDenied,
    /// The service says that the credential may not do this.
    Forbidden,
    /// There is no such function, account, page or resource.
    NotFound,
    /// The resource is not in the state the call assumes.
    Conflict,
    /// The service refused for rate, after the retry budget was spent.
    RateLimited,
    /// The service could not be reached.
    Network,
    /// The service answered that it cannot serve now.
    Unavailable,
    /// The service answered with something that cannot be understood.
    BadAnswer,
    /// The service refused the request for a reason of its own.
    Rejected,
    /// A tool of another server failed and said why.
    Tool,
    /// Time ran out.
    Timeout,
    /// Some items were done and others failed.
    Partial,
    /// A script reached one of its limits.
    ScriptLimit,
    /// The event would be accepted and then dropped by the service, so it was not sent.
    EventInvalid,
    /// The user interrupted the run.
    Interrupted,
    /// A file or the disk failed.
    Io,
}

/// One line of the fault table.
#[derive(Debug, Clone, Copy)]
pub struct KindRow {
    /// The kind this line is about.
    pub kind: Kind,
    /// The stable code printed as `error_detail.code` unless the fault has a more exact one.
    pub code: &'static str,
    /// The exit status of a process that ends with this fault.
    pub exit: u8,
    /// The HTTP status of an answer that carries this fault.
    pub http: u16,
    /// Whether the same call may succeed later without any change.
    pub retryable: bool,
    /// What it means, for the documentation.
    pub about: &'static str,
}

const fn row(
    kind: Kind,
    code: &'static str,
    exit: u8,
    http: u16,
    retryable: bool,
    about: &'static str,
) -> KindRow {
    KindRow { kind, code, exit, http, retryable, about }
}

/// The one table of failures: code, exit status, HTTP status, retriability.
pub const KINDS: &[KindRow] = &[
    row(Kind::Script, "script_error", 1, 422, false, "a script raised an error nobody caught"),
    row(Kind::Internal, "internal_error", 1, 500, false, "a defect of this program"),
    row(Kind::Usage, "invalid_argument", 2, 400, false, "an argument is missing or wrong"),
    row(Kind::Config, "invalid_settings", 2, 500, false, "a settings file is unreadable or wrong"),
    row(
        Kind::MissingCredential,
        "missing_credential",
        3,
        401,
        false,
        "no credential for the service",
    ),
    row(
        Kind::AuthenticationFailed,
        "authentication_failed",
        3,
        401,
        false,
        "the credential was refused",
    ),
    row(
        Kind::WrongPlace,
        "wrong_workspace",
        3,
        409,
        false,
        "the credential is for another workspace or region",
    ),
    row(Kind::NotActive, "not_active", 3, 403, false, "the provider is switched off"),
    row(Kind::PolicyDenied, "policy_denied", 4, 403, false, "the user's policy does not allow it"),
    row(Kind::Forbidden, "forbidden", 4, 403, false, "the service does not allow it"),
    row(Kind::NotFound, "not_found", 5, 404, false, "no such function, account, page or resource"),
    row(Kind::Conflict, "conflict", 6, 409, false, "the resource has changed or already exists"),
    row(Kind::RateLimited, "rate_limited", 7, 429, true, "refused for rate after every retry"),
    row(Kind::Network, "network_error", 8, 502, true, "the service could not be reached"),
    row(Kind::Unavailable, "unavailable", 8, 503, true, "the service cannot serve now"),
    row(Kind::BadAnswer, "bad_answer", 8, 502, false, "the answer cannot be understood"),
    row(Kind::Rejected, "rejected", 2, 422, false, "the service refused the request as it stands"),
    row(Kind::Tool, "tool_error", 1, 502, false, "a tool of another server failed and said why"),
    row(Kind::Timeout, "timeout", 9, 504, true, "time ran out"),
    row(Kind::Partial, "partial", 10, 207, false, "some items were done, others failed"),
    row(Kind::ScriptLimit, "script_limit", 11, 422, false, "a script reached one of its limits"),
    row(
        Kind::EventInvalid,
        "event_invalid",
        12,
        422,
        false,
        "the event would be dropped by the service",
    ),
    row(Kind::Interrupted, "interrupted", 130, 499, false, "the user interrupted the run"),
    row(Kind::Io, "io_error", 1, 500, false, "a file or the disk failed"),
];

impl Kind {
    /// This kind's line of the table.
    pub fn row(self) -> &'static KindRow {
        // The table lists every kind (a test holds that); the first line is only a safe fallback.
        KINDS.iter().find(|row| row.kind == self).unwrap_or(&KINDS[0])
    }
}
