//! The difference between the clients of two documents: its report, and whether the compiler agrees with it.
//!
//! The cases are data: `base.yaml`, and in `cases/` small patches of it, each with a caller of the old client and a
//! caller of the new one. The expected reports, in both directions, are the text files beside them. The command
//! `BLESS=1 cargo test -p xtask --test diff` rewrites them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod callers;
mod cases;
mod documents;
mod reports;
