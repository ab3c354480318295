//! The difference between the clients of two documents: its report, and whether callers compile as it predicts.
//!
//! The cases are data: `base.yaml`, and small patches of it in `cases/`, each with a caller of the old client and a
//! caller of the new one. The expected reports, in both directions, are in the text files next to them. The command
//! `BLESS=1 cargo test -p xtask --test diff` rewrites these files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod callers;
mod cases;
mod documents;
mod reports;
