//! The floors and the other rules of the house, held by reading the source.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// Longest file, in lines.
const LONGEST: usize = 300;

/// Room → floor. A room may use those below it; what it may use beside it is in [`BESIDE`].
const FLOORS: &[(&str, u8)] = &[
    ("error", 0),
    ("redact", 0),
    ("port", 0),
    ("settings", 0),
    ("catalogue", 1),
    ("ledger", 1),
    ("access", 2),
    ("engine", 2),
    ("segment", 2),
    ("upstream", 2),
    ("runtime", 2),
    ("lua", 3),
    ("mcp", 3),
    ("rest", 3),
    ("emulator", 3),
    ("cli", 4),
];

/// Floors whose rooms may use one another.
const BESIDE: &[u8] = &[0, 2];

/// Rooms that may not use everything below them: room, highest floor.
const LOWERED: &[(&str, u8)] = &[("emulator", 1)];

/// Words that only some files may hold, with the reason.
const DOORS: &[(&str, &[&str], &str)] = &[
    ("Client::builder", &["src/engine/transport.rs"], "one door out"),
    ("Client::new", &["src/engine/transport.rs"], "one door out"),
    ("reqwest", &["src/engine"], "one door out"),
    ("rusqlite", &["src/ledger"], "only the ledger opens the database"),
    (
        "env::var",
        &["src/settings.rs", "src/settings", "src/engine/account"],
        "only they read the environment",
    ),
    ("println!", &["src/cli/output"], "only it prints"),
    ("stdout()", &["src/cli/output"], "only it prints"),
    ("rmcp", &["src/upstream/wire", "src/mcp"], "the protocol's library stays behind two rooms"),
    ("mlua", &["src/lua"], "the VM stays behind one room"),
    ("process::exit", &["src/main.rs", "src/cli/output"], "ending the process is main's business"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|have| have == ending) {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty());
    found
}

/// The code without comments and without unit tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn room(file: &str) -> &str {
    let inside = file.strip_prefix("src/").unwrap_or(file);
    inside.split('/').next().unwrap().trim_end_matches(".rs")
}

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

fn used_rooms(code: &str) -> BTreeSet<&str> {
    let mut rooms = BTreeSet::new();
    for piece in code.split("crate::").skip(1) {
        match piece.strip_prefix('{') {
            Some(list) => {
                let list = list.split(';').next().unwrap_or_default();
                let heads = list.split(',').map(|item| item.trim().trim_start_matches('{'));
                rooms.extend(heads.map(|item| item.split(':').next().unwrap_or(item)));
            }
            None => {
                let end = piece.find(|c: char| !c.is_alphanumeric() && c != '_');
                rooms.insert(&piece[..end.unwrap_or(piece.len())]);
            }
        }
    }
    rooms.retain(|name| floor(name).is_some());
    rooms
}

#[test]
fn every_room_uses_only_the_floors_below_it() {
    let mut wrong = Vec::new();
    for (file, text) in files("src", "rs") {
        let room = room(&file);
        let Some(own) = floor(room) else { continue };
        let highest = LOWERED.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor);
        for used in used_rooms(&code(&text)) {
            let theirs = floor(used).unwrap();
            let below = theirs < own && highest.is_none_or(|highest| theirs <= highest);
            let beside = theirs == own && (used == room || BESIDE.contains(&own));
            if !below && !beside {
                wrong.push(format!("{file} ({room}, floor {own}) uses {used} (floor {theirs})"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_has_a_floor() {
    for (file, _) in files("src", "rs") {
        let room = room(&file);
        assert!(
            floor(room).is_some() || ["main", "lib", "build"].contains(&room),
            "{file} is on no floor"
        );
    }
}

#[test]
fn the_doors_are_where_they_should_be() {
    let mut wrong = Vec::new();
    // Unit tests in a file of their own are no part of the house.
    let tests = |file: &str| file.ends_with("/tests.rs") || file == "src/build.rs";
    for (file, text) in files("src", "rs").iter().filter(|(file, _)| !tests(file)) {
        let code = code(text);
        for (word, allowed, why) in DOORS {
            let here = allowed.iter().any(|place| file.starts_with(place));
            if !here && code.contains(word) {
                wrong.push(format!("{file} holds `{word}`: {why}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_holds_one_idea_and_says_which() {
    let mut wrong = Vec::new();
    for (file, text) in files("src", "rs") {
        let lines = text.lines().count();
        if lines > LONGEST {
            wrong.push(format!("{file} has {lines} lines, {LONGEST} is the limit"));
        }
        if !text.starts_with("//!") {
            wrong.push(format!("{file} does not open by saying what it is"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_dependency_gives_its_reason() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mut within = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            within = line.contains("dependencies]");
        } else if within && line.contains('=') {
            assert!(line.contains('#'), "no reason given: {line}");
        }
    }
}

#[test]
fn the_root_holds_what_it_should_and_no_more() {
    let expected = [
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "README.md",
        "benches",
        "docs",
        "lua",
        "src",
        "tests",
    ];
    let tracked = std::process::Command::new("git")
        .args(["ls-tree", "--name-only", "HEAD"])
        .current_dir(root())
        .output();
    let names: Vec<String> = match tracked {
        Ok(list) if list.status.success() => {
            String::from_utf8(list.stdout).unwrap().lines().map(str::to_owned).collect()
        }
        _ => return println!("skipped: this is not a checkout"),
    };
    let visible: Vec<_> = names.iter().filter(|name| !name.starts_with('.')).collect();
    assert_eq!(visible, expected);
}

#[test]
fn embedded_rows_cannot_fail_at_run_time() {
    let catalogue = kosmo::catalogue::Catalogue::new(Vec::new());
    catalogue.check().unwrap();
    assert!(catalogue.operations().count() > 200);
}

#[test]
fn the_project_speaks_of_itself_alone() {
    // Put together here, so that this file does not hold what it looks for.
    let words = ["home", "root", "work", "Users"].map(|folder| format!(" /{folder}/"));
    for (folder, ending) in [("src", "rs"), ("docs", "md"), ("lua", "lua"), ("tests", "rs")] {
        for (file, text) in files(folder, ending) {
            for word in &words {
                assert!(!text.contains(word.as_str()), "{file} holds `{word}`");
            }
        }
    }
}
