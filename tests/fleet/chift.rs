//! A Chift for processes: tokens that expire by the real clock, and token requests that take a while.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use chift_test_server::{Request, Response, Server};
use chift_tests::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET};
use serde_json::json;

/// How long a token request takes.
pub(crate) const LATENCY: Duration = Duration::from_millis(100);

/// How long [`Chift::next_holder`] waits.
const LIMIT: Duration = Duration::from_secs(30);

/// A server that recognizes processes by their `User-Agent`, which is their id.
pub(crate) struct Chift {
    server: Server,
    counts: Arc<Counts>,
    holders: Receiver<u32>,
}

#[derive(Default)]
struct Counts {
    token_requests: AtomicUsize,
    accepted: AtomicUsize,
    refused: AtomicUsize,
}

impl Chift {
    /// A server whose tokens are valid for `life`.
    pub(crate) fn start(life: Duration) -> Self {
        let counts = Arc::new(Counts::default());
        let (sender, holders) = mpsc::channel();
        let (counting, ends) = (counts.clone(), Mutex::new(HashMap::new()));
        let server = Server::start(move |request| {
            if request.path() == "/token" {
                let number = counting.token_requests.fetch_add(1, Ordering::SeqCst);
                let _ = sender.send(request.header("user-agent").unwrap().parse().unwrap());
                let (token, end) = (format!("token-{number}"), Instant::now() + life);
                ends.lock().unwrap().insert(format!("Bearer {token}"), end);
                thread::sleep(LATENCY);
                let body = json!({
                    "access_token": token, "token_type": "bearer", "expires_in": life.as_secs(), "expires_on": 0,
                });
                return Response::json(200, body.to_string());
            }
            if is_accepted(request, &ends.lock().unwrap()) {
                counting.accepted.fetch_add(1, Ordering::SeqCst);
                return Response::json(200, "[]");
            }
            counting.refused.fetch_add(1, Ordering::SeqCst);
            let body = json!({
                "status": "error", "error_code": "ERROR_CHIFT_AUTHENTICATION_ERROR", "message": "The token has expired",
            });
            Response::json(401, body.to_string())
        });
        Self { server: server.unwrap(), counts, holders }
    }

    /// The variables with the credentials and the address.
    pub(crate) fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("CHIFT_CLIENT_ID", CLIENT_ID.to_owned()),
            ("CHIFT_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
            ("CHIFT_ACCOUNT_ID", ACCOUNT_ID.to_owned()),
            ("CHIFT_BASE_URL", self.server.base_url()),
        ]
    }

    /// The number of token requests, including those of killed processes.
    pub(crate) fn token_requests(&self) -> usize {
        self.counts.token_requests.load(Ordering::SeqCst)
    }

    /// The number of calls with a valid token.
    pub(crate) fn accepted(&self) -> usize {
        self.counts.accepted.load(Ordering::SeqCst)
    }

    /// The number of calls with an expired token.
    pub(crate) fn refused(&self) -> usize {
        self.counts.refused.load(Ordering::SeqCst)
    }

    /// Waits for the next token request that this method has not returned yet. Returns the process that sent it, which
    /// has no response yet if this is called in time.
    pub(crate) fn next_holder(&self) -> u32 {
        self.holders.recv_timeout(LIMIT).expect("a token request")
    }

    /// Forgets the token requests until now.
    pub(crate) fn forget_holders(&self) {
        while self.holders.try_recv().is_ok() {}
    }
}

fn is_accepted(request: &Request, ends: &HashMap<String, Instant>) -> bool {
    let end = request.header("authorization").and_then(|bearer| ends.get(bearer));
    end.is_some_and(|end| Instant::now() < *end)
}
