//! The flags that every command takes, and what they mean to the printer. What they mean to a command
//! is the command's business.

use clap::{ArgAction, Args as _, ValueEnum as _};
use serde_json_path::JsonPath;

use super::output::{Color, Form, Manner, View, view};
use crate::error::Fault;

/// The flags that every command takes.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Everywhere {
    /// The data alone, in this form
    #[arg(long, value_name = "FORM", value_enum, help_heading = "Everywhere")]
    pub(super) output: Option<Form>,
    /// Only what this JSONPath selects from the data: '$[*].id'
    #[arg(long, value_name = "JSONPATH", value_parser = view::path, help_heading = "Everywhere")]
    pub(super) select: Option<JsonPath>,
    /// Print one JSON object on stdout, whatever happens
    #[arg(long, help_heading = "Everywhere")]
    pub(super) json: bool,
    /// Run against the built-in emulator: no account, no network, nobody's data
    #[arg(long, help_heading = "Everywhere")]
    pub(super) emulator: bool,
    /// Do no more than this token allows (@FILE reads one; also KOSMO_TOKEN)
    #[arg(long, value_name = "TOKEN", help_heading = "Everywhere")]
    pub(super) token: Option<String>,
    /// Never ask; what needs consent is refused (also when CI is set)
    #[arg(long, help_heading = "Everywhere")]
    pub(super) no_input: bool,
    /// Say nothing on stderr but errors
    #[arg(short, long, help_heading = "Everywhere")]
    pub(super) quiet: bool,
    /// Tell of each request on stderr; twice with headers and bodies, three times what happens inside
    #[arg(short, long, action = ArgAction::Count, help_heading = "Everywhere")]
    pub(super) verbose: u8,
    /// Print long text at once, not through the pager
    #[arg(long, help_heading = "Everywhere")]
    pub(super) no_pager: bool,
    /// When to use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto, help_heading = "Everywhere")]
    pub(super) color: Color,
}

/// Whose data is meant, for those who come from a tool with tenants. A function may have parameters
/// of these names, which go first.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Scope {
    /// The account that is meant where none is named
    #[arg(long = "tenantKey", alias = "tenant-key", value_name = "ACCOUNT", hide = true)]
    pub(super) tenant_key: Option<String>,
    /// Taken as it comes: there is one workspace here, the files of this user
    #[arg(long = "workspaceKey", alias = "workspace-key", value_name = "KEY", hide = true)]
    pub(super) workspace_key: Option<String>,
}

impl Everywhere {
    /// How to print.
    pub(super) fn manner(&self) -> Manner {
        Manner {
            json: self.json,
            quiet: self.quiet,
            verbose: self.verbose,
            color: self.color,
            no_pager: self.no_pager,
        }
    }

    /// What is wanted of the data.
    pub(super) fn view(&self) -> View {
        View { form: self.output, select: self.select.clone() }
    }

    /// Refuses two forms at once.
    pub(super) fn check(&self) -> Result<(), Fault> {
        let Some(form) = self.output.filter(|form| self.json && *form != Form::Json) else {
            return Ok(());
        };
        let form = form.to_possible_value().map_or_else(String::new, |it| it.get_name().to_owned());
        Err(Fault::usage(format!("--json is one object, --output {form} is another form"))
            .hint("choose one of them"))
    }
}

/// The flags of [`Everywhere`] that take the next token.
pub(super) fn valued() -> Vec<String> {
    let common = common();
    let takes = common.get_arguments().filter(|arg| arg.get_action().takes_values());
    takes.filter_map(|arg| Some(format!("--{}", arg.get_long()?))).collect()
}

fn common() -> clap::Command {
    Scope::augment_args(Everywhere::augment_args(clap::Command::new("everywhere")))
}

/// The flags of [`Everywhere`], of [`Scope`] and `--help` added to a command, but for those it has of its own.
pub(super) fn everywhere(mut command: clap::Command) -> clap::Command {
    let common = common();
    for arg in common.get_arguments() {
        if !command.get_arguments().any(|own| own.get_id() == arg.get_id()) {
            command = command.arg(arg.clone());
        }
    }
    // One form of help is enough: clap's long one differs only in its layout.
    let help = clap::Arg::new("help").short('h').long("help").action(ArgAction::HelpShort);
    command.disable_help_flag(true).arg(help.help("Print help").help_heading("Everywhere"))
}
