//! Tests of the token rules: scenarios as data, a model, crowds, schedules, and a search for secrets.

mod clock;
mod crowds;
mod deadlines;
mod model;
mod replaced;
mod runtimes;
mod scenarios;
mod schedules;
mod script;
mod secrets;

use std::sync::Arc;
use std::time::Duration;

use chift_tests::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET};

use crate::endpoint::{Endpoint, Issued, Issuing};
use crate::rules::Rules;
use crate::runtime;
use crate::source::Deps;
use crate::{AuthError, Credentials, TokenSource};

use clock::TestClock;

fn credentials() -> Credentials {
    Credentials::new(CLIENT_ID, CLIENT_SECRET, ACCOUNT_ID.parse().unwrap())
}

/// Counts the requests, and responds as `answer` says.
struct Fake {
    requests: std::sync::atomic::AtomicUsize,
    answer: Box<dyn Fn(usize) -> Result<Duration, AuthError> + Send + Sync>,
}

impl Fake {
    fn new(answer: impl Fn(usize) -> Result<Duration, AuthError> + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { requests: std::sync::atomic::AtomicUsize::new(0), answer: Box::new(answer) })
    }

    fn requests(&self) -> usize {
        self.requests.load(std::sync::atomic::Ordering::SeqCst)
    }
}

impl Endpoint for Fake {
    fn issue(&self, _: &Credentials, _: Duration) -> Issuing {
        let number = self.requests.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
        let answer = (self.answer)(number);
        Box::pin(async move {
            tokio::task::yield_now().await;
            answer.map(|life| Issued { secret: format!("token-{number}").into(), life })
        })
    }
}

fn deps(endpoint: Arc<dyn Endpoint>, clock: Arc<TestClock>) -> Deps {
    Deps { endpoint, clock, check_runtime: runtime::check, spawn: runtime::spawn, jitter: || 0.0 }
}

fn source_on(endpoint: Arc<dyn Endpoint>, clock: Arc<TestClock>) -> TokenSource {
    TokenSource::on(deps(endpoint, clock), Rules::default(), credentials(), api())
}

/// A client for sources that send nothing by it; one for all, because making an HTTP client takes its time.
fn api() -> chift_api::Client {
    static API: std::sync::OnceLock<chift_api::Client> = std::sync::OnceLock::new();
    let make = || chift_api::Client::new("http://127.0.0.1:9", chift_api::Session::anonymous()).unwrap();
    API.get_or_init(make).clone()
}

fn refusal() -> AuthError {
    AuthError::Rejected { status: 401, error_code: None, message: None }
}
