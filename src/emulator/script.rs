//! The grammar of `--fail`, as `docs/emulator.md` gives it: `[METHOD ]PATH=ITEM[,ITEM…]`.

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use super::faults::{Action, Body, Drop, Effect, Limit, Script, Wait, Wanted, Window};
use crate::error::Fault;

const FORM: &str = "write `[METHOD ]PATH=ITEM[,ITEM…]`, for example `POST /v1/track=status:503,next:2,retry-after:1`";

/// Reads one specification.
///
/// # Errors
/// A usage fault that shows the right form.
pub(super) fn parse(spec: &str) -> Result<Script, Fault> {
    let wrong = |why: &str| {
        Fault::usage(format!("the fault `{spec}` {why}")).code("invalid_fault").hint(FORM)
    };
    let (route, items) = spec.split_once('=').ok_or_else(|| wrong("lacks its `=`"))?;
    let (method, path) = match route.trim().split_once(' ') {
        Some((method, path)) => (Some(method.to_ascii_uppercase()), path.trim()),
        None => (None, route.trim()),
    };
    if !path.starts_with(['/', '*']) {
        return Err(wrong("names no path: it starts with `/`, or is `*` for every route"));
    }
    let mut effect = Effect::default();
    let (mut left, mut rate, mut body) = (None, None, Wanted::default());
    for item in items.split(',').map(str::trim) {
        let (name, value) = item.split_once(':').unwrap_or((item, ""));
        match name {
            "next" => left = Some(number(value, 1).ok_or_else(|| wrong(ITEMS[6]))?),
            "holding" if !value.is_empty() => body.holding = Some(value.to_owned()),
            "over" => body.over = Some(number(value, 0).ok_or_else(|| wrong(ITEMS[8]))?),
            "rate" if value == "row" => rate = Some(Action::Rows(HashMap::new())),
            "rate" => {
                let limit = limit(value).ok_or_else(|| wrong(ITEMS[7]))?;
                rate = Some(Action::Limit { limit, window: Window::default() });
            }
            _ => read(&mut effect, name, value).map_err(|why| wrong(&why))?,
        }
    }
    let action = match rate {
        None if effect == Effect::default() => return Err(wrong("says nothing to do")),
        None => Action::Fail(effect),
        Some(_) if effect != Effect::default() || left.is_some() => {
            return Err(wrong("mixes `rate` with other items; give it a fault of its own"));
        }
        Some(action) => action,
    };
    Ok(Script { spec: spec.to_owned(), method, path: path.to_owned(), body, action, left })
}

/// How each item is written, for complaints.
const ITEMS: [&str; 9] = [
    "needs `status:N` with N from 200 to 599",
    "needs `body:html`, `body:empty`, `body:text` or `body:json`",
    "needs `delay:N` in milliseconds",
    "needs `drop`, `drop:before` or `drop:after`",
    "needs `truncate` or `truncate:BYTES`",
    "needs `retry-after:SECONDS` or `retry-after:date:SECONDS`",
    "needs `next:N` with N from 1",
    "needs `rate:N/second`, `rate:N/minute`, `rate:N/hour`, `rate:N/day` or `rate:row`",
    "needs `over:BYTES`",
];

fn read(effect: &mut Effect, name: &str, value: &str) -> Result<(), String> {
    let bad = |item: usize| ITEMS[item].to_owned();
    match name {
        "status" => {
            let status = number(value, 200).filter(|status| *status <= 599);
            effect.status = Some(status.ok_or_else(|| bad(0))?);
        }
        "body" => {
            effect.body = Some(match value {
                "html" => Body::Html,
                "empty" => Body::Empty,
                "text" => Body::Text,
                "json" => Body::Json,
                _ => return Err(bad(1)),
            });
        }
        "delay" => {
            effect.delay = Duration::from_millis(number(value, 0).ok_or_else(|| bad(2))?);
        }
        "drop" => {
            effect.drop = Some(match value {
                "" | "before" => Drop::Before,
                "after" => Drop::After,
                _ => return Err(bad(3)),
            });
        }
        "truncate" if value.is_empty() => effect.truncate = Some(None),
        "truncate" => effect.truncate = Some(Some(number(value, 0).ok_or_else(|| bad(4))?)),
        "retry-after" => {
            let wait = match value.strip_prefix("date:") {
                Some(seconds) => number(seconds, 0).map(Wait::Date),
                None => number(value, 0).map(Wait::Seconds),
            };
            effect.retry_after = Some(wait.ok_or_else(|| bad(5))?);
        }
        other => {
            return Err(format!(
                "has the unknown item `{other}`; there are status, body, delay, drop, truncate, \
                 retry-after, holding, over, next and rate"
            ));
        }
    }
    Ok(())
}

fn number<T: FromStr + PartialOrd + Copy>(text: &str, least: T) -> Option<T> {
    text.parse().ok().filter(|number| *number >= least)
}

/// How many in which time: `60/minute`.
pub(super) fn limit(text: &str) -> Option<Limit> {
    let (count, unit) = text.split_once('/')?;
    let seconds = match unit {
        "second" => 1,
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        _ => return None,
    };
    Some((number(count, 0)?, Duration::from_secs(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_read() {
        let spec = "*=status:429,body:html,delay:20,drop:after,truncate:7,retry-after:date:3";
        let Action::Fail(effect) = parse(spec).unwrap().action else { panic!("no fault") };
        let want = Effect {
            status: Some(429),
            body: Some(Body::Html),
            delay: Duration::from_millis(20),
            drop: Some(Drop::After),
            truncate: Some(Some(7)),
            retry_after: Some(Wait::Date(3)),
        };
        assert_eq!(effect, want);
    }

    #[test]
    fn a_wrong_fault_is_refused_with_the_right_form() {
        for (spec, says) in [
            ("status:503", "lacks its `=`"),
            ("POST=status:503", "names no path"),
            ("*=status:99", "200 to 599"),
            ("*=body:xml", "body:html"),
            ("*=delay:soon", "milliseconds"),
            ("*=drop:later", "drop:before"),
            ("*=truncate:x", "truncate:BYTES"),
            ("*=retry-after:date", "retry-after:SECONDS"),
            ("*=status:500,next:0", "N from 1"),
            ("*=rate:5/week", "rate:N/second"),
            ("*=rate:5/minute,status:500", "mixes `rate`"),
            ("*=next:3", "says nothing to do"),
            ("*=explode", "unknown item `explode`"),
        ] {
            let fault = parse(spec).unwrap_err();
            assert_eq!(fault.exit(), 2);
            assert!(fault.message.contains(says), "{spec}: {fault}");
            assert!(fault.hint.unwrap().contains("POST /v1/track=status:503"));
        }
    }
}
