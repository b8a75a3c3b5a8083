//! The server: what an MCP client asks, answered from an offer. Carrying calls out is left to `call`,
//! pages and prompts to `pages`; how bytes travel is the business of `stdio` and `http`.

use std::borrow::Cow;
use std::sync::Arc;

use rmcp::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CustomRequest, CustomResult, ErrorCode, ErrorData,
    GetPromptRequestParams, GetPromptResponse, Implementation, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ProtocolVersion, ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities,
    ServerConfig,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::{Value, json};

use super::call::Caller;
use super::consent::Pending;
use super::kept::Kept;
use super::offer::{self, Offer};
use super::pages;
use super::passed::Passed;
use super::profile::Profile;
use crate::error::{Fault, Kind};
use crate::runtime::Runtime;

/// The protocol revisions that are spoken, oldest first.
pub(super) const REVISIONS: [ProtocolVersion; 4] = [
    ProtocolVersion::V_2025_03_26,
    ProtocolVersion::V_2025_06_18,
    ProtocolVersion::V_2025_11_25,
    ProtocolVersion::V_2026_07_28,
];

/// Methods whose parameters the protocol library has refused when it cannot place them.
const METHODS: [&str; 8] = [
    "initialize",
    "tools/list",
    "tools/call",
    "resources/list",
    "resources/read",
    "prompts/list",
    "prompts/get",
    "server/discover",
];

/// A server, shared by all its connections.
#[derive(Clone)]
pub struct Server(Arc<Shared>);

/// What all connections share.
pub(super) struct Shared {
    pub(super) runtime: Arc<Runtime>,
    pub(super) offer: Offer,
    pub(super) profile: Profile,
    pub(super) kept: Kept,
    pub(super) pending: Pending,
    pub(super) passed: Passed,
}

impl Server {
    /// A server of this offer. The profile narrows whatever is called through it.
    pub fn new(runtime: Arc<Runtime>, offer: Offer, profile: Profile) -> Self {
        let (kept, pending) = Default::default();
        let passed = Passed::new(&runtime, &profile);
        Self(Arc::new(Shared { runtime, offer, profile, kept, pending, passed }))
    }
}

/// A failure of the request itself, as JSON-RPC says it.
pub(super) fn wrong(fault: &Fault) -> ErrorData {
    let code = match fault.kind {
        Kind::Internal => ErrorCode::INTERNAL_ERROR,
        _ => ErrorCode::INVALID_PARAMS,
    };
    ErrorData::new(code, fault.message.clone(), Some(fault.to_json()))
}

fn window(
    len: usize,
    request: Option<PaginatedRequestParams>,
) -> Result<(usize, usize, Option<String>), ErrorData> {
    let cursor = request.and_then(|request| request.cursor);
    let page = offer::page(len, cursor.as_deref());
    page.ok_or_else(|| {
        let cursor = cursor.unwrap_or_default();
        ErrorData::invalid_params(format!("`{cursor}` is no cursor of this list"), None)
    })
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let profile = &self.0.profile;
        let mut can = ServerCapabilities::default();
        can.tools = Some(Default::default());
        if let Some(tools) = can.tools.as_mut().filter(|_| !self.0.passed.is_empty()) {
            tools.list_changed = Some(true);
        }
        can.resources = profile.resources.then(Default::default);
        can.prompts = profile.prompts.then(Default::default);
        let version = env!("CARGO_PKG_VERSION");
        let info = Implementation::new(self.0.offer.name.clone(), version);
        let config = ServerConfig::new(can)
            .with_server_info(info)
            .with_protocol_version(ProtocolVersion::V_2025_11_25);
        match &self.0.offer.instructions {
            Some(instructions) => config.with_instructions(instructions.clone()),
            None => config,
        }
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(&REVISIONS)
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let own = self.0.offer.definitions().map_err(|fault| wrong(&fault))?;
        let passed = self.0.passed(context.peer).await;
        let all = match passed.is_empty() {
            true => Cow::Borrowed(own),
            false => Cow::Owned(own.iter().cloned().chain(passed).collect::<Vec<_>>()),
        };
        let (start, end, next) = window(all.len(), request)?;
        let mut list = ListToolsResult::with_all_items(all[start..end].to_vec());
        list.next_cursor = next;
        Ok(list)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let caller = Caller::of(context, &request);
        let arguments = request.arguments.unwrap_or_default();
        self.0.call(&request.name, arguments, caller).await
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let all = match self.0.profile.resources {
            true => pages::resources(self.0.runtime.catalogue()),
            false => Vec::new(),
        };
        let (start, end, next) = window(all.len(), request)?;
        let mut list = ListResourcesResult::with_all_items(all[start..end].to_vec());
        list.next_cursor = next;
        Ok(list)
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let all = if self.0.profile.resources { pages::templates() } else { Vec::new() };
        Ok(ListResourceTemplatesResult::with_all_items(all))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        self.0.read(&request.uri).map(Into::into)
    }

    async fn list_prompts(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let all = if self.0.profile.prompts { pages::prompts() } else { Vec::new() };
        let (start, end, next) = window(all.len(), request)?;
        let mut list = ListPromptsResult::with_all_items(all[start..end].to_vec());
        list.next_cursor = next;
        Ok(list)
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let task = request.arguments.as_ref().and_then(|args| args.get("task")?.as_str());
        self.0.prompt(&request.name, task).map(Into::into)
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let method = request.method;
        if !METHODS.contains(&method.as_str()) {
            let message = format!("Method not found: {method}");
            return Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, message, None));
        }
        let params = request.params.unwrap_or(Value::Null);
        Err(ErrorData::invalid_params(misplaced(&method, &params), Some(json!({"method": method}))))
    }
}

/// Which parameter of a method that we know is not as it should be.
fn misplaced(method: &str, params: &Value) -> String {
    let needed = match method {
        "tools/call" | "prompts/get" => "name",
        "resources/read" => "uri",
        _ => return format!("the params of {method} are not what the protocol says"),
    };
    match (&params[needed], &params["arguments"]) {
        (Value::String(_), Value::Null | Value::Object(_)) => {
            format!("the params of {method} are not what the protocol says")
        }
        (Value::String(_), _) => format!("{method} params.arguments must be an object"),
        _ => format!("{method} requires params.{needed}, a text"),
    }
}
