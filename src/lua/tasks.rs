//! `task.*`: many calls in flight at once on the script's one thread. A task is a coroutine polled by
//! itself; its results stay in Lua (`lua/prelude.lua`), here is only who runs and who waits.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use mlua::{Function, Lua, MultiValue, Table};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use super::errors::{Refusal, answer};
use super::host::Host;

/// The tasks that have not ended.
#[derive(Default)]
pub(super) struct Tasks {
    last: Cell<u64>,
    live: RefCell<BTreeMap<u64, Live>>,
}

struct Live {
    abort: Option<AbortHandle>,
    waiting: Vec<UnboundedSender<(u64, bool)>>,
}

/// Adds the functions that the prelude's `task` is made of.
pub(super) fn install(lua: &Lua, host: &Rc<Host>, table: &Table) -> mlua::Result<()> {
    let mine = Rc::clone(host);
    let spawn = lua.create_function(move |lua, (body, args): (Function, MultiValue)| {
        spawn(lua, &mine, body, args)
    })?;
    table.raw_set("spawn", spawn)?;
    let mine = Rc::clone(host);
    let cancel = lua.create_function(move |_, ids: Vec<u64>| {
        mine.tasks.cancel(&ids);
        Ok(())
    })?;
    table.raw_set("cancel", cancel)?;
    let mine = Rc::clone(host);
    let join = lua.create_async_function(move |_, ids: Vec<u64>| {
        let host = Rc::clone(&mine);
        async move { Ok(join(&host, &ids).await) }
    })?;
    table.raw_set("join", join)?;
    let mine = Rc::clone(host);
    let live = lua.create_function(move |_, ()| Ok(mine.tasks.ids()))?;
    table.raw_set("live", live)?;
    let sleep = lua.create_async_function(|lua, seconds: f64| async move {
        let slept = match Duration::try_from_secs_f64(seconds) {
            Ok(time) => {
                tokio::time::sleep(time).await;
                Ok(())
            }
            Err(_) => Err(Refusal::Text(format!("task.wait: {seconds} is not a time in seconds"))),
        };
        answer(&lua, slept)
    })?;
    table.raw_set("sleep", sleep)
}

/// Starts a task whose body says whether it went well; it runs when the script next waits.
fn spawn(lua: &Lua, host: &Rc<Host>, body: Function, args: MultiValue) -> mlua::Result<u64> {
    let running = lua.create_thread(body)?.into_async::<bool>(args)?;
    let id = host.tasks.last.get() + 1;
    host.tasks.last.set(id);
    host.tasks.live.borrow_mut().insert(id, Live { abort: None, waiting: Vec::new() });
    let ending = Ending { host: Rc::clone(host), id, well: false };
    let task = tokio::task::spawn_local(async move {
        let mut ending = ending;
        // A body only fails when the whole script ends; then nobody asks.
        ending.well = running.await.unwrap_or(false);
    });
    if let Some(live) = host.tasks.live.borrow_mut().get_mut(&id) {
        live.abort = Some(task.abort_handle());
    }
    Ok(id)
}

/// Tells who waits, however a task ends.
struct Ending {
    host: Rc<Host>,
    id: u64,
    well: bool,
}

impl Drop for Ending {
    fn drop(&mut self) {
        let ended = self.host.tasks.live.borrow_mut().remove(&self.id);
        for waiting in ended.into_iter().flat_map(|live| live.waiting) {
            // Whoever no longer waits need not know.
            let _ = waiting.send((self.id, self.well));
        }
    }
}

/// Waits until all have ended, or one badly: its id.
async fn join(host: &Host, ids: &[u64]) -> Option<u64> {
    let (sender, mut ended) = unbounded_channel();
    {
        let mut live = host.tasks.live.borrow_mut();
        for id in ids {
            if let Some(live) = live.get_mut(id) {
                live.waiting.push(sender.clone());
            }
        }
    }
    drop(sender);
    while let Some((id, well)) = ended.recv().await {
        if !well {
            return Some(id);
        }
    }
    None
}

impl Tasks {
    fn ids(&self) -> Vec<u64> {
        self.live.borrow().keys().copied().collect()
    }

    fn cancel(&self, ids: &[u64]) {
        let live = self.live.borrow();
        for abort in ids.iter().filter_map(|id| live.get(id)?.abort.as_ref()) {
            abort.abort();
        }
    }
}
