//! The webhooks that the stand-in sends.

use std::sync::{Arc, Mutex};

use httpmock::{HttpMockResponse, MockServer};
use serde_json::json;

use super::super::{Event, Verifier};
use super::{CREATED, SECRET};
use crate::{Error, Secret, StandIn};

/// A server with a handler, and the events that it accepted.
fn handler() -> (MockServer, Arc<Mutex<Vec<Event>>>) {
    let (server, events) = (MockServer::start(), Arc::new(Mutex::new(Vec::new())));
    let (verifier, accepted) = (Verifier::new([SECRET]).unwrap(), events.clone());
    server.mock(|when, then| {
        when.method("POST").path("/chift").query_param("tenant", "1").header("content-type", "application/json");
        then.respond_with(move |request| {
            let status = match verifier.verify_request(&request.headers(), request.body_ref()) {
                Ok(event) => {
                    accepted.lock().unwrap().push(event);
                    204
                }
                Err(error) => error.status().as_u16(),
            };
            HttpMockResponse::builder().status(status).build()
        });
    });
    (server, events)
}

#[tokio::test]
async fn a_handler_accepts_an_event_of_the_stand_in_and_refuses_a_forged_one() {
    let (chift, (server, events)) = (StandIn::start(), handler());
    let url = server.url("/chift?tenant=1");
    let event = serde_json::from_str(CREATED).unwrap();
    assert_eq!(chift.send_webhook(&url, &Secret::from(SECRET), &event).await.unwrap(), 204);
    assert_eq!(chift.send_webhook(&url, &Secret::from("other"), &event).await.unwrap(), 401);
    assert_eq!(chift.send_forged_webhook(&url, &event).await.unwrap(), 401);
    assert!(matches!(events.lock().unwrap().as_slice(), [Event::ConnectionCreated(_)]));
}

#[tokio::test]
async fn the_stand_in_sends_to_loopback_addresses_only() {
    let chift = StandIn::start();
    for url in
        ["https://example.com/chift", "http://192.0.2.1/", "http://127.0.0.1.example.com", "ftp://127.0.0.1", "x", ""]
    {
        let error = chift.send_webhook(url, &Secret::from(SECRET), &json!({})).await.unwrap_err();
        assert!(matches!(error, Error::InvalidRequest(_)), "{url}: {error}");
    }
}

#[tokio::test]
async fn a_handler_that_is_not_running_is_a_transport_error() {
    // Bound and closed, so that the port is free.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/");
    let error = StandIn::start().send_forged_webhook(&url, &json!({})).await.unwrap_err();
    assert!(matches!(&error, Error::Transport(it) if it.is_connect()), "{error}");
}
