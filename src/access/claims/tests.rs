//! That narrowing never widens, over many made-up tokens, and the single rules.

use super::*;
use crate::catalogue::Catalogue;

/// A restriction that restricts nothing.
pub(in crate::access) fn link() -> Link {
    let any = || vec!["*".to_owned()];
    Link {
        id: "root".to_owned(),
        name: None,
        functions: any(),
        accounts: any(),
        effects: all_effects(),
        calls: None,
        until: 1_000,
    }
}

/// Numbers that look random and are the same at every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn some(&mut self, of: &[&str]) -> Vec<String> {
        let mut picked: Vec<String> =
            of.iter().filter(|_| self.roll(2) == 0).map(|&text| text.to_owned()).collect();
        if picked.is_empty() {
            picked.push(of[self.roll(of.len())].to_owned());
        }
        picked
    }

    fn link(&mut self, id: usize) -> Link {
        Link {
            id: format!("l{id}"),
            name: None,
            functions: self.some(&[
                "*",
                "segment.*",
                "*.list_*",
                "segment.get_*",
                "*_source*",
                "x",
            ]),
            accounts: self.some(&["*", "*.work", "segment.*", "segment.default", "other.*"]),
            effects: self.some(&["read", "write", "replace", "destroy", "erase"]),
            calls: [None, Some(0), Some(3), Some(9)][self.roll(4)],
            until: [10, 500, 1_000, 2_000][self.roll(4)],
        }
    }
}

#[test]
fn narrowing_never_widens() {
    let catalogue = Catalogue::new(Vec::new());
    let operations: Vec<_> = catalogue.operations().step_by(5).collect();
    let mut dice = Dice(0x5EED_CAFE);
    let (mut narrowed, mut refused, mut allowed) = (0, 0, 0);
    for _ in 0..400 {
        let mut claims = Claims::root(dice.link(0), 0);
        for depth in 1..DEEPEST + 1 {
            let child = match claims.narrowed(dice.link(depth), 0) {
                Ok(child) => child,
                Err(fault) => {
                    assert_eq!(fault.code, "token_wider");
                    refused += 1;
                    continue;
                }
            };
            narrowed += 1;
            assert!(child.exp <= claims.exp);
            let most = |claims: &Claims| claims.scope.iter().filter_map(|l| l.calls).min();
            if let Some(parents) = most(&claims) {
                assert!(most(&child).is_some_and(|calls| calls <= parents));
            }
            for operation in &operations {
                for account in ["default", "work"] {
                    if child.admit(operation, account).is_ok() {
                        allowed += 1;
                        assert!(claims.admit(operation, account).is_ok());
                    }
                }
            }
            for now in [0, 9, 10, 499, 999, 1_999] {
                assert!(child.check(now).is_err() || claims.check(now).is_ok(), "{now}");
            }
            claims = child;
        }
    }
    assert!(narrowed > 100 && refused > 300 && allowed > 300, "{narrowed} {refused} {allowed}");
}

#[test]
fn a_call_has_to_fit_function_effect_and_account() {
    let catalogue = Catalogue::new(Vec::new());
    let operation = |name| catalogue.find(name).unwrap();
    let functions = vec!["segment.*_source".to_owned(), "segment.track_event".to_owned()];
    let effects = vec!["read".to_owned(), "write".to_owned()];
    let accounts = vec!["*.work".to_owned()];
    let claims = Claims::root(Link { functions, effects, accounts, ..link() }, 0);
    let answer = |name, account| claims.admit(operation(name), account);
    assert!(answer("get_source", "work").is_ok());
    assert!(answer("track", "work").is_ok());
    for (name, account, says) in [
        ("get_source", "default", "the account `segment.default`"),
        ("delete_source", "work", "`segment.delete_source`, which has the effect `destroy`"),
        ("list_sources", "work", "`segment.list_sources`"),
        ("identify", "work", "`segment.identify_user`"),
    ] {
        let fault = answer(name, account).unwrap_err();
        assert_eq!(fault.message, format!("the token does not cover {says}"));
        assert_eq!((fault.code.as_ref(), fault.exit()), ("token_scope", 4));
    }
}

#[test]
fn time_has_two_ends_and_a_little_play() {
    let claims = Claims::root(link(), 500);
    for (now, code) in [
        (469, Some("token_invalid")),
        (470, None),
        (500, None),
        (1_029, None),
        (1_030, Some("token_expired")),
        (i64::MAX, Some("token_expired")),
    ] {
        let got = claims.check(now).err().map(|fault| fault.code.into_owned());
        assert_eq!(got.as_deref(), code, "{now}");
    }
}

#[test]
fn claims_that_contradict_themselves_are_refused() {
    let good = Claims::root(link(), 0);
    assert!(good.check(1).is_ok());
    for bad in [
        Claims { iss: "somebody".into(), ..good.clone() },
        Claims { jti: "another".into(), ..good.clone() },
        Claims { exp: 5_000, ..good.clone() },
        Claims { scope: Vec::new(), ..good.clone() },
        Claims { scope: vec![link(); DEEPEST + 1], ..good },
    ] {
        assert_eq!(bad.check(1).unwrap_err().code, "token_invalid", "{bad:?}");
    }
}

#[test]
fn a_star_stands_for_anything() {
    for (pattern, text, expected) in [
        ("*", "", true),
        ("", "", true),
        ("", "a", false),
        ("segment.*", "segment.list_sources", true),
        ("segment.*", "segment2.list_sources", false),
        ("*list*", "segment.list_sources", true),
        ("*.list_*s", "segment.list_sources", true),
        ("*.list_*x", "segment.list_sources", false),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "a-b-b-", false),
        ("a**", "a", true),
    ] {
        assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
    }
    // Would take for ever if every star tried every length.
    assert!(!fits(&"*a".repeat(100), &"a".repeat(99).repeat(20).replace('a', "b")));
}
