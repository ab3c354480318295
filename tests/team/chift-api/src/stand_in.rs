//! A local server for tests that issues and checks tokens as Chift does.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Map, Value, json};

use crate::call::response::{prefix, replaced};

/// The client id that a [`StandIn`] accepts.
pub const CLIENT_ID: &str = "stand-in-client";

/// The client secret that a [`StandIn`] accepts. It is not a real secret.
pub const CLIENT_SECRET: &str = "stand-in-secret-5f0c1e";

/// The account id that a [`StandIn`] accepts.
pub const ACCOUNT_ID: &str = "0c5f6a5e-6f0e-4b0a-9a9e-2b6c1f3f8f11";

/// The default lifetime of a token in seconds: 30 minutes, as at Chift.
pub const DEFAULT_LIFE: i64 = 30 * 60;

/// A local server that behaves as Chift does: `POST /token` issues tokens to one account, and every other path requires
/// a token that the server issued and that has not expired.
///
/// Define the responses of other paths with httpmock: with the typed bindings of [`crate::httpmock`], or directly on
/// [`server`](Self::server). The server counts requests, and [`advance`](Self::advance) moves its clock, so that tests
/// need not wait. With `chift-auth`, `TokenSource::for_stand_in` creates clients for it.
///
/// A call that no mock matches fails with status 501 and a message that names the call. (httpmock itself responds with
/// 404, as Chift does for a missing object; the client replaces that response if the feature `httpmock` is enabled.)
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
/// chift.advance(Duration::from_secs(21)); // all tokens issued before have expired
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
    /// The expiry of each issued token, as time since the start.
    issued: Mutex<HashMap<String, Duration>>,
    token_requests: AtomicUsize,
    /// The bodies of token requests.
    bodies: Mutex<Vec<Vec<u8>>>,
    accepted: AtomicUsize,
    refused: AtomicUsize,
}

impl StandIn {
    /// Starts a server on a free port of the loopback interface.
    ///
    /// # Panics
    ///
    /// If httpmock cannot start a server.
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
        // Without the typed binding, whose name depends on the document.
        let issuing = state.clone();
        server.mock(|when, then| {
            when.method("POST").path("/token");
            then.respond_with(move |request| issuing.issue(request));
        });
        let (checking, refusing) = (state.clone(), state.clone());
        server.mock(|when, then| {
            when.is_true(move |request| request.uri().path() != "/token" && !checking.accepts(request));
            then.respond_with(move |_| refusing.refuse());
        });
        Self { server, state }
    }

    /// Responds with an empty list to all requests that no earlier mock matches.
    pub fn respond_to_anything(&self) {
        self.server.mock(|when, then| {
            when.is_true(|request| request.uri().path() != "/token");
            then.respond_with(|_| response(200, &json!({"items": [], "total": 0, "page": 1, "size": 50})));
        });
    }

    /// The base URL of the server, without a trailing slash.
    pub fn base_url(&self) -> String {
        self.server.base_url().trim_end_matches('/').to_owned()
    }

    /// The httpmock server, to add mocks. It tries mocks in the order in which they were added, and only for requests
    /// with a valid token.
    pub fn server(&self) -> &MockServer {
        &self.server
    }

    /// Sets the lifetime (`expires_in`) of tokens issued from now on, in seconds. Any value is allowed, negative ones
    /// too.
    pub fn set_life(&self, seconds: i64) {
        self.state.life.store(seconds, Ordering::SeqCst);
    }

    /// Moves the server's clock forward.
    pub fn advance(&self, by: Duration) {
        *locked(&self.state.advanced) += by;
    }

    /// Revokes all tokens: a request with one gets a 401, although it has not expired.
    pub fn revoke_all(&self) {
        locked(&self.state.issued).clear();
    }

    /// The number of token requests, including refused ones.
    pub fn token_requests(&self) -> usize {
        self.state.token_requests.load(Ordering::SeqCst)
    }

    /// The bodies of the token requests, in the order of arrival.
    pub fn token_request_bodies(&self) -> Vec<Vec<u8>> {
        locked(&self.state.bodies).clone()
    }

    /// The number of calls with a valid token, including those that no mock matched.
    pub fn accepted_calls(&self) -> usize {
        self.state.accepted.load(Ordering::SeqCst)
    }

    /// The number of calls without a valid token.
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

    /// Whether a call has a valid token; counts it if so.
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

/// The body of httpmock's response to a request that no mock matches.
const UNMATCHED: &[u8] = br#"{"message":"Request did not match any route or mock"}"#;

/// Replaces httpmock's response to a call that no mock matches by one that names the call. httpmock tries mocks in the
/// order in which they were added, so that a mock for all other calls would hide those added after it.
pub(crate) async fn named(method: &Method, response: Response) -> Response {
    if response.status() != StatusCode::NOT_FOUND || response.content_length() != Some(UNMATCHED.len() as u64) {
        return response;
    }
    let (body, response) = prefix(response, UNMATCHED.len()).await;
    if body != UNMATCHED {
        return response;
    }
    let url = response.url();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let message = format!("no mock matches {method} {}{query}; add one to the test's mock server", url.path());
    replaced(&response, StatusCode::NOT_IMPLEMENTED, json!({"message": message, "status": "error"}).to_string())
}

/// Ignores poisoning: a test that panics while it holds the lock leaves valid data.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The errors of Chift's validator for a body of `POST /token`, in its form, which repeats the input.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Authorize, Bearer, BearerFuture, Client, Error, Session};

    struct Token(Bearer);

    impl Authorize for Token {
        fn bearer(&self) -> BearerFuture<'_> {
            Box::pin(async { Ok(self.0.clone()) })
        }
    }

    async fn client(chift: &StandIn) -> Client {
        let anonymous = Client::new(&chift.base_url(), Session::anonymous()).unwrap();
        let credentials = json!({"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "accountId": ACCOUNT_ID});
        let token = anonymous.request(Method::POST, "/token").json(&credentials).send::<Value>().await.unwrap();
        let token = token["access_token"].as_str().unwrap().into();
        anonymous.with_session(Session::authorized(Token(Bearer::new(&token))))
    }

    #[tokio::test]
    async fn a_call_without_a_mock_is_an_error_that_names_it_and_a_mocked_call_is_not_affected() {
        let chift = StandIn::start();
        let client = client(&chift).await;
        let call = || client.request(Method::GET, "/consumers/17").query(&[("page", 2)]).send::<Value>();
        let error = call().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the server responded with status 501: no mock matches GET /consumers/17?page=2; add one to the test's \
             mock server"
        );
        assert!(matches!(&error, Error::ErrorResponse(_)) && !error.is_transient(), "{error:?}");

        // Mocks that are added later win, also one that responds with 404.
        let mut missing = chift.server().mock(|when, then| {
            when.path("/consumers/17");
            then.status(404).json_body(json!({"message": "No such consumer", "status": "error"}));
        });
        assert_eq!(call().await.unwrap_err().to_string(), "the server responded with status 404: No such consumer");
        missing.delete();
        chift.respond_to_anything();
        assert_eq!(call().await.unwrap()["total"], 0);
    }
}
