//! Tests of docs: the rows, the pages made of them, and the guides.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::Ordering::Relaxed;

use kosmo::catalogue::{Catalogue, docs, name::fold, search};

use super::lua::{script, stage};
use super::support::kosmo;
use crate::emulator::wire::ask;

/// What an agent can afford to read at the beginning of a task.
const SHORT: usize = 10 * 1024;

/// Every name the reference, the action lists and the Public API use for what exists today.
const NAMES: &[(&str, &str)] = &[
    ("identify", "identify_user"),
    ("segment_identify", "identify_user"),
    ("segment.segment_identify", "identify_user"),
    ("app.integrations.segment.identify", "identify_user"),
    ("integrations.segment.identify_user", "identify_user"),
    ("Identify-User", "identify_user"),
    ("track", "track_event"),
    ("segment_track", "track_event"),
    ("page", "page_view"),
    ("segment_page", "page_view"),
    ("group", "group"),
    ("segment_group", "group"),
    ("screen", "screen"),
    ("screen_view", "screen"),
    ("segment_screen", "screen"),
    ("alias", "alias"),
    ("alias_user", "alias"),
    ("segment_alias", "alias"),
    ("batch", "batch"),
    ("segment_batch", "batch"),
    ("segment_get_workspace", "get_workspace"),
    ("getWorkspace", "get_workspace"),
    ("segment_list_sources", "list_sources"),
    ("list-sources", "list_sources"),
    ("listSources", "list_sources"),
    ("segment_get_source", "get_source"),
    ("get-source", "get_source"),
    ("getSource", "get_source"),
    ("segment_get_current_user", "get_current_user"),
    ("list-users", "list_users"),
    ("listUsers", "list_users"),
    ("list-functions", "list_functions"),
    ("list-warehouses", "list_warehouses"),
    ("list-tracking-plans", "list_tracking_plans"),
    ("list-destinations", "list_destinations"),
    ("get-function", "get_function"),
    ("get-warehouse", "get_warehouse"),
    ("get-tracking-plan", "get_tracking_plan"),
    ("get-destination", "get_destination"),
    ("create-warehouse", "create_warehouse"),
    ("create-tracking-plan", "create_tracking_plan"),
    ("create-destination", "create_destination"),
    ("create-source", "create_source"),
    ("update-warehouse", "update_warehouse"),
    ("update-tracking-plan", "update_tracking_plan"),
    ("update-destination", "update_destination"),
    ("update-source", "update_source"),
    ("delete-warehouse", "delete_warehouse"),
    ("getworkspace", "get_workspace"),
    ("listsources", "list_sources"),
    ("createsource", "create_source"),
    ("getsource", "get_source"),
    ("deletesource", "delete_source"),
    ("listdestinations", "list_destinations"),
    ("createdestination", "create_destination"),
    ("getdestination", "get_destination"),
    ("updatedestination", "update_destination"),
    ("deletedestination", "delete_destination"),
    ("listtrackingplans", "list_tracking_plans"),
    ("createtrackingplan", "create_tracking_plan"),
];

fn catalogue() -> Catalogue {
    Catalogue::new(Vec::new())
}

#[test]
fn every_row_can_be_read() {
    let catalogue = catalogue();
    for name in catalogue.names() {
        if let Err(fault) = catalogue.provider(name) {
            panic!("{fault}");
        }
    }
}

#[test]
fn every_name_of_a_function_leads_to_it() {
    let catalogue = catalogue();
    for (written, expected) in NAMES {
        let operation =
            catalogue.find(written).unwrap_or_else(|fault| panic!("{written}: {fault}"));
        assert_eq!(operation.name, *expected, "{written}");
    }
}

