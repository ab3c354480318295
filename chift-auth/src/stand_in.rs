//! A token source for the local stand-in for Chift, for users' tests.

use chift_api::stand_in::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, StandIn};
use uuid::Uuid;

use crate::{Builder, Credentials, TokenSource};

impl TokenSource {
    /// A builder with the credentials that the stand-in accepts and its base URL, to test your own code without a
    /// network and without secrets. Add `chift-auth` with the feature `httpmock` to your `dev-dependencies`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use chift_auth::TokenSource;
    /// use chift_auth::chift_api::{Method, StandIn};
    ///
    /// let chift = StandIn::start();
    /// let client = TokenSource::for_stand_in(&chift).build()?.client();
    /// chift.respond_to_anything();
    /// client.request(Method::GET, "/consumers").send::<serde_json::Value>().await?;
    /// chift.revoke_all(); // Chift refuses the token from now on
    /// client.request(Method::GET, "/consumers").send::<serde_json::Value>().await?;
    /// assert_eq!(chift.token_requests(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn for_stand_in(chift: &StandIn) -> Builder {
        // The stand-in's account is a UUID.
        let account = Uuid::try_parse(ACCOUNT_ID).unwrap_or_default();
        Self::builder(Credentials::new(CLIENT_ID, CLIENT_SECRET, account)).base_url(chift.base_url())
    }
}
