//! The time limit and the idempotency key of one call.

use std::time::Duration;

use chift_api::{Client, Clock, Error, IdempotencyKey, Method, ResponseError, RetryPolicy, Session, Sleep};
use chift_tests::{Behavior, FaultyServer};
use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::sync::watch;

use crate::request_context::client;

/// The time limit of the calls in these tests.
const LIMIT: Duration = Duration::from_secs(7);

/// A clock that stands still. The limit of a call passes when the test says so, or when a call pauses before it is
/// repeated; no other limit does.
#[derive(Clone)]
struct TestClock(watch::Sender<bool>);

impl TestClock {
    fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    fn pass(&self) {
        self.0.send_replace(true);
    }

    /// The limit passes as soon as `is_reached`.
    async fn pass_when(&self, is_reached: impl Fn() -> bool) {
        while !is_reached() {
            tokio::task::yield_now().await;
        }
        self.pass();
    }
}

impl Clock for TestClock {
    fn sleep(&self, _: Duration) -> Sleep {
        self.pass();
        Box::pin(std::future::pending())
    }

    fn timeout(&self, limit: Duration) -> Sleep {
        let mut passed = self.0.subscribe();
        Box::pin(async move {
            if limit > LIMIT || passed.wait_for(|passed| *passed).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}

async fn get(client: &Client) -> Error {
    client.with_timeout(LIMIT).request(Method::GET, "/consumers").send::<Value>().await.unwrap_err()
}

fn is_timeout(error: &Error) -> bool {
    matches!(error, Error::Transport(error) if error.is_timeout()) && error.is_transient()
}

#[tokio::test]
async fn a_call_without_a_response_ends_with_its_limit() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    server.set_call_responses(vec![Behavior::Silence]);
    let client = client(&server).with_clock(clock.clone());
    let (error, ()) = tokio::join!(get(&client), clock.pass_when(|| server.calls() == 1));
    assert!(is_timeout(&error), "{error:?}");
    assert_eq!(error.to_string(), "the server did not respond in time");
}

#[tokio::test]
async fn the_limit_includes_the_wait_for_a_token() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    server.set_token_response(Behavior::Silence);
    let client = client(&server).with_clock(clock.clone());
    let (error, ()) = tokio::join!(get(&client), clock.pass_when(|| server.token_requests() == 1));
    assert!(is_timeout(&error) && server.calls() == 0, "{error:?}");
}

#[tokio::test]
async fn the_limit_includes_all_attempts() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    server.set_call_responses(vec![Behavior::Error { status: 503, code: None, retry_after: None }]);
    let client = client(&server).with_clock(clock).retrying(RetryPolicy::new());
    let error = get(&client).await;
    assert!(is_timeout(&error) && server.calls() == 1, "{error:?}");
}

#[tokio::test]
async fn the_limit_includes_the_body() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    server.set_call_responses(vec![Behavior::Stall]);
    let client = Client::new(&server.base_url(), Session::anonymous().with_clock(clock.clone())).unwrap();
    let limited = client.with_timeout(LIMIT);
    let mut body = limited.request(Method::GET, "/consumers").send_for_bytes().await.unwrap().into_inner();
    assert!(body.next().await.unwrap().is_ok());
    clock.pass();
    let error = body.next().await.unwrap().unwrap_err();
    assert!(matches!(&error, ResponseError::Interrupted(error) if error.is_timeout()), "{error:?}");
    assert!(body.next().await.is_none());
    let error = get(&client).await;
    assert!(error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn a_call_in_time_is_not_changed_and_the_client_has_no_limit() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    server.set_call_responses(vec![Behavior::Ok]);
    let client = client(&server).with_clock(clock.clone());
    let page = client.with_timeout(LIMIT).request(Method::GET, "/consumers").send::<Value>().await.unwrap();
    assert_eq!(page["total"], 0);
    clock.pass();
    client.request(Method::GET, "/consumers").send::<Value>().await.unwrap();
}

#[tokio::test]
async fn an_idempotency_key_is_sent_with_one_call_beside_a_limit() {
    let server = FaultyServer::start();
    let client = client(&server);
    let key = IdempotencyKey::new("signup-4711").unwrap();
    let once = client.with_timeout(Duration::from_secs(60)).with_idempotency_key(key);
    once.request(Method::POST, "/consumers").send::<Value>().await.unwrap();
    client.request(Method::POST, "/consumers").send::<Value>().await.unwrap();
    let keys: Vec<_> =
        server.call_heads().iter().map(|head| head.contains("x-chift-client-requestid: signup-4711")).collect();
    assert_eq!(keys, [true, false]);
}
