//! The contract tests: what the crates send and accept, compared with the vendor's document.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod dependencies;
mod document;
mod errors;
mod https;
mod independent_server;
mod memory;
mod one_call;
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
mod transactions;
mod type_schemas;
