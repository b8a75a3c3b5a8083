//! The actions that are Segment's own: everything about the Public API that is not a list, a
//! create, a read, a change or a removal of some collection's items.

pub(in crate::emulator) mod filters;
mod functions;
mod metrics;
mod people;
pub(in crate::emulator) mod privacy;
pub(in crate::emulator) mod sources;
mod unify;
mod warehouses;

use serde_json::json;

use super::items;
use super::links::{OF_PLAN, OF_SOURCE, OF_WAREHOUSE, success};
use super::scene::{Done, Scene, missing};
use super::select;
use super::view;
use crate::emulator::state::same;

/// Something done with a request.
pub(super) type Special = fn(&mut Scene<'_>) -> Done;

/// Method and pattern, status of a success, what is done.
const SPECIALS: &[(&str, u16, Special)] = &[
    ("GET /", 200, workspace),
    // Sources
    ("GET /sources/{}", 200, sources::get),
    ("GET /sources/{}/connected-destinations", 200, destinations_of_source),
    ("GET /sources/{}/connected-warehouses", 200, |scene| OF_SOURCE.list(scene)),
    ("POST /sources/{}/labels", 200, sources::add_labels),
    ("PUT /sources/{}/labels", 200, sources::replace_labels),
    ("GET /sources/{}/settings", 200, sources::schema),
    ("PATCH /sources/{}/settings", 200, sources::schema),
    ("POST /sources/{}/writekey", 200, sources::add_key),
    ("DELETE /sources/{}/writekey/{}", 200, sources::remove_key),
    ("POST /sources", 201, new_source),
    ("POST /sources/{}/live-plugins/create", 200, sources::add_plugin),
    ("GET /sources/{}/live-plugins/latest", 200, sources::latest_plugin),
    ("DELETE /sources/{}/live-plugins/delete-code", 200, sources::empty_plugin),
    // Destinations
    ("POST /destination/filters/preview", 200, filters::preview),
    ("GET /destinations/{}/delivery-metrics", 200, metrics::summary),
    // Warehouses and credentials
    ("POST /warehouses/validation", 200, warehouses::validate),
    ("GET /warehouses/{}/connection-state", 200, warehouses::state),
    ("GET /warehouses/{}/connected-sources", 200, |scene| OF_WAREHOUSE.list(scene)),
    ("POST /warehouses/{}/connected-sources/{}", 201, |scene| connect(scene, true)),
    ("DELETE /warehouses/{}/connected-sources/{}", 200, |scene| connect(scene, false)),
    ("GET /warehouses/{}/connected-sources/{}/selective-syncs", 200, warehouses::selection),
    ("GET /warehouses/{}/connected-sources/{}/syncs", 200, warehouses::syncs_of_source),
    ("PATCH /warehouses/{}/selective-sync", 200, warehouses::select),
    ("GET /warehouses/{}/advanced-sync-schedule", 200, warehouses::schedule),
    ("PUT /warehouses/{}/advanced-sync-schedule", 200, warehouses::schedule),
    ("GET /spaces/{}/profiles-warehouses/{}/selective-syncs", 200, warehouses::selection),
    ("PATCH /spaces/{}/profiles-warehouses/{}/selective-syncs", 200, warehouses::select),
    ("GET /credentials/{}/consumers", 200, warehouses::consumers),
    ("DELETE /credentials/{}", 200, warehouses::delete_credential),
    // Tracking plans
    ("PATCH /tracking-plans/{}", 200, change_plan),
    ("GET /tracking-plans/{}/sources", 200, |scene| OF_PLAN.list(scene)),
    ("POST /tracking-plans/{}/sources", 200, plan_source),
    ("DELETE /tracking-plans/{}/sources", 200, no_plan_source),
    // People
    ("GET /groups/{}/users", 200, people::users),
    ("POST /groups/{}/users", 200, people::add_users),
    ("PUT /group/{}/users", 200, people::replace_users),
    ("DELETE /group/{}/users", 200, people::remove_users),
    ("GET /groups/{}/invites", 200, people::group_invites),
    ("POST /groups/{}/permissions", 200, people::add_permissions),
    ("PUT /groups/{}/permissions", 200, people::replace_permissions),
    ("GET /users/{}/groups", 200, people::groups),
    ("POST /users/{}/permissions", 200, people::add_permissions),
    ("PUT /users/{}/permissions", 200, people::replace_permissions),
    ("DELETE /users", 200, people::delete_users),
    ("GET /invites", 200, people::invites),
    ("POST /invites", 201, people::invite),
    // Privacy
    ("POST /regulations", 200, privacy::order),
    ("POST /regulations/sources/{}", 200, privacy::order),
    ("POST /regulations/cloudsources/{}", 200, privacy::order),
    ("GET /regulations/sources/{}", 200, privacy::of_source),
    ("GET /regulations/{}", 200, privacy::progress),
    ("PUT /spaces/{}/messaging-subscriptions", 200, privacy::subscribe),
    ("POST /spaces/{}/messaging-subscriptions/batch", 200, privacy::preferences),
    // Functions
    ("GET /functions", 200, functions::list),
    ("POST /functions", 200, functions::create),
    ("PATCH /functions/{}", 200, functions::update),
    ("POST /functions/{}/deploy", 200, functions::deploy),
    ("POST /functions/{}/versions", 200, functions::restore),
    ("POST /insert-function-instances", 200, functions::insert),
    // Spaces
    ("GET /spaces/{}/audienceType/{}/supported-destinations", 200, unify::supported),
    ("POST /spaces/{}/audiences/{}/destination-connections", 200, unify::connect),
    ("GET /spaces/{}/audiences/{}/audience-references", 200, unify::references),
    ("GET /spaces/{}/entities/{}/properties/{}/sample-values", 200, unify::samples),
    ("GET /spaces/{}/events/{}/properties/{}/sample-values", 200, unify::samples),
    ("GET /spaces/{}/traits/{}/sample-values", 200, unify::samples),
    ("POST /customer-insights/download", 200, unify::download),
    // Reverse ETL
    ("GET /reverse-etl-models/{}/subscriptionId/{}/syncs", 200, unify::runs),
    ("POST /reverse-etl-models/{}/syncs/{}/cancel", 200, unify::cancel_run),
    ("POST /reverse-etl-syncs", 200, unify::start_run),
    // Numbers
    ("GET /delivery-overview/successfully-received", 200, metrics::received),
    ("GET /delivery-overview/failed-on-ingest", 200, metrics::refused),
    ("GET /delivery-overview/successful-delivery", 200, metrics::delivered),
    ("GET /delivery-overview/filtered-at-destination", 200, metrics::filtered_at_destination),
    ("GET /delivery-overview/filtered-at-source", 200, metrics::filtered_at_source),
    ("GET /delivery-overview/failed-delivery", 200, metrics::none),
    ("GET /events/volume", 200, metrics::volume),
    ("GET /usage/api-calls/daily", 200, metrics::calls),
    ("GET /usage/api-calls/sources/daily", 200, metrics::calls_by_source),
    ("GET /usage/mtu/daily", 200, metrics::users),
    ("GET /usage/mtu/sources/daily", 200, metrics::users_by_source),
];

/// The action of its own that a route has, with the status of its success.
pub(super) fn of(method: &str, pattern: &str) -> Option<(u16, Special)> {
    let is = |name: &str| name.split_once(' ') == Some((method, pattern));
    SPECIALS.iter().find(|(name, _, _)| is(name)).map(|(_, status, action)| (*status, *action))
}

fn workspace(scene: &mut Scene<'_>) -> Done {
    Ok(json!({"workspace": scene.state.workspace}))
}

/// A new source has a write key, and is loaded into every warehouse unless it is told not to be.
fn new_source(scene: &mut Scene<'_>) -> Done {
    let place = scene.model.get("sources").ok_or_else(missing)?;
    let apart = scene.body.shift_remove("disconnectAllWarehouses") == Some(json!(true));
    let mut source = items::make(scene, ("sources", place))?;
    source["writeKeys"] = json!([crate::emulator::model::mint("{32}", 0)]);
    if let Some(kept) = scene.state.items_mut("sources").last_mut() {
        *kept = source.clone();
    }
    let warehouses: Vec<_> =
        scene.state.items("warehouses").iter().map(|warehouse| warehouse["id"].clone()).collect();
    for warehouse in warehouses.into_iter().filter(|_| !apart) {
        let pair = json!({"warehouseId": warehouse, "sourceId": source["id"]});
        scene.state.items_mut(OF_WAREHOUSE.pairs).push(pair);
    }
    Ok(view::one(scene.row, &source))
}

fn destinations_of_source(scene: &mut Scene<'_>) -> Done {
    let all = scene.state.items("destinations").iter();
    let own = all.filter(|destination| same(&destination["sourceId"], scene.at(0)));
    let own = select::fitting(scene, own);
    Ok(items::listed(scene, &own))
}

fn connect(scene: &mut Scene<'_>, add: bool) -> Done {
    let source = scene.at(1).to_owned();
    if add {
        OF_WAREHOUSE.add(scene, &source)?;
        return Ok(json!({"status": "CONNECTED"}));
    }
    OF_WAREHOUSE.remove(scene, &source)?;
    Ok(success())
}

/// A changed plan is not shown; who wants to see it asks for it.
fn change_plan(scene: &mut Scene<'_>) -> Done {
    let place = scene.model.get("trackingPlans").ok_or_else(missing)?;
    items::merge(scene, ("trackingPlans", place))?;
    Ok(success())
}

/// A source follows one plan at a time.
fn plan_source(scene: &mut Scene<'_>) -> Done {
    let (plan, source) = (scene.at(0).to_owned(), scene.text("sourceId").to_owned());
    OF_PLAN.add(scene, &source)?;
    scene
        .state
        .items_mut(OF_PLAN.pairs)
        .retain(|pair| !same(&pair["sourceId"], &source) || same(&pair["trackingPlanId"], &plan));
    Ok(success())
}

fn no_plan_source(scene: &mut Scene<'_>) -> Done {
    let source = scene.text("sourceId").to_owned();
    OF_PLAN.remove(scene, &source)?;
    Ok(success())
}
