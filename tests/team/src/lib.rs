//! A bakery that keeps its books with Chift: typed calls of a client that was generated from its own document.

pub mod consumers;
pub mod invoices;
pub mod terminals;
pub mod webhooks;

use chift_auth::prelude::*;

/// The error of every call.
pub type CallError = Error<types::ApiError>;

/// Compiles the examples of the project's documentation.
#[cfg(doctest)]
mod documentation {
    #[doc = include_str!("../../../README.md")]
    struct Readme;

    #[doc = include_str!("../../../chift-auth/README.md")]
    struct Auth;

    #[doc = include_str!("../../../chift-api/README.md")]
    struct Api;
}
