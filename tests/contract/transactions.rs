//! The look-up of what became of a request with an idempotency key.

use chift_api::{Client, Context, Error, IdempotencyKey, RetryPolicy};
use chift_auth::TokenSource;
use chift_tests::{Behavior, FaultyServer, StandIn};
use serde_json::{Value, json};
use uuid::Uuid;

const CONSUMER: Uuid = Uuid::from_u128(1);
const CONNECTION: Uuid = Uuid::from_u128(2);
const PATH: &str =
    "/consumers/00000000-0000-0000-0000-000000000001/connections/00000000-0000-0000-0000-000000000002/transactions";

fn key() -> IdempotencyKey {
    IdempotencyKey::new("order 7/a&b=c+%41?#").unwrap()
}

/// A client of a stand-in that responds to the look-up of [`key`] with this status and body, and to no other request.
fn client(status: u16, body: &Value) -> (StandIn, Client) {
    let chift = StandIn::start();
    chift.server().mock(|when, then| {
        when.method("GET").path(PATH).query_param("client_request_id", key().as_str());
        then.status(status).body(body.to_string());
    });
    let client = TokenSource::for_stand_in(&chift).build().unwrap().client();
    (chift, client)
}

fn transaction(status_code: &Value) -> Value {
    json!({
        "created_on": "2026-05-15T12:34:56Z",
        "method": "POST",
        "route": "/consumers/1/invoices",
        "status_code": status_code,
        "created_entity_id": "inv-7",
        "duration": 12,
    })
}

#[tokio::test]
async fn a_request_is_found_by_its_key() {
    for (status_code, expected) in [(json!(200), Some(200)), (json!(422), Some(422)), (Value::Null, None)] {
        let (chift, client) = client(200, &transaction(&status_code));
        let found = client.transaction(&CONSUMER, &CONNECTION, &key()).await.unwrap().unwrap();
        assert_eq!(found.status().map(|status| status.as_u16()), expected);
        assert_eq!((found.method.as_str(), found.route.as_str()), ("POST", "/consumers/1/invoices"));
        assert_eq!(found.created_entity_id.as_deref(), Some("inv-7"));
        assert_eq!(found.created_on.as_str(), "2026-05-15T12:34:56Z");
        assert_eq!(found.extra["duration"], 12, "unknown fields are kept");
        assert_eq!((chift.accepted_calls(), chift.refused_calls()), (1, 0));
    }
    let (_chift, client) = client(200, &json!({"created_on": "2026-05-15T12:34:56Z", "method": "PUT", "route": "/a"}));
    let found = client.transaction(&CONSUMER, &CONNECTION, &key()).await.unwrap().unwrap();
    assert_eq!((found.status(), found.created_entity_id), (None, None));
}

#[tokio::test]
async fn a_request_that_chift_does_not_know_is_none_and_another_404_is_an_error() {
    for (body, is_unknown) in [
        (json!({"message": "Not found", "status": "error"}), true),
        (json!({"message": "Not found", "status": "error", "error_code": null, "detail": ""}), true),
        (json!({"detail": "Not Found"}), false), // FastAPI, for an unknown path
        (json!({"message": "no Route matched with those values"}), false), // an API gateway
        (json!("<html>404</html>"), false),
        (json!([]), false),
    ] {
        let (_chift, client) = client(404, &body);
        match client.transaction(&CONSUMER, &CONNECTION, &key()).await {
            Ok(found) => assert!(found.is_none() && is_unknown, "{body}"),
            Err(error) => assert!(error.status().unwrap() == 404 && !is_unknown, "{body}"),
        }
    }
    let (_chift, client) = client(400, &json!({"message": "Not found", "status": "error"}));
    let error = client.transaction(&CONSUMER, &CONNECTION, &key()).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(400));
}

/// The operation returns one object, because a key is unique for a connection. An empty body must not mean "in progress".
#[tokio::test]
async fn a_list_or_a_page_is_not_taken_for_a_transaction() {
    let one = transaction(&json!(200));
    for body in [
        json!([]),
        json!([one, one]),
        json!({}),
        json!(null),
        json!({"items": [], "total": 0, "page": 1, "size": 50}),
        json!({"items": [one, one], "total": 2, "page": 1, "size": 50}),
    ] {
        let (_chift, client) = client(200, &body);
        let error = client.transaction(&CONSUMER, &CONNECTION, &key()).await.unwrap_err();
        assert!(matches!(error, Error::InvalidResponse { .. }), "{body}: {error:?}");
        assert!(error.body().is_some());
    }
}

/// With the key of the request, the look-up itself would be a repeat.
#[tokio::test]
async fn the_look_up_carries_the_token_but_no_header_of_a_context_and_is_retried() {
    let server = FaultyServer::start();
    let failing = |status| Behavior::Error { status, code: None, retry_after: None };
    server.set_call_responses(vec![failing(503), failing(503), failing(500)]);
    let policy = RetryPolicy::builder().initial_backoff(std::time::Duration::from_millis(1)).build().unwrap();
    let context = Context::new().connection(CONNECTION).raw_data().idempotency_key(key());
    let client = crate::request_context::client(&server).with(&context).retrying(policy);
    let error = client.transaction(&CONSUMER, &CONNECTION, &key()).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(500));
    let heads = server.call_heads();
    assert_eq!(heads.len(), 3);
    for head in heads {
        let line = format!("get {PATH}?client_request_id=order+7%2fa%26b%3dc%2b%2541%3f%23 http/1.1");
        assert_eq!(head.lines().next(), Some(line.as_str()));
        assert!(head.contains("\nauthorization: bearer issued-") && !head.contains("\nx-chift"), "{head}");
    }
}
