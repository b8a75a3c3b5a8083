//! Moments on the command line: so long ago, a day, or a time. Used as a clap value parser, so the
//! complaint is a plain text.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::settings::units;

/// The moment that a text means, as the journal writes times: `2h` ago, the beginning of a day here,
/// a time with an offset, or a time here.
///
/// # Errors
/// What would be a moment.
pub(super) fn moment(text: &str) -> Result<String, String> {
    let at = parse(text.trim(), Timestamp::now());
    at.map(|at| format!("{at:.3}")).ok_or_else(|| {
        "write how long ago (90s, 2h, 3d), a day (2026-01-31) or a time (2026-01-31T12:00:00Z)"
            .to_owned()
    })
}

fn parse(text: &str, now: Timestamp) -> Option<Timestamp> {
    if text.eq_ignore_ascii_case("now") {
        return Some(now);
    }
    // A bare number says no unit, and seconds are not what anybody means by `--since 2`.
    if text.bytes().last().is_some_and(|last| last.is_ascii_alphabetic())
        && let Some(seconds) = units::seconds(&text.into())
    {
        let span = SignedDuration::try_from_secs_f64(seconds).ok()?;
        return now.checked_sub(span).ok();
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let here = text
        .parse::<DateTime>()
        .ok()
        .or_else(|| Some(text.parse::<Date>().ok()?.at(0, 0, 0, 0)))?;
    Some(here.to_zoned(TimeZone::system()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_every_usual_spelling() {
        let now: Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();
        for (text, want) in [
            ("2h", "2026-01-31T10:00:00Z"),
            ("90s", "2026-01-31T11:58:30Z"),
            ("3d", "2026-01-28T12:00:00Z"),
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
            ("2026-01-02T03:04:05+01:00", "2026-01-02T02:04:05Z"),
            ("now", "2026-01-31T12:00:00Z"),
        ] {
            assert_eq!(parse(text, now), Some(want.parse().unwrap()), "{text}");
        }
        let day = parse("2026-01-02", now).unwrap().to_zoned(TimeZone::system());
        assert_eq!(day.to_string()[..19], *"2026-01-02T00:00:00");
        for text in ["", "soon", "2", "-1h", "2026-13-01", "yesterdayish"] {
            assert_eq!(parse(text, now), None, "{text}");
        }
    }
}
