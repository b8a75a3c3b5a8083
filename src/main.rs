//! kosmo.
fn main() {}
