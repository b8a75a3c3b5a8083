//! The guides: Markdown files under `docs/`, shipped in the binary, and the tables in them that are
//! made of other tables: failures, settings, fields of accounts.

use include_dir::{Dir, include_dir};

use super::super::operation::Provider;
use crate::error::{KINDS, KindRow};
use crate::settings::{KNOWN, VARIABLES};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/docs");

/// One guide.
#[derive(Debug, Clone)]
pub struct Guide {
    /// Its page name: the file name without `.md`.
    pub name: String,
    source: &'static str,
}

impl Guide {
    /// The text as served: without the marks of generated parts.
    pub fn text(&self) -> String {
        let lines = self.source.lines().filter(|line| !line.starts_with("<!--"));
        lines.map(|line| format!("{line}\n")).collect()
    }

    /// The first sentence below the title.
    pub fn about(&self) -> &'static str {
        let line = self.source.lines().skip(1).find(|line| !line.trim().is_empty());
        let line = line.unwrap_or_default();
        line.find(". ").map_or(line, |end| &line[..=end])
    }
}

/// Every guide: the overview, then the others by name.
pub fn guides() -> impl Iterator<Item = Guide> {
    let mut guides: Vec<Guide> = FILES
        .files()
        .filter(|file| file.path().extension().is_some_and(|ending| ending == "md"))
        .filter_map(|file| {
            let name = file.path().file_stem()?.to_str()?.to_owned();
            Some(Guide { name, source: file.contents_utf8()? })
        })
        .collect();
    guides.sort_by_key(|guide| (guide.name != "overview", guide.name.clone()));
    guides.into_iter()
}

/// Every failure with what it means, for `errors.md`.
pub fn kind_table() -> String {
    let mut text = String::from("| `e.code` | Exit | Retryable | Meaning |\n|---|---|---|---|\n");
    for row in KINDS {
        let retry = if row.retryable { "yes" } else { "no" };
        text += &format!("| `{}` | {} | {retry} | {} |\n", row.code, row.exit, row.about);
    }
    text
}

/// Every exit status with the failures behind it, for `exit-codes.md`.
pub fn exit_table() -> String {
    let mut exits: Vec<u8> = KINDS.iter().map(|row| row.exit).collect();
    exits.sort_unstable();
    exits.dedup();
    let mut text = String::from("| Status | Codes | Meaning |\n|---|---|---|\n| 0 | – | done |\n");
    for exit in exits {
        let rows = || KINDS.iter().filter(move |row| row.exit == exit);
        let join = |part: fn(&KindRow) -> String, between: &str| {
            rows().map(part).collect::<Vec<_>>().join(between)
        };
        let codes = join(|row| format!("`{}`", row.code), ", ");
        text += &format!("| {exit} | {codes} | {} |\n", join(|row| row.about.to_owned(), "; "));
    }
    text
}

/// Every setting with its default and what it is for, for `settings.md`.
pub fn setting_table() -> String {
    let mut text = String::from("| Key | Default | Variable | Meaning |\n|---|---|---|---|\n");
    for known in KNOWN {
        let cell = |text: Option<String>| text.map_or_else(String::new, |text| format!("`{text}`"));
        let default = cell(known.default.map(str::to_owned));
        let variable = cell(known.variable());
        text += &format!("| `{}` | {default} | {variable} | {} |\n", known.key, known.about);
    }
    text
}

/// Every variable that is no account's, for `environment.md`.
pub fn variable_table() -> String {
    let mut text = String::from("| Variable | Meaning |\n|---|---|\n");
    for (name, about) in VARIABLES {
        text += &format!("| `{name}` | {about} |\n");
    }
    for known in KNOWN {
        if let Some(variable) = known.variable() {
            text += &format!("| `{variable}` | setting `{}`: {} |\n", known.key, known.about);
        }
    }
    text
}

/// Every field of a provider's accounts with its variables, for `accounts.md`.
pub fn field_table(provider: &Provider) -> String {
    let mut text = String::from("| Field | Variables | Meaning |\n|---|---|---|\n");
    for field in &provider.fields {
        let variables: Vec<String> = field.env.iter().map(|name| format!("`{name}`")).collect();
        let mut about = field.about.clone();
        if !field.choices.is_empty() {
            about += &format!(" One of {}.", super::tables::code_list(&field.choices));
        }
        if let Some(default) = &field.default {
            about += &format!(" Default: `{default}`.");
        }
        text += &format!("| `{}` | {} | {about} |\n", field.name, variables.join(", "));
    }
    text
}
