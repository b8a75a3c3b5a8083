//! The commands about tokens.

use clap::Args as _;

use crate::cli::entry::{Entry, Touches, entry};
use crate::cli::token;

const TOKENS: &str = "Tokens";

/// In the order of the help.
pub(super) static ENTRIES: &[&Entry] = &[&MINT, &LIST, &REVOKE];

static MINT: Entry = Entry {
    examples: token::MINT_EXAMPLES,
    touches: Some(Touches::State),
    ..entry(
        "token mint",
        TOKENS,
        "Make a token that limits what its holder may do",
        token::MintArgs::augment_args,
        |invocation, matches| token::mint(invocation, &invocation.args(matches)?),
    )
};

static LIST: Entry = Entry {
    examples: "kosmo token list",
    ..entry(
        "token list",
        TOKENS,
        "List the tokens that were made, and what is left of them",
        token::ListArgs::augment_args,
        |invocation, matches| token::list(invocation, &invocation.args(matches)?),
    )
};

static REVOKE: Entry = Entry {
    examples: token::REVOKE_EXAMPLES,
    touches: Some(Touches::State),
    ..entry(
        "token revoke",
        TOKENS,
        "End a token, and whatever was narrowed from it",
        token::RevokeArgs::augment_args,
        |invocation, matches| token::revoke(invocation, &invocation.args(matches)?),
    )
};
