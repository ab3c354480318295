#![doc = include_str!("../README.md")]
//!
//! # For maintainers
//!
//! `src/generated/` is written by `cargo xtask regen` and by nothing else; everything beside it is
//! small, written by hand, and holds for any document: [`Secret`] and [`Redacted`] stand in for generated
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

mod call;
pub mod paging;
#[cfg(feature = "httpmock")]
pub mod stand_in;
mod values;

// What the generated code uses, by paths that do not depend on the layout.
#[allow(unused_imports)]
use call::{path, runtime};
#[allow(unused_imports)]
use values::object;

pub use call::authorize::{Authorize, AuthorizeError, Bearer, BearerFuture, SecondBearerFuture};
pub use call::base_url::shown_url;
pub use call::chift_error::{ChiftError, ErrorClass, Repeat, Undocumented};
pub use call::clock::{Clock, Moment, SharedClock, Sleep};
pub use call::context::{Context, ContextError, Datalayer, IdempotencyKey};
pub use call::error::authorize_error;
pub use call::http_client::BuildError;
pub use call::multipart::Multipart;
pub use call::operation::Operation;
pub use call::path::path_segment;
pub use call::raw::RawRequest;
pub use call::redact::redact;
pub use call::request_error::RequestError;
pub use call::response::{ResponseError, Unreadable};
pub use call::retry::{Backoff, RetryPolicy, RetryPolicyBuilder, SettingError, is_passing_status};
pub use call::session::Session;
pub use call::text::one_line;
pub use call::transport_error::TransportError;
pub use generated::DEFAULT_BASE_URL;
pub use generated::client::*;
#[cfg(feature = "httpmock")]
pub use generated::httpmock;
pub use paging::ListPage;
pub use reqwest::{ClientBuilder, Method};
#[cfg(feature = "httpmock")]
pub use stand_in::StandIn;
pub use values::dates::{retry_after, server_date};
pub use values::decimal::Decimal;
pub use values::nullable::Nullable;
pub use values::open::Open;
pub use values::redacted::Redacted;
pub use values::secret::Secret;
pub use values::timestamp::{Timestamp, TimestampError};

/// The operations of the document: which there are, and which of them need the bearer.
pub mod operations {
    pub use crate::call::operation::find;
    pub use crate::generated::operations::ALL;
}
