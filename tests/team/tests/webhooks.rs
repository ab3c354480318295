//! Events from Chift, signed and forged.

use bakery::webhooks;
use chift_auth::chift_api::reqwest::header::HeaderMap;
use chift_auth::chift_api::webhook::{SIGNATURE_HEADER, Verifier, WebhookError, signature_for_tests};
use chift_auth::prelude::*;

const SHOP: Uuid = Uuid::from_u128(1);

/// What the bakery does with an event of a kind that is signed with a secret.
fn receive(kind: &str, signed_with: &str) -> Result<Option<Uuid>, WebhookError> {
    let event = json!({
        "accountid": Uuid::nil(), "event": kind, "consumerid": SHOP, "created": 1767225600, "connectionid": SHOP,
    });
    let body = event.to_string();
    let signature = signature_for_tests(&Secret::from(signed_with), body.as_bytes());
    let headers = HeaderMap::from_iter([(SIGNATURE_HEADER.parse().unwrap(), signature.parse().unwrap())]);
    webhooks::disconnected(&Verifier::new(["flour"])?, &headers, body.as_bytes())
}

#[test]
fn a_shop_whose_connection_is_down_is_returned() {
    assert_eq!(receive("account.connection.down", "flour"), Ok(Some(SHOP)));
    assert_eq!(receive("account.connection.up", "flour"), Ok(None));
}

#[test]
fn a_forged_event_is_refused() {
    assert_eq!(receive("account.connection.down", "sugar"), Err(WebhookError::Forged));
}
