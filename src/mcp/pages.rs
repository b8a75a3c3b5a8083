//! What is read rather than called: pages of the documentation, as tools and as resources, results
//! that were cut, and the example workflows as prompts.

use include_dir::{Dir, include_dir};
use rmcp::model::{
    CallToolResult, ContentBlock, ErrorData, GetPromptResult, Prompt, PromptArgument,
    PromptMessage, ReadResourceResult, Resource, ResourceContents, ResourceTemplate, Role,
};
use serde_json::{Map, Value, json};

use super::agent;
use super::kept::is_handle;
use super::server::{Shared, wrong};
use super::tool::Code;
use crate::catalogue::name::nearest;
use crate::catalogue::{Catalogue, docs, search};
use crate::error::Fault;

static EXAMPLES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/lua/examples");

/// Where the documentation is.
const DOCS: &str = "kosmo://docs/";

/// Where results are that were cut.
const RESULTS: &str = "kosmo://results/";

/// Hits of a search unless a caller says otherwise, and at most.
const HITS: (usize, usize) = (10, 50);

/// The pages that are listed: all but those of single functions, which the template reaches.
pub(super) fn resources(catalogue: &Catalogue) -> Vec<Resource> {
    let page = |name: String, about: String| {
        Resource::new(format!("{DOCS}{name}"), name)
            .with_description(about)
            .with_mime_type("text/markdown")
    };
    let mut all = vec![page("index".to_owned(), "Every page there is.".to_owned())];
    for provider in catalogue.providers() {
        all.push(page(provider.name.clone(), provider.about.clone()));
        let groups = provider.groups.values();
        all.extend(
            groups.map(|group| {
                page(format!("{}.{}", provider.name, group.name), group.title.clone())
            }),
        );
    }
    all.extend(docs::guides().map(|guide| page(guide.name.clone(), guide.about().to_owned())));
    all
}

/// The forms of the addresses that are not listed.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    vec![
        ResourceTemplate::new(format!("{DOCS}{{page}}"), "docs")
            .with_description("A page of the documentation: a function, a group, a guide.")
            .with_mime_type("text/markdown"),
        ResourceTemplate::new(format!("{RESULTS}{{handle}}"), "results")
            .with_description("A page of a result that was cut, by the handle in it.")
            .with_mime_type("text/plain"),
    ]
}

/// The example workflows.
pub(super) fn prompts() -> Vec<Prompt> {
    let mut files: Vec<(&str, &str)> = EXAMPLES
        .files()
        .filter_map(|file| Some((file.path().file_stem()?.to_str()?, file.contents_utf8()?)))
        .collect();
    files.sort_unstable();
    let task = PromptArgument::new("task")
        .with_description("What is wanted of it; the workflow as it is when left out.")
        .with_required(false);
    files
        .into_iter()
        .map(|(name, code)| Prompt::new(name, Some(head(code, "What")), Some(vec![task.clone()])))
        .collect()
}

/// A part of an example's opening comment, on one line.
fn head(code: &str, part: &str) -> String {
    let label = format!("-- {part}: ");
    let mut lines = code.lines().skip_while(|line| !line.starts_with(&label));
    let first = lines.next().and_then(|line| line.strip_prefix(&label)).unwrap_or_default();
    let rest = lines.take_while(|line| line.starts_with("--  ")).map(|line| line[2..].trim());
    let all: Vec<&str> = std::iter::once(first).chain(rest).collect();
    all.join(" ")
}

impl Shared {
    /// Answers one of the tools that read.
    ///
    /// # Errors
    /// A page or a result that is not there; arguments that are not as they should be.
    pub(super) fn page(
        &self,
        act: Code,
        arguments: &Map<String, Value>,
    ) -> Result<CallToolResult, Fault> {
        let text = match act {
            Code::Search => return self.search(arguments),
            Code::DocsRead => {
                let page = text(arguments, "page")?.unwrap_or_default();
                match is_handle(page) {
                    true => return self.read_on(page),
                    false => docs::read(self.runtime.catalogue(), Some(page)).map_err(missing)?,
                }
            }
            Code::ReadResult => {
                let handle = text(arguments, "handle")?.unwrap_or_default();
                return self.read_on(handle);
            }
            Code::ListDocs => agent::list(&self.runtime, text(arguments, "namespace")?),
            Code::SearchDocs => {
                agent::search(&self.runtime, text(arguments, "query")?, limit(arguments)?)?
            }
            Code::ReadDoc => agent::read(&self.runtime, text(arguments, "page")?)?,
            Code::RunLua | Code::RunLuaWrite | Code::ExecuteLua => String::new(),
        };
        Ok(CallToolResult::success(vec![ContentBlock::text(self.cap().text(text).0)]))
    }

