//! Retries, counted on the server.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chift_api::{Client, Clock, Context, Error, IdempotencyKey, Method, ResponseError, RetryPolicy, Sleep};
use chift_auth::{Credentials, TokenSource};
use chift_tests::{Behavior, FaultyServer};
use serde_json::{Value, json};

use crate::request_context::client;

/// A clock that advances only when a caller sleeps.
#[derive(Clone)]
struct TestClock {
    start: Instant,
    waits: Arc<Mutex<Vec<Duration>>>,
}

impl TestClock {
    fn new() -> Self {
        Self { start: Instant::now(), waits: Arc::default() }
    }

    fn waits(&self) -> Vec<Duration> {
        self.waits.lock().unwrap().clone()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        self.start + self.waits().iter().sum::<Duration>()
    }

    fn sleep(&self, span: Duration) -> Sleep {
        self.waits.lock().unwrap().push(span);
        Box::pin(std::future::ready(()))
    }

    fn timeout(&self, _: Duration) -> Sleep {
        Box::pin(std::future::pending())
    }
}

fn retrying(server: &FaultyServer, clock: &TestClock) -> Client {
    client(server).retrying(RetryPolicy::new()).with_clock(clock.clone())
}

fn error(status: u16) -> Behavior {
    Behavior::Error { status, code: None, retry_after: None }
}

async fn get(client: &Client) -> Option<u16> {
    match client.request(Method::GET, "/consumers").send::<Value>().await {
        Ok(response) => Some(response.status().as_u16()),
        Err(error) => error.status().map(|status| status.as_u16()),
    }
}

#[tokio::test]
async fn transient_failures_are_retried_with_growing_pauses() {
    for failure in [error(408), error(429), error(502), error(503), error(504), Behavior::Close] {
        let (server, clock) = (FaultyServer::start(), TestClock::new());
        server.set_call_responses(vec![failure.clone(), failure.clone(), Behavior::Ok]);
        assert_eq!(get(&retrying(&server, &clock)).await, Some(200), "{failure:?}");
        assert_eq!((server.calls(), server.token_requests()), (3, 1), "{failure:?}");
        let [first, second] = clock.waits()[..] else { panic!("{:?}", clock.waits()) };
        assert!(first >= Duration::from_millis(100) && first <= Duration::from_millis(200), "{first:?}");
        assert!(second >= Duration::from_millis(200) && second <= Duration::from_millis(400), "{second:?}");
    }
}

#[tokio::test]
async fn other_failures_are_returned_at_once() {
    for status in [400, 401, 403, 404, 409, 422, 500, 501] {
        let (server, clock) = (FaultyServer::start(), TestClock::new());
        let code = Some("ERROR_CONNECTOR_AUTHENTICATION".to_owned());
        server.set_call_responses(vec![Behavior::Error { status, code, retry_after: None }]);
        assert_eq!(get(&retrying(&server, &clock)).await, Some(status));
        assert_eq!((server.calls(), clock.waits().len()), (1, 0), "{status}");
    }
}

#[tokio::test]
async fn the_last_failure_is_returned() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    server.set_call_responses(vec![error(503)]);
    assert_eq!(get(&retrying(&server, &clock)).await, Some(503));
    assert_eq!(server.calls(), 3);
    server.set_call_responses(vec![Behavior::Close]);
    assert_eq!(get(&retrying(&server, &clock)).await, None);
    assert_eq!(server.calls(), 6);
}

#[tokio::test]
async fn a_client_without_a_policy_does_not_retry() {
    let server = FaultyServer::start();
    server.set_call_responses(vec![error(503)]);
    let client = client(&server);
    let _ = client.retrying(RetryPolicy::new());
    assert_eq!(get(&client).await, Some(503));
    assert_eq!(server.calls(), 1, "a view does not change its client");
}

#[tokio::test]
async fn unsafe_methods_are_retried_only_with_an_idempotency_key_which_stays_the_same() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    let client = retrying(&server, &clock);
    let key = Context::new().idempotency_key(IdempotencyKey::new("key-1").unwrap());
    for (view, calls) in
        [(client.clone(), 1), (client.with(&key), 2), (client.with(&Context::new().key_for_each_call()), 2)]
    {
        for method in [Method::POST, Method::PATCH, Method::PUT, Method::DELETE] {
            let before = server.calls();
            server.set_call_responses(vec![error(503), Behavior::Ok]);
            let result = view.request(method.clone(), "/consumers").json(&json!({"name": "B"})).send::<Value>().await;
            assert_eq!((result.is_ok(), server.calls() - before), (calls == 2, calls), "{method}");
            let heads = server.call_heads().split_off(before);
            assert!(heads.iter().all(|head| *head == heads[0]), "{heads:#?}");
        }
    }
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    let busy = |after: &str| Behavior::Error { status: 429, code: None, retry_after: Some(after.to_owned()) };
    server.set_call_responses(vec![busy("7"), busy("date+9"), Behavior::Ok]);
    assert_eq!(get(&retrying(&server, &clock)).await, Some(200));
    assert_eq!(clock.waits(), [Duration::from_secs(7), Duration::from_secs(9)]);
}

