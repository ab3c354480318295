//! Runs `scenarios.yaml`: the real source and the real hook, over real sockets, with a test clock.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chift_api::{Error, Method, SharedClock};
use chift_tests::{Behavior, FaultyServer};
use serde::Deserialize;
use serde_json::Value;

use super::clock::TestClock;
use super::credentials;
use crate::token::Phase;
use crate::{AccessToken, AuthError, TokenSource};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    name: String,
    #[serde(default)]
    given: Given,
    steps: Vec<Step>,
    token_requests: usize,
    #[serde(default)]
    calls: usize,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Given {
    tokens: Vec<Behavior>,
    calls: Vec<Behavior>,
    attempts: Option<u32>,
    deadline_ms: Option<u64>,
    /// Nothing listens at the base URL.
    is_unreachable: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(clippy::enum_variant_names)]
enum Step {
    Ask(Expected),
    /// A caller that stops waiting after 20 ms.
    AskBriefly,
    /// A call to a protected operation, and the status of its response.
    Call(u16),
    /// A call whose body is a stream.
    CallWithStream(u16),
    /// A call that is not sent, because there is no token.
    CallWithoutToken(String),
    Advance(f64),
    StepWall(i64),
    StepMonotonic(f64),
    /// Waits until no renewal is running.
    Settle,
    Tokens(Vec<Behavior>),
    Invalidate(bool),
    ReplaceCredentials,
    Phase(String),
    LastError(bool),
    TokenRequests(usize),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expected {
    NewToken,
    SameToken,
    Rejected(String),
    Transient(String),
    Invalid(String),
    Redirected(String),
}

struct Fixture {
    server: FaultyServer,
    clock: Arc<TestClock>,
    source: TokenSource,
    last: Option<AccessToken>,
}

impl Fixture {
    fn new(given: &Given) -> Self {
        let server = FaultyServer::start();
        if !given.tokens.is_empty() {
            server.set_token_responses(given.tokens.clone());
        }
        if !given.calls.is_empty() {
            server.set_call_responses(given.calls.clone());
        }
        let base_url = if given.is_unreachable { free_address() } else { server.base_url() };
        let clock = TestClock::new();
        let mut builder = TokenSource::builder(credentials()).base_url(base_url).attempts(given.attempts.unwrap_or(3));
        if let Some(deadline) = given.deadline_ms {
            builder = builder.deadline(Duration::from_millis(deadline));
        }
        let mut source = builder.build().unwrap();
        let deps = &mut Arc::get_mut(&mut source.0).expect("the source is not shared yet").deps;
        (deps.clock, deps.jitter) = (SharedClock::new(clock.clone()), || 0.0);
        Self { server, clock, source, last: None }
    }

    async fn step(&mut self, step: &Step) {
        match step {
            Step::Ask(expected) => self.ask(expected).await,
            Step::AskBriefly => {
                let hurried = tokio::time::timeout(Duration::from_millis(20), self.source.token()).await;
                assert!(hurried.is_err(), "the caller did not have to wait");
            }
            Step::Call(status) => assert_eq!(self.call(None).await.unwrap(), *status),
            Step::CallWithStream(status) => {
                let body = reqwest::Body::wrap_stream(futures_util::stream::iter([Ok::<_, std::io::Error>("{}")]));
                assert_eq!(self.call(Some(body)).await.unwrap(), *status);
            }
            Step::CallWithoutToken(expected) => {
                let error = self.call(None).await.unwrap_err();
                let error = AuthError::of(&error).unwrap_or_else(|| panic!("not a token error: {error:?}"));
                assert!(error.to_string().contains(expected), "{error}");
            }
            Step::Advance(seconds) => self.clock.advance(Duration::from_secs_f64(*seconds)),
            Step::StepWall(seconds) => self.clock.step_wall(*seconds),
            Step::StepMonotonic(seconds) => self.clock.step_monotonic(Duration::from_secs_f64(*seconds)),
            Step::Settle => self.settle().await,
            Step::Tokens(answers) => self.server.set_token_responses(answers.clone()),
            Step::Invalidate(forgotten) => {
                let token = self.last.clone().expect("an earlier step got a token");
                assert_eq!(self.source.invalidate(&token), *forgotten);
            }
            Step::ReplaceCredentials => self.source.replace_credentials(credentials()),
            Step::Phase(name) => assert_eq!(format!("{:?}", self.source.state().phase).to_lowercase(), *name),
            Step::LastError(is_some) => assert_eq!(self.source.state().last_error.is_some(), *is_some),
            Step::TokenRequests(count) => assert_eq!(self.server.token_requests(), *count, "token requests"),
        }
    }

    async fn ask(&mut self, expected: &Expected) {
        let result = self.source.token().await;
        if let Ok(token) = &result {
            assert!(token.0.phase(self.clock.moment()) < Phase::Expired, "the token has expired");
        }
        let same = |token: &AccessToken| self.last.as_ref().is_some_and(|last| Arc::ptr_eq(&last.0, &token.0));
        match (expected, &result) {
            (Expected::NewToken, Ok(token)) if !same(token) => {}
            (Expected::SameToken, Ok(token)) if same(token) => {}
            (Expected::Rejected(text), Err(error)) if error.is_rejected() && error.to_string().contains(text) => {}
            (Expected::Transient(text), Err(error)) if error.is_transient() && error.to_string().contains(text) => {}
            (Expected::Invalid(text), Err(error @ AuthError::InvalidResponse { .. }))
                if error.to_string().contains(text) => {}
            (Expected::Redirected(text), Err(error @ AuthError::Redirected { .. }))
                if error.to_string().contains(text) => {}
            _ => panic!("expected {expected:?}, got {result:?}"),
        }
        if let Ok(token) = result {
            self.last = Some(token);
        }
    }

    /// The status of a call to a path that needs a bearer.
    async fn call(&self, body: Option<reqwest::Body>) -> Result<u16, Error> {
        let client = self.source.client();
        let mut request = client.request(Method::POST, "/protected");
        if let Some(body) = body {
            request = request.body(body);
        }
        match request.send::<Value>().await {
            Ok(response) => Ok(response.status().as_u16()),
            Err(error) => error.status().map(|status| status.as_u16()).ok_or(error),
        }
    }

    async fn settle(&self) {
        let limit = Instant::now() + Duration::from_secs(10);
        while self.source.state().is_renewing {
            assert!(Instant::now() < limit, "the renewal does not end");
            tokio::task::yield_now().await;
        }
    }
}

/// An address on which nothing listens.
fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

pub(super) async fn run_all() -> usize {
    let data: Value = yaml_serde::from_str(include_str!("scenarios.yaml")).unwrap();
    let scenarios: Vec<Scenario> = serde_json::from_value(data).unwrap();
    for scenario in &scenarios {
        let mut fixture = Fixture::new(&scenario.given);
        for (index, step) in scenario.steps.iter().enumerate() {
            let at = format!("{}, step {} ({step:?})", scenario.name, index + 1);
            let stepped = futures_util::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(fixture.step(step))).await;
            assert!(stepped.is_ok(), "failed: {at}");
        }
        assert_eq!(fixture.server.token_requests(), scenario.token_requests, "{}: token requests", scenario.name);
        assert_eq!(fixture.server.calls(), scenario.calls, "{}: calls", scenario.name);
    }
    scenarios.len()
}

#[tokio::test]
async fn every_scenario_passes() {
    assert!(run_all().await > 40);
}
