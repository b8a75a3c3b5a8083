//! `app.integrations`: names become calls of the engine. The namespaces themselves are made in
//! `lua/prelude.lua`; here is what they ask for. Nothing is read of a provider before it is named.

use std::rc::Rc;
use std::sync::Arc;

use mlua::{AnyUserData, Lua, MultiValue, Table, Value};
use serde_json::Value as Json;

use super::arguments::arguments;
use super::errors::{Refusal, answer};
use super::host::Host;
use super::limit::Limit;
use super::record::Told;
use super::servers::{self, effect, path};
use super::started::{Unfinished, started};
use super::value::from_json;
use crate::catalogue::{Effect, Operation, Provider, name};
use crate::engine::action::Within;
use crate::engine::{Args, Call, Delivery, Options, Origin, Outcome, Pages, Run};
use crate::error::{Fault, Kind, SideEffect};

/// Adds the functions that the prelude's namespaces are made of.
pub(super) fn install(lua: &Lua, host: &Rc<Host>, table: &Table) -> mlua::Result<()> {
    servers::install(lua, host, table)?;
    install_calls(lua, host, table)?;
    if !host.script.integrations {
        return Ok(());
    }
    let mine = Rc::clone(host);
    let providers = lua.create_function(move |_, ()| {
        Ok(mine.runtime.catalogue().names().map(str::to_owned).collect::<Vec<_>>())
    })?;
    table.raw_set("providers", providers)?;
    let mine = Rc::clone(host);
    let provider = lua.create_function(move |lua, key: String| {
        answer(lua, open(&mine, &key).map(|provider| provider.name.clone()))
    })?;
    table.raw_set("provider", provider)?;
    let mine = Rc::clone(host);
    let members = lua.create_function(move |lua, key: String| answer(lua, members(&mine, &key)))?;
    table.raw_set("members", members)?;
    let mine = Rc::clone(host);
    let find = lua.create_function(move |lua, (key, account, name): (String, bool, String)| {
        answer(lua, find(&mine, &key, account, &name))
    })?;
    table.raw_set("find", find)?;
    let mine = Rc::clone(host);
    let lists = lua.create_function(move |lua, name: String| answer(lua, lists(&mine, &name)))?;
    table.raw_set("lists", lists)
}

fn install_calls(lua: &Lua, host: &Rc<Host>, table: &Table) -> mlua::Result<()> {
    type Called = (String, Option<String>, MultiValue);
    let mine = Rc::clone(host);
    let call = lua.create_function(move |lua, (name, account, args): Called| {
        let (host, own) = (Rc::clone(&mine), lua.clone());
        started(lua, async move {
            let value = call(&own, &host, name, account, args).await;
            answer(&own, value)
        })
    })?;
    table.raw_set("call", call)?;
    let rest = lua.create_async_function(|_, started: AnyUserData| async move {
        started.take::<Unfinished>()?.rest().await
    })?;
    table.raw_set("rest", rest)?;
    type Paged = (String, Option<String>, Value, Option<String>);
    let mine = Rc::clone(host);
    let page = lua.create_async_function(move |lua, (name, account, args, cursor): Paged| {
        let host = Rc::clone(&mine);
        async move {
            let page = page(&lua, &host, name, account, args, cursor).await;
            answer(&lua, page)
        }
    })?;
    table.raw_set("page", page)
}

fn open<'a>(host: &'a Host, key: &str) -> Result<&'a Provider, Refusal> {
    Ok(host.runtime.catalogue().provider(key)?)
}

/// The canonical names of the functions, then the names of the accounts.
fn members(host: &Host, key: &str) -> Result<(Vec<String>, Vec<String>), Refusal> {
    let provider = open(host, key)?;
    let accounts = host.runtime.engine().accounts.names(provider);
    Ok((provider.operations.keys().cloned().collect(), accounts))
}

/// What `key` means in a provider's namespace, or in one of its accounts' when `within_account`:
/// `function` or `account`, and the canonical name.
fn find(
    host: &Host,
    provider: &str,
    within_account: bool,
    key: &str,
) -> Result<(&'static str, String), Refusal> {
    let provider = open(host, provider)?;
    if let Some(operation) = provider.operation(key) {
        return Ok(("function", operation.full_name()));
    }
    let unknown = host.runtime.catalogue().find(&format!("{}.{key}", provider.name)).err();
    if within_account {
        return Err(unknown.unwrap_or_else(|| Fault::not_found(key)).into());
    }
    let accounts = &host.runtime.engine().accounts;
    let names = accounts.names(provider);
    if names.iter().any(|name| name == key) {
        return Ok(("account", key.to_owned()));
    }
    let near_account = !name::nearest(key, names.iter().map(String::as_str)).is_empty();
    let fault = match accounts.open(provider, Some(key)) {
        Err(fault) if near_account => return Err(fault.into()),
        _ => unknown.unwrap_or_else(|| Fault::not_found(key)),
    };
    let hint = fault.hint.clone().unwrap_or_default();
    Err(fault.hint(format!("{hint}; accounts: {}", names.join(", "))).into())
}

