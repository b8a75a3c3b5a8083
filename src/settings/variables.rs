//! The environment variables that are no settings: what they mean, for the documentation. Settings
//! and the fields of accounts have variables of their own, named in their tables.

/// A variable and what it is for.
pub const VARIABLES: &[(&str, &str)] = &[
    ("KOSMO_HOME", "the one folder for settings, credentials and everything that is kept"),
    ("KOSMO_TOKEN", "a token that limits what this run may do"),
    (
        "KOSMO_MCP_ALLOWED_ENV",
        "when set, the only variables that entries of MCP servers may refer to",
    ),
    ("KOSMO_MCP_INHERIT_ENV", "`1` hands the whole environment to MCP servers"),
    ("KOSMO_LOG", "what happens inside, on standard error: a level such as `debug`, or targets"),
    ("KOSMO_PAGER", "the pager for long text on a terminal; `cat` for none"),
    ("PAGER", "the same, when `KOSMO_PAGER` is not set"),
    ("LESS", "options of `less`; `FRX` when it is not set"),
    ("NO_COLOR", "no colour, whatever its value"),
    ("CLICOLOR", "`0` for no colour"),
    ("CLICOLOR_FORCE", "colour also where there is no terminal"),
    ("TERM", "`dumb` for no colour, no progress and no pager"),
    ("COLUMNS", "the width of the terminal"),
    ("LINES", "the height of the terminal"),
    ("CI", "nobody is asked, nothing is drawn, no pager"),
    ("HOME", "where `~` in `file:~/…` leads, and where settings are kept"),
    ("XDG_CONFIG_HOME", "where settings are kept, on Linux"),
    ("XDG_DATA_HOME", "where the journal and what is queued are kept, on Linux"),
    ("SSL_CERT_FILE", "PEM certificates trusted instead of the built-in ones"),
    ("SSL_CERT_DIR", "a folder of such files"),
    ("HTTPS_PROXY", "the proxy for `https`; `http.proxy` goes before it"),
    ("HTTP_PROXY", "the proxy for `http`"),
    ("ALL_PROXY", "the proxy for both"),
    ("NO_PROXY", "hosts that are reached without one"),
];
