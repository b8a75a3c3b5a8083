//! Where an account's fields and base URLs come from, asked of the engine directly.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;

use kosmo::catalogue::{Catalogue, Provider};
use kosmo::engine::Accounts;
use kosmo::error::{Fault, Kind};
use kosmo::redact::Redactor;
use kosmo::settings::{Environment, Settings, Surroundings};

/// A home with a settings file, and an environment.
struct Place {
    home: tempfile::TempDir,
    catalogue: Catalogue,
    environment: BTreeMap<String, OsString>,
    emulator: Option<String>,
}

fn place(config: &str) -> Place {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("config.toml"), config).unwrap();
    let environment = BTreeMap::from([("KOSMO_HOME".to_owned(), home.path().into())]);
    Place { home, catalogue: Catalogue::new(Vec::new()), environment, emulator: None }
}

impl Place {
    fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    fn segment(&self) -> &Provider {
        self.catalogue.provider("segment").unwrap()
    }

    fn accounts(&self) -> (Accounts, Redactor) {
        let surroundings = Surroundings {
            environment: Environment::Fixed(self.environment.clone()),
            ..Surroundings::default()
        };
        let settings = Settings::open_in(surroundings, Vec::new()).unwrap();
        let redactor = Redactor::default();
        (Accounts::new(Arc::new(settings), redactor.clone(), self.emulator.clone()), redactor)
    }

    fn base(&self, service: &str) -> Result<String, Fault> {
        let (accounts, _) = self.accounts();
        let account = accounts.open(self.segment(), None)?;
        accounts.base(self.segment(), &account, &self.segment().services[service])
    }

    fn field(&self, account: &str, field: &str) -> Result<Option<String>, Fault> {
        let (accounts, _) = self.accounts();
        let account = accounts.open(self.segment(), Some(account))?;
        accounts.field(self.segment(), &account, field)
    }
}

#[test]
fn a_field_is_taken_from_the_first_that_has_it() {
    let file = "[integrations.segment.accounts.default]\nworkspace = \"from-file\"\n";
    let all = place(file)
        .env("SEGMENT_WORKSPACE", "shared")
        .env("KOSMO_SEGMENT_DEFAULT_WORKSPACE", "exact");
    assert_eq!(all.field("default", "workspace").unwrap().as_deref(), Some("exact"));
    let shared = place(file).env("SEGMENT_WORKSPACE", "shared");
    assert_eq!(shared.field("default", "workspace").unwrap().as_deref(), Some("shared"));
    let empty = place(file).env("SEGMENT_WORKSPACE", "");
    assert_eq!(empty.field("default", "workspace").unwrap().as_deref(), Some("from-file"));
    assert_eq!(
        empty.field("default", "region").unwrap().as_deref(),
        Some("us"),
        "the row's default"
    );
    assert_eq!(empty.field("default", "api_token").unwrap(), None);
}

#[test]
fn the_shared_variables_are_the_default_accounts_alone() {
    let place = place("[integrations.segment.accounts.my-prod]\nregion = \"eu\"\n")
        .env("SEGMENT_WRITE_KEY", "shared-key")
        .env("KOSMO_SEGMENT_MY_PROD_API_TOKEN", "prod-token");
    let (accounts, _) = place.accounts();
    assert_eq!(accounts.names(place.segment()), ["default", "my-prod"]);
    assert_eq!(place.field("my-prod", "write_key").unwrap(), None);
    assert_eq!(place.field("my_prod", "api_token").unwrap().as_deref(), Some("prod-token"));
    assert_eq!(place.field("my_prod", "region").unwrap().as_deref(), Some("eu"));
}

#[test]
fn a_wrong_choice_says_where_it_was_made() {
    let fault = place("").env("SEGMENT_REGION", "mars").field("default", "region").unwrap_err();
    assert_eq!(fault.message, "`region` must be one of: us, eu (from $SEGMENT_REGION)");
    let upper = place("").env("SEGMENT_REGION", "EU").field("default", "region").unwrap();
    assert_eq!(upper.as_deref(), Some("eu"));
}

#[test]
fn the_base_url_is_the_accounts_own_or_its_regions() {
    assert_eq!(place("").base("tracking").unwrap(), "https://api.segment.io");
    let eu = place("").env("SEGMENT_REGION", "eu");
    assert_eq!(eu.base("public").unwrap(), "https://eu1.api.segmentapis.com");
    for (url, expected) in [
        ("https://proxy.example/v1/", "https://proxy.example"),
        ("https://proxy.example/segment/v1", "https://proxy.example/segment"),
        ("https://proxy.example//", "https://proxy.example"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
    ] {
        assert_eq!(place("").env("SEGMENT_URL", url).base("tracking").unwrap(), expected);
    }
    let fault = eu.base("config").unwrap_err();
    assert_eq!((fault.kind, fault.exit()), (Kind::WrongPlace, 3));
    assert!(fault.hint.unwrap().contains("us"));
    let fault =
        place("").env("SEGMENT_URL", "http://segment.example").base("tracking").unwrap_err();
    assert_eq!(fault.exit(), 2);
}

#[test]
fn the_emulator_never_sees_a_real_value() {
    let mut place = place("[integrations.segment.accounts.mine]\nwrite_key = \"real-key\"\n")
        .env("SEGMENT_WRITE_KEY", "real-key")
        .env("SEGMENT_URL", "https://real.example");
    place.emulator = Some("http://127.0.0.1:1".into());
    for account in ["default", "mine", "production"] {
        let key = place.field(account, "write_key").unwrap();
        assert_eq!(key.as_deref(), Some("emulator-write-key"), "{account}");
    }
    assert_eq!(place.base("tracking").unwrap(), "http://127.0.0.1:1");
    assert_eq!(place.field("nobody", "write_key").unwrap_err().exit(), 5);
}

#[test]
fn looking_runs_no_command() {
    let place = place("[integrations.segment.accounts.default]\napi_token = \"env:NOT_SET\"\n");
    let marker = place.home.path().join("ran");
    let place =
        place.env("SEGMENT_WRITE_KEY", &format!("cmd:touch {}; echo key-1", marker.display()));
    let (accounts, redactor) = place.accounts();
    let account = accounts.open(place.segment(), None).unwrap();
    assert!(accounts.has(place.segment(), &account, "write_key"));
    assert!(!accounts.has(place.segment(), &account, "api_token"), "the variable is not set");
    assert!(!accounts.has(place.segment(), &account, "config_token"));
    assert!(!marker.exists());
    let value = accounts.field(place.segment(), &account, "write_key").unwrap();
    assert_eq!(value.as_deref(), Some("key-1"));
    assert!(marker.exists());
    assert_eq!(redactor.text("it is key-1"), "it is [redacted]");
}

#[test]
fn every_secret_in_sight_is_learnt_used_or_not() {
    let place = place(
        "[integrations.segment.accounts.one]\nwrite_key = \"literal-1\"\n\
         [integrations.segment.accounts.two]\napi_token = \"env:ELSEWHERE\"\nunheard_of = \"odd-one\"\n",
    )
    .env("ELSEWHERE", "behind-env")
    .env("SEGMENT_TOKEN", "in-env");
    std::fs::write(
        place.home.path().join("credentials.toml"),
        "[integrations.segment.accounts.three]\nwrite_key = \"stored-1\"\n",
    )
    .unwrap();
    let (accounts, redactor) = place.accounts();
    accounts.open(place.segment(), None).unwrap();
    let text = "literal-1 behind-env odd-one in-env stored-1 us";
    let clean = "[redacted] [redacted] [redacted] [redacted] [redacted] us";
    assert_eq!(redactor.text(text), clean);
}