#[test]
fn positional_values_mean_what_the_reference_says() {
    let catalogue = catalogue();
    for (function, order) in [
        ("identify", &["userId", "traits"][..]),
        ("track", &["event", "userId", "properties"]),
        ("page", &["name", "userId", "properties"]),
        ("group", &["groupId", "userId", "traits"]),
        ("get_workspace", &["slug"]),
        ("list_sources", &["slug"]),
        ("get_source", &["slug", "id"]),
        ("get_current_user", &[]),
    ] {
        let operation = catalogue.find(function).unwrap();
        let first: Vec<&str> =
            operation.params.keys().take(order.len()).map(String::as_str).collect();
        assert_eq!(first, order, "{function}");
    }
}

#[test]
fn the_reference_of_a_provider_is_short_and_shows_the_main_functions() {
    let catalogue = catalogue();
    let page = docs::read(&catalogue, Some("segment")).unwrap();
    assert!(page.len() < SHORT, "{} bytes", page.len());
    for name in [
        "identify_user",
        "track_event",
        "page_view",
        "group",
        "get_workspace",
        "list_sources",
        "get_source",
        "get_current_user",
    ] {
        assert!(page.contains(&format!("\n## {name}\n")), "{name}");
    }
    for part in ["### Parameters", "### Example", "## Multi-Account Usage", "segment.default."] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn every_function_is_found_by_each_of_its_names_and_by_its_title() {
    let catalogue = catalogue();
    let index = search::Index::of(&catalogue);
    for operation in catalogue.operations() {
        let full = operation.full_name();
        let page = docs::read(&catalogue, Some(&full)).unwrap();
        assert!(page.starts_with(&format!("# {full}\n")), "{full}");
        for name in operation.aliases.iter().chain([&operation.name, &operation.title]) {
            let hits = index.find(name, 1);
            assert_eq!(hits[0].operation.full_name(), full, "searching `{name}`");
            if name != &operation.title {
                assert_eq!(docs::read(&catalogue, Some(name)).unwrap(), page, "{name}");
            }
        }
        for phrase in &operation.intent {
            let hits = index.find(phrase, 3);
            let found = hits.iter().any(|hit| hit.operation.full_name() == full);
            assert!(found, "`{phrase}` does not lead to {full}");
        }
    }
}

#[test]
fn every_page_that_is_listed_can_be_read() {
    let catalogue = catalogue();
    let index = docs::list(&catalogue);
    let pages: Vec<&str> = index
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("- `")?.split('`').next())
        .collect();
    for guide in ["overview", "lua", "accounts", "errors", "examples", "limits", "safety"] {
        assert!(pages.contains(&guide), "{guide} is not listed");
    }
    for page in pages {
        let text = docs::read(&catalogue, Some(page)).unwrap_or_else(|text| panic!("{text}"));
        assert!(text.starts_with("# "), "{page}");
        assert!(!text.contains("<!--"), "{page} shows marks of the generator");
    }
}

#[test]
fn no_group_hides_behind_a_function_and_no_guide_behind_a_provider() {
    let catalogue = catalogue();
    for provider in catalogue.providers() {
        for group in provider.groups.keys() {
            assert!(provider.operation(group).is_none(), "{group} is also a function");
        }
        for guide in docs::guides() {
            assert_ne!(fold(&guide.name), fold(&provider.name));
        }
    }
}

#[test]
fn every_guide_says_what_it_is_in_its_first_sentence() {
    for guide in docs::guides() {
        let about = guide.about();
        assert!(about.ends_with('.'), "{}: {about:?}", guide.name);
        assert!(about.len() < 160, "{}: {about:?}", guide.name);
    }
}

#[test]
fn pages_that_guides_send_to_exist() {
    let catalogue = catalogue();
    for guide in docs::guides() {
        for rest in guide.text().split("docs.read(\"").skip(1) {
            let page = rest.split('"').next().unwrap();
            assert!(docs::read(&catalogue, Some(page)).is_ok(), "{}: {page}", guide.name);
        }
    }
}

#[test]
fn the_changelog_begins_with_this_version() {
    let changelog = docs::read(&catalogue(), Some("changelog")).unwrap();
    let mut headings = changelog.lines().filter_map(|line| line.strip_prefix("## "));
    let top = headings.find(|heading| *heading != "Unreleased").unwrap();
    assert_eq!(top.split(' ').next().unwrap(), env!("CARGO_PKG_VERSION"));
}

