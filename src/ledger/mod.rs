//! What must survive a crash: one SQLite file, opened when first needed and by nobody else. Knows
//! nothing of calls; it keeps the entries it is given.

pub mod journal;
