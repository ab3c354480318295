//! The events that Chift sends to the bakery.

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

/// Cancels a subscription.
///
/// # Errors
///
/// When the call fails.
pub async fn unsubscribe(client: &Client, id: Uuid) -> Result<(), CallError> {
    client.webhooks().unsubscribe(&id).await?;
    Ok(())
}
