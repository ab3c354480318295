//! The difference between the clients of two documents: its report, and whether callers compile as it predicts.
//!
//! The cases are data: `base.yaml`, and for each case a folder in `cases/` with a small patch of it, a caller of the old
//! client, a caller of the new one, and the expected reports. A new case is a new folder. The command
//! `BLESS=1 cargo test -p xtask --test diff` writes the reports.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod callers;
mod cases;
mod documents;
mod edits;
#[path = "../mutations/mutation.rs"]
mod mutation;
mod mutations;
mod reports;
