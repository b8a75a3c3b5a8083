//! Installs what others have published, from their registries into `target/peers`, once.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Segment's library for Node.
pub const NODE: &str = "@segment/analytics-node@3.1.0";
/// Segment's library for Python.
pub const PYTHON: &str = "segment-analytics-python==2.4.0";

/// The folder that outlives a run, so that a library is fetched once.
fn cache(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("peers").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A program that uses what was installed.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/peers").join(name)
}

/// Runs to the end; what went wrong otherwise.
pub fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{command:?}: {}\n{said}", output.status))
}

/// Installs once: a marker is written when everything is in place, so that an installation which
/// was interrupted is begun anew. Why it cannot be installed, otherwise.
pub fn install(
    name: &str,
    package: &str,
    steps: impl Fn(&Path) -> Result<(), String>,
) -> Result<PathBuf, String> {
    // Tests run side by side and share what is installed.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = cache(name);
    let marker = folder.join("installed");
    if std::fs::read_to_string(&marker).is_ok_and(|have| have == package) {
        return Ok(folder);
    }
    steps(&folder).map_err(|why| format!("{package} cannot be installed: {why}"))?;
    std::fs::write(marker, package).unwrap();
    Ok(folder)
}

/// Packages of the npm registry.
pub fn npm(name: &str, packages: &[&str]) -> Result<PathBuf, String> {
    install(name, &packages.join(" "), |folder| {
        run(Command::new("node").arg("--version"))?;
        std::fs::write(folder.join("package.json"), "{\"private\": true}").unwrap();
        run(Command::new("npm")
            .args(["install", "--no-audit", "--no-fund", "--ignore-scripts"])
            .args(packages)
            .current_dir(folder))
    })
}

/// Segment's library for Node.
pub fn node() -> Result<PathBuf, String> {
    npm("node", &[NODE])
}

/// Segment's library for Python, in an environment of its own.
pub fn python() -> Result<PathBuf, String> {
    install("python", PYTHON, |folder| {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder.join("venv")))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PYTHON];
        run(Command::new(folder.join("venv/bin/python")).args(pip))
    })
}
