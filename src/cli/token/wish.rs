//! From what was typed to the restriction that a token is made of, with names and patterns checked
//! against what there is.

use std::time::Duration;

use super::MintArgs;
use crate::access::claims::{all_effects, fits};
use crate::access::{Link, now};
use crate::catalogue::{Catalogue, Effect, Operation};
use crate::error::Fault;
use crate::settings::is_account_name;

/// How long a token lasts unless it is said.
const USUAL: Duration = Duration::from_secs(3600);

/// How long a token may last.
const LONGEST: Duration = Duration::from_secs(90 * 24 * 3600);

/// Longer patterns and names are nobody's wish.
const LENGTHY: usize = 200;

/// The restriction that was asked for. What is left out is taken from the token above.
pub(super) fn link(
    catalogue: &Catalogue,
    args: &MintArgs,
    above: Option<&Link>,
) -> Result<Link, Fault> {
    if args.allow.is_empty() && above.is_none() {
        return Err(Fault::usage("a token needs at least one function").hint(
            "for example --allow 'segment.list_*'; --allow '*' covers all with the effects given",
        ));
    }
    let inherited = |list: fn(&Link) -> &Vec<String>, usual: Vec<String>| {
        above.map_or(usual, |above| list(above).clone())
    };
    let functions = args.allow.iter().map(|text| function(catalogue, text));
    let functions: Vec<String> = functions.collect::<Result<_, _>>()?;
    let accounts = args.account.iter().map(|text| account(text));
    let accounts: Vec<String> = accounts.collect::<Result<_, _>>()?;
    let effects = effects(&args.effects)?;
    let life = args.expires_in.unwrap_or(USUAL);
    if life > LONGEST {
        let days = LONGEST.as_secs() / 86_400;
        return Err(Fault::usage(format!("a token lasts {days} days at most")).param("expires-in"));
    }
    if args.name.as_ref().is_some_and(|name| name.trim().is_empty() || name.len() > LENGTHY) {
        return Err(Fault::usage("that cannot be the name of a token").param("name"));
    }
    let life = i64::try_from(life.as_secs()).unwrap_or(i64::MAX).max(1);
    let mut until = now().saturating_add(life);
    if let (None, Some(above)) = (args.expires_in, above) {
        until = until.min(above.until);
    }
    let or = |list: Vec<String>, otherwise| if list.is_empty() { otherwise } else { list };
    Ok(Link {
        id: uuid::Uuid::now_v7().to_string(),
        name: args.name.clone(),
        functions: or(functions, inherited(|link| &link.functions, Vec::new())),
        accounts: or(accounts, inherited(|link| &link.accounts, vec!["*".to_owned()])),
        effects: or(effects, inherited(|link| &link.effects, vec![Effect::Read.word().to_owned()])),
        calls: args.calls.or(above.and_then(|above| above.calls)),
        until,
    })
}

/// A function by any of its names becomes the one it is known by; a pattern has to fit some.
fn function(catalogue: &Catalogue, written: &str) -> Result<String, Fault> {
    if !written.contains('*') {
        return Ok(catalogue.find(written)?.full_name());
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.*-".contains(&byte);
    if written.len() > LENGTHY || !written.bytes().all(plain) {
        return Err(Fault::usage("a pattern has letters, digits, `_`, `.` and `*`").param("allow"));
    }
    let pattern = if written.contains('.') || written.starts_with('*') {
        written.to_owned()
    } else {
        format!("*.{written}")
    };
    if catalogue.operations().any(|operation| fits(&pattern, &operation.full_name())) {
        return Ok(pattern);
    }
    Err(Fault::not_found(format!("no function fits `{written}`"))
        .param("allow")
        .hint("`kosmo integrations:list` lists them; patterns look like segment.list_*"))
}

/// `production` is that account of every provider, `segment.production` of one.
fn account(written: &str) -> Result<String, Fault> {
    let (provider, name) = written.split_once('.').unwrap_or(("*", written));
    let pattern = |text: &str| text.contains('*') && is_account_name(&text.replace('*', "x"));
    let good = |text: &str| is_account_name(text) || pattern(text);
    if good(name) && good(provider) && written.len() <= LENGTHY {
        return Ok(format!("{provider}.{name}"));
    }
    Err(Fault::usage(format!("`{written}` cannot be an account")).param("account").hint(
        "give its name, as in production, or segment.production, or a pattern such as team-*",
    ))
}

fn effects(written: &[String]) -> Result<Vec<String>, Fault> {
    if written.iter().any(|word| word == "all") {
        return Ok(all_effects());
    }
    if let Some(word) = written.iter().find(|word| Effect::parse(word).is_none()) {
        return Err(Fault::usage(format!("`{word}` is not an effect"))
            .param("effects")
            .hint(format!("there are: {}, and all", all_effects().join(", "))));
    }
    Ok(written.to_vec())
}

/// Why a token would cover nothing at all.
pub(super) fn nothing(catalogue: &Catalogue, link: &Link, narrowed: bool) -> Fault {
    let wide = Link { effects: all_effects(), ..link.clone() };
    let missed: Vec<&Operation> =
        catalogue.operations().filter(|operation| wide.covers(operation)).collect();
    let mut words: Vec<&str> = missed.iter().map(|operation| operation.effect.word()).collect();
    words.sort_unstable();
    words.dedup();
    let fault = Fault::usage("the token would cover no function").code("token_empty");
    match narrowed {
        true => fault.hint("the token it is made from covers none of them"),
        false => {
            fault.hint(format!("what it names has other effects: --effects {}", words.join(",")))
        }
    }
}
