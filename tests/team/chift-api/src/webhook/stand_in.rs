//! Webhooks from the local stand-in for Chift, for users' tests.

use std::time::Duration;

use reqwest::{ClientBuilder, StatusCode, Url};
use serde_json::Value;
use uuid::Uuid;

use super::SIGNATURE_HEADER;
use super::verify::{digest, hex};
use crate::call::base_url::{BaseUrl, is_loopback};
use crate::call::http_client::secured;
use crate::{Error, RequestError, Secret, StandIn};

/// The time limit of a webhook. A test fails when the handler hangs.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The signature of a body, as Chift computes it, for tests that call your handler without a server.
///
/// ```
/// use chift_api::Secret;
/// use chift_api::webhook::{signature_for_tests, verify};
///
/// let (secret, body) = (Secret::from("s3cret"), br#"{"event": "account.something.new"}"#);
/// let event = verify(&secret, signature_for_tests(&secret, body), body)?;
/// assert_eq!(event.kind(), "account.something.new");
/// # Ok::<(), chift_api::webhook::WebhookError>(())
/// ```
pub fn signature_for_tests(secret: &Secret, body: &[u8]) -> String {
    digest(secret, body).as_ref().map(hex).unwrap_or_default()
}

impl StandIn {
    /// Sends an event to your handler at `url` as Chift does, signed with `secret`, and returns the status of the
    /// response. The address must be a loopback address.
    ///
    /// ```no_run
    /// use chift_api::prelude::*;
    /// use chift_api::StandIn;
    ///
    /// # async fn start_my_server(secret: &Secret) -> Result<String, Box<dyn std::error::Error>> { Ok(String::new()) }
    /// # async fn test() -> Result<(), Box<dyn std::error::Error>> {
    /// let (chift, secret) = (StandIn::start(), Secret::from("s3cret"));
    /// let url = start_my_server(&secret).await?; // for example http://127.0.0.1:41234/chift
    /// let event = json!({"event": "account.connection.created"});
    /// assert_eq!(chift.send_webhook(&url, &secret, &event).await?, 204);
    /// assert_eq!(chift.send_forged_webhook(&url, &event).await?, 401);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If `url` is not an http or https URL of a loopback host, or if there is no response within 30 s.
    pub async fn send_webhook(&self, url: &str, secret: &Secret, event: &Value) -> Result<StatusCode, Error> {
        let body = event.to_string();
        let url = loopback(url).map_err(Error::InvalidRequest)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let base_url = BaseUrl { text: String::new(), loopback: Some(host) };
        let http = secured(ClientBuilder::new(), &base_url).timeout(TIMEOUT).build().map_err(RequestError::from);
        let request = http
            .map_err(Error::InvalidRequest)?
            .post(url)
            .header("content-type", "application/json")
            .header(SIGNATURE_HEADER, signature_for_tests(secret, body.as_bytes()))
            .body(body);
        let response = request.send().await.map_err(|error| Error::Transport(error.into()))?;
        Ok(response.status())
    }

    /// Like [`send_webhook`](Self::send_webhook), signed with a random secret, so that your handler must refuse it.
    ///
    /// # Errors
    ///
    /// As with [`send_webhook`](Self::send_webhook).
    pub async fn send_forged_webhook(&self, url: &str, event: &Value) -> Result<StatusCode, Error> {
        self.send_webhook(url, &Secret::from(Uuid::new_v4().to_string()), event).await
    }
}

/// A URL that the stand-in may send to.
fn loopback(url: &str) -> Result<Url, RequestError> {
    let refused = |reason| Err(RequestError::new(reason));
    match Url::parse(url) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => refused("the URL of a webhook must be http or https"),
        Ok(url) if url.host_str().is_some_and(is_loopback) => Ok(url),
        Ok(_) => refused("the stand-in sends webhooks to loopback addresses only, such as http://127.0.0.1:8080/chift"),
        Err(_) => refused("the address of a webhook is not a URL, such as http://127.0.0.1:8080/chift"),
    }
}
