//! Which fault a request meets, and how often.

use super::*;

fn faults(specs: &[&str]) -> Faults {
    let specs: Vec<String> = specs.iter().map(|spec| (*spec).to_owned()).collect();
    Faults(Faults::parse(&specs).unwrap())
}

fn status(faults: &mut Faults, method: &str, path: &str) -> Option<u16> {
    faults.judge((method, path), b"", None, Instant::now()).effect.and_then(|effect| effect.status)
}

#[test]
fn a_fault_fits_its_method_and_path_and_is_used_up() {
    let mut faults = faults(&["POST /v1/track=status:503,next:2", "*=status:500,next:1"]);
    assert_eq!(status(&mut faults, "POST", "/v1/track"), Some(503));
    assert_eq!(status(&mut faults, "POST", "/v1/track"), Some(503));
    assert_eq!(status(&mut faults, "POST", "/v1/track"), Some(500));
    assert_eq!(status(&mut faults, "POST", "/v1/track"), None);
    let mut exact = self::faults(&["GET /sources/*=status:404"]);
    assert_eq!(status(&mut exact, "GET", "/sources/a"), Some(404));
    assert_eq!(status(&mut exact, "POST", "/sources/a"), None);
    assert_eq!(status(&mut exact, "GET", "/sources"), None);
}

#[test]
fn a_star_stands_for_any_run() {
    for (form, path, fits) in [
        ("*", "/", true),
        ("/v1/*", "/v1/", true),
        ("/v1/*/settings", "/v1/projects/k/settings", true),
        ("/v1/*/settings", "/v1/projects/k/settings/x", false),
        ("*/batch", "/v1/batch", true),
        ("/a*b*c", "/a-b-b-c", true),
        ("/a*b*c", "/a-c-b", false),
    ] {
        assert_eq!(matches(form, path), fits, "{form} {path}");
    }
}

#[test]
fn a_rate_counts_within_its_window_and_starts_anew() {
    let mut faults = faults(&["GET *=rate:2/minute"]);
    let start = Instant::now();
    let mut at = |seconds| {
        let rate = faults.judge(("GET", "/"), b"", None, start + Duration::from_secs(seconds)).rate;
        rate.map(|rate| (rate.exceeded(), rate.consumed, rate.reset.as_secs()))
    };
    assert_eq!(at(0), Some((false, 1, 60)));
    assert_eq!(at(10), Some((false, 2, 50)));
    assert_eq!(at(20), Some((true, 3, 40)));
    assert_eq!(at(60), Some((false, 1, 60)));
}
#[test]
fn each_row_is_counted_by_its_own_limit() {
    let mut faults = faults(&["*=rate:row"]);
    assert!(faults.by_row());
    let now = Instant::now();
    let mut over = |row: Option<(&str, &str)>| {
        let row = row.map(|(name, limit)| (name.to_owned(), limit.to_owned()));
        let rate = faults.judge(("GET", "/"), b"", row.as_ref(), now).rate;
        rate.map(|rate| rate.exceeded())
    };
    assert_eq!(over(Some(("a", "2/minute"))), Some(false));
    assert_eq!(over(Some(("b", "1/day"))), Some(false));
    assert_eq!(over(Some(("a", "2/minute"))), Some(false));
    assert_eq!(over(Some(("a", "2/minute"))), Some(true));
    assert_eq!(over(Some(("b", "1/day"))), Some(true));
    assert_eq!(over(None), None, "no limit is documented");
}

#[test]
fn a_fault_can_look_at_the_body() {
    let mut faults = faults(&["*=status:400,holding:bad", "*=status:413,over:10"]);
    assert!(faults.by_body());
    let mut status = |body: &str| {
        let verdict = faults.judge(("POST", "/"), body.as_bytes(), None, Instant::now());
        verdict.effect.and_then(|effect| effect.status)
    };
    assert_eq!(status("a bad egg"), Some(400));
    assert_eq!(status("0123456789"), None);
    assert_eq!(status("0123456789a"), Some(413));
    assert!(!self::faults(&["*=status:400"]).by_body());
}
