//! How an API wants to be authenticated, and the variables that hold what it wants.

use super::{map, resolved, said};
use crate::catalogue::capability::finding::{At, Findings};
use crate::catalogue::capability::read::text;
use crate::catalogue::capability::yaml::Node;

/// The authentication, and its variables; none where the document asks for none.
pub(super) fn of(
    root: &Node,
    namespace: &str,
    findings: &mut Findings,
) -> Option<(Node, Vec<String>)> {
    let wanted = root.get("security").map_or(&[][..], Node::items);
    let schemes = root.get("components").and_then(|all| all.get("securitySchemes"));
    let wanted: Vec<(&str, At)> = match wanted {
        [] => schemes?.entries().iter().map(|(key, _)| (key.name.as_str(), key.at)).collect(),
        // One without any scheme says that nobody has to.
        wanted => wanted
            .iter()
            .filter_map(|one| one.entries().first())
            .map(|(key, _)| (key.name.as_str(), key.at))
            .collect(),
    };
    let mut passed_over = Vec::new();
    for (name, at) in wanted {
        let Some(scheme) = schemes.and_then(|all| all.get(name)) else {
            findings.error("unknown-security", at, format!("there is no security scheme `{name}`"));
            continue;
        };
        let scheme = resolved(root, scheme, findings)?;
        match known(scheme, namespace) {
            Some(found) => return Some(found),
            None => passed_over.push((name, scheme.at)),
        }
    }
    for (name, at) in passed_over {
        let why = format!("the security scheme `{name}` is not performed: nothing is sent for it");
        findings.warn("auth-not-performed", at, why);
    }
    None
}

/// A scheme that is performed.
fn known(scheme: &Node, namespace: &str) -> Option<(Node, Vec<String>)> {
    let at = scheme.at;
    let secret = |what: &str| format!("{}_{what}", namespace.to_uppercase().replace('-', "_"));
    let gap = |variable: &str| said(at, &format!("{{{{{variable}}}}}"));
    let word = |key: &str| text(scheme, key).to_ascii_lowercase();
    match (word("type").as_str(), word("scheme").as_str(), word("in").as_str()) {
        ("http", "bearer", _) | ("oauth2" | "openidconnect", ..) => {
            let token = secret("TOKEN");
            let auth = map(at, vec![("type", said(at, "bearer")), ("token", gap(&token))]);
            Some((auth, vec![token]))
        }
        ("http", "basic", _) => {
            let (user, password) = (secret("USERNAME"), secret("PASSWORD"));
            let fields = vec![
                ("type", said(at, "basic")),
                ("username", gap(&user)),
                ("password", gap(&password)),
            ];
            Some((map(at, fields), vec![user, password]))
        }
        ("apikey", _, place @ ("header" | "query")) => {
            let key = secret("API_KEY");
            let fields = vec![
                ("type", said(at, "apikey")),
                ("key", said(at, &text(scheme, "name"))),
                ("value", gap(&key)),
                ("placement", said(at, place)),
            ];
            Some((map(at, fields), vec![key]))
        }
        _ => None,
    }
}
