//! Changing a file with servers: everything else in it stays, and it is replaced whole or not at all.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::sources::{Source, document, servers};
use super::text;
use crate::error::{Fault, Kind};
use crate::settings::Settings;
use crate::settings::edit::{self, Privacy};

/// A file being changed. Nothing reaches the disk before [`Document::save`].
#[derive(Debug)]
pub struct Document {
    path: PathBuf,
    root: PathBuf,
    source: Source,
    document: Value,
    indent: String,
    _lock: Option<std::fs::File>,
}

impl Document {
    /// Opens the file of a source, an empty one when there is none. It is locked until the answer is
    /// dropped.
    ///
    /// # Errors
    /// A broken file, one with comments, which could not be kept, or nowhere to write to.
    pub fn open(settings: &Settings, source: Source) -> Result<Self, Fault> {
        let (path, root) = source.place(settings).ok_or_else(edit::no_home)?;
        let lock = path.parent().and_then(edit::lock);
        let before = std::fs::read(&path).unwrap_or_default();
        let document = document(&path)?.unwrap_or_else(|| Value::Object(Map::new()));
        servers(&path, &document)?;
        if !text::is_plain(&before) {
            let message = format!("{} holds comments, which would be lost", path.display());
            return Err(Fault::new(Kind::Config, message)
                .code("commented_json")
                .hint("change it in an editor, or take the comments out"));
        }
        let indent = indent(&String::from_utf8_lossy(&before));
        Ok(Self { path, root, source, document, indent, _lock: lock })
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Which kind of file it is.
    pub fn source(&self) -> Source {
        self.source
    }

    /// The folder that relative paths start from.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The servers it names.
    pub fn servers(&self) -> Option<&Map<String, Value>> {
        servers(&self.path, &self.document).ok()?.1
    }

    /// The servers, to be changed.
    pub fn servers_mut(&mut self) -> Option<&mut Map<String, Value>> {
        let key = servers(&self.path, &self.document).ok()?.0.unwrap_or(self.source.key());
        let map = self.document.as_object_mut()?;
        let slot = map.entry(key).or_insert_with(|| Value::Object(Map::new()));
        if !slot.is_object() {
            *slot = Value::Object(Map::new());
        }
        slot.as_object_mut()
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn save(&self) -> Result<(), Fault> {
        let mut text = Vec::new();
        let form = serde_json::ser::PrettyFormatter::with_indent(self.indent.as_bytes());
        let mut writer = serde_json::Serializer::with_formatter(&mut text, form);
        serde::Serialize::serialize(&self.document, &mut writer)
            .map_err(|why| Fault::new(Kind::Internal, format!("cannot write JSON: {why}")))?;
        text.push(b'\n');
        edit::replace(&self.path, Privacy::Shared, &text)
    }
}

/// The indentation of the first indented line.
fn indent(text: &str) -> String {
    let line = text.lines().find(|line| line.starts_with([' ', '\t']) && !line.trim().is_empty());
    let blank = line.map(|line| &line[..line.len() - line.trim_start().len()]);
    blank.unwrap_or("  ").to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::settings::{Environment, Surroundings};

    fn settings(root: &Path) -> Settings {
        let place = Surroundings {
            environment: Environment::fixed([("KOSMO_HOME", ".home")]),
            folder: Some(root.to_owned()),
            home: None,
        };
        Settings::open_in(place, Vec::new()).unwrap()
    }

    #[test]
    fn a_change_leaves_the_rest_alone() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(".mcp.json");
        let text = "{\n    \"z\": 1.50,\n    \"servers\": {\n        \"b\": {\n            \"command\": \"c\",\n            \"x\": true\n        }\n    }\n}\n";
        std::fs::write(&path, text).unwrap();
        let mut file = Document::open(&settings(root.path()), Source::Project).unwrap();
        file.servers_mut().unwrap().insert("a".into(), json!({"url": "https://x"}));
        file.servers_mut().unwrap().shift_remove("a");
        file.save().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn comments_are_not_thrown_away() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join(".vscode")).unwrap();
        std::fs::write(root.path().join(".vscode/mcp.json"), "{ // mine\n}").unwrap();
        let fault = Document::open(&settings(root.path()), Source::ProjectVscode).unwrap_err();
        assert_eq!(fault.code, "commented_json");
    }
}
