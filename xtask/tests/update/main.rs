//! `update` in a scratch workspace: from files, from pages, and from a server that also misbehaves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod from_files;
mod from_servers;
mod server;
mod workspace;
