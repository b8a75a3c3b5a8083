//! How the binary is linked, and nothing else. A process that lives for three milliseconds should
//! not spend one of them looking up symbols: on Linux the C++ library of the Lua VM is linked in.
//! Where the linker cannot do that, the ordinary way remains.

#![expect(clippy::disallowed_methods, reason = "a build script is told by its environment")]

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=src/build.rs");
    let target = |key: &str| env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        // Found before the shared library that the VM's own build asks for, which is then not needed.
        println!("cargo:rustc-link-lib=dylib:+verbatim=libstdc++.a");
        println!("cargo:rustc-link-arg-bins=-static-libgcc");
    }
}
