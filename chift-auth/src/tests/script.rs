//! An endpoint that follows a script, and a function that runs a future while the test clock moves.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chift_api::{Clock as _, Moment};

use super::clock::TestClock;
use crate::AuthError;
use crate::endpoint::{Endpoint, Issued};

/// How the endpoint responds to one request.
#[derive(Debug, Clone)]
pub(super) enum Reply {
    /// A token with this life in seconds.
    Token(u64),
    /// A token with a life of `life` seconds that arrives after `latency_ms`.
    Late { life: u64, latency_ms: u64 },
    /// An error, at once.
    Error(AuthError),
    /// A refusal of the credentials that arrives after `latency_ms`.
    Refusal { latency_ms: u64 },
    /// No response within the limit of the attempt.
    Hang,
}

/// One request that the endpoint received.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) at: Moment,
    pub(super) limit: Duration,
    pub(super) client_id: String,
}

/// Follows a script; the last reply repeats. The text of a token is `CLIENT_ID-NUMBER`.
pub(super) struct Script {
    clock: Arc<TestClock>,
    replies: Mutex<VecDeque<Reply>>,
    received: Mutex<Vec<Received>>,
    under_way: AtomicUsize,
    most_under_way: AtomicUsize,
}

impl Script {
    pub(super) fn new(clock: &Arc<TestClock>, replies: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        Arc::new(Self {
            clock: clock.clone(),
            replies: Mutex::new(replies.into_iter().collect()),
            received: Mutex::default(),
            under_way: AtomicUsize::new(0),
            most_under_way: AtomicUsize::new(0),
        })
    }

    pub(super) fn set_replies(&self, replies: impl IntoIterator<Item = Reply>) {
        *self.replies.lock().unwrap() = replies.into_iter().collect();
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub(super) fn under_way(&self) -> usize {
        self.under_way.load(Ordering::SeqCst)
    }

    pub(super) fn most_under_way(&self) -> usize {
        self.most_under_way.load(Ordering::SeqCst)
    }

    /// Counts a request as under way until the returned value is dropped.
    fn begin(self: &Arc<Self>) -> UnderWay {
        let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_under_way.fetch_max(under_way, Ordering::SeqCst);
        UnderWay(self.clone())
    }
}

struct UnderWay(Arc<Script>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Script {
    pub(super) fn endpoint(self: &Arc<Self>) -> Endpoint {
        let script = self.clone();
        Arc::new(move |credentials, limit| {
            Box::pin(script.clone().respond(credentials.request.client_id.clone(), limit))
        })
    }

    async fn respond(self: Arc<Self>, client_id: String, limit: Duration) -> Result<Issued, AuthError> {
        let _under_way = self.begin();
        let number = {
            let mut received = self.received.lock().unwrap();
            received.push(Received { at: self.clock.moment(), limit, client_id: client_id.clone() });
            received.len()
        };
        let reply = {
            let mut replies = self.replies.lock().unwrap();
            if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() }.unwrap_or(Reply::Hang)
        };
        let issued = |life| Issued::new(format!("{client_id}-{number}").into(), Duration::from_secs(life));
        match reply {
            Reply::Token(life) => {
                tokio::task::yield_now().await;
                Ok(issued(life))
            }
            Reply::Late { life, latency_ms } => {
                self.clock.timeout(Duration::from_millis(latency_ms)).await;
                Ok(issued(life))
            }
            Reply::Error(error) => Err(error),
            Reply::Refusal { latency_ms } => {
                self.clock.timeout(Duration::from_millis(latency_ms)).await;
                Err(super::refusal())
            }
            Reply::Hang => {
                self.clock.timeout(limit).await;
                Err(AuthError::TimedOut)
            }
        }
    }
}

/// Lets all tasks of this single-threaded runtime run until each waits for something.
pub(super) async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

/// Runs `future` to its end while the clock moves in steps of 50 ms, for at most a minute. Returns its output and its
/// duration by the test clock.
pub(super) async fn drive<F: Future>(clock: &TestClock, future: F) -> (F::Output, Duration) {
    let started = clock.moment();
    let mut future = std::pin::pin!(future);
    for _ in 0..60 * 20 {
        for _ in 0..50 {
            if let std::task::Poll::Ready(output) = futures_util::poll!(&mut future) {
                return (output, started.left(clock.moment()));
            }
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_millis(50));
    }
    panic!("the future did not end within a minute");
}
