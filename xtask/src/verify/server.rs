//! A local server that records the last request and sends a configured response.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(super) use chift_test_server::Request;
use chift_test_server::Response;

/// The server. A check sets a response, lets the client make a call, and takes the request.
pub(super) struct Server {
    server: chift_test_server::Server,
    state: Arc<Mutex<State>>,
}

struct State {
    response: Response,
    request: Option<Request>,
}

impl Server {
    /// Starts on a free port of the loopback interface.
    pub(super) fn start() -> anyhow::Result<Self> {
        let state = Arc::new(Mutex::new(State { response: Response::new(500), request: None }));
        let serving = state.clone();
        let server = chift_test_server::Server::start(move |request| {
            let mut state = locked(&serving);
            state.request = Some(request.clone());
            state.response.clone()
        })?;
        Ok(Self { server, state })
    }

    /// The address, without a slash at the end.
    pub(super) fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// Sets the response to the next requests, and forgets the last request.
    pub(super) fn set_response(&self, status: u16, body: String) {
        let response = if body.is_empty() { Response::new(status) } else { Response::json(status, body) };
        *locked(&self.state) = State { response, request: None };
    }

    /// Takes the last request that arrived after the response was set.
    pub(super) fn take_request(&self) -> Option<Request> {
        locked(&self.state).request.take()
    }
}

/// Locks the state. A thread that panicked cannot leave it inconsistent, because it is replaced as a whole.
fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
