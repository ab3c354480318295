#![doc = include_str!("../README.md")]

mod base_url;
mod clock;
mod credentials;
mod endpoint;
mod error;
mod source;
mod token;

pub use chift_api;
pub use credentials::{Credentials, EnvironmentError};
pub use error::AuthError;
pub use source::{Builder, TokenSource};
pub use token::AccessToken;

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
