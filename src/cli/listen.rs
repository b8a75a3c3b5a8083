//! What `-v` and `KOSMO_LOG` show on stderr: events from inside the program, freed of secrets. Set up
//! only when somebody wants it, so that everybody else starts at once.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use super::output::Printer;
use crate::engine::trace::TARGET;
use crate::error::{Fault, Kind};
use crate::redact::Redactor;
use crate::settings::Environment;

/// The variable that asks for more than `-v` does.
const VARIABLE: &str = "KOSMO_LOG";

/// Starts to listen, when flags or the environment ask for it.
///
/// # Errors
/// A variable that cannot be read.
pub(super) fn listen(printer: &Arc<Printer>, redactor: &Redactor) -> Result<(), Fault> {
    let variable = Environment::Process.get(VARIABLE);
    let verbose = printer.manner().verbose;
    if variable.is_none() && verbose == 0 {
        return Ok(());
    }
    let variable = variable.map(|value| value.to_string_lossy().into_owned());
    let wanted = wanted(variable.as_deref().unwrap_or_default(), verbose)?;
    let teller = Teller { printer: Arc::clone(printer), redactor: redactor.clone() };
    let listener = tracing_subscriber::registry().with(teller.with_filter(wanted));
    // A second invocation in one process keeps the first one's listener.
    let _ = tracing::subscriber::set_global_default(listener);
    Ok(())
}

/// What is to be told: requests with `-v`, their headers and bodies with `-vv`, everything of this
/// program with `-vvv`, and what the variable names.
fn wanted(variable: &str, verbose: u8) -> Result<Targets, Fault> {
    let asked = match variable.parse::<LevelFilter>() {
        _ if variable.is_empty() => Targets::new(),
        // A level by itself is about this program, not about the libraries under it.
        Ok(level) => Targets::new().with_target("kosmo", level),
        Err(_) => variable.parse::<Targets>().map_err(|why| {
            Fault::new(Kind::Config, format!("environment variable `{VARIABLE}`: {why}"))
                .hint("a level such as `debug`, or targets such as `kosmo::engine=trace`")
        })?,
    };
    let typed = match verbose {
        0 => LevelFilter::OFF,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    let asked = if verbose > 2 { asked.with_target("kosmo", LevelFilter::DEBUG) } else { asked };
    let more = |level: LevelFilter| {
        asked.would_enable(TARGET, &level.into_level().unwrap_or(Level::ERROR))
    };
    if typed == LevelFilter::OFF || more(typed) {
        return Ok(asked);
    }
    Ok(asked.with_target(TARGET, typed))
}

/// Tells what happens, a line for each event.
struct Teller {
    printer: Arc<Printer>,
    redactor: Redactor,
}

impl<S: Subscriber> Layer<S> for Teller {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut words = Words::default();
        event.record(&mut words);
        let about = event.metadata();
        let text = match about.target() {
            TARGET => words.0,
            target => format!("{} {target}: {}", about.level(), words.0),
        };
        self.printer.trace(&self.redactor.text(&text));
    }
}

/// An event's message and fields on one line.
#[derive(Default)]
struct Words(String);

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string cannot fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_told_the_more_often_it_is_asked_for() {
        let shows = |variable: &str, verbose: u8, target: &str, level: Level| {
            wanted(variable, verbose).unwrap().would_enable(target, &level)
        };
        assert!(shows("", 1, TARGET, Level::INFO) && !shows("", 1, TARGET, Level::DEBUG));
        assert!(shows("", 2, TARGET, Level::DEBUG) && !shows("", 2, "kosmo::engine", Level::DEBUG));
        assert!(
            shows("", 3, "kosmo::engine", Level::DEBUG) && !shows("", 3, "hyper", Level::DEBUG)
        );
        assert!(shows("debug", 0, TARGET, Level::DEBUG) && !shows("debug", 0, "h2", Level::ERROR));
        assert!(shows("hyper=trace", 1, "hyper", Level::TRACE));
        assert!(shows("trace", 1, TARGET, Level::TRACE));
        assert!(wanted("kosmo=loud", 0).is_err());
    }
}