/// The code blocks of a page in a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in page.lines() {
        match &mut open {
            None if line == format!("```{language}") => open = Some(String::new()),
            Some(_) if line == "```" => blocks.extend(open.take()),
            Some(block) => *block += &format!("{line}\n"),
            None => {}
        }
    }
    blocks
}

#[track_caller]
fn run(code: &str, whence: &str) {
    let ran = kosmo(["integrations:lua", "--emulator", "--json", "-"]).stdin(code).run();
    assert_eq!(ran.code, 0, "{whence}:\n{code}\n{ran:#?}");
    assert_eq!(ran.json()["success"], true, "{whence}");
}

/// Does something with each item on as many threads as there are processors.
fn each<T: Sync>(items: &[T], check: impl Fn(&T) + Sync) {
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(items.len()) {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Relaxed)) {
                    check(item);
                }
            });
        }
    });
}

#[test]
fn every_snippet_of_the_pages_made_of_rows_runs() {
    let catalogue = catalogue();
    let mut pages = Vec::new();
    for provider in catalogue.providers() {
        pages.push(provider.name.clone());
        pages.extend(provider.groups.keys().map(|group| format!("{}.{group}", provider.name)));
        pages.extend(provider.operations.values().map(|operation| operation.full_name()));
    }
    let count = std::sync::atomic::AtomicUsize::new(0);
    each(&pages, |page| {
        // One process for all of them, but nobody sees what another one changed.
        let stage = stage(&[]);
        let text = docs::read(&catalogue, Some(page)).unwrap();
        let snippets = text.split("```lua\n").skip(1);
        for (code, rest) in snippets.map(|snippet| snippet.split_once("```\n").unwrap()) {
            ask("POST", "/__emulator/reset").send(&stage.emulator).status(200);
            let report = stage.run(script(code));
            assert!(report.error.is_none(), "{page}:\n{code}\n{report:#?}");
            let printed = report.output;
            // What a page says comes back is what comes back.
            if let Some(said) = rest.trim_start().strip_prefix("```text\n") {
                let said = said.split_once("```\n").unwrap().0;
                assert_eq!(printed.trim_end(), said.trim_end(), "{page}:\n{code}");
            }
            count.fetch_add(1, Relaxed);
        }
    });
    let count = count.into_inner();
    assert!(count > catalogue.operations().count(), "only {count} snippets");
}

/// What people ask for most: each has a page with examples that somebody thought about.
const WRITTEN: &[&str] = &[
    "list-users",
    "list-functions",
    "list-warehouses",
    "list-tracking-plans",
    "list-destinations",
    "list-sources",
    "get-function",
    "get-warehouse",
    "get-tracking-plan",
    "get-destination",
    "get-source",
    "create-warehouse",
    "create-tracking-plan",
    "create-destination",
    "create-source",
    "update-warehouse",
    "update-tracking-plan",
    "update-destination",
    "update-source",
    "delete-warehouse",
];

#[test]
fn what_is_asked_for_most_has_examples_written_by_hand() {
    let catalogue = catalogue();
    for name in WRITTEN {
        let operation = catalogue.find(name).unwrap();
        let text = docs::written::text(operation).unwrap_or_else(|| panic!("nothing on {name}"));
        let examples = docs::written::examples(operation);
        let scripts = examples.iter().filter(|example| !example.lua.is_empty());
        assert!(scripts.count() >= 2, "{name} has too few scripts");
        assert!(examples.iter().any(|example| !example.shell.is_empty()), "{name} has no command");
        for example in examples.iter().filter(|example| !example.lua.is_empty()) {
            assert!(!example.prints.is_empty(), "{name}: `{}` prints nothing", example.title);
        }
        let mistakes = text.split("## Common mistakes\n").nth(1).unwrap();
        assert!(mistakes.matches("\n- ").count() >= 2, "{name} has too few mistakes");
        let page = docs::read(&catalogue, Some(name)).unwrap();
        assert!(page.contains(text.trim()), "{name}: it is not on the page");
        let ran = kosmo(["integrations:examples", name, "--json"]).run().code(0).json();
        assert_eq!(ran["more"].as_array().unwrap().len(), examples.len(), "{name}");
    }
    for name in docs::written::all() {
        assert_eq!(catalogue.find(&name).unwrap().full_name(), name, "no such function");
    }
}

