//! How a call is made: its session and headers, how it is sent and retried, and how its response is read.

pub(crate) mod authorize;
pub(crate) mod base_url;
pub(crate) mod clock;
pub(crate) mod context;
pub(crate) mod error;
pub(crate) mod error_details;
mod exchange;
mod extra_context;
mod hooks;
pub(crate) mod http_client;
pub(crate) mod idempotency_key;
pub(crate) mod multipart;
pub(crate) mod operation;
pub(crate) mod path;
pub(crate) mod query;
// A document uses it in generated code only.
#[allow(unreachable_pub, dead_code)]
mod query_param;
pub(crate) mod raw;
pub(crate) mod redact;
pub(crate) mod request_error;
pub(crate) mod response;
pub(crate) mod retry;
mod retry_budget;
#[allow(missing_docs, unreachable_pub)]
pub(crate) mod runtime;
mod send;
pub(crate) mod session;
mod span;
#[allow(missing_docs, unreachable_pub, dead_code)] // A document uses only a part of it.
pub(crate) mod styles;
pub(crate) mod text;
pub(crate) mod transaction;
pub(crate) mod transport_error;
