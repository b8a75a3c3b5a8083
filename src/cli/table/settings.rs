//! The commands about accounts, settings and trust.

use clap::Args as _;

use crate::cli::entry::{Entry, Touches, entry};
use crate::cli::{accounts, config, configure, doctor, trust};

const ACCOUNTS: &str = "Accounts";
const SETTINGS: &str = "Settings";

/// In the order of the help.
pub(super) static ENTRIES: &[&Entry] =
    &[&LIST, &STATUS, &FIELDS, &CONFIGURE, &DOCTOR, &SHOW, &PATH, &TRUST, &UNTRUST];

static LIST: Entry = Entry {
    examples: "kosmo integrations:list",
    ..entry(
        "integrations:list",
        ACCOUNTS,
        "List the providers and their functions",
        accounts::ListArgs::augment_args,
        |invocation, matches| invocation.reply(matches, accounts::list),
    )
};

static STATUS: Entry = Entry {
    examples: "kosmo integrations:status",
    ..entry(
        "integrations:status",
        ACCOUNTS,
        "Show which providers are active, and their accounts",
        accounts::ListArgs::augment_args,
        |invocation, matches| invocation.reply(matches, accounts::status),
    )
};

static FIELDS: Entry = Entry {
    examples: "kosmo integrations:fields segment --account production",
    ..entry(
        "integrations:fields",
        ACCOUNTS,
        "Show what an account can hold",
        accounts::FieldsArgs::augment_args,
        |invocation, matches| invocation.reply(matches, accounts::fields),
    )
};

static CONFIGURE: Entry = Entry {
    examples: configure::EXAMPLES,
    touches: Some(Touches::Settings),
    ..entry(
        "integrations:configure",
        ACCOUNTS,
        "Set an account's fields and what may be done without asking",
        configure::ConfigureArgs::augment_args,
        |invocation, matches| configure::configure(invocation, &invocation.args(matches)?),
    )
};

static DOCTOR: Entry = Entry {
    examples: doctor::EXAMPLES,
    ..entry(
        "integrations:doctor",
        ACCOUNTS,
        "Find out what is missing, and what to do about it",
        doctor::DoctorArgs::augment_args,
        |invocation, matches| invocation.reply(matches, doctor::doctor),
    )
};

static SHOW: Entry = Entry {
    examples: config::EXAMPLES,
    ..entry(
        "config show",
        SETTINGS,
        "Show every setting in force",
        config::ShowArgs::augment_args,
        |invocation, matches| invocation.reply(matches, config::show),
    )
};

static PATH: Entry = Entry {
    examples: "kosmo config path",
    ..entry(
        "config path",
        SETTINGS,
        "Show the files and folders in use",
        config::PathArgs::augment_args,
        |invocation, matches| invocation.reply(matches, config::path),
    )
};

static TRUST: Entry = Entry {
    examples: "kosmo trust",
    touches: Some(Touches::Settings),
    ..entry(
        "trust",
        SETTINGS,
        "Let a project's kosmo.toml do more than tighten",
        trust::TrustArgs::augment_args,
        |invocation, matches| {
            invocation
                .owner("trusting a project")
                .and_then(|_| invocation.reply(matches, trust::trust))
        },
    )
};

static UNTRUST: Entry = Entry {
    examples: "kosmo untrust",
    touches: Some(Touches::Settings),
    ..entry(
        "untrust",
        SETTINGS,
        "Let it only tighten again",
        trust::TrustArgs::augment_args,
        |invocation, matches| invocation.reply(matches, trust::untrust),
    )
};
