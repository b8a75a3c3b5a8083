//! What is served at a face: its functions as routes or as tools, with the hints of the file, limited
//! to what the file shows.

use std::sync::Arc;

use axum::Router;

use crate::access::door::Door;
use crate::catalogue::capability::flow::Flow;
use crate::catalogue::capability::model::{Exposed, Face};
use crate::catalogue::capability::rows::Loaded;
use crate::catalogue::{Operation, schema};
use crate::error::Fault;
use crate::mcp::{Act, Hints, Offer, Profile, Server, Shape, Tool, Write, Written, http};
use crate::rest::{Manner, Spot, shown};
use crate::runtime::Runtime;

/// The most bytes of a result that an MCP client is given.
const LARGEST: usize = 16 << 20;

/// What is let through.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Calls")]
pub(super) struct Chosen {
    /// The account that calls are made for
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Count `ask` in the policy as `allow`
    #[arg(long)]
    force: bool,
    /// Let through what replaces, deletes or erases, as far as policy allows; always so with --emulator
    #[arg(long)]
    allow_destructive: bool,
    /// Let nothing through that changes anything
    #[arg(long, conflicts_with_all = ["allow_destructive", "force"])]
    read_only: bool,
}

impl Chosen {
    /// The routes of a face, where on its port they begin, and how many functions they are.
    ///
    /// # Errors
    /// When another provider has the name of the face.
    pub(super) fn routes(
        &self,
        runtime: &Arc<Runtime>,
        loaded: &Loaded,
        at: usize,
        door: &Door,
    ) -> Result<(Router, &'static str, usize), Fault> {
        let face = &loaded.capability.exposes[at];
        let rows = loaded.shown(at, runtime.catalogue())?;
        let profile = self.profile(runtime, face, &rows)?;
        let routes = match face.face {
            Face::Mcp => {
                let tools = rows.iter().map(|(row, flow)| self.tool(row, flow)).collect();
                let offer = Offer::of(&face.namespace, tools);
                let server = Server::new(Arc::clone(runtime), offer, profile);
                (http::router(server, door.ending()), "/mcp")
            }
            Face::Rest | Face::Other => {
                let spots = rows.iter().filter_map(|(row, flow)| spot(row, flow)).collect();
                let manner = Manner {
                    account: self.account.clone(),
                    fence: Arc::clone(&profile.fence),
                    force: self.force,
                };
                (shown(Arc::clone(runtime), spots, manner), "")
            }
        };
        Ok((routes.0, routes.1, rows.len()))
    }

    /// What calls are limited to: the functions of the face and those they call.
    fn profile(
        &self,
        runtime: &Runtime,
        face: &Exposed,
        rows: &[(&Operation, &Flow)],
    ) -> Result<Profile, Fault> {
        let own = rows.iter().map(|(row, _)| row.full_name());
        let called = rows.iter().flat_map(|(_, flow)| &flow.targets);
        let functions = own.chain(called.map(|target| target.function.clone())).collect();
        let destroys = self.allow_destructive || runtime.is_emulated();
        let written = Written {
            functions: Some(functions),
            accounts: self.account.as_ref().map(|account| vec![account.clone()]),
            tools: Some(Shape::Direct),
            write: Some(if self.read_only { Write::Deny } else { Write::Allow }),
            allow_destructive: Some(destroys && !self.read_only),
            max_result_chars: Some(LARGEST),
            resources: Some(false),
            prompts: Some(false),
            force: Some(self.force),
            ..Written::default()
        };
        Profile::new(&format!("the face `{}`", face.namespace), written, runtime.settings())
    }

    fn tool(&self, row: &Operation, flow: &Flow) -> Tool {
        let object =
            |value| if let serde_json::Value::Object(map) = value { map } else { <_>::default() };
        let mut input = object(schema::input_schema(row));
        // The tool says both.
        input.shift_remove("title");
        input.shift_remove("description");
        let function = &flow.function;
        let hints = function.hints;
        Tool {
            name: row.name.clone(),
            title: Some(function.label.clone()).filter(|label| !label.is_empty()),
            description: match function.about.is_empty() {
                true => row.about.clone(),
                false => function.about.clone(),
            },
            input: Arc::new(input),
            output: Some(Arc::new(object(schema::output_schema(row)))),
            hints: Hints {
                read_only: hints.read_only,
                destructive: hints.destructive,
                idempotent: hints.idempotent,
                open_world: hints.open_world,
            },
            act: Act::Function {
                function: row.full_name(),
                account: Some(self.account.clone().unwrap_or_else(|| "default".to_owned())),
            },
        }
    }
}

fn spot(row: &Operation, flow: &Flow) -> Option<Spot> {
    let (method, path) = flow.function.route.clone()?;
    let in_header = |input: &&crate::catalogue::capability::model::Input| {
        input.place.as_deref() == Some("header")
    };
    let headers = flow.function.inputs.iter().filter(in_header);
    Some(Spot {
        method,
        path,
        function: row.full_name(),
        headers: headers.map(|input| input.name.clone()).collect(),
    })
}
