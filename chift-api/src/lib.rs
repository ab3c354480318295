#![doc = include_str!("../README.md")]
//!
//! # For maintainers
//!
//! `src/generated/` is written by `cargo xtask regen` and by nothing else; everything beside it is
//! small, written by hand, and holds for any document: [`Secret`] and [`Echo`] stand in for generated
//! types, [`Session`] is what each request carries, `runtime.rs` is what the generated code calls, the hook that
//! every generated call goes through is in `hooks.rs`, and how a request is sent, by hand or by the hook, is in
//! `send.rs`.
//!
//! ## Why operations are plain methods and not builders
//!
//! progenitor writes either. Both were generated from a version of Chift's whole document (181 operations,
//! lowered roughly for the purpose), and the same three calls were written both ways: list operations
//! with two or three required and 9 to 12 optional parameters.
//!
//! | | builders | positional |
//! |---|---|---|
//! | lines generated | 97,782 | 23,354 |
//! | `touch src/lib.rs; cargo check`, median of three, in one run | 1.4 | 1 |
//! | peak memory of that check | 1.4 | 1 |
//!
//! As they stand, builders read better: `….date_from(day).page(2).send()` against a row of `None`s in
//! which two dates can be swapped unseen. But more than half of their lines are builders of *types*, for
//! answers too, which nobody builds, and progenitor offers the one only with the other. So operations
//! are positional, and what made the builders pleasant is had otherwise: a type that a request needs has
//! `new`, which takes what the document requires, and optional query parameters are one struct with
//! `Default`, so that they are named where they are given and a new one breaks no caller.
//!
//! To measure again: generate with both values of `InterfaceStyle` in `xtask/src/generate/mod.rs`, through
//! `cargo xtask regen --spec FILE --out DIR`, count with `wc -l DIR/src/generated/client.rs`, and time
//! `cargo check` in `DIR` after a `touch`.

#[rustfmt::skip]
mod generated;

mod authorize;
mod base_url;
mod clock;
mod context;
mod dates;
mod decimal;
mod echo;
mod error;
mod failure;
mod hooks;
mod http_client;
mod list_page;
mod multipart;
mod nullable;
// A document need not have fields of every kind.
#[allow(dead_code)]
mod object;
#[cfg(feature = "schemars")]
#[allow(dead_code)]
mod object_schema;
mod open;
mod operation;
pub mod paging;
mod path;
mod raw;
mod redact;
mod request_error;
mod response;
mod retry;
mod retry_budget;
#[allow(missing_docs, unreachable_pub)]
mod runtime;
#[cfg(feature = "schemars")]
mod schemas;
mod secret;
mod send;
mod session;
mod span;
#[cfg(feature = "httpmock")]
pub mod stand_in;
mod text;
mod timestamp;
mod transport_error;
mod wiped;

pub use authorize::{Authorize, AuthorizeError, Bearer, BearerFuture, SecondBearerFuture};
pub use base_url::shown_url;
pub use clock::{Clock, Moment, SharedClock, Sleep};
pub use context::{Context, ContextError, Datalayer, IdempotencyKey};
pub use dates::{retry_after, server_date};
pub use decimal::Decimal;
pub use echo::Echo;
pub use error::authorize_error;
pub use failure::{Failure, FailureClass, Repeat, Undocumented};
pub use generated::DEFAULT_BASE_URL;
pub use generated::client::*;
#[cfg(feature = "httpmock")]
pub use generated::httpmock;
pub use http_client::BuildError;
pub use list_page::ListPage;
pub use multipart::Multipart;
pub use nullable::Nullable;
pub use open::Open;
pub use operation::Operation;
pub use path::path_segment;
pub use raw::RawRequest;
pub use redact::redact;
pub use request_error::RequestError;
pub use reqwest::{ClientBuilder, Method};
pub use response::{ResponseError, Unreadable};
pub use retry::{Backoff, RetryPolicy, RetryPolicyBuilder, SettingError, is_passing_status};
pub use secret::Secret;
pub use session::Session;
#[cfg(feature = "httpmock")]
pub use stand_in::StandIn;
pub use text::one_line;
pub use timestamp::{Timestamp, TimestampError};
pub use transport_error::TransportError;

/// The operations of the document: which there are, and which of them need the bearer.
pub mod operations {
    pub use crate::generated::operations::ALL;
    pub use crate::operation::find;
}

/// The error of type `E` among `error` and its sources.
fn find<'a, E: std::error::Error + 'static>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}
