//! `cargo chift` in repositories of teams: what it writes, which entries it adds, and what it refuses.
//!
//! The crates `chift-auth` and `chift-api` are small ones without dependencies in a git repository, so that cargo
//! resolves them without a network.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod entries;
mod example;
mod installed;
mod layouts;
mod repository;
mod updates;
