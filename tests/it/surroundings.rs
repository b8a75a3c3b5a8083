//! Tests of surroundings: every environment variable that the source asks for is documented.

use std::collections::BTreeSet;

use kosmo::settings::{KNOWN, VARIABLES};

/// Names in quotes behind a look at the environment.
fn asked(code: &str) -> BTreeSet<String> {
    let looks = [
        "environment.get(\"",
        "environment().get(\"",
        "Process.get(\"",
        "is(\"",
        "variable(\"",
        "size(\"",
    ];
    let mut names = BTreeSet::new();
    for look in looks {
        for piece in code.split(look).skip(1) {
            let name = piece.split('"').next().unwrap_or_default();
            let shape = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
            if shape && name.len() > 1 {
                names.insert(name.to_owned());
            }
        }
    }
    names
}

#[test]
fn every_variable_that_is_asked_for_is_documented() {
    let mut open = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    let mut found = BTreeSet::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.append(&mut asked(text.split("#[cfg(test)]").next().unwrap()));
            }
        }
    }
    for name in ["KOSMO_HOME", "KOSMO_PAGER", "CI", "COLUMNS"] {
        assert!(found.contains(name), "the search finds {name}: {found:?}");
    }
    let settings: Vec<String> = KNOWN.iter().filter_map(|known| known.variable()).collect();
    let known =
        |name: &String| VARIABLES.iter().any(|(it, _)| it == name) || settings.contains(name);
    let missing: Vec<&String> = found.iter().filter(|name| !known(name)).collect();
    assert!(missing.is_empty(), "not in settings::VARIABLES: {missing:?}");
}
