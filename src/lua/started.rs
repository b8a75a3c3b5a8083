//! Calls that are over as soon as they have begun. Only one that must wait becomes a coroutine's
//! business; how it waits is left to the VM's executor.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use mlua::{Lua, MultiValue, Value};

/// Work that has begun and has to wait.
pub(super) struct Unfinished(Pin<Box<dyn Future<Output = mlua::Result<MultiValue>>>>);

impl Unfinished {
    /// What is left of it.
    pub(super) fn rest(self) -> impl Future<Output = mlua::Result<MultiValue>> {
        self.0
    }
}

/// Begins work on the spot. What need not wait, such as keeping an event, is over then and costs no
/// coroutine; what must wait is handed to the prelude, which gives it to `rest`.
pub(super) fn started(
    lua: &Lua,
    work: impl Future<Output = mlua::Result<MultiValue>> + 'static,
) -> mlua::Result<MultiValue> {
    let mut work: Pin<Box<dyn Future<Output = _>>> = Box::pin(work);
    match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(values) => values,
        Poll::Pending => {
            let rest = lua.create_any_userdata(Unfinished(work))?;
            Ok(MultiValue::from_iter([Value::UserData(rest)]))
        }
    }
}
