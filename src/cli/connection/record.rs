//! How a connection stands: worked out from the account each time, and stored nowhere.

use serde_json::{Map, Value, json};

use super::problem::problem;
use super::{Place, remembered};
use crate::catalogue::Provider;
use crate::catalogue::operation::FieldKind;
use crate::engine::account::DEFAULT;
use crate::engine::{Account, Accounts};
use crate::error::{Fault, Kind};
use crate::runtime::Runtime;

/// What a program does next depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum State {
    /// It has a credential, and nothing is known against it.
    Ready,
    /// It is being checked.
    Building,
    /// Somebody has to do something.
    ClientAction,
    /// What is configured contradicts itself or the service.
    Configuration,
    /// The provider's own rows cannot be read.
    Setup,
}

impl State {
    /// The word in JSON.
    pub(in crate::cli) fn word(self) -> &'static str {
        match self {
            Self::Ready => "READY",
            Self::Building => "BUILDING",
            Self::ClientAction => "CLIENT_ACTION_REQUIRED",
            Self::Configuration => "CONFIGURATION_ERROR",
            Self::Setup => "SETUP_FAILED",
        }
    }

    /// What a fault says about a connection; none for what is no fault of its own, such as a
    /// network that is down.
    pub(super) fn of(fault: &Fault) -> Option<Self> {
        match fault.kind {
            Kind::MissingCredential
            | Kind::AuthenticationFailed
            | Kind::NotActive
            | Kind::NotFound => Some(Self::ClientAction),
            Kind::WrongPlace | Kind::Config | Kind::Usage => Some(Self::Configuration),
            _ => None,
        }
    }
}

/// A connection as it stands now.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Record {
    /// Which.
    pub(in crate::cli) place: Place,
    /// What people call it.
    pub(in crate::cli) name: String,
    /// How it stands.
    pub(in crate::cli) state: State,
    /// Why it is not ready.
    pub(in crate::cli) fault: Option<Fault>,
    /// The secrets it has, by the names of their fields.
    pub(in crate::cli) credentials: Vec<String>,
    /// Where it leads, as far as is known.
    workspace: Value,
    region: Value,
    /// When its credentials were last found to be good.
    verified: Option<String>,
    archived: Option<String>,
    /// Where its user can type the credentials in, while somebody offers that.
    form: Option<String>,
}

impl Record {
    /// One that nothing is known of but this.
    pub(super) fn blank(place: Place, state: State, fault: Option<Fault>) -> Self {
        Self {
            name: place.id(),
            place,
            state,
            fault,
            credentials: Vec::new(),
            workspace: Value::Null,
            region: Value::Null,
            verified: None,
            archived: None,
            form: None,
        }
    }

    /// Looks.
    pub(in crate::cli) fn of(runtime: &Runtime, place: Place) -> Self {
        let mut record = Self::blank(place, State::Ready, None);
        match runtime.catalogue().provider(&record.place.provider) {
            Ok(provider) => record.look(runtime, provider),
            Err(fault) => (record.state, record.fault) = (State::Setup, Some(fault)),
        }
        record
    }

    fn look(&mut self, runtime: &Runtime, provider: &Provider) {
        let engine = runtime.engine();
        let accounts = &engine.accounts;
        let name = self.place.account.clone();
        let account = opened(accounts, &self.place);
        let label = format!("integrations.{}.accounts.{name}.connection.name", provider.name);
        let usual = match name.as_str() {
            DEFAULT => provider.title.clone(),
            other => format!("{} ({other})", provider.title),
        };
        self.name = runtime.settings().text(&label).map_or(usual, str::to_owned);
        self.archived = accounts.archived(provider, &name).map(str::to_owned);
        let secrets = provider.fields.iter().filter(|field| field.kind == FieldKind::Secret);
        let held = secrets.filter(|field| accounts.has(provider, &account, &field.name));
        self.credentials = held.map(|field| field.name.clone()).collect();
        self.region = accounts.region(provider, &account).map_or(Value::Null, Value::from);
        self.form = remembered::form(engine, &self.place);
        let pin = crate::segment::pin::remembered(engine, &provider.name, &name);
        self.workspace =
            pin.map_or(Value::Null, |pin| json!({"id": pin["id"], "slug": pin["slug"]}));
        let known = remembered::check(engine, provider, &self.place);
        self.fault = problem(runtime, provider, &account, self).or_else(|| known.fault.clone());
        self.verified = known.verified;
        self.state = match &self.fault {
            Some(fault) => State::of(fault).unwrap_or(State::Ready),
            None if known.running => State::Building,
            None => State::Ready,
        };
        if self.state == State::Ready {
            self.fault = None;
        }
    }

    /// Whether there is more to it than a name: a field, a credential, a name of its own.
    pub(in crate::cli) fn is_begun(&self, runtime: &Runtime) -> bool {
        let prefix =
            format!("integrations.{}.accounts.{}.", self.place.provider, self.place.account);
        !self.credentials.is_empty()
            || self.state == State::Setup
            || runtime.settings().under(&prefix).any(|(key, _)| !key.contains(".policy."))
    }

