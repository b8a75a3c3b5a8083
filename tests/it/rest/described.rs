//! What others say of `/openapi.json`, and of the service that it describes: a validator of the
//! specification, a linter, and a program that makes up requests from it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Service;
use crate::peer_library::{install, npm, run};
use crate::peers::skip_or_fail;

const PYTHON: [&str; 2] = ["schemathesis==4.32.5", "openapi-spec-validator==0.9.0"];
const SPECTRAL: &str = "@stoplight/spectral-cli@6.16.3";

/// Where the programs in Python are.
fn python() -> Option<PathBuf> {
    let installed = install("rest-python", &PYTHON.join(" "), |folder| {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder.join("venv")))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        run(Command::new(folder.join("venv/bin/python")).args(pip).args(PYTHON))
    });
    let installed = installed.inspect_err(|why| skip_or_fail(why)).ok()?;
    Some(installed.join("venv/bin"))
}

/// The description, in a folder of its own.
fn description(service: &Service) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("openapi.json"), service.get("/openapi.json").body).unwrap();
    folder
}

#[track_caller]
fn ends_well(command: &mut Command, folder: &Path) -> String {
    let output = command.current_dir(folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let more = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{more}");
    said
}

#[test]
fn a_validator_finds_the_description_valid() {
    let Some(python) = python() else { return };
    let service = Service::start(&["--emulator"]);
    let folder = description(&service);
    let said = ends_well(
        Command::new(python.join("openapi-spec-validator")).arg("openapi.json"),
        folder.path(),
    );
    assert!(said.contains("OK"), "{said}");
}

#[test]
fn a_linter_has_nothing_to_say() {
    let installed = match npm("spectral", &[SPECTRAL]) {
        Ok(installed) => installed,
        Err(why) => return skip_or_fail(&why),
    };
    let service = Service::start(&["--emulator"]);
    let folder = description(&service);
    std::fs::write(folder.path().join(".spectral.yaml"), "extends: ['spectral:oas']\n").unwrap();
    let said = ends_well(
        Command::new(installed.join("node_modules/.bin/spectral")).args([
            "lint",
            "openapi.json",
            "--fail-severity",
            "warn",
        ]),
        folder.path(),
    );
    assert!(said.contains("No results with a severity of 'warn' or higher found"), "{said}");
}

/// Makes up requests. What is asked of every answer: no failure of the service, only statuses, types
/// and headers that are described, and bodies that fit their schemas.
fn made_up(settings: &str, service: &Service, args: &[&str]) {
    let Some(python) = python() else { return };
    let folder = description(service);
    std::fs::write(folder.path().join("schemathesis.toml"), settings).unwrap();
    let said = ends_well(
        Command::new(python.join("schemathesis"))
            .args(["run", "openapi.json", "--continue-on-failure", "--no-shrink", "--seed", "1"])
            // Its generator is not safe for threads on every version of Python.
            .args(["--url", &format!("http://{}", service.host), "--workers", "1"])
            .args(["-H", &format!("Authorization: Bearer {}", service.token)])
            .args(args),
        folder.path(),
    );
    assert!(said.contains("passed") && !said.contains('❌'), "{said}");
    // Nothing was ever answered that a program could not have foreseen, and it is still there.
    assert_eq!(service.get("/healthz").status, 200);
}

#[test]
fn made_up_calls_of_every_function_are_answered_as_described() {
    let service = Service::start(&["--emulator"]);
    let dry = "[parameters]\n\"query.dry_run\" = \"true\"\n";
    let checks = "not_a_server_error,status_code_conformance,content_type_conformance,\
                  response_headers_conformance,response_schema_conformance";
    made_up(
        dry,
        &service,
        &[
            "--phases",
            "examples,fuzzing",
            "--max-examples",
            "1",
            "--max-time",
            "25",
            "--checks",
            checks,
        ],
    );
    let sent = service.get("/v1/runs?function=create_source&status=ok").json();
    assert_eq!(sent["runs"], serde_json::json!([]), "dry runs only");
}

#[test]
fn made_up_requests_of_every_sort_are_answered_as_described() {
    let service = Service::start(&["--emulator"]);
    let settings = "[[operations]]\ninclude-path = \"/v1/docs/{page}\"\nparameters = { page = \"limits\" }\n\
        [[operations]]\ninclude-path = \"/v1/functions/{name}\"\nparameters = { name = \"segment.track_event\" }\n";
    let some = "^/(v1/(functions|docs|runs|outbox|lua|call/segment[.](track_event|list_sources|create_source)$)\
                |act|metrics|healthz|openapi)";
    made_up(
        settings,
        &service,
        &[
            "--include-path-regex",
            some,
            "--phases",
            "examples,coverage,fuzzing",
            "--max-examples",
            "5",
            "--max-time",
            "40",
            // A schema does not say everything: a plan has to be fetched first, a cursor to have been
            // given out, and null counts as not given.
            "--exclude-checks",
            "positive_data_acceptance,negative_data_rejection",
        ],
    );
}
