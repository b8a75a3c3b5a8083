//! The door of every HTTP service of this program: where it listens, whom it lets in, how much of
//! everything one request may take, and how it closes. What is served behind it is the service's own
//! business.
//!
//! ```text
//! rules    what a service asks of its door     site     Host and Origin: no page elsewhere gets in
//! guard    one request: let in, or refused     session  browsers that were let in, by cookie
//! serve    connections, until the end          body     no larger and no slower than allowed
//! problem  a failure as an HTTP answer         steady   readers that stop reading
//! verified tokens, for a moment                html     pages that run and load nothing
//! ```

mod body;
mod guard;
mod html;
pub mod problem;
mod rules;
mod serve;
pub mod session;
mod site;
mod steady;
mod verified;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

use super::{Access, Grant};
use crate::error::{Fault, Kind};
use crate::port;
pub use body::read;
pub use html::{html, with_cookie};
pub use problem::Problem;
pub use rules::{Limits, Refuse, Rules};
pub use session::{Session, Sessions};
pub use site::{Site, host};
use verified::Verified;

/// Who makes a request, once it is let in. Every request behind a door carries one.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// What the caller's token allows; none for whoever owns the accounts, and where no token is
    /// demanded.
    pub grant: Option<Grant>,
    /// The browser session, when it came with its cookie.
    pub session: Option<Arc<Session>>,
}

/// A place that is listened on, before anybody is let in.
#[derive(Debug)]
pub struct Door {
    listener: TcpListener,
    address: SocketAddr,
    keeper: Arc<Keeper>,
    ending: watch::Sender<bool>,
}

/// What decides about a request.
#[derive(Debug)]
struct Keeper {
    rules: Rules,
    site: Site,
    verified: Arc<Verified>,
    sessions: Arc<Sessions>,
    requests: Arc<Semaphore>,
}

impl Door {
    /// Listens, and lets nobody in yet.
    ///
    /// # Errors
    /// `open_to_all` for a door beyond this machine that demands no token; `port_taken`; whatever
    /// else keeps the platform from listening there.
    pub fn open(rules: Rules, access: Arc<Access>) -> Result<Self, Fault> {
        let here = rules.host.is_loopback();
        if !here && !rules.token {
            let message = format!("anybody who reaches {} could make calls", rules.host);
            return Err(Fault::new(Kind::Usage, message)
                .code("open_to_all")
                .hint("without a token only this machine can be served: --host 127.0.0.1"));
        }
        let (listener, address) = port::listen(rules.host, rules.port)?;
        let verified = Arc::new(Verified::new(access));
        let keeper = Keeper {
            site: Site::new(here, &rules.names),
            sessions: Arc::new(Sessions::new(address.port(), Arc::clone(&verified))),
            requests: Arc::new(Semaphore::new(rules.limits.requests)),
            verified,
            rules,
        };
        let (ending, _) = watch::channel(false);
        Ok(Self { listener, address, keeper: Arc::new(keeper), ending })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it is reached from this machine.
    pub fn url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            let v4 = address.is_ipv4();
            let (four, six) = (std::net::Ipv4Addr::LOCALHOST, std::net::Ipv6Addr::LOCALHOST);
            address.set_ip(if v4 { four.into() } else { six.into() });
        }
        format!("http://{address}")
    }

    /// The browsers that are let in.
    pub fn sessions(&self) -> Arc<Sessions> {
        Arc::clone(&self.keeper.sessions)
    }

    /// Rings when the service is to end, for answers that have no end of their own.
    pub fn ending(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut ending = self.ending.subscribe();
        async move { serve::ended(&mut ending).await }
    }
}
