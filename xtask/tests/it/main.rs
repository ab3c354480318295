//! The tasks in scratch workspaces, and the command line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bad_input;
mod command_line;
mod extensions;
mod regen;
mod tags;
mod unsupported;
mod update;
mod workspace;