/// Whether a function has pages at all.
fn lists(host: &Host, name: &str) -> Result<(), Refusal> {
    let operation = host.runtime.catalogue().find(name)?;
    if operation.routes.iter().any(|route| route.items.is_some()) {
        return Ok(());
    }
    let provider = open(host, &operation.provider)?;
    let featured = provider.featured.iter().filter_map(|name| provider.operations.get(name));
    // The best known first.
    let listing: Vec<String> = featured
        .chain(provider.operations.values())
        .filter(|other| other.routes.iter().any(|route| route.items.is_some()))
        .take(3)
        .map(Operation::full_name)
        .collect();
    Err(Fault::usage(format!("`{name}` does not list anything"))
        .code("not_a_list")
        .hint(format!("functions that list are, for example, {}", listing.join(", ")))
        .into())
}

async fn call(
    lua: &Lua,
    host: &Host,
    name: String,
    account: Option<String>,
    args: MultiValue,
) -> Result<Value, Refusal> {
    let (args, delivery) = given(lua, host, &name, account.as_deref(), &args)?;
    let outcome = perform(host, name, account, args, Pages::All, delivery).await?;
    Ok(from_json(lua, &outcome.value)?)
}

async fn page(
    lua: &Lua,
    host: &Host,
    name: String,
    account: Option<String>,
    args: Value,
    cursor: Option<String>,
) -> Result<(Value, Option<String>), Refusal> {
    let args = MultiValue::from_vec(vec![args]);
    let (args, delivery) = given(lua, host, &name, account.as_deref(), &args)?;
    let pages = Pages::One { cursor, count: None };
    let outcome = perform(host, name.clone(), account, args, pages, delivery).await?;
    let operation = host.runtime.catalogue().find(&name)?;
    let items = items(operation, &outcome.value)
        .ok_or_else(|| Fault::new(Kind::BadAnswer, format!("`{name}` returned no list")))?;
    Ok((from_json(lua, items)?, outcome.next_cursor))
}

/// The list in an answer: under the row's key, or the only one there is.
fn items<'a>(operation: &Operation, value: &'a Json) -> Option<&'a Json> {
    let fields = match value {
        Json::Array(_) => return Some(value),
        Json::Object(fields) => fields,
        _ => return None,
    };
    let keys = operation.routes.iter().filter_map(|route| route.items.as_deref());
    let named = keys.filter_map(|key| fields.get(key)).find(|value| value.is_array());
    let mut arrays = fields.values().filter(|value| value.is_array());
    named.or_else(|| arrays.next().filter(|_| arrays.next().is_none()))
}

/// The arguments; a call that cannot be put together is a run that failed.
fn given(
    lua: &Lua,
    host: &Host,
    name: &str,
    account: Option<&str>,
    args: &MultiValue,
) -> Result<(Args, Option<Delivery>), Refusal> {
    let fault = match arguments(lua, host, name, args) {
        Err(Refusal::Fault(fault)) => *fault,
        other => return other,
    };
    let turn = host.turn();
    let slot = turn.record().begin(&path(name), false);
    let call = wish(host, name.to_owned(), account.map(str::to_owned), Args::default(), Pages::All);
    let run = host.runtime.engine().refuse(&call, fault);
    turn.record().finish(slot, &line(&run), None);
    match run.result {
        Err(fault) => Err(fault.into()),
        Ok(_) => Ok((Args::default(), None)),
    }
}

/// The call as this script makes it.
pub(super) fn wish(
    host: &Host,
    function: String,
    account: Option<String>,
    args: Args,
    pages: Pages,
) -> Call {
    let script = &host.script;
    let options = Options {
        dry_run: script.dry_run,
        force: script.force,
        pages,
        delivery: script.delivery,
        plan: script.plan.clone(),
        plan_check: script.plan_check,
        grant: script.grant.clone(),
        within: Within {
            called: Some(Arc::clone(&host.turn().called)),
            calls: script.limits.calls,
            memory: Some(script.limits.memory),
            cpu: Some(script.limits.cpu),
            ..script.within.clone()
        },
        ..Options::default()
    };
    Call {
        function,
        account: account.or_else(|| script.account.clone()),
        args,
        origin: Origin::Lua,
        options,
        parent: Some(host.turn().run_id.clone()),
        ..Call::default()
    }
}

/// One call, listed in the log whatever comes of it.
async fn perform(
    host: &Host,
    function: String,
    account: Option<String>,
    args: Args,
    pages: Pages,
    delivery: Option<Delivery>,
) -> Result<Outcome, Refusal> {
    let turn = host.turn();
    if host.count_call() {
        return Err(host.trip(Limit::Calls).into());
    }
    let writes = effect(host, &function).await? != Effect::Read && host.sends();
    let slot = turn.record().begin(&path(&function), writes);
    let mut call = wish(host, function, account, args, pages);
    call.options.delivery = delivery.or(call.options.delivery);
    let run = Box::pin(host.runtime.engine().call(call)).await;
    let effect = run.result.as_ref().map_or_else(|fault| fault.extra.effect, |_| SideEffect::Done);
    turn.record().finish(slot, &line(&run), writes.then_some(effect));
    run.result.map_err(|mut fault| {
        fault.extra.run_id.get_or_insert(run.id);
        fault.into()
    })
}

pub(super) fn line(run: &Run) -> Told<'_> {
    Told {
        function: path(&run.function),
        tool: run.tool.as_deref(),
        account: &run.account,
        status: match &run.result {
            Ok(outcome) if outcome.queued => "queued",
            Ok(_) => "ok",
            Err(_) => "error",
        },
        duration_ms: run.took.as_secs_f64() * 1000.0,
        run_id: &run.id,
        error: run.result.as_ref().err().map(|fault| fault.message.as_str()),
        warnings: &run.warnings,
    }
}
