//! A stand-in for Chift on loopback whose responses may be late, broken or untrue.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use chift_test_server::{Request, Response, Server};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::locked;

/// How the server responds to a request. In YAML: `{token: {life: 20}}`, `close`, `{error: {status: 503}}`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Behavior {
    /// A token, valid for 30 minutes unless a field changes it.
    Token(TokenFields),
    /// An error in Chift's format.
    Error {
        /// The HTTP status.
        status: u16,
        /// Chift's `error_code`.
        #[serde(default)]
        code: Option<String>,
        /// The value of the header `Retry-After`. `date+N` stands for the date N seconds after the server's.
        #[serde(default)]
        retry_after: Option<String>,
    },
    /// A redirect to this address, with status 307.
    Redirect(String),
    /// A redirect with any status.
    RedirectWith {
        /// The HTTP status.
        status: u16,
        /// The address.
        to: String,
    },
    /// An error whose body is plain text of this length.
    LargeError {
        /// The HTTP status.
        status: u16,
        /// The length of the body.
        bytes: usize,
    },
    /// An error with this status. The connection closes before the body is complete.
    CutError(u16),
    /// An HTML page, with status 200.
    Html,
    /// A JSON body of at least this many bytes, with status 200.
    Large(usize),
    /// A complete HTTP response whose JSON ends in the middle of a token.
    HalfJson,
    /// A response with status 200. The connection closes before the body is complete.
    Cut,
    /// A response with status 200 that stops in the middle of its body, while the connection stays open.
    Stall,
    /// The connection closes without a response.
    Close,
    /// A valid token, after this many milliseconds.
    SlowToken(u64),
    /// No response; the connection stays open until the client closes it.
    Silence,
    /// An empty page of a list, with status 200.
    Ok,
}

/// How a token response differs from a valid one.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenFields {
    /// `expires_in`; the default is 1800.
    #[serde(default)]
    pub life: Option<i64>,
    /// `expires_on`, in seconds after the server's time; the default is `life`.
    #[serde(default)]
    pub expires_on: Option<i64>,
    /// Whether `expires_in` is written with a decimal point.
    #[serde(default)]
    pub decimal_point: bool,
    /// Whether `expires_on` is missing.
    #[serde(default)]
    pub no_expires_on: bool,
    /// The header `Date`, in seconds after the time that `expires_on` counts from; by default there is none.
    #[serde(default)]
    pub date_ahead: Option<i64>,
    /// `token_type`; the default is `bearer`.
    #[serde(default)]
    pub token_type: Option<String>,
    /// `access_token`; by default each token is unique.
    #[serde(default)]
    pub text: Option<String>,
}

/// A server whose responses a test sets in advance.
///
/// ```
/// use chift_tests::{Behavior, FaultyServer};
/// let server = FaultyServer::start();
/// server.set_token_response(Behavior::Silence);
/// assert_eq!(server.token_requests(), 0);
/// ```
pub struct FaultyServer {
    server: Server,
    state: Arc<State>,
}

struct State {
    token_behaviors: Mutex<Vec<Behavior>>,
    call_behaviors: Mutex<Vec<Behavior>>,
    token_requests: AtomicUsize,
    calls: AtomicUsize,
    call_heads: Mutex<Vec<String>>,
    issued: Mutex<Vec<String>>,
}

impl FaultyServer {
    /// Starts on a free port of the loopback interface, with valid tokens and successful calls.
    ///
    /// # Panics
    ///
    /// When there is no loopback interface.
    #[allow(clippy::expect_used)]
    pub fn start() -> Self {
        let state = Arc::new(State {
            token_behaviors: Mutex::new(vec![Behavior::Token(TokenFields::default())]),
            call_behaviors: Mutex::new(vec![Behavior::Ok]),
            token_requests: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
            call_heads: Mutex::default(),
            issued: Mutex::default(),
        });
        let responding = state.clone();
        let server = Server::start(move |request| responding.respond(request)).expect("the loopback interface");
        Self { server, state }
    }

    /// The server's address, without a slash at the end.
    pub fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// Sets the response to all token requests from now on.
    pub fn set_token_response(&self, behavior: Behavior) {
        *locked(&self.state.token_behaviors) = vec![behavior];
    }

    /// Sets the responses to the next token requests, in order; the last one repeats.
    pub fn set_token_responses(&self, behaviors: Vec<Behavior>) {
        *locked(&self.state.token_behaviors) = behaviors;
    }

    /// Sets the responses to the next calls with any bearer, in order; the last one repeats.
    pub fn set_call_responses(&self, behaviors: Vec<Behavior>) {
        *locked(&self.state.call_behaviors) = behaviors;
    }

