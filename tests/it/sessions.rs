//! Tests of sessions: every console session in `tests/cmd` runs as it is written. `TRYCMD=overwrite`
//! writes down what really came out.

#[test]
fn console_sessions_run_as_they_are_written() {
    run("tests/cmd/*.md");
}

/// What a session sets up must not be seen by others.
#[test]
fn sessions_that_set_something_up_run_in_homes_of_their_own() {
    run("tests/cmd/alone/stranger.md");
}

fn run(cases: &str) {
    let home = tempfile::tempdir().unwrap();
    trycmd::TestCases::new()
        .register_bin("kosmo", trycmd::cargo::cargo_bin("kosmo"))
        .env("KOSMO_HOME", home.path().display().to_string())
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .case(cases);
}
