//! Tests of lua.