    /// The number of token requests that arrived.
    pub fn token_requests(&self) -> usize {
        self.state.token_requests.load(Ordering::SeqCst)
    }

    /// The number of other requests that arrived.
    pub fn calls(&self) -> usize {
        self.state.calls.load(Ordering::SeqCst)
    }

    /// The request line and headers of each other request, in lower case, in the order of arrival.
    pub fn call_heads(&self) -> Vec<String> {
        locked(&self.state.call_heads).clone()
    }

    /// The tokens that the server issued, in order.
    pub fn issued(&self) -> Vec<String> {
        locked(&self.state.issued).clone()
    }
}

impl fmt::Debug for FaultyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyServer").field("server", &self.server).finish_non_exhaustive()
    }
}

impl State {
    fn respond(&self, request: &Request) -> Response {
        let (behaviors, count) = if request.target == "/token" {
            (&self.token_behaviors, &self.token_requests)
        } else {
            locked(&self.call_heads).push(head(request));
            (&self.call_behaviors, &self.calls)
        };
        let behavior = {
            let mut behaviors = locked(behaviors);
            if behaviors.len() > 1 {
                behaviors.remove(0)
            } else {
                behaviors.first().cloned().unwrap_or(Behavior::Close)
            }
        };
        count.fetch_add(1, Ordering::SeqCst);
        self.response(behavior)
    }

    fn response(&self, behavior: Behavior) -> Response {
        let ok = |body: &str| Response::new(200).body(body);
        match behavior {
            Behavior::Token(fields) => self.token(&fields),
            Behavior::SlowToken(milliseconds) => {
                thread::sleep(Duration::from_millis(milliseconds));
                self.token(&TokenFields::default())
            }
            Behavior::Error { status, code, retry_after } => error(status, code.as_deref(), retry_after),
            Behavior::Redirect(to) => Response::new(307).header("location", to).close(),
            Behavior::RedirectWith { status, to } => Response::new(status).header("location", to).close(),
            Behavior::LargeError { status, bytes } => Response::new(status).body("x ".repeat(bytes / 2)).close(),
            Behavior::CutError(status) => Response::new(status).body("{\"message\": \"cut").cut_off(),
            Behavior::Html => ok("<html><p>Sorry</p></html>").header("content-type", "text/html").close(),
            Behavior::Large(bytes) => ok(&format!("{{\"access_token\":\"{}\"}}", "x".repeat(bytes))).close(),
            Behavior::HalfJson => ok("{\"access_token\":\"half-a-tok").close(),
            Behavior::Cut => ok("{\"access_token\":\"cut-tok").cut_off(),
            Behavior::Stall => ok("{\"items\": [").stall(),
            Behavior::Close => Response::none(),
            Behavior::Silence => Response::silence(),
            Behavior::Ok => ok("{\"items\":[],\"total\":0,\"page\":1,\"size\":50}").close(),
        }
    }

    fn token(&self, fields: &TokenFields) -> Response {
        let now = now();
        let life = fields.life.unwrap_or(1800);
        let token = fields
            .text
            .clone()
            .unwrap_or_else(|| format!("issued-{}-{}", self.token_requests.load(Ordering::SeqCst), fastrand::u64(..)));
        locked(&self.issued).push(token.clone());
        let mut body: Value = json!({
            "access_token": token,
            "token_type": fields.token_type.as_deref().unwrap_or("bearer"),
            "expires_in": life,
            "expires_on": now.saturating_add(fields.expires_on.unwrap_or(life)),
        });
        if fields.decimal_point {
            body["expires_in"] = json!(i32::try_from(life).map(f64::from).unwrap_or_default());
        }
        if let Some(object) = body.as_object_mut().filter(|_| fields.no_expires_on) {
            object.remove("expires_on");
        }
        let response = Response::new(200).body(body.to_string()).close();
        match fields.date_ahead {
            Some(ahead) => response.header("date", http_date(now + ahead)),
            None => response,
        }
    }
}

fn error(status: u16, code: Option<&str>, retry_after: Option<String>) -> Response {
    let body = json!({"message": "set by the test", "status": "error", "error_code": code});
    let response = Response::new(status).body(body.to_string()).close();
    let Some(retry_after) = retry_after else { return response };
    let now = now();
    let seconds = retry_after.strip_prefix("date+").and_then(|seconds| seconds.parse::<i64>().ok());
    let retry_after = seconds.map_or(retry_after, |seconds| http_date(now + seconds));
    response.header("date", http_date(now)).header("retry-after", retry_after)
}

fn head(request: &Request) -> String {
    let mut head = format!("{} {} http/1.1\r\n", request.method, request.target);
    for (name, value) in &request.headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.to_lowercase()
}

fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

fn http_date(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default().format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
