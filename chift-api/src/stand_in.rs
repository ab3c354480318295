//! A server on loopback that issues tokens and checks bearers as Chift does, for tests: a user's too.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use serde_json::{Map, Value, json};

/// The client id that the stand-in accepts.
pub const CLIENT_ID: &str = "stand-in-client";

/// The client secret that the stand-in accepts. No secret of anybody's.
pub const CLIENT_SECRET: &str = "stand-in-secret-5f0c1e";

/// The account that the stand-in accepts.
pub const ACCOUNT_ID: &str = "0c5f6a5e-6f0e-4b0a-9a9e-2b6c1f3f8f11";

/// How long a token lives unless told otherwise: 30 minutes, in seconds, as at Chift.
pub const DEFAULT_LIFE: i64 = 30 * 60;

/// A local server that behaves as Chift does: `POST /token` issues tokens of a chosen life to the one
/// account it knows, and every other path wants a bearer that it issued and that is not over.
///
/// What those paths answer is yours to say, with httpmock: typed, by [`crate::httpmock`], or by hand on
/// [`server`](Self::server). It counts what it is asked, and its clock can be moved, so that tests need not
/// wait. With `chift-auth`, `TokenSource::for_stand_in` makes clients for it.
///
/// ```
/// use chift_api::StandIn;
/// use std::time::Duration;
///
/// let chift = StandIn::start();
/// chift.server().mock(|when, then| {
///     when.method("GET").path("/consumers");
///     then.status(200).body(r#"{"items": [], "total": 0, "page": 1, "size": 50}"#);
/// });
/// chift.set_life(20);
/// chift.advance(Duration::from_secs(21)); // every token issued before is over now
/// assert!(chift.base_url().starts_with("http://127.0.0.1:"));
/// ```
pub struct StandIn {
    server: MockServer,
    state: Arc<State>,
}

struct State {
    started: Instant,
    advanced: Mutex<Duration>,
    life: AtomicI64,
    /// The end of each token issued, counted from the start.
    issued: Mutex<HashMap<String, Duration>>,
    token_requests: AtomicUsize,
    /// Bodies of token requests, as they came.
    bodies: Mutex<Vec<Vec<u8>>>,
    accepted: AtomicUsize,
    refused: AtomicUsize,
}

impl StandIn {
    /// Starts a stand-in on a free port of the loopback interface.
    pub fn start() -> Self {
        let state = Arc::new(State {
            started: Instant::now(),
            advanced: Mutex::default(),
            life: AtomicI64::new(DEFAULT_LIFE),
            issued: Mutex::default(),
            token_requests: AtomicUsize::default(),
            bodies: Mutex::default(),
            accepted: AtomicUsize::default(),
            refused: AtomicUsize::default(),
        });
        let server = MockServer::start();
        // Not by the typed binding: its name is the document's, and this holds for any document.
        let issuing = state.clone();
        server.mock(|when, then| {
            when.method("POST").path("/token");
            then.respond_with(move |request| issuing.issue(request));
        });
        let (judging, refusing) = (state.clone(), state.clone());
        server.mock(|when, then| {
            when.is_true(move |request| request.uri().path() != "/token" && !judging.accepts(request));
            then.respond_with(move |_| refusing.refuse());
        });
        Self { server, state }
    }

    /// Answers whatever no mock made before matches with an empty list.
    pub fn respond_to_anything(&self) {
        self.server.mock(|when, then| {
            when.is_true(|request| request.uri().path() != "/token");
            then.respond_with(|_| response(200, &json!({"items": [], "total": 0, "page": 1, "size": 50})));
        });
    }

    /// Where it listens, without a slash at the end.
    pub fn base_url(&self) -> String {
        self.server.base_url().trim_end_matches('/').to_owned()
    }

    /// The server itself, for mocks of your own: they are asked in the order in which they were made, and
    /// only for calls with a good bearer.
    pub fn server(&self) -> &MockServer {
        &self.server
    }

    /// From now on tokens live that many seconds, by their `expires_in`; it may be absurd.
    pub fn set_life(&self, seconds: i64) {
        self.state.life.store(seconds, Ordering::SeqCst);
    }

    /// Moves the stand-in's clock forward.
    pub fn advance(&self, by: Duration) {
        *locked(&self.state.advanced) += by;
    }

