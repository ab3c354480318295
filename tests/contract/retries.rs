//! Which calls are sent again, counted on the server.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chift_api::{Client, Clock, Context, Error, IdempotencyKey, Method, ResponseError, RetryPolicy, Sleep};
use chift_auth::{Credentials, TokenSource};
use chift_tests::{Answer, FaultyServer};
use serde_json::{Value, json};

use crate::request_context::client;

/// A clock that moves when somebody waits, and at no other time.
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

fn error(status: u16) -> Answer {
    Answer::Error { status, code: None, retry_after: None }
}

async fn get(client: &Client) -> Option<u16> {
    match client.request(Method::GET, "/consumers").send::<Value>().await {
        Ok(answer) => Some(answer.status().as_u16()),
        Err(error) => error.status().map(|status| status.as_u16()),
    }
}

#[tokio::test]
async fn what_passes_is_tried_again_until_it_has_passed() {
    for failure in [error(408), error(429), error(502), error(503), error(504), Answer::Close] {
        let (server, clock) = (FaultyServer::start(), TestClock::new());
        server.answer_calls_in_turn(vec![failure.clone(), failure.clone(), Answer::Ok]);
        assert_eq!(get(&retrying(&server, &clock)).await, Some(200), "{failure:?}");
        assert_eq!((server.calls(), server.token_requests()), (3, 1), "{failure:?}");
        let [first, second] = clock.waits()[..] else { panic!("{:?}", clock.waits()) };
        assert!(first >= Duration::from_millis(100) && first <= Duration::from_millis(200), "{first:?}");
        assert!(second >= Duration::from_millis(200) && second <= Duration::from_millis(400), "{second:?}");
    }
}

#[tokio::test]
async fn what_does_not_pass_is_handed_to_the_caller_at_once() {
    for status in [400, 401, 403, 404, 409, 422, 500, 501] {
        let (server, clock) = (FaultyServer::start(), TestClock::new());
        let code = Some("ERROR_CONNECTOR_AUTHENTICATION".to_owned());
        server.answer_calls_in_turn(vec![Answer::Error { status, code, retry_after: None }]);
        assert_eq!(get(&retrying(&server, &clock)).await, Some(status));
        assert_eq!((server.calls(), clock.waits().len()), (1, 0), "{status}");
    }
}

#[tokio::test]
async fn the_last_failure_is_the_callers() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    server.answer_calls_in_turn(vec![error(503)]);
    assert_eq!(get(&retrying(&server, &clock)).await, Some(503));
    assert_eq!(server.calls(), 3);
    server.answer_calls_in_turn(vec![Answer::Close]);
    assert_eq!(get(&retrying(&server, &clock)).await, None);
    assert_eq!(server.calls(), 6);
}

#[tokio::test]
async fn nothing_is_sent_again_unless_asked() {
    let server = FaultyServer::start();
    server.answer_calls_in_turn(vec![error(503)]);
    let client = client(&server);
    let _ = client.retrying(RetryPolicy::new());
    assert_eq!(get(&client).await, Some(503));
    assert_eq!(server.calls(), 1, "a view leaves its client as it was");
}

#[tokio::test]
async fn a_change_is_sent_again_with_an_idempotency_key_only_and_with_the_same() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    let client = retrying(&server, &clock);
    let key = Context::new().idempotency_key(IdempotencyKey::new("key-1").unwrap());
    for (view, calls) in
        [(client.clone(), 1), (client.with(&key), 2), (client.with(&Context::new().key_for_each_call()), 2)]
    {
        for method in [Method::POST, Method::PATCH, Method::PUT, Method::DELETE] {
            let before = server.calls();
            server.answer_calls_in_turn(vec![error(503), Answer::Ok]);
            let result = view.request(method.clone(), "/consumers").json(&json!({"name": "B"})).send::<Value>().await;
            assert_eq!((result.is_ok(), server.calls() - before), (calls == 2, calls), "{method}");
            let heads = server.call_heads().split_off(before);
            assert!(heads.iter().all(|head| *head == heads[0]), "{heads:#?}");
        }
    }
}

#[tokio::test]
async fn the_server_is_left_alone_for_as_long_as_it_asks() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    let busy = |after: &str| Answer::Error { status: 429, code: None, retry_after: Some(after.to_owned()) };
    server.answer_calls_in_turn(vec![busy("7"), busy("date+9"), Answer::Ok]);
    assert_eq!(get(&retrying(&server, &clock)).await, Some(200));
    assert_eq!(clock.waits(), [Duration::from_secs(7), Duration::from_secs(9)]);
}

