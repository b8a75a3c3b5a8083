//! How the binary is linked, and what it can tell of its making. A process that lives for three milliseconds should
//! not spend one of them looking up symbols: on Linux the C++ library of the Lua VM is linked in.
//! Where the linker cannot do that, the ordinary way remains.

#![expect(clippy::disallowed_methods, reason = "a build script is told by its environment")]

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=src/build.rs");
    // Folders shipped in the binary: the compiler notices a changed file in them, not a new one.
    println!("cargo:rerun-if-changed=src/providers");
    println!("cargo:rerun-if-env-changed=KOSMO_COMMIT");
    for (name, value) in
        [("TARGET", told("TARGET")), ("COMMIT", commit()), ("FEATURES", features())]
    {
        println!("cargo:rustc-env=KOSMO_BUILD_{name}={}", value.unwrap_or_default());
    }
    let target = |key: &str| env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        // Found before the shared library that the VM's own build asks for, which is then not needed.
        println!("cargo:rustc-link-lib=dylib:+verbatim=libstdc++.a");
        println!("cargo:rustc-link-arg-bins=-static-libgcc");
    }
}

fn told(name: &str) -> Option<String> {
    env::var(name).ok()
}

/// The commit this is built from: as the packager says, or of the checkout. Only for a release, since
/// everybody else would compile again after each commit.
fn commit() -> Option<String> {
    if let Some(commit) = told("KOSMO_COMMIT") {
        return Some(commit);
    }
    told("PROFILE").filter(|profile| profile == "release")?;
    let git = |words: &[&str]| {
        let output = std::process::Command::new("git").args(words).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    println!("cargo:rerun-if-changed={log}");
    git(&["rev-parse", "HEAD"])
}

/// The features that were chosen.
fn features() -> Option<String> {
    let chosen = env::vars().filter_map(|(name, _)| {
        Some(name.strip_prefix("CARGO_FEATURE_")?.to_lowercase().replace('_', "-"))
    });
    let mut chosen: Vec<String> = chosen.collect();
    chosen.sort();
    Some(chosen.join(","))
}
