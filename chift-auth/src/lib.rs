#![doc = include_str!("../README.md")]

mod builder;
mod clock;
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

/// A client of the Chift API whose calls carry a bearer where they need one, at the default base URL.
///
/// ```no_run
/// let client = chift_auth::client(chift_auth::Credentials::from_env()?)?;
/// # Ok::<(), chift_auth::AuthError>(())
/// ```
///
/// # Errors
///
/// As [`Builder::build`]. No token is asked for yet.
pub fn client(credentials: Credentials) -> Result<chift_api::Client, AuthError> {
    Ok(TokenSource::new(credentials)?.client())
}
