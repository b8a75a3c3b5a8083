//! One command of the table: how it is found, built and told apart from what it calls. Which commands
//! there are is [`super::table`]'s business.

use std::ffi::OsString;

use clap::ArgMatches;

use super::everywhere;
use super::invocation::Invocation;
use crate::error::Fault;

/// What a command may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Touches {
    /// Nothing: it only looks.
    Nothing,
    /// What the functions it calls change, as far as policy allows.
    Service,
    /// Settings and credentials.
    Settings,
    /// What is kept on this machine: queues, tokens, the journal.
    State,
    /// Files that are named on the command line.
    Files,
    /// Nothing by itself: it serves other programs until it is ended.
    Server,
}

impl Touches {
    /// Every one of them, with its word and what it means.
    pub(super) const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Nothing, "reads", "only looks; leaves nothing behind"),
        (Self::Service, "calls", "calls functions; each has its own effect, and policy applies"),
        (Self::Settings, "settings", "changes settings, credentials or trust of this user"),
        (Self::State, "state", "changes what is kept on this machine, such as queues and tokens"),
        (Self::Files, "files", "writes files that the command line names"),
        (Self::Server, "serves", "serves other programs until it is ended"),
    ];

    /// The word for programs.
    pub(super) fn word(self) -> &'static str {
        Self::ALL.iter().find(|(touches, ..)| *touches == self).map_or("", |(_, word, _)| word)
    }
}

/// One command.
pub(super) struct Entry {
    /// Its name as people write it.
    pub(super) name: &'static str,
    /// The heading it is listed under.
    pub(super) heading: &'static str,
    /// What it does, in one line.
    pub(super) about: &'static str,
    /// How it is used, for the first line of its help, when clap cannot tell.
    pub(super) usage: Option<&'static str>,
    /// Command lines that work, one a line.
    pub(super) examples: &'static str,
    /// Whether flags that are not its own belong to the function it calls.
    pub(super) loose: bool,
    /// The short way to write it, and what that does.
    pub(super) shortcut: Option<(&'static str, &'static str)>,
    /// What it may change, when it cannot be told from its flags.
    pub(super) touches: Option<Touches>,
    pub(super) args: fn(clap::Command) -> clap::Command,
    /// What it runs.
    pub(super) run: fn(&Invocation, &ArgMatches) -> Result<u8, Fault>,
}

impl Entry {
    /// What it may change. What can be forced or shown in advance calls something.
    pub(super) fn touches(&self) -> Touches {
        let own = || (self.args)(clap::Command::new("x"));
        let calls = || own().get_arguments().any(|arg| matches!(arg.get_long(), Some("force")));
        match self.touches {
            Some(touches) => touches,
            None if calls() => Touches::Service,
            None => Touches::Nothing,
        }
    }

    /// Command lines that work. Without any of its own, the command by itself does.
    pub(super) fn example_lines(&self) -> String {
        match self.examples {
            "" => format!("kosmo {}", self.name),
            examples => examples.to_owned(),
        }
    }

    /// The command as clap sees it.
    pub(super) fn command(&self) -> clap::Command {
        let command = (self.args)(clap::Command::new(self.name))
            .about(self.about)
            .long_about(None)
            .bin_name(format!("kosmo {}", self.name))
            .no_binary_name(true)
            .args_override_self(true);
        let command = match self.usage {
            Some(usage) => command.override_usage(format!("kosmo {} {usage}", self.name)),
            None => command,
        };
        everywhere::everywhere(command)
    }

