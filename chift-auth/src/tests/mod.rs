//! Tests of the token rules: scenarios as data, a model, many callers at once, schedules, and a search for secrets.

mod clock;
mod crowds;
mod deadlines;
mod fleet;
mod log;
mod model;
mod replaced;
mod runtimes;
mod scenarios;
mod schedules;
mod script;
mod secrets;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chift_api::SharedClock;
use chift_tests::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET};

use crate::endpoint::{Endpoint, Issued};
use crate::renewal::Deps;
use crate::rules::Rules;
use crate::runtime;
use crate::{AuthError, Credentials, TokenSource};

use clock::TestClock;

fn credentials() -> Credentials {
    Credentials::new(CLIENT_ID, CLIENT_SECRET, ACCOUNT_ID.parse().unwrap())
}

/// Counts the requests. Issues a token of the life that `respond` returns, or fails with its error.
struct Fake {
    requests: AtomicUsize,
    respond: Box<dyn Fn(usize) -> Result<Duration, AuthError> + Send + Sync>,
}

impl Fake {
    fn new(respond: impl Fn(usize) -> Result<Duration, AuthError> + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { requests: AtomicUsize::new(0), respond: Box::new(respond) })
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    fn endpoint(self: &Arc<Self>) -> Endpoint {
        let fake = self.clone();
        Arc::new(move |_, _| {
            let number = fake.requests.fetch_add(1, Ordering::SeqCst) + 1;
            let life = (fake.respond)(number);
            Box::pin(async move {
                tokio::task::yield_now().await;
                life.map(|life| Issued::new(format!("token-{number}").into(), life))
            })
        })
    }
}

fn deps(endpoint: Endpoint, clock: Arc<TestClock>) -> Deps {
    let clock = SharedClock::new(clock);
    Deps { endpoint, clock, check_runtime: runtime::check, spawn: runtime::spawn, jitter: || 0.0, fleet: None }
}

fn source_on(endpoint: Endpoint, clock: Arc<TestClock>) -> TokenSource {
    TokenSource::on(deps(endpoint, clock), Rules::default(), credentials(), api())
}

/// A client for sources that do not use it. All tests share it, because making an HTTP client takes time.
fn api() -> chift_api::Client {
    static API: std::sync::OnceLock<chift_api::Client> = std::sync::OnceLock::new();
    let make = || chift_api::Client::new("http://127.0.0.1:9", chift_api::Session::anonymous()).unwrap();
    API.get_or_init(make).clone()
}

fn refusal() -> AuthError {
    error_response(401, None)
}

fn error_response(status: u16, retry_after: Option<Duration>) -> AuthError {
    AuthError::ErrorResponse { status, error_code: None, message: None, retry_after }
}
