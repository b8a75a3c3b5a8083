//! Tests of repl.