#[tokio::test]
async fn a_pause_beyond_max_elapsed_does_not_start() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    let busy = |after: &str| Behavior::Error { status: 503, code: None, retry_after: Some(after.to_owned()) };
    server.set_call_responses(vec![busy("20"), busy("20")]);
    assert_eq!(get(&retrying(&server, &clock)).await, Some(503));
    assert_eq!((server.calls(), clock.waits()), (2, vec![Duration::from_secs(20)]));
}

#[tokio::test]
async fn a_streamed_body_is_sent_once() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    server.set_call_responses(vec![error(503), Behavior::Ok]);
    let client = retrying(&server, &clock).with(&Context::new().key_for_each_call());
    let stream = futures_util::stream::iter([Ok::<_, std::io::Error>("[]")]);
    let call = client.request(Method::POST, "/files").body(reqwest::Body::wrap_stream(stream));
    assert_eq!(call.send::<Value>().await.unwrap_err().chift().unwrap().status, 503);
    assert_eq!(server.calls(), 1);
}

#[tokio::test]
async fn a_response_that_breaks_off_is_not_retried() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    server.set_call_responses(vec![Behavior::Cut, Behavior::Ok]);
    let call = retrying(&server, &clock);
    let error = call.request(Method::GET, "/consumers").send::<Value>().await.unwrap_err();
    assert!(matches!(error, Error::InvalidResponse { error: ResponseError::Interrupted(_), .. }), "{error:?}");
    assert_eq!((server.calls(), clock.waits().len()), (1, 0));
}

#[tokio::test]
async fn the_renewal_of_a_refused_token_does_not_count_as_an_attempt() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    server.set_call_responses(vec![error(503), error(401), error(503), Behavior::Ok]);
    assert_eq!(get(&retrying(&server, &clock)).await, Some(200));
    assert_eq!((server.calls(), server.token_requests(), clock.waits().len()), (4, 2, 2));
}

#[tokio::test]
async fn a_missing_token_is_not_retried() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    server.set_token_response(Behavior::Error { status: 400, code: None, retry_after: None });
    assert_eq!(get(&retrying(&server, &clock)).await, None);
    assert_eq!((server.calls(), server.token_requests(), clock.waits().len()), (0, 1, 0));

    // The same holds for an unreachable token endpoint: the token source has its own retries.
    let credentials = Credentials::new("a", "b", uuid::Uuid::nil());
    let unreachable = TokenSource::builder(credentials).base_url("http://127.0.0.1:9").attempts(1).build().unwrap();
    assert_eq!(get(&unreachable.client().retrying(RetryPolicy::new()).with_clock(clock.clone())).await, None);
    assert_eq!(clock.waits().len(), 0);
}

#[tokio::test]
async fn the_retry_budget_limits_traffic_during_an_outage() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    let client = retrying(&server, &clock);
    server.set_call_responses(vec![error(503)]);
    // Clones and views share the budget of their client.
    let context = Context::new().raw_data();
    let views = [client.clone(), client.with(&context), client.retrying(RetryPolicy::new())];
    for index in 0..300 {
        assert_eq!(get(&views[index % views.len()]).await, Some(503));
    }
    assert_eq!(server.calls(), 300 + 100);
    server.set_call_responses(vec![Behavior::Ok]);
    for _ in 0..5 {
        assert_eq!(get(&client).await, Some(200));
    }
    server.set_call_responses(vec![error(503)]);
    let before = server.calls();
    assert_eq!(get(&client).await, Some(503));
    assert_eq!(server.calls() - before, 2, "five successes earn one retry");
}

#[tokio::test]
async fn a_response_that_does_not_start_in_time_is_a_timeout() {
    /// A clock whose timeouts expire immediately.
    struct Expired;
    impl Clock for Expired {
        fn now(&self) -> Instant {
            Instant::now()
        }
        fn sleep(&self, _: Duration) -> Sleep {
            Box::pin(std::future::ready(()))
        }
        fn timeout(&self, limit: Duration) -> Sleep {
            assert_eq!(limit, Duration::from_secs(60));
            Box::pin(std::future::ready(()))
        }
    }
    let server = FaultyServer::start();
    let client = client(&server);
    assert_eq!(get(&client).await, Some(200));
    server.set_call_responses(vec![Behavior::Silence]);
    let error = client.with_clock(Expired).request(Method::GET, "/consumers").send::<Value>().await.unwrap_err();
    assert!(matches!(&error, Error::Transport(error) if error.is_timeout()), "{error:?}");
    assert!(error.is_transient() && !error.is_auth());
    assert_eq!(error.to_string(), "the server did not respond in time");
}
