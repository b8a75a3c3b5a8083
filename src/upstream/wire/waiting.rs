//! A question that waits for its answer.

use rmcp::model::{CancelledNotificationParam, RequestId};
use rmcp::service::{Peer, RoleClient};

/// A question that waits for its answer; dropped before, the server is told that nobody waits.
pub(super) struct Waiting<'a> {
    peer: &'a Peer<RoleClient>,
    id: Option<RequestId>,
}

impl<'a> Waiting<'a> {
    pub(super) fn new(peer: &'a Peer<RoleClient>, id: RequestId) -> Self {
        Self { peer, id: Some(id) }
    }

    /// The answer is there.
    pub(super) fn over(mut self) {
        self.id = None;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let Some(id) = self.id.take() else { return };
        let peer = self.peer.clone();
        if let Ok(here) = tokio::runtime::Handle::try_current() {
            here.spawn(async move {
                let reason = Some("nobody waits for it any more".to_owned());
                let params = CancelledNotificationParam::new(Some(id), reason);
                // It may be gone already; then there is nobody to tell.
                peer.notify_cancelled(params).await.ok();
            });
        }
    }
}
