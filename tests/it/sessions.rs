//! Tests of sessions: every console session in `tests/cmd` runs as it is written. `TRYCMD=overwrite`
//! writes down what really came out.

#[test]
fn console_sessions_run_as_they_are_written() {
    let home = tempfile::tempdir().unwrap();
    trycmd::TestCases::new()
        .register_bin("kosmo", trycmd::cargo::cargo_bin("kosmo"))
        .env("KOSMO_HOME", home.path().display().to_string())
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .case("tests/cmd/*.md");
}
