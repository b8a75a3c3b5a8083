//! `completions` and `man`: what makes the program at home in a shell. Both come from the command
//! table, so neither can fall behind it.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::entry::Entry;
use super::invocation::Invocation;
use super::reply::Reply;
use super::stray::unknown;
use super::table;
use crate::error::{Fault, Kind};

/// Command lines for the help.
pub(super) const COMPLETIONS_EXAMPLES: &str = "\
source <(kosmo completions bash)
kosmo completions zsh > ~/.zfunc/_kosmo
kosmo completions fish > ~/.config/fish/completions/kosmo.fish";

/// Command lines for the help.
pub(super) const MAN_EXAMPLES: &str = "\
kosmo man | man -l -
kosmo man runs list
kosmo man ~/.local/share/man/man1";

/// A shell with a completion script.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum Shell {
    /// Bash 4 or later.
    Bash,
    /// Zsh.
    Zsh,
    /// Fish.
    Fish,
}

/// For which shell.
#[derive(Debug, clap::Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Which page, or where to put all of them.
#[derive(Debug, clap::Args)]
pub(super) struct ManArgs {
    /// A command, or a folder to write kosmo.1 and a page for every command to
    #[arg(value_name = "COMMAND|DIR", num_args = 0..=3)]
    what: Vec<PathBuf>,
}

/// Prints a shell's completion script.
///
/// # Errors
/// None.
pub(super) fn completions(invocation: &Invocation, args: &CompletionsArgs) -> Result<u8, Fault> {
    let script = match args.shell {
        Shell::Bash => include_str!("shell/kosmo.bash"),
        Shell::Zsh => include_str!("shell/kosmo.zsh"),
        Shell::Fish => include_str!("shell/kosmo.fish"),
    };
    Ok(invocation.say(&Reply::new(json!({"success": true, "script": script}), script)))
}

/// Prints kosmo(1) or the page of a command, or writes all of them to a folder.
///
/// # Errors
/// A command that there is not; when the folder cannot be written.
pub(super) fn man(invocation: &Invocation, args: &ManArgs) -> Result<u8, Fault> {
    let program = || page(program(), "kosmo");
    let words: Vec<_> = args.what.iter().map(|word| word.to_string_lossy()).collect();
    let named = words.join(":");
    let folder = match (table::find(&named), args.what.as_slice()) {
        (Some(entry), _) => return Ok(invocation.say(&printed(of(entry)?.1))),
        (None, []) => return Ok(invocation.say(&printed(program()?))),
        (None, [folder]) => folder,
        (None, _) => return Err(unknown(&named)),
    };
    let mut pages = vec![("kosmo".to_owned(), program()?)];
    for entry in table::entries() {
        pages.push(of(entry)?);
    }
    let files = pages
        .iter()
        .map(|(name, text)| write(folder, name, text))
        .collect::<Result<Vec<String>, Fault>>()?;
    let text = files.join("\n");
    Ok(invocation.say(&Reply::new(json!({"success": true, "files": files}), text)))
}

fn printed(page: String) -> Reply {
    Reply::new(json!({"success": true, "page": page}), page)
}

/// The name and the page of a command.
fn of(entry: &Entry) -> Result<(String, String), Fault> {
    let name = format!("kosmo-{}", entry.name.replace([':', ' '], "-"));
    let text = page(entry.command().after_help(entry.example_lines()), &name)?;
    Ok((name, text))
}

/// The whole program as clap sees it.
fn program() -> clap::Command {
    clap::Command::new("kosmo")
        .about(env!("CARGO_PKG_DESCRIPTION"))
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_subcommand(true)
        .subcommands(table::entries().map(|entry| {
            entry.command().no_binary_name(false).name(entry.name.replace([':', ' '], "-"))
        }))
}

fn page(command: clap::Command, name: &str) -> Result<String, Fault> {
    let failed = |why: std::io::Error| Fault::io("cannot write a manual page", &why);
    let mut bytes = Vec::new();
    clap_mangen::Man::new(command.no_binary_name(false))
        .title(name)
        .render(&mut bytes)
        .map_err(failed)?;
    String::from_utf8(bytes).map_err(|_| Fault::new(Kind::Internal, "a manual page is not UTF-8"))
}

fn write(folder: &Path, name: &str, text: &str) -> Result<String, Fault> {
    let path = folder.join(format!("{name}.1"));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&path, text))
        .map_err(|why| Fault::io(format!("cannot write {}", path.display()), &why))?;
    Ok(path.display().to_string())
}