    fn search(&self, arguments: &Map<String, Value>) -> Result<CallToolResult, Fault> {
        let query = text(arguments, "query")?.filter(|query| !query.trim().is_empty());
        let query = query.ok_or_else(|| needed("query"))?;
        let (limit, fence) = (limit(arguments)?, &self.profile.fence);
        // More than wanted, since some may not be exposed.
        let hits = search::search(self.runtime.catalogue(), query, limit * 4);
        let exposed = hits.iter().map(|hit| hit.operation).filter(|operation| {
            operation.effect <= fence.most && fence.covers(&operation.full_name())
        });
        let hits: Vec<Value> = exposed
            .take(limit)
            .map(|operation| {
                let (name, effect) = (operation.full_name(), operation.effect.word());
                json!({"function": name, "effect": effect, "about": operation.about})
            })
            .collect();
        if hits.is_empty() {
            let none = format!("nothing fits `{query}`; other words may, or docs_read index");
            let mut result = CallToolResult::success(vec![ContentBlock::text(none)]);
            result.structured_content = Some(json!({"hits": []}));
            return Ok(result);
        }
        let line = |hit: &Value| {
            let word = |key: &str| hit[key].as_str().unwrap_or_default().to_owned();
            format!("{} ({}) - {}", word("function"), word("effect"), word("about"))
        };
        let lines: Vec<String> = hits.iter().map(line).collect();
        let mut result = CallToolResult::success(vec![ContentBlock::text(lines.join("\n"))]);
        result.structured_content = Some(json!({"hits": hits}));
        Ok(result)
    }

    fn read_on(&self, handle: &str) -> Result<CallToolResult, Fault> {
        let (text, pages) = self.kept.read(handle, self.profile.max_result)?;
        let (base, page) = match handle.matches(':').count() {
            2 => handle.rsplit_once(':').unwrap_or((handle, "1")),
            _ => (handle, "1"),
        };
        let next = page.parse::<usize>().unwrap_or(1) + 1;
        let rest = match next <= pages {
            true => format!("page {page} of {pages}; next: {base}:{next}"),
            false => format!("page {page} of {pages}, the last one"),
        };
        Ok(CallToolResult::success(vec![ContentBlock::text(text), ContentBlock::text(rest)]))
    }

    /// Reads a resource.
    ///
    /// # Errors
    /// An address of nothing.
    pub(super) fn read(&self, uri: &str) -> Result<ReadResourceResult, ErrorData> {
        let content = |text: String, kind: &str| {
            ReadResourceResult::new(vec![ResourceContents::text(text, uri).with_mime_type(kind)])
        };
        if let Some(handle) = uri.strip_prefix(RESULTS) {
            let read = self.kept.read(handle, self.profile.max_result);
            return read
                .map(|(text, _)| content(text, "text/plain"))
                .map_err(|fault| wrong(&fault));
        }
        let unknown = |text: String| ErrorData::resource_not_found(text, Some(json!({"uri": uri})));
        let page = uri.strip_prefix(DOCS).filter(|_| self.profile.resources);
        let page = page.ok_or_else(|| unknown(format!("there is no resource {uri}")))?;
        let text = docs::read(self.runtime.catalogue(), Some(page)).map_err(unknown)?;
        Ok(content(text, "text/markdown"))
    }

    /// The prompt of an example workflow.
    ///
    /// # Errors
    /// A name that none has.
    pub(super) fn prompt(
        &self,
        name: &str,
        task: Option<&str>,
    ) -> Result<GetPromptResult, ErrorData> {
        let file = EXAMPLES.get_file(format!("{name}.lua")).filter(|_| self.profile.prompts);
        let code = file.and_then(|file| file.contents_utf8()).ok_or_else(|| {
            let all = prompts();
            let near = nearest(name, all.iter().map(|prompt| prompt.name.as_str())).join(", ");
            let hint =
                if near.is_empty() { String::new() } else { format!("; did you mean {near}?") };
            ErrorData::invalid_params(format!("there is no prompt `{name}`{hint}"), None)
        })?;
        let wish = match task {
            Some(task) => format!("Adapt this workflow to the following task, then run it: {task}"),
            None => "Run this workflow and report what came of it.".to_owned(),
        };
        let (needs, prints) = (head(code, "Needs"), head(code, "Prints"));
        let text = format!(
            "{wish} Use `run_lua` if it only reads, `run_lua_write` if it changes something.\n\
             It needs: {needs}\nIt prints: {prints}\n\n```lua\n{code}```\n"
        );
        let message = PromptMessage::new_text(Role::User, text);
        Ok(GetPromptResult::new(vec![message]).with_description(head(code, "What")))
    }
}

/// An argument that is a text, if it is there.
fn text<'a>(arguments: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Fault> {
    match arguments.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => {
            let message = format!("`{name}` must be a text");
            Err(Fault::usage(message).code("invalid_argument").param(name))
        }
    }
}

fn limit(arguments: &Map<String, Value>) -> Result<usize, Fault> {
    let (usual, most) = HITS;
    match arguments.get("limit") {
        None | Some(Value::Null) => Ok(usual),
        Some(value) => {
            let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
            let fits = number.filter(|number| (1..=most).contains(number));
            fits.ok_or_else(|| {
                let message = format!("`limit` must be a number from 1 to {most}");
                Fault::usage(message).code("invalid_argument").param("limit")
            })
        }
    }
}

fn needed(name: &str) -> Fault {
    Fault::usage(format!("`{name}` is needed")).code("missing_argument").param(name)
}

fn missing(text: String) -> Fault {
    Fault::not_found(text).code("unknown_page")
}
