#![doc = include_str!("../README.md")]
//!
//! # For maintainers
//!
//! Only `cargo xtask regen` writes `src/generated/`. The other modules are written by hand and work with any document:
//!
//! - `values/`: the types that replace generated ones ([`Secret`], [`Redacted`], [`Timestamp`], …), and how a
//!   generated struct is read and written.
//! - `call/`: `runtime.rs` is what the generated code uses; `hooks.rs` implements the hook that every generated
//!   operation calls; `exchange.rs` is one call, generated or raw; `send.rs` sends it.
//! - `paging/`: pages as a stream.
//! - `webhook/`: verified events (feature `webhooks`).
//!
//! ## Why operations are plain methods and not builders
//!
//! progenitor can generate either. Both were generated from a version of Chift's whole document (181 operations), and
//! the same three calls were written in both styles: list operations with two or three required and 9 to 12 optional
//! parameters.
//!
//! | | builders | positional |
//! |---|---|---|
//! | generated lines | 97,782 | 23,354 |
//! | `touch src/lib.rs; cargo check`, median of three, relative | 1.4 | 1 |
//! | peak memory of that check, relative | 1.4 | 1 |
//!
//! Builders read better than positional parameters: `….date_from(day).page(2).send()` against a row of `None`s in
//! which two dates can be swapped by mistake. But more than half of the builders' lines are builders of *types*, and
//! progenitor cannot generate one without the other. So operations are positional, and two other rules give the same
//! advantages: required fields that could be mixed up are the fields of one struct, the argument of `new`; and the
//! optional query parameters are one struct with `Default`, so that callers name them and a new one breaks no caller.
//!
//! To repeat the measurement: generate with both values of `InterfaceStyle` in `xtask/src/generate`, with
//! `cargo xtask regen --spec FILE --out DIR`; count with `wc -l DIR/src/generated/client.rs`; time `cargo check` in
//! `DIR` after a `touch`.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[rustfmt::skip]
mod generated;

mod call;
// A document need not have bodies.
#[allow(dead_code)]
#[cfg(feature = "httpmock")]
mod mock_bodies;
pub mod paging;
#[cfg(feature = "httpmock")]
pub mod stand_in;
mod values;
#[cfg(feature = "webhooks")]
pub mod webhook;

// What the generated code uses, by paths that do not depend on the layout.
#[allow(unused_imports)]
use call::{path, runtime};
#[cfg(feature = "schemars")]
#[allow(unused_imports)]
use values::object::schema;
#[allow(unused_imports)]
use values::{object, text_enum, union};

pub use call::authorize::{Authorize, AuthorizeError, Bearer, BearerFuture, SecondBearerFuture};
pub use call::base_url::shown_url;
pub use call::clock::{Clock, Moment, SharedClock, Sleep};
pub use call::context::{Context, ContextError, Datalayer};
pub use call::error::authorize_error;
pub use call::error_details::{ErrorClass, ErrorDetails, Repeat, Undocumented};
pub use call::http_client::BuildError;
pub use call::idempotency_key::IdempotencyKey;
pub use call::multipart::Multipart;
pub use call::operation::Operation;
pub use call::path::path_segment;
pub use call::query::Query;
pub use call::raw::RawRequest;
pub use call::redact::redact;
pub use call::request_error::RequestError;
pub use call::response::{ResponseError, Unreadable};
pub use call::retry::{Backoff, RetryPolicy, RetryPolicyBuilder, SettingError, is_passing_status};
pub use call::session::Session;
pub use call::text::one_line;
pub use call::transaction::Transaction;
pub use call::transport_error::TransportError;
pub use generated::DEFAULT_BASE_URL;
pub use generated::client::*;
#[cfg(feature = "httpmock")]
pub use generated::httpmock;
pub use indexmap::IndexMap;
pub use paging::ListPage;
pub use reqwest::{ClientBuilder, Method};
#[cfg(feature = "httpmock")]
pub use stand_in::StandIn;
pub use values::dates::{retry_after, server_date};
pub use values::nullable::Nullable;
pub use values::number::{Decimal, Float, Integer, Number, NumberError};
pub use values::open::Open;
pub use values::raw_json::RawJson;
pub use values::redacted::Redacted;
pub use values::secret::Secret;
pub use values::timestamp::{Timestamp, TimestampError};

// The crates whose types appear in this API, so that programs need no dependency on them.
pub use {chrono, reqwest, rust_decimal, serde_json, uuid};

/// What most programs use: `use chift_api::prelude::*;`
///
/// ```
/// use chift_api::prelude::*;
///
/// /// The consumers that were created on a day.
/// async fn created_on(client: &Client, day: NaiveDate) -> Result<Vec<Value>, Error> {
///     let mut consumers = paging::pages(|page| {
///         client.request(Method::GET, "/consumers").query(&[("page", page)]).send::<paging::Page<Value>>()
///     });
///     let mut found = Vec::new();
///     while let Some(consumer) = consumers.try_next().await? {
///         let created: Option<Timestamp> = consumer["created_on"].as_str().and_then(|text| text.parse().ok());
///         if created.is_some_and(|created| created.local().date() == day) {
///             found.push(consumer);
///         }
///     }
///     Ok(found)
/// }
/// ```
pub mod prelude {
    pub use crate::paging::{self, ListPage, Stream};
    pub use crate::{
        Client, Context, Datalayer, Decimal, Error, ErrorClass, ErrorDetails, IdempotencyKey, IndexMap, Integer,
        Method, Nullable, Open, RawJson, Repeat, ResponseValue, RetryPolicy, Secret, Timestamp, Transaction, types,
    };
    pub use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
    pub use serde_json::{Value, json};
    pub use uuid::Uuid;
}

/// The operations of the document: their ids, methods and paths, and whether they need the bearer.
pub mod operations {
    pub use crate::call::operation::find;
    pub use crate::generated::operations::ALL;
}