    /// Whether it was put away.
    pub(super) fn is_archived(&self) -> bool {
        self.archived.is_some()
    }

    /// Whether its credentials were found to be good.
    pub(in crate::cli) fn is_verified(&self) -> bool {
        self.verified.is_some()
    }

    /// Where its user can type the credentials in, while somebody offers that.
    pub(in crate::cli) fn form(&self) -> Option<&str> {
        self.form.as_deref()
    }

    /// Whether something stands in the way of using it that no check would mend.
    pub(in crate::cli) fn is_hindered(&self) -> bool {
        let hinders = |fault: &Fault| matches!(fault.kind, Kind::NotActive | Kind::NotFound);
        self.state == State::Setup || self.fault.as_ref().is_some_and(hinders)
    }

    /// The exit status that says how it stands.
    pub(in crate::cli) fn exit(&self) -> u8 {
        match (&self.state, &self.fault) {
            (State::Ready | State::Building, _) => 0,
            _ => Kind::MissingCredential.row().exit,
        }
    }

    /// The object that programs read.
    pub(in crate::cli) fn to_json(&self) -> Map<String, Value> {
        let id = self.place.id();
        let ready = matches!(self.state, State::Ready | State::Building);
        let mut map = crate::cli::describe::object(json!({
            "success": ready,
            "id": id,
            "key": self.place.account,
            "name": self.name,
            "state": self.state.word(),
            "disconnected": !ready,
            "integrationKey": self.place.provider,
            "account": self.place.account,
            "credentials": self.credentials,
            "region": self.region,
            "workspace": self.workspace,
            "verified": self.verified.is_some(),
            "verifiedAt": self.verified,
            "archivedAt": self.archived,
        }));
        if self.state == State::ClientAction {
            map.insert("clientAction".to_owned(), self.action());
        }
        if let Some(fault) = &self.fault {
            map.insert("error".to_owned(), json!(fault.message));
            map.insert("error_detail".to_owned(), fault.to_json());
        }
        map
    }

    /// What has to be done, for a person and for an agent that helps one.
    fn action(&self) -> Value {
        let id = self.place.id();
        let description = self.fault.as_ref().map_or("", |fault| &fault.message);
        let again = format!("then run `kosmo connection get {id} --wait --json`");
        let hint = self.fault.as_ref().and_then(|fault| fault.hint.clone()).unwrap_or_default();
        let instructions = match self.fault.as_ref().map(|fault| fault.kind) {
            Some(Kind::NotActive | Kind::NotFound) => {
                format!("ask your user whether it may be used again: {hint}; {again}")
            }
            _ => match &self.form {
                Some(_) => format!(
                    "give uiUrl to your user, who types the key in there; never ask for the key \
                     itself; {again}"
                ),
                None => format!(
                    "never ask for the key itself; run `kosmo connect {id} --browser --detach \
                     --json` and give clientAction.uiUrl to your user, or let them run `kosmo \
                     connect {id}` in a terminal of theirs; {again}"
                ),
            },
        };
        let mut action = crate::cli::describe::object(json!({
            "type": "connect",
            "description": description,
            "agentInstructions": instructions,
        }));
        if let Some(url) = &self.form {
            action.insert("uiUrl".to_owned(), json!(url));
        }
        Value::Object(action)
    }

    /// What a person reads; `asked` when the service has just been asked.
    pub(in crate::cli) fn text(&self, asked: bool) -> String {
        let mut lines = vec![format!("{}  {}  {}", self.place.id(), self.state.word(), self.name)];
        if !self.credentials.is_empty() {
            lines.push(format!("has: {}", self.credentials.join(", ")));
        }
        if let Some(slug) = self.workspace["slug"].as_str() {
            lines.push(format!("workspace: {slug}"));
        }
        match (&self.verified, &self.fault) {
            (Some(at), None) => lines.push(format!("checked: {at}")),
            (_, Some(fault)) => lines.push(fault.message.clone()),
            (None, None) if self.state == State::Ready && !asked => {
                lines.push(format!("not checked yet: kosmo connection test {}", self.place.id()));
            }
            (None, None) => {}
        }
        if let Some(url) = &self.form {
            lines.push(format!("type the key in at: {url}"));
        } else if self.state == State::ClientAction {
            let hint = self.fault.as_ref().and_then(|fault| fault.hint.as_deref());
            let connect = format!("kosmo connect {}", self.place.id());
            lines.push(format!("next: {}", hint.unwrap_or(&connect)));
        }
        lines.join("\n")
    }
}

/// The account as the engine sees it.
pub(super) fn opened(accounts: &Accounts, place: &Place) -> Account {
    Account {
        provider: place.provider.clone(),
        name: place.account.clone(),
        emulated: accounts.emulated(),
        elsewhere: None,
    }
}
