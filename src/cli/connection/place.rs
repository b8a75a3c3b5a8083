//! Which connection is meant: by its id, by the name of an account, or by the address of an app.

use crate::catalogue::name::{did_you_mean, fold, nearest};
use crate::cli::accounts::check_account;
use crate::engine::account::DEFAULT;
use crate::error::Fault;
use crate::runtime::Runtime;

/// Nobody types a longer one.
const LENGTHY: usize = 500;

/// A connection: an account of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Place {
    /// The provider's name.
    pub(in crate::cli) provider: String,
    /// The account's name.
    pub(in crate::cli) account: String,
}

impl Place {
    /// The account of that provider.
    pub(in crate::cli) fn new(provider: &str, account: &str) -> Self {
        Self { provider: provider.to_owned(), account: account.to_owned() }
    }

    /// The id, which never changes: `segment`, `segment.production`.
    pub(in crate::cli) fn id(&self) -> String {
        match self.account.as_str() {
            DEFAULT => self.provider.clone(),
            name => format!("{}.{name}", self.provider),
        }
    }

    /// What is meant, whether there is such an account or not: an id, an account's name, or the
    /// address of an app, which means its usual account.
    ///
    /// # Errors
    /// `not_found` for an app nobody knows, usage for what can be no name.
    pub(in crate::cli) fn meant(runtime: &Runtime, written: &str) -> Result<Self, Fault> {
        let written = written.trim();
        if written.is_empty() || written.len() > LENGTHY || written.chars().any(char::is_control) {
            return Err(Fault::usage("that cannot be the name of a connection"));
        }
        if let Some(place) = by_address(runtime, written)? {
            return Ok(place);
        }
        let (provider, account) = runtime.engine().whose(written)?;
        let known = runtime.catalogue().provider(&provider)?;
        check_account(known, &account)?;
        Ok(Self { provider, account })
    }

    /// The usual account of an app, which is named by its address or by the provider. An account's
    /// name is none.
    ///
    /// # Errors
    /// `not_found` for an app nobody knows, usage for what can be no name.
    pub(in crate::cli) fn of_app(runtime: &Runtime, written: &str) -> Result<Self, Fault> {
        let written = written.trim();
        if let Some(place) = by_address(runtime, written)? {
            return Ok(place);
        }
        let catalogue = runtime.catalogue();
        let Some(name) = catalogue.names().find(|name| fold(name) == fold(written)) else {
            return Err(unknown_app(
                catalogue.names(),
                format!("no provider is named `{written}`"),
                written,
            ));
        };
        let usual = runtime.engine().accounts.usual(catalogue.provider(name)?);
        Ok(Self::new(name, usual))
    }

    /// What is meant, if it is there. Accounts that were put away are, too.
    ///
    /// # Errors
    /// `not_found` with what there is; as [`Self::meant`].
    pub(in crate::cli) fn existing(runtime: &Runtime, written: &str) -> Result<Self, Fault> {
        let place = Self::meant(runtime, written)?;
        let provider = runtime.catalogue().provider(&place.provider)?;
        let accounts = &runtime.engine().accounts;
        let mut names = accounts.names(provider);
        names.extend(accounts.put_away(provider));
        if names.contains(&place.account) {
            return Ok(place);
        }
        let ids: Vec<String> =
            names.iter().map(|name| Self::new(&place.provider, name).id()).collect();
        let id = place.id();
        let near = did_you_mean(&nearest(&id, ids.iter().map(String::as_str)));
        let hint = near.unwrap_or_else(|| format!("there are: {};", ids.join(", ")));
        Err(Fault::not_found(format!("there is no connection `{id}`"))
            .code("unknown_connection")
            .hint(format!("{hint} `kosmo connection ensure {id}` makes it")))
    }
}

/// The provider whose app is at an address, with its usual account; none when it is no address.
fn by_address(runtime: &Runtime, written: &str) -> Result<Option<Place>, Fault> {
    let catalogue = runtime.catalogue();
    let bare = written.split_once("://").map(|(_, rest)| rest);
    let end = |text: &str| text.find(['/', '?', '#']).unwrap_or(text.len());
    let host = bare.unwrap_or(written);
    let host = &host[..end(host)];
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.');
    let host = host.to_ascii_lowercase();
    if let Some(provider) = catalogue.providers().find(|provider| provider.is_at(&host)) {
        let usual = runtime.engine().accounts.usual(provider);
        return Ok(Some(Place::new(&provider.name, usual)));
    }
    let named = |name: &str| catalogue.names().any(|known| fold(known) == fold(name));
    let address = bare.is_some()
        || written.contains('/')
        || host.split_once('.').is_some_and(|(first, _)| !named(first));
    if address {
        if host.is_empty() || host.starts_with('.') {
            return Err(Fault::usage("that cannot be the name of a connection"));
        }
        return Err(unknown_app(catalogue.names(), format!("no provider is at `{host}`"), &host));
    }
    Ok(None)
}

fn unknown_app<'a>(names: impl Iterator<Item = &'a str>, why: String, written: &str) -> Fault {
    let known: Vec<&str> = names.collect();
    let hint = did_you_mean(&nearest(written, known.iter().copied())).unwrap_or_else(|| {
        let known = known.join(", ");
        format!("there are: {known}; a folder of rows adds one, see docs.read(\"connections\")")
    });
    Fault::not_found(why).code("unknown_app").hint(hint)
}
