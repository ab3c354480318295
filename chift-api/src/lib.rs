#![doc = include_str!("../README.md")]
//!
//! # For maintainers
//!
//! `src/generated/` is written by `cargo xtask regen` and by nothing else; everything beside it is
//! small, written by hand, and holds for any document: [`Secret`] and [`Echo`] stand in for generated
//! types, [`Session`] is what each request carries, and the hook that adds the bearer is in `hooks.rs`.
//!
//! ## Why operations are builders
//!
//! MEASUREMENT

#[rustfmt::skip]
mod generated;

mod echo;
mod hooks;
mod operation;
mod secret;
mod session;

pub use echo::Echo;
pub use generated::DEFAULT_BASE_URL;
pub use generated::client::*;
#[cfg(feature = "httpmock")]
pub use generated::httpmock;
pub use hooks::authorize_error;
pub use operation::Operation;
pub use secret::Secret;
pub use session::{Authorize, AuthorizeError, BearerFuture, Session};

/// The operations of the document: which there are, and which of them need the bearer.
pub mod operations {
    pub use crate::generated::operations::ALL;
    pub use crate::operation::find;
}
