//! Authentication and the variables it is written with.

use crate::catalogue::capability::finding::Findings;
use crate::catalogue::capability::model::Capability;
use crate::catalogue::capability::template::names;

use super::written;

/// Looks at who is asked for secrets, and where variables come from.
pub(super) fn check(capability: &Capability, findings: &mut Findings) {
    let auths = || {
        let consumed = capability.consumes.iter().filter_map(|it| it.auth.as_ref());
        consumed.chain(capability.exposes.iter().filter_map(|it| it.auth.as_ref()))
    };
    for auth in auths() {
        for (field, text) in auth.fields.iter().filter(|(_, text)| !text.is_empty()) {
            for variable in names(text).filter(|name| !capability.binds_variable(name)) {
                let why = format!(
                    "`{field}`: no `binds` declares `{variable}`; it is taken for one of the account's secrets"
                );
                findings.repair("undeclared-bind", auth.at, why);
            }
            let secret = matches!(&**field, "token" | "password" | "value");
            if secret && names(text).next().is_none() {
                findings.warn(
                    "secret-in-file",
                    auth.at,
                    format!("`{field}` is written out; a variable keeps it out of the file"),
                );
            }
        }
        if matches!(&*auth.kind, "digest" | "oauth2") {
            let why = format!("authentication by {} is not performed", auth.kind);
            findings.warn("auth-not-performed", auth.at, why);
        }
        let server = auth.get("authorizationServerUri");
        if auth.kind == "oauth2" && !server.starts_with("https://") {
            findings.error("oauth2-https", auth.at, "`authorizationServerUri` must be https");
        }
    }
    let used: Vec<&str> =
        auths().flat_map(|auth| auth.fields.iter()).flat_map(|(_, text)| names(text)).collect();
    let sent: Vec<String> =
        capability.consumes.iter().flat_map(|it| &it.operations).flat_map(written).collect();
    for (at, variable, _) in capability.binds.iter().flat_map(|bind| &bind.keys) {
        if !used.contains(&variable.as_str()) && !sent.contains(variable) {
            findings.warn("unused-bind", *at, format!("nothing uses `{variable}`"));
        }
    }
}

impl Capability {
    /// Whether a variable is declared.
    pub(in crate::catalogue::capability) fn binds_variable(&self, name: &str) -> bool {
        self.binds.iter().any(|bind| {
            let bare = name.strip_prefix(&format!("{}.", bind.namespace)).unwrap_or(name);
            bind.keys.iter().any(|(_, variable, _)| variable == bare)
        })
    }
}
