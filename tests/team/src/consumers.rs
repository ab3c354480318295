//! The bakery's shops, which are consumers of Chift.

use chift_auth::prelude::*;

use crate::CallError;

/// The shops whose names contain a text.
///
/// # Errors
///
/// When the call fails.
pub async fn shops(client: &Client, name: &str) -> Result<Vec<types::ConsumerItem>, CallError> {
    let query = types::ConsumersGetConsumersQuery { search: Some(name.to_owned()) };
    Ok(client.consumers().get_consumers(query).await?.into_inner())
}

/// Stops the notifications to a shop: removes its address, and leaves its name unchanged.
///
/// # Errors
///
/// When the call fails.
pub async fn mute(client: &Client, shop: Uuid) -> Result<types::ConsumerItem, CallError> {
    let changes = types::ConsumerChanges { email: Nullable::Null, ..Default::default() };
    Ok(client.consumer(shop).consumers().patch_consumer(&changes).await?.into_inner())
}