#[tokio::test]
async fn a_wait_beyond_the_budget_is_not_begun() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    let busy = |after: &str| Answer::Error { status: 503, code: None, retry_after: Some(after.to_owned()) };
    server.answer_calls_in_turn(vec![busy("20"), busy("20")]);
    assert_eq!(get(&retrying(&server, &clock)).await, Some(503));
    assert_eq!((server.calls(), clock.waits()), (2, vec![Duration::from_secs(20)]));
}

#[tokio::test]
async fn a_body_that_is_a_stream_is_sent_once() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    server.answer_calls_in_turn(vec![error(503), Answer::Ok]);
    let client = retrying(&server, &clock).with(&Context::new().key_for_each_call());
    let stream = futures_util::stream::iter([Ok::<_, std::io::Error>("[]")]);
    let call = client.request(Method::POST, "/files").body(reqwest::Body::wrap_stream(stream));
    assert_eq!(call.send::<Value>().await.unwrap_err().chift().unwrap().status, 503);
    assert_eq!(server.calls(), 1);
}

#[tokio::test]
async fn an_answer_that_has_begun_is_not_asked_for_again() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    server.answer_calls_in_turn(vec![Answer::Cut, Answer::Ok]);
    let call = retrying(&server, &clock);
    let error = call.request(Method::GET, "/consumers").send::<Value>().await.unwrap_err();
    assert!(matches!(error, Error::InvalidResponse { error: ResponseError::Interrupted(_), .. }), "{error:?}");
    assert_eq!((server.calls(), clock.waits().len()), (1, 0));
}

#[tokio::test]
async fn a_refused_token_is_renewed_in_between_and_counts_as_no_attempt() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    server.answer_calls_in_turn(vec![error(503), error(401), error(503), Answer::Ok]);
    assert_eq!(get(&retrying(&server, &clock)).await, Some(200));
    assert_eq!((server.calls(), server.token_requests(), clock.waits().len()), (4, 2, 2));
}

#[tokio::test]
async fn no_token_is_no_reason_to_try_again() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    server.answer_token_requests(Answer::Error { status: 400, code: None, retry_after: None });
    assert_eq!(get(&retrying(&server, &clock)).await, None);
    assert_eq!((server.calls(), server.token_requests(), clock.waits().len()), (0, 1, 0));

    // Nor that the token could not be asked for: the token source has tried by itself.
    let credentials = Credentials::new("a", "b", uuid::Uuid::nil());
    let away = TokenSource::builder(credentials).base_url("http://127.0.0.1:9").attempts(1).build().unwrap();
    assert_eq!(get(&away.client().retrying(RetryPolicy::new()).with_clock(clock.clone())).await, None);
    assert_eq!(clock.waits().len(), 0);
}

#[tokio::test]
async fn an_outage_is_not_met_by_a_multiple_of_the_traffic() {
    let (server, clock) = (FaultyServer::start(), TestClock::new());
    let client = retrying(&server, &clock);
    server.answer_calls_in_turn(vec![error(503)]);
    // Clones and views draw on the one budget of their client.
    let context = Context::new().raw_data();
    let views = [client.clone(), client.with(&context), client.retrying(RetryPolicy::new())];
    for index in 0..300 {
        assert_eq!(get(&views[index % views.len()]).await, Some(503));
    }
    assert_eq!(server.calls(), 300 + 100);
    server.answer_calls_in_turn(vec![Answer::Ok]);
    for _ in 0..5 {
        assert_eq!(get(&client).await, Some(200));
    }
    server.answer_calls_in_turn(vec![error(503)]);
    let before = server.calls();
    assert_eq!(get(&client).await, Some(503));
    assert_eq!(server.calls() - before, 2, "five successes allow for one repeat");
}

#[tokio::test]
async fn a_response_that_does_not_begin_in_time_is_a_timeout() {
    /// The time is over as soon as somebody waits for a response.
    struct Over;
    impl Clock for Over {
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
    server.answer_calls_in_turn(vec![Answer::Silence]);
    let error = client.with_clock(Over).request(Method::GET, "/consumers").send::<Value>().await.unwrap_err();
    assert!(matches!(&error, Error::Transport(error) if error.is_timeout()), "{error:?}");
    assert!(error.is_transient() && !error.is_auth());
    assert_eq!(error.to_string(), "the server did not respond in time");
}
