//! What a person wrote about a function, under `docs/functions/<provider>/<function>.md`: examples
//! with what they print, and common mistakes. Everything else on its page is made of its row.

use include_dir::{Dir, include_dir};

use super::super::operation::Operation;

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/docs/functions");

/// An example under a title of its own.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Example {
    /// What it shows.
    pub title: &'static str,
    /// As a script; empty when there is none.
    pub lua: String,
    /// What the script prints.
    pub prints: String,
    /// As commands, one a line; empty when there are none.
    pub shell: String,
}

/// The text about a function, when there is any.
pub fn text(operation: &Operation) -> Option<&'static str> {
    FILES.get_file(format!("{}/{}.md", operation.provider, operation.name))?.contents_utf8()
}

/// The functions that somebody wrote about, as `provider.function`.
pub fn all() -> impl Iterator<Item = String> {
    let providers = FILES.dirs();
    providers.flat_map(|folder| folder.files()).filter_map(|file| {
        let name = file.path().to_str()?.strip_suffix(".md")?;
        Some(name.replace('/', "."))
    })
}

/// The examples in it: each third-level title with the code below it.
pub fn examples(operation: &Operation) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut block: Option<&str> = None;
    for line in text(operation).unwrap_or_default().lines() {
        if block.is_none() && line.starts_with("## ") && !found.is_empty() {
            break;
        }
        if let Some(title) = line.strip_prefix("### ").filter(|_| block.is_none()) {
            found.push(Example { title, ..Example::default() });
            continue;
        }
        if let Some(language) = line.strip_prefix("```") {
            block = block.is_none().then_some(language);
            continue;
        }
        let (Some(language), Some(example)) = (block, found.last_mut()) else { continue };
        let code = match language {
            "lua" => &mut example.lua,
            "bash" => &mut example.shell,
            _ => &mut example.prints,
        };
        code.push_str(line);
        code.push('\n');
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::super::Catalogue;
    use super::*;

    #[test]
    fn examples_are_taken_out_with_their_code() {
        let catalogue = Catalogue::new(Vec::new());
        let examples = examples(catalogue.find("list_functions").unwrap());
        let titles: Vec<_> = examples.iter().map(|example| example.title).collect();
        let expected =
            ["Every function with what it is for", "Only functions that feed destinations"];
        assert_eq!(titles[..2], expected);
        assert!(examples[0].lua.starts_with("for _, fn in ipairs("), "{examples:#?}");
        assert!(examples[0].prints.starts_with("DESTINATION\tsfnc_"), "{examples:#?}");
        assert_eq!(examples[2].shell.lines().count(), 2, "mistakes are no examples: {examples:#?}");
        assert!(super::examples(catalogue.find("page_view").unwrap()).is_empty());
    }
}