#[test]
fn every_snippet_of_the_guides_runs() {
    let mut count = 0;
    for guide in docs::guides() {
        for block in blocks(&guide.text(), "lua") {
            run(&block, &guide.name);
            count += 1;
        }
    }
    assert!(count >= 12, "only {count} snippets");
}

#[test]
fn every_command_line_of_a_function_is_taken_back_by_a_shell() {
    let catalogue = catalogue();
    let binary = Path::new(env!("CARGO_BIN_EXE_kosmo")).parent().unwrap();
    let home = kosmo(["--version"]);
    let operations: Vec<_> = catalogue.operations().collect();
    each(&operations, |operation| {
        let page = docs::read(&catalogue, Some(&operation.full_name())).unwrap();
        for line in blocks(&page, "bash").iter().flat_map(|block| block.lines()) {
            let output = Command::new("sh")
                .args(["-c", &line.replace("--json", "").replacen("kosmo", "kosmo --json", 1)])
                .env_clear()
                .env("PATH", format!("{}:/usr/bin:/bin", binary.display()))
                .env("KOSMO_HOME", home.home())
                .env("KOSMO_EMULATOR", "1")
                .stdin(std::process::Stdio::null())
                .output()
                .unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{line}\n{stderr}");
            let envelope: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(envelope["function"], operation.full_name(), "{line}");
            assert_eq!(envelope["success"], true, "{line}");
        }
    });
}

#[test]
fn every_example_says_what_it_is_and_runs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lua/examples");
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for head in ["-- What: ", "\n-- Needs: ", "\n-- Prints: "] {
            assert!(text.contains(head), "{} lacks {head:?}", path.display());
        }
        let script = path.display().to_string();
        let ran = kosmo(["integrations:lua", &script, "--emulator", "--json"]).run().code(0);
        let envelope = ran.json();
        assert_eq!(envelope["success"], true);
        assert_ne!(envelope["output"], "", "{script} printed nothing");
        assert!(!envelope["result"].is_null(), "{script} returned nothing");
        count += 1;
    }
    assert!(count >= 5, "only {count} examples");
}

#[test]
fn scripts_find_the_globals_that_the_guide_and_the_library_name_and_no_others() {
    let guide = docs::read(&catalogue(), Some("lua")).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let library = std::fs::read_to_string(root.join("lua/library/kosmo.lua")).unwrap();
    let mut code = String::new();
    for name in [
        "docs.list",
        "docs.search",
        "docs.read",
        "json.encode",
        "json.decode",
        "json.array",
        "json.object",
        "regex.match",
        "regex.match_all",
        "regex.gsub",
        "print",
        "dump",
        "paginate",
        "task.map",
        "task.all",
        "task.spawn",
        "task.wait",
    ] {
        assert!(guide.contains(name), "the guide lacks {name}");
        assert!(library.contains(&format!("function {name}(")), "the library lacks {name}");
        code += &format!("assert(type({name}) == 'function', '{name}')\n");
    }
    for library in ["string", "table", "math", "utf8", "coroutine", "bit32", "buffer"] {
        assert!(guide.contains(&format!("`{library}`")));
        code += &format!("assert(type({library}) == 'table', '{library}')\n");
    }
    for absent in ["io", "os", "require", "load", "debug", "loadstring", "dofile", "package"] {
        code += &format!("assert({absent} == nil, '{absent}')\n");
    }
    code += "assert(json.null ~= nil and arg[0] ~= nil and app.integrations ~= nil)\n";
    run(&code, "globals");
}
