#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod credentials;
mod endpoint;
mod error;
mod renewal;
mod rules;
mod runtime;
mod source;
#[cfg(feature = "httpmock")]
mod stand_in;
mod state;
#[cfg(feature = "store")]
pub mod store;
#[cfg(test)]
mod tests;
mod token;

pub use builder::Builder;
pub use chift_api;
pub use chift_api::{chrono, reqwest, rust_decimal, serde_json, uuid};
pub use credentials::{Credentials, EnvironmentError};
pub use error::AuthError;
pub use source::TokenSource;
pub use state::TokenState;
pub use token::{AccessToken, Phase};

/// What most programs use: `use chift_auth::prelude::*;`
///
/// It contains the [prelude of chift-api](chift_api::prelude), and the types that sign in.
///
/// ```
/// use chift_auth::prelude::*;
///
/// async fn client() -> Result<Client, AuthError> {
///     let source = TokenSource::new(Credentials::from_env()?)?;
///     Ok(source.client())
/// }
/// ```
pub mod prelude {
    pub use crate::{AuthError, Credentials, TokenSource};
    pub use chift_api::prelude::*;
}
