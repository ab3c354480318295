//! The contract tests: what the crates do, held against the document that they come from.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod dependencies;
mod document;
mod errors;
mod https;
mod memory;
mod paging;
mod protected_calls;
mod proxies;
mod raw_calls;
mod redirects;
mod request_context;
mod retries;
mod secrets;
mod spans;
mod token_operation;
mod type_schemas;
