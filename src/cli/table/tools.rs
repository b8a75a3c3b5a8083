//! The commands about what MCP servers have to offer.

use clap::Args as _;

use crate::cli::entry::{Entry, Touches, entry};
use crate::cli::servers::{besides, call, doctor, tools};

const TOOLS_OF_SERVERS: &str = "Tools of MCP servers";

/// In the order of the help.
pub(super) static ENTRIES: &[&Entry] =
    &[&TOOLS, &SCHEMA, &CALL, &RESOURCES, &RESOURCE, &PROMPTS, &PROMPT, &DOCTOR, &EXAMPLES];

/// `mcp:tools`, which a server without a tool leads to.
pub(super) static TOOLS: Entry = Entry {
    examples: "kosmo mcp:tools everything\nkosmo mcp:tools --json",
    touches: Some(Touches::Nothing),
    ..entry(
        "mcp:tools",
        TOOLS_OF_SERVERS,
        "List the tools of a server, or of all trusted ones",
        tools::ToolsArgs::augment_args,
        |invocation, matches| tools::tools(invocation, &invocation.args(matches)?),
    )
};

static SCHEMA: Entry = Entry {
    examples: "kosmo mcp:schema everything.echo",
    touches: Some(Touches::Nothing),
    ..entry(
        "mcp:schema",
        TOOLS_OF_SERVERS,
        "Print the JSON Schema of a tool's arguments",
        tools::SchemaArgs::augment_args,
        |invocation, matches| tools::schema(invocation, &invocation.args(matches)?),
    )
};

/// `mcp:call`, which the shortcuts of servers lead to.
pub(super) static CALL: Entry = Entry {
    usage: Some("<SERVER.TOOL> [JSON] [--PARAMETER VALUE]… [OPTIONS]"),
    examples: call::EXAMPLES,
    loose: true,
    shortcut: Some(("mcp:<SERVER>", "Call a tool of a server, or list its tools")),
    ..entry(
        "mcp:call",
        TOOLS_OF_SERVERS,
        "Call a tool of a server",
        call::CallArgs::augment_args,
        |invocation, matches| call::run(invocation, &invocation.args(matches)?),
    )
};

static RESOURCES: Entry = Entry {
    examples: "kosmo mcp:resources everything",
    ..entry(
        "mcp:resources",
        TOOLS_OF_SERVERS,
        "List the resources of a server",
        besides::ServerArgs::augment_args,
        |invocation, matches| besides::resources(invocation, &invocation.args(matches)?),
    )
};

static RESOURCE: Entry = Entry {
    examples: "kosmo mcp:resource everything demo://resource/static/document/features.md",
    ..entry(
        "mcp:resource",
        TOOLS_OF_SERVERS,
        "Read a resource of a server",
        besides::ResourceArgs::augment_args,
        |invocation, matches| besides::resource(invocation, &invocation.args(matches)?),
    )
};

static PROMPTS: Entry = Entry {
    examples: "kosmo mcp:prompts everything",
    ..entry(
        "mcp:prompts",
        TOOLS_OF_SERVERS,
        "List the prompts of a server",
        besides::PromptsArgs::augment_args,
        |invocation, matches| besides::prompts(invocation, &invocation.args(matches)?),
    )
};

static PROMPT: Entry = Entry {
    examples: "kosmo mcp:prompt everything args-prompt '{\"city\": \"Paris\"}'",
    ..entry(
        "mcp:prompt",
        TOOLS_OF_SERVERS,
        "Fill in a prompt of a server",
        besides::PromptArgs::augment_args,
        |invocation, matches| besides::prompt(invocation, &invocation.args(matches)?),
    )
};

static DOCTOR: Entry = Entry {
    touches: Some(Touches::Nothing),
    ..entry(
        "mcp:doctor",
        TOOLS_OF_SERVERS,
        "Look whether every server can be used; starts those that are trusted",
        doctor::DoctorArgs::augment_args,
        |invocation, matches| doctor::doctor(invocation, &invocation.args(matches)?),
    )
};

static EXAMPLES: Entry = Entry {
    ..entry(
        "mcp:examples",
        TOOLS_OF_SERVERS,
        "Show lines to begin with",
        doctor::ExamplesArgs::augment_args,
        |invocation, matches| doctor::examples(invocation, &invocation.args(matches)?),
    )
};
