//! The events that Chift sends to the bakery.

use chift_auth::chift_api::reqwest::header::HeaderMap;
use chift_auth::chift_api::webhook::{Event, Verifier, WebhookError};
use chift_auth::prelude::*;

use crate::CallError;

/// Subscribes `url` to an event, unless it is subscribed. Chift signs what it sends with the secret.
///
/// # Errors
///
/// When a call fails.
pub async fn subscribe(client: &Client, event: &str, url: &str, secret: Secret) -> Result<Uuid, CallError> {
    let present = client.webhooks().list_subscriptions().await?;
    if let Some(same) = present.iter().find(|it| it.event == event && it.url == url) {
        return Ok(same.webhook_id);
    }
    let mut new =
        types::NewSubscription::new(types::NewSubscriptionRequired { event: event.to_owned(), url: url.to_owned() });
    new.signingsecret = Some(secret);
    Ok(client.webhooks().subscribe(&new).await?.webhook_id)
}

/// Reads an event that Chift sent, and returns the shop that must connect its software again, if one must.
///
/// # Errors
///
/// When Chift did not send it. Respond with the status of the error.
pub fn disconnected(verifier: &Verifier, headers: &HeaderMap, body: &[u8]) -> Result<Option<Uuid>, WebhookError> {
    Ok(match verifier.verify_request(headers, body)? {
        Event::ConnectionDown(it) => Some(it.consumerid),
        Event::IssueCreated(it) if it.error_code == "ERROR_CONNECTOR_AUTHENTICATION" => Some(it.consumerid),
        _ => None,
    })
}

/// Cancels a subscription.
///
/// # Errors
///
/// When the call fails.
pub async fn unsubscribe(client: &Client, id: Uuid) -> Result<(), CallError> {
    client.webhooks().unsubscribe(&id).await?;
    Ok(())
}
