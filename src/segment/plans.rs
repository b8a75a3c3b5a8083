//! Tracking plans offline: fetched once, kept in a file, and every event judged by them before it
//! is sent. `document` is the file, `judge` the only place that knows a schema library, `store`
//! the folder of plans, `pull` fetches, `gate` holds what is being sent to the account's plan.

mod document;
mod gate;
mod judge;
mod pull;
mod store;

pub use document::{Plan, Rule, RuleKind};
pub(super) use gate::refusal;
pub use gate::{Gate, Gates, gate};
pub use judge::{Judge, Unplanned};
pub use pull::pull;
pub use store::{Store, Stored};
