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
#[cfg(test)]
mod tests;
mod token;

pub use builder::Builder;
pub use chift_api;
pub use credentials::{Credentials, EnvironmentError};
pub use error::AuthError;
pub use source::TokenSource;
pub use state::TokenState;
pub use token::{AccessToken, Phase};