    /// Takes back all tokens: whoever uses one gets a 401, though its life is not over.
    pub fn revoke_all(&self) {
        locked(&self.state.issued).clear();
    }

    /// How many times a token was asked for, whatever the answer.
    pub fn token_requests(&self) -> usize {
        self.state.token_requests.load(Ordering::SeqCst)
    }

    /// The bodies of the token requests, in the order in which they came.
    pub fn token_request_bodies(&self) -> Vec<Vec<u8>> {
        locked(&self.state.bodies).clone()
    }

    /// How many calls came with a bearer that was good, mocked or not.
    pub fn accepted_calls(&self) -> usize {
        self.state.accepted.load(Ordering::SeqCst)
    }

    /// How many calls came without a bearer, or with one that was not good.
    pub fn refused_calls(&self) -> usize {
        self.state.refused.load(Ordering::SeqCst)
    }
}

impl fmt::Debug for StandIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StandIn").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}

impl State {
    fn now(&self) -> Duration {
        self.started.elapsed() + *locked(&self.advanced)
    }

    fn issue(&self, request: &HttpMockRequest) -> HttpMockResponse {
        let count = self.token_requests.fetch_add(1, Ordering::SeqCst);
        locked(&self.bodies).push(request.body_vec());
        let Ok(Value::Object(body)) = serde_json::from_slice(request.body_ref()) else {
            return invalid(&[json!({"loc": ["body"], "msg": "JSON decode error", "type": "json_invalid"})]);
        };
        let faults = faults(&body);
        if !faults.is_empty() {
            return invalid(&faults);
        }
        let known = [("clientId", CLIENT_ID), ("clientSecret", CLIENT_SECRET), ("accountId", ACCOUNT_ID)];
        if known.iter().any(|(field, value)| body[*field] != *value) {
            return refused();
        }
        let life = self.life.load(Ordering::SeqCst);
        let token = format!("stand-in-token-{:x}-{count}", self.started.elapsed().as_nanos());
        let end = self.now() + Duration::from_secs(life.try_into().unwrap_or_default());
        locked(&self.issued).insert(token.clone(), end);
        let expires_on = std::time::SystemTime::UNIX_EPOCH
            .elapsed()
            .ok()
            .and_then(|now| i64::try_from(now.as_secs()).ok())
            .unwrap_or_default()
            .saturating_add(life);
        response(
            200,
            &json!({"access_token": token, "token_type": "bearer", "expires_in": life, "expires_on": expires_on}),
        )
    }

    /// Counts a call that comes with a good bearer.
    fn accepts(&self, request: &HttpMockRequest) -> bool {
        let headers = request.headers();
        let bearer = headers
            .get("authorization")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        let good =
            bearer.and_then(|token| locked(&self.issued).get(token).copied()).is_some_and(|end| self.now() < end);
        if good {
            self.accepted.fetch_add(1, Ordering::SeqCst);
        }
        good
    }

    fn refuse(&self) -> HttpMockResponse {
        self.refused.fetch_add(1, Ordering::SeqCst);
        refused()
    }
}

/// What a test that fails while it holds a lock leaves in it is as good as any.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the validator of the document's `AuthItem` finds, in its own form: it repeats its input.
fn faults(body: &Map<String, Value>) -> Vec<Value> {
    let mut faults = Vec::new();
    for field in ["clientId", "clientSecret", "accountId"] {
        let fault = match body.get(field) {
            None => json!({"loc": ["body", field], "msg": "Field required", "type": "missing", "input": body}),
            Some(value) if !value.is_string() => json!({
                "loc": ["body", field], "msg": "Input should be a valid string", "type": "string_type", "input": value
            }),
            Some(_) => continue,
        };
        faults.push(fault);
    }
    faults
}

fn invalid(detail: &[Value]) -> HttpMockResponse {
    response(422, &json!({"message": "Validation error", "status": "error", "detail": detail}))
}

fn refused() -> HttpMockResponse {
    response(
        401,
        &json!({
            "message": "Invalid credentials or access token",
            "status": "error",
            "error_code": "ERROR_CHIFT_AUTHENTICATION_ERROR",
        }),
    )
}

fn response(status: u16, body: &Value) -> HttpMockResponse {
    HttpMockResponse::builder().status(status).header("content-type", "application/json").body(body.to_string()).build()
}
