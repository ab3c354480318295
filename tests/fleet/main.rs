//! One token for a fleet, with a real Redis server and with processes. `.ci/fleet` runs these tests; they need
//! `redis-server`, so that `cargo test` reports them as ignored.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod chift;
mod conformance;
mod cost;
mod faults;
mod member;
mod processes;
mod soak;
