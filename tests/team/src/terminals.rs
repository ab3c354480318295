//! The payment terminals of a shop.

use chift_auth::prelude::*;

use crate::CallError;

/// Registers a terminal, and returns the key that it authenticates with.
///
/// # Errors
///
/// When the call fails.
pub async fn register(client: &Client, shop: Uuid) -> Result<Secret, CallError> {
    Ok(client.terminals().register_terminal(&shop).await?.into_inner().api_key)
}
