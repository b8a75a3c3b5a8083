//! `app.mcp` and `mcp`: the tools of MCP servers. A server starts when a script first asks for one of
//! its tools. A namespace cannot wait as a call can, so there the script stands still meanwhile, and
//! its limits go on to hold.

use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::join_all;
use mlua::{Lua, Table};
use serde_json::{Map, Value as Json};

use super::errors::{Refusal, answer};
use super::host::Host;
use super::value::from_json;
use crate::catalogue::tool::Tools;
use crate::catalogue::{Effect, Operation};
use crate::engine::relay;
use crate::error::Fault;
use crate::upstream::shown;

/// Adds what the namespace `app.mcp` asks for.
pub(super) fn install(lua: &Lua, host: &Rc<Host>, table: &Table) -> mlua::Result<()> {
    let mine = Rc::clone(host);
    let servers = lua.create_function(move |_, ()| {
        let all = mine.runtime.servers().all();
        let within = |name: &&String| admit(&mine, name).is_ok();
        Ok(all.servers.keys().filter(within).cloned().collect::<Vec<_>>())
    })?;
    table.raw_set("servers", servers)?;
    let mine = Rc::clone(host);
    let server = lua.create_function(move |lua, name: String| {
        let known = mine.runtime.servers().entry(&name);
        answer(lua, known.map(|entry| entry.name).map_err(Refusal::from))
    })?;
    table.raw_set("server", server)?;
    let mine = Rc::clone(host);
    let members = lua.create_function(move |lua, server: String| {
        let names =
            |tools: Arc<Tools>| tools.iter().map(|row| row.name.clone()).collect::<Vec<_>>();
        answer(lua, tools_now(&mine, &server).map(names))
    })?;
    table.raw_set("server_tools", members)?;
    let mine = Rc::clone(host);
    let tool = lua.create_function(move |lua, (server, name): (String, String)| {
        let found = tools_now(&mine, &server)
            .and_then(|tools| Ok(tools.find(&name).map(|row| row.full_name())?));
        answer(lua, found)
    })?;
    table.raw_set("server_tool", tool)
}

/// Adds what the functions of `mcp` ask for.
pub(super) fn install_rows(lua: &Lua, host: &Rc<Host>, table: &Table) -> mlua::Result<()> {
    let mine = Rc::clone(host);
    let rows = lua.create_function(move |lua, ()| {
        let servers = mine.runtime.servers();
        let all = servers.all();
        let row = |entry| Json::Object(servers.row(entry));
        let within = all.servers.iter().filter(|(name, _)| admit(&mine, name).is_ok());
        let rows: Map<String, Json> =
            within.map(|(name, entry)| (name.clone(), row(entry))).collect();
        from_json(lua, &Json::Object(rows))
    })?;
    table.raw_set("server_rows", rows)?;
    let mine = Rc::clone(host);
    let tools = lua.create_async_function(move |lua, server: Option<String>| {
        let host = Rc::clone(&mine);
        async move {
            let rows = tool_rows(&host, server).await;
            let value = match rows {
                Ok(rows) => Ok(from_json(&lua, &rows)?),
                Err(fault) => Err(Refusal::from(fault)),
            };
            answer(&lua, value)
        }
    })?;
    table.raw_set("tool_rows", tools)?;
    let mine = Rc::clone(host);
    let schema = lua.create_async_function(move |lua, name: String| {
        let host = Rc::clone(&mine);
        async move {
            let value = match row(&host, &name).await {
                Ok(row) => Ok(from_json(&lua, &shown::tool(&row))?),
                Err(fault) => Err(Refusal::from(fault)),
            };
            answer(&lua, value)
        }
    })?;
    table.raw_set("tool_row", schema)
}

/// Refuses a server that the script's surroundings do not let through, before it is started.
fn admit(host: &Host, server: &str) -> Result<(), Fault> {
    host.fence().map_or(Ok(()), |fence| fence.admit_server(server))
}

/// The tools of a server for who can only stand still.
fn tools_now(host: &Host, server: &str) -> Result<Arc<Tools>, Refusal> {
    admit(host, server)?;
    let go_on = || host.check().is_ok();
    Ok(host.runtime.engine().tools_now(server, &go_on)?)
}

/// The rows of a server's tools, or of those of every trusted one.
async fn tool_rows(host: &Host, server: Option<String>) -> Result<Json, Fault> {
    let (engine, servers) = (host.runtime.engine(), host.runtime.servers());
    let names: Vec<String> = match server {
        Some(name) => {
            admit(host, &name)?;
            vec![name]
        }
        None => {
            let all = servers.all();
            let within = |name: &&String| admit(host, name).is_ok() && servers.ready(name).is_ok();
            all.servers.keys().filter(within).cloned().collect()
        }
    };
    let mut rows = Vec::new();
    for tools in join_all(names.iter().map(|name| engine.tools(name))).await {
        rows.extend(tools?.iter().map(|row| shown::tool(row)));
    }
    Ok(Json::Array(rows))
}

/// The row of a tool.
async fn row(host: &Host, name: &str) -> Result<Arc<Operation>, Fault> {
    let engine = host.runtime.engine();
    admit(host, &engine.upstream()?.split(name)?.0)?;
    engine.tool(name, None).await
}

/// How scripts write a function.
pub(super) fn path(function: &str) -> String {
    match relay::address(function) {
        Some(_) => format!("app.{function}"),
        None => format!("app.integrations.{function}"),
    }
}

/// What a function does. Why a tool of a server cannot be found is said, and remembered, by its call.
pub(super) async fn effect(host: &Host, function: &str) -> Result<Effect, Refusal> {
    match relay::address(function) {
        Some(name) => Ok(row(host, name).await.map_or(Effect::Read, |row| row.effect)),
        None => Ok(host.runtime.catalogue().find(function)?.effect),
    }
}
