//! What a server may ask and tell of its own accord: it learns who we are, gets no input from a person
//! and no model to sample, and is heard about changed lists and progress.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rmcp::ClientHandler;
use rmcp::model::{ClientCapabilities, ClientConfig, ProgressNotificationParam, ProtocolVersion};
use rmcp::service::{NotificationContext, RoleClient};
use tracing::debug;

use super::fault::Heard;
use super::own_name;

/// Our side of a session.
pub(super) struct Listener {
    name: String,
    heard: Arc<Heard>,
}

impl Listener {
    pub(super) fn new(name: &str, heard: Arc<Heard>) -> Self {
        Self { name: name.to_owned(), heard }
    }
}

impl ClientHandler for Listener {
    fn get_info(&self) -> ClientConfig {
        ClientConfig::new(ClientCapabilities::default(), own_name())
            .with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE)
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        debug!(server = self.name, "the tools are others now");
        self.heard.changed.store(true, Ordering::Release);
    }

    async fn on_progress(
        &self,
        params: ProgressNotificationParam,
        _: NotificationContext<RoleClient>,
    ) {
        let (done, total) = (params.progress, params.total);
        let text = params.message.unwrap_or_default();
        debug!(server = self.name, done, ?total, text, "progress");
    }
}
