//! The difference between two documents: what it says, and whether the compiler agrees.
//!
//! The cases are data: `base.yaml`, and in `cases/` small patches of it, each with a caller of the old client
//! and one of the new. What is said of them, in both directions, stands beside them in a text that
//! `BLESS=1 cargo test -p xtask --test diff` writes anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod callers;
mod cases;
mod documents;
mod said;
