//! Where the faces of a file listen, and for whom: what the file says, unless the command line says
//! something else.

use std::net::{IpAddr, Ipv4Addr};

use crate::access::door::Rules;
use crate::catalogue::capability::Capability;
use crate::catalogue::capability::model::{Exposed, Face};
use crate::error::Fault;
use crate::mcp::http;

/// Where to listen.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Ports")]
pub(super) struct Ports {
    /// The port of the REST face in place of the file's; 0 picks a free one
    #[arg(long, value_name = "PORT")]
    rest_port: Option<u16>,
    /// The port of the MCP face in place of the file's; 0 picks a free one
    #[arg(long, value_name = "PORT")]
    mcp_port: Option<u16>,
    /// Add this to every port of the file
    #[arg(long, value_name = "N", conflicts_with_all = ["rest_port", "mcp_port"])]
    port_offset: Option<u16>,
    /// Demand a token of `kosmo token mint`, on this machine too
    #[arg(long)]
    require_token: bool,
    /// Another name that the faces may be addressed by; may be given several times
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
}

impl Ports {
    /// The faces that are served, by their place in the file.
    ///
    /// # Errors
    /// Where there is none, or not one port for each.
    pub(super) fn of(&self, capability: &Capability) -> Result<Vec<(usize, Rules)>, Fault> {
        let mut all = Vec::new();
        for (at, face) in capability.exposes.iter().enumerate() {
            if face.face != Face::Other {
                all.push((at, self.rules(face)?));
            }
        }
        if all.is_empty() {
            return Err(Fault::usage("the file shows nothing over REST or MCP")
                .code("nothing_to_serve")
                .hint("kosmo capability add makes functions of what it calls"));
        }
        for (flag, port, face) in self.flags() {
            let faces = all.iter().filter(|(at, _)| capability.exposes[*at].face == face).count();
            if port.is_some_and(|port| port != 0) && faces > 1 {
                return Err(Fault::usage(format!("`{flag}` is one port for {faces} faces"))
                    .param(flag)
                    .hint("--port-offset moves all of them, 0 picks free ones"));
            }
        }
        Ok(all)
    }

    fn flags(&self) -> [(&'static str, Option<u16>, Face); 2] {
        [("--rest-port", self.rest_port, Face::Rest), ("--mcp-port", self.mcp_port, Face::Mcp)]
    }

    fn rules(&self, face: &Exposed) -> Result<Rules, Fault> {
        let host = address(face)?;
        let limits = if face.face == Face::Mcp { http::limits() } else { Rules::default().limits };
        Ok(Rules {
            host,
            port: self.port(face)?,
            token: self.require_token || face.auth.is_some() || !host.is_loopback(),
            names: self.allow_host.clone(),
            limits,
            ..Rules::default()
        })
    }

    fn port(&self, face: &Exposed) -> Result<u16, Fault> {
        let (flag, given, _) = self.flags()[usize::from(face.face == Face::Mcp)];
        if let Some(port) = given {
            return Ok(port);
        }
        if face.port.is_none() && face.transport != "stdio" {
            return Ok(0);
        }
        let Some((_, port)) = face.port else {
            let message = format!("the {} face `{}` is one for pipes", face.kind, face.namespace);
            return Err(Fault::usage(message).code("no_port").hint(format!("{flag} gives it one")));
        };
        port.checked_add(self.port_offset.unwrap_or(0)).ok_or_else(|| {
            Fault::usage(format!("there is no port so far above {port}")).param("--port-offset")
        })
    }
}

/// The address of a face: this machine alone, unless the file says otherwise.
fn address(face: &Exposed) -> Result<IpAddr, Fault> {
    let Some((at, written)) = &face.address else { return Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)) };
    match written.trim_matches(['[', ']']) {
        "localhost" | "" => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        text => text.parse().map_err(|_| {
            Fault::usage(format!("line {}: `{written}` is no address to listen on", at.line))
                .hint("it is an address such as 127.0.0.1, ::1 or 0.0.0.0")
        }),
    }
}