    /// Sorts the tokens of a loose command: its own flags first, then `--` and everything else in
    /// the order it was typed.
    /// The flags in `taken` are not its own but the function's.
    pub(super) fn gather(&self, tokens: Vec<OsString>, taken: &[&str]) -> Vec<OsString> {
        let mut known = Known::of(&self.command());
        known.0.retain(|(flag, _)| !taken.iter().any(|name| flag.strip_prefix("--") == Some(name)));
        let (mut own, mut loose) = (Vec::new(), Vec::new());
        let mut tokens = tokens.into_iter().peekable();
        let mut owed = false;
        while let Some(token) = tokens.next() {
            if token == "--" {
                loose.push(token);
                loose.extend(tokens);
                break;
            }
            let takes = known.takes_value(&token).filter(|_| !owed || starts(&token, "--"));
            owed = takes.is_none() && starts(&token, "--") && !contains(&token, b'=');
            match takes {
                Some(takes) => {
                    own.push(token);
                    if takes && let Some(value) = tokens.next() {
                        own.push(value);
                    }
                }
                None => loose.push(token),
            }
        }
        own.push("--".into());
        own.append(&mut loose);
        own
    }

    /// Where the first word stands that is neither a flag nor, as far as one can tell, the value of
    /// one.
    pub(super) fn first_word(&self, tokens: &[OsString]) -> Option<usize> {
        let known = Known::of(&self.command());
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if token == "--" {
                return (at + 1 < tokens.len()).then_some(at + 1);
            }
            if !starts(token, "-") {
                return Some(at);
            }
            let alone = contains(token, b'=');
            let takes = known.takes_value(token).unwrap_or(starts(token, "--") && !alone);
            at += if takes { 2 } else { 1 };
        }
        None
    }
}

/// The flags a command has, and whether each takes the next token.
struct Known(Vec<(String, bool)>);

impl Known {
    fn of(command: &clap::Command) -> Self {
        let mut flags = vec![("--help".to_owned(), false), ("-h".to_owned(), false)];
        for arg in command.get_arguments() {
            let takes = arg.get_action().takes_values();
            flags.extend(arg.get_long().map(|long| (format!("--{long}"), takes)));
            flags.extend(arg.get_short().map(|short| (format!("-{short}"), takes)));
        }
        Self(flags)
    }

    /// None when the token is none of the flags.
    fn takes_value(&self, token: &OsString) -> Option<bool> {
        let token = token.to_str()?;
        // `--json=…` belongs to clap, which knows what to say about it; `-vv` is a flag twice.
        let name = token.split_once('=').map_or(token, |(name, _)| name);
        let repeated = token.starts_with("-v") && token[1..].bytes().all(|byte| byte == b'v');
        let name = if repeated { "-v" } else { name };
        let (_, takes) = self.0.iter().find(|(flag, _)| flag == name)?;
        Some(*takes && name == token)
    }
}

fn starts(token: &OsString, with: &str) -> bool {
    token.as_encoded_bytes().starts_with(with.as_bytes())
}

fn contains(token: &OsString, byte: u8) -> bool {
    token.as_encoded_bytes().contains(&byte)
}

/// A command without usage line and examples.
pub(super) const fn entry(
    name: &'static str,
    heading: &'static str,
    about: &'static str,
    args: fn(clap::Command) -> clap::Command,
    run: fn(&Invocation, &ArgMatches) -> Result<u8, Fault>,
) -> Entry {
    let (usage, examples, loose, shortcut, touches) = (None, "", false, None, None);
    Entry { name, heading, about, usage, examples, loose, shortcut, touches, args, run }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::super::table::CALL;

    fn tokens(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn a_loose_command_keeps_its_own_flags_and_hands_on_the_rest() {
        let line = "p.f --json --event x --force --account work -v --amount -5 -- --json";
        assert_eq!(
            CALL.gather(tokens(line), &[]),
            tokens("--json --force --account work -v -- p.f --event x --amount -5 -- --json")
        );
        let line = "p.f --limit 5 --page-size 7";
        assert_eq!(CALL.gather(tokens(line), &["limit"]), tokens("--page-size 7 -- p.f --limit 5"));
    }

    #[test]
    fn the_first_word_is_not_the_value_of_a_flag() {
        assert_eq!(CALL.first_word(&tokens("--event x --json f")), Some(3));
        assert_eq!(CALL.first_word(&tokens("--event=x f")), Some(1));
        assert_eq!(CALL.first_word(&tokens("--json")), None);
    }
}
