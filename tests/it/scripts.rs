//! Every file in `tests/lua` is a test: a script that ends without an error on an emulator of its own.

use std::path::Path;

use super::lua::{script, stage};

#[test]
fn every_script_ends_well() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lua");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 20, "only {} scripts were found", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let mut script = script(&std::fs::read_to_string(&file).unwrap());
        script.name.clone_from(&name);
        script.args = vec!["one".to_owned(), "two words".to_owned()];
        script.input = Some(serde_json::json!({"rows": [{"id": 1}, {"id": 2}], "none": null}));
        let report = stage(&[]).run(script);
        if let Some(text) = report.error_text() {
            wrong.push(text);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
