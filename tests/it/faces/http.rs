//! The face for HTTP: one service that answers every call.

use kosmo::emulator::Emulator;
use serde_json::{Map, Value};

use super::{Face, Said, environment};
use crate::rest::Service;
use crate::support::kosmo;

/// The face.
pub(super) fn face(emulator: &Emulator) -> Box<dyn Face> {
    let environment = environment(emulator).into_iter();
    let nothing = kosmo([] as [&str; 0]);
    let home = environment.fold(nothing, |run, (name, value)| run.env(name, value));
    Box::new(Rest(Service::within(home, &[])))
}

/// `POST /v1/call/{function}`.
struct Rest(Service);

impl Face for Rest {
    fn name(&self) -> &'static str {
        "REST"
    }

    fn call(&mut self, function: &str, args: &Map<String, Value>) -> Said {
        let args = Value::Object(args.clone()).to_string();
        let answer = self.0.post(&format!("/v1/call/{function}?force=true"), &args).json();
        match answer["success"] == true {
            true => Said::value(&answer["data"]),
            false => Said::fault(&answer["error_detail"]),
        }
    }
}
