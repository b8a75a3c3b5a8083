//! Files made of the rows and of the program's own tables. A stale one fails here and is rewritten by
//! `UPDATE=1 cargo test generated`.

use std::fs;
use std::path::{Path, PathBuf};

use kosmo::catalogue::{Catalogue, docs, search, stub};

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Whether the file holds the text; with `UPDATE=1` it does afterwards.
#[expect(clippy::disallowed_methods, reason = "a test's own switch, not a setting")]
fn current(path: &str, expected: &str) -> bool {
    if fs::read_to_string(at(path)).is_ok_and(|actual| actual == expected) {
        return true;
    }
    if std::env::var_os("UPDATE").is_none() {
        return false;
    }
    fs::create_dir_all(at(path).parent().unwrap()).unwrap();
    fs::write(at(path), expected).unwrap();
    true
}

#[track_caller]
fn hold(stale: &[String]) {
    assert!(
        stale.is_empty(),
        "stale: {}\nrewrite with: UPDATE=1 cargo test generated",
        stale.join(", ")
    );
}

#[test]
fn the_reference_is_what_the_rows_say() {
    let catalogue = Catalogue::new(Vec::new());
    let mut stale = Vec::new();
    for provider in catalogue.providers() {
        let folder = format!("docs/reference/{}", provider.name);
        let pages = docs::reference(provider);
        for (name, text) in &pages {
            let path = format!("{folder}/{name}");
            if !current(&path, text) {
                stale.push(path);
            }
        }
        for file in fs::read_dir(at(&folder)).into_iter().flatten() {
            let file = file.unwrap().file_name().into_string().unwrap();
            if !pages.iter().any(|(name, _)| *name == file) {
                stale.push(format!("{folder}/{file} (no group of that name: delete it)"));
            }
        }
    }
    hold(&stale);
}

#[test]
fn the_editor_library_is_what_the_rows_say() {
    let catalogue = Catalogue::new(Vec::new());
    let stale: Vec<String> = catalogue
        .providers()
        .map(|provider| (format!("lua/library/{}.lua", provider.name), stub::library(provider)))
        .filter(|(path, text)| !current(path, text))
        .map(|(path, _)| path)
        .collect();
    hold(&stale);
}

#[test]
fn the_words_kept_for_the_search_are_those_of_the_rows() {
    let catalogue = Catalogue::new(Vec::new());
    let stale: Vec<String> = catalogue
        .providers()
        .map(|provider| {
            (format!("src/providers/{}/search.index", provider.name), search::kept(provider))
        })
        .filter(|(path, text)| !current(path, text))
        .map(|(path, _)| path)
        .collect();
    hold(&stale);
}

#[test]
fn the_tables_in_the_guides_are_what_the_code_says() {
    let catalogue = Catalogue::new(Vec::new());
    let tables = [
        ("docs/errors.md", "kinds", docs::kind_table()),
        ("docs/exit-codes.md", "exits", docs::exit_table()),
        ("docs/settings.md", "settings", docs::setting_table()),
        ("docs/accounts.md", "fields", docs::field_table(catalogue.provider("segment").unwrap())),
        ("docs/environment.md", "variables", docs::variable_table()),
        (
            "docs/environment.md",
            "fields",
            docs::field_table(catalogue.provider("segment").unwrap()),
        ),
    ];
    let mut stale = Vec::new();
    for (path, mark, table) in tables {
        let text = fs::read_to_string(at(path)).unwrap();
        let (open, close) = (format!("<!-- {mark} -->\n"), format!("<!-- /{mark} -->\n"));
        let (before, rest) = text.split_once(&open).unwrap_or_else(|| panic!("{path}: no {open}"));
        let (_, after) = rest.split_once(&close).unwrap_or_else(|| panic!("{path}: no {close}"));
        if !current(path, &format!("{before}{open}{table}{close}{after}")) {
            stale.push(path.to_owned());
        }
    }
    hold(&stale);
}
