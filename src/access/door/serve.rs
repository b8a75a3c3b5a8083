//! Connections: taken while there is room, watched so that none can hold a place by doing nothing, and
//! brought to a good end. What is on its way when the service ends is finished, within its time.

use std::sync::Arc;
use std::time::Duration;

use axum::{Router, middleware};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use super::guard::guard;
use super::rules::Limits;
use super::steady::Steady;
use super::{Door, Keeper};
use crate::error::Fault;

/// The largest head of a request.
const HEAD: usize = 32 << 10;

/// How long to wait when the platform has no more connections to give.
const PAUSE: Duration = Duration::from_millis(20);

type Service = TowerToHyperService<Router>;

impl Door {
    /// Serves until `end` says so, and returns what it says. Calls in flight are finished first; when
    /// `end` says so again, they are not.
    ///
    /// # Errors
    /// When the event loop does not take the listener.
    pub async fn serve<T>(
        self,
        routes: Router,
        mut end: impl AsyncFnMut() -> T,
    ) -> Result<T, Fault> {
        let Self { listener, address, keeper, ending } = self;
        let listener = TcpListener::from_std(listener)
            .map_err(|why| Fault::io(format!("cannot serve {address}"), &why))?;
        let limits = keeper.rules.limits;
        let layer = middleware::from_fn_with_state(Arc::clone(&keeper), guard);
        let service = TowerToHyperService::new(routes.layer(layer));
        let mut connections = JoinSet::new();
        let said = {
            let said = end();
            tokio::pin!(said);
            loop {
                tokio::select! {
                    said = &mut said => break said,
                    accepted = listener.accept(), if connections.len() < limits.connections => {
                        // Out of file descriptors, most likely: those in use must first be given back.
                        let Ok((stream, _)) = accepted else {
                            sleep(PAUSE).await;
                            continue;
                        };
                        let (service, ending) = (service.clone(), ending.subscribe());
                        connections.spawn(converse(stream, service, limits, ending));
                    }
                    Some(_) = connections.join_next(), if !connections.is_empty() => {}
                }
            }
        };
        drop(listener);
        let _ = ending.send(true);
        let deadline = Instant::now() + limits.farewell;
        tokio::select! {
            _ = timeout_at(deadline, finish(connections, &keeper)) => {}
            _ = end() => {}
        }
        Ok(said)
    }
}

/// One connection, to its end or to the service's.
async fn converse(
    stream: TcpStream,
    service: Service,
    limits: Limits,
    mut ending: watch::Receiver<bool>,
) {
    // Only a matter of speed; a socket that cannot do it still works.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .keep_alive(limits.keep_alive)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(Steady::new(stream, limits.reading)), service)
        .with_upgrades();
    tokio::pin!(connection);
    // A client that went away, or that is too slow, is nobody's error.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = ended(&mut ending) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// Waits until the service ends.
pub(super) async fn ended(ending: &mut watch::Receiver<bool>) {
    // A door that is gone has ended too.
    let _ = ending.wait_for(|ending| *ending).await;
}

/// Waits for every answer, and for the work whose answer nobody waits for any more.
async fn finish(mut connections: JoinSet<()>, keeper: &Keeper) {
    while connections.join_next().await.is_some() {}
    let all = u32::try_from(keeper.rules.limits.requests).unwrap_or(u32::MAX);
    let _ = keeper.requests.acquire_many(all).await;
}
