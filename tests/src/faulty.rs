//! A server on loopback that refuses, delays, cuts, garbles and lies, as it is told.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::locked;

/// After this a connection that says nothing is dropped.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the server does with a request. In data: `{token: {life: 20}}`, `close`, `{error: {status: 503}}`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Answer {
    /// A token, honest unless a field says otherwise.
    Token(Lie),
    /// An error as Chift makes them.
    Error {
        /// The HTTP status.
        status: u16,
        /// Chift's `error_code`.
        #[serde(default)]
        code: Option<String>,
        /// The header `Retry-After`, as it is. `date+N` stands for the date N seconds after the server's.
        #[serde(default)]
        retry_after: Option<String>,
    },
    /// A redirect to there, with status 307.
    Redirect(String),
    /// A redirect with any status.
    RedirectWith {
        /// The HTTP status.
        status: u16,
        /// The address.
        to: String,
    },
    /// An error with a body of that many bytes of text.
    LargeError {
        /// The HTTP status.
        status: u16,
        /// How long the body is.
        bytes: usize,
    },
    /// An error with that status whose body is cut off before the length it states.
    CutError(u16),
    /// A page of HTML, with status 200.
    Html,
    /// A body of that many bytes of JSON, with status 200.
    Large(usize),
    /// A token's JSON that ends in the middle, though the answer is complete as HTTP.
    HalfJson,
    /// An answer that is cut off before the length it states.
    Cut,
    /// A response with status 200 that stops in the middle of its body, while the connection stays open.
    Stall,
    /// The connection is closed without an answer.
    Close,
    /// An honest token, after that many milliseconds.
    SlowToken(u64),
    /// Nothing, until the client goes away.
    Silence,
    /// Any success, for calls.
    Ok,
}

/// Where a token's answer departs from the truth.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lie {
    /// `expires_in`; 1800 if it is not said.
    #[serde(default)]
    pub life: Option<i64>,
    /// `expires_on`, in seconds after the server's date; `life` if it is not said.
    #[serde(default)]
    pub expires_on: Option<i64>,
    /// Whether `expires_in` is written with a decimal point.
    #[serde(default)]
    pub decimal_point: bool,
    /// Whether `expires_on` is missing.
    #[serde(default)]
    pub no_expires_on: bool,
    /// Seconds by which the server's `Date` is ahead of `expires_on`'s clock; no `Date` if it is not said.
    #[serde(default)]
    pub date_ahead: Option<i64>,
    /// Instead of `bearer`.
    #[serde(default)]
    pub token_type: Option<String>,
    /// Instead of a token of its own.
    #[serde(default)]
    pub text: Option<String>,
}

/// A server that does with each request what it was last told to.
///
/// ```
/// use chift_tests::{Answer, FaultyServer};
/// let server = FaultyServer::start();
/// server.answer_token_requests(Answer::Silence);
/// assert_eq!(server.token_requests(), 0);
/// ```
pub struct FaultyServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    token_answers: Mutex<Vec<Answer>>,
    call_answers: Mutex<Vec<Answer>>,
    token_requests: AtomicUsize,
    calls: AtomicUsize,
    /// The head of each call, in small letters.
    heads: Mutex<Vec<String>>,
    issued: Mutex<Vec<String>>,
    closing: AtomicBool,
}

impl FaultyServer {
    /// Starts on a free port of the loopback interface, honest for the time being.
    ///
    /// # Panics
    ///
    /// When there is no loopback interface.
    #[allow(clippy::expect_used)]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback interface");
        let address = listener.local_addr().expect("a bound listener has an address");
        let shared = Arc::new(Shared {
            token_answers: Mutex::new(vec![Answer::Token(Lie::default())]),
            call_answers: Mutex::new(vec![Answer::Ok]),
            token_requests: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
            heads: Mutex::default(),
            issued: Mutex::default(),
            closing: AtomicBool::new(false),
        });
        let serving = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.closing.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), serving) = (stream, serving.clone()) else { continue };
                thread::spawn(move || serving.serve(stream));
            }
        });
        Self { address, shared }
    }

    /// Where it listens, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What token requests are answered with from now on.
    pub fn answer_token_requests(&self, answer: Answer) {
        *locked(&self.shared.token_answers) = vec![answer];
    }

    /// What the next token requests are answered with, in that order; the last one stays.
    pub fn answer_token_requests_in_turn(&self, answers: Vec<Answer>) {
        *locked(&self.shared.token_answers) = answers;
    }

    /// What calls with any bearer are answered with, in that order; the last one stays.
    pub fn answer_calls_in_turn(&self, answers: Vec<Answer>) {
        *locked(&self.shared.call_answers) = answers;
    }

    /// How many token requests arrived.
    pub fn token_requests(&self) -> usize {
        self.shared.token_requests.load(Ordering::SeqCst)
    }

    /// How many other requests arrived.
    pub fn calls(&self) -> usize {
        self.shared.calls.load(Ordering::SeqCst)
    }

    /// The request line and headers of each other request, in small letters, in order.
    pub fn call_heads(&self) -> Vec<String> {
        locked(&self.shared.heads).clone()
    }

    /// The tokens that were issued, in order.
    pub fn issued(&self) -> Vec<String> {
        locked(&self.shared.issued).clone()
    }
}

impl Drop for FaultyServer {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for a connection; that there is none any more is as good.
        let _ = TcpStream::connect(self.address);
    }
}

impl fmt::Debug for FaultyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyServer").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) {
        let _ = stream.set_read_timeout(Some(PATIENCE));
        let Ok(Some(head)) = read_request(&mut stream) else { return };
        let (answers, count) = if head.split(' ').nth(1) == Some("/token") {
            (&self.token_answers, &self.token_requests)
        } else {
            locked(&self.heads).push(head);
            (&self.call_answers, &self.calls)
        };
        let answer = {
            let mut answers = locked(answers);
            if answers.len() > 1 { answers.remove(0) } else { answers.first().cloned().unwrap_or(Answer::Close) }
        };
        count.fetch_add(1, Ordering::SeqCst);
        // A client that goes away before the answer is what some tests are about.
        let _ = self.answer(&mut stream, answer);
    }

    fn answer(&self, stream: &mut TcpStream, answer: Answer) -> io::Result<()> {
        match answer {
            Answer::Token(lie) => self.token(stream, &lie),
            Answer::Error { status, code, retry_after } => {
                let mut headers = Vec::new();
                if let Some(after) = retry_after {
                    let now = now();
                    headers.push(("date", http_date(now)));
                    let seconds = after.strip_prefix("date+").and_then(|seconds| seconds.parse::<i64>().ok());
                    headers.push(("retry-after", seconds.map_or(after, |seconds| http_date(now + seconds))));
                }
                let body = json!({"message": "as it was told", "status": "error", "error_code": code});
                respond(stream, status, &headers, &body.to_string())
            }
            Answer::Redirect(to) => respond(stream, 307, &[("location", to)], ""),
            Answer::RedirectWith { status, to } => respond(stream, status, &[("location", to)], ""),
            Answer::LargeError { status, bytes } => respond(stream, status, &[], &"x ".repeat(bytes / 2)),
            Answer::CutError(status) => {
                let head = format!("HTTP/1.1 {status} As Told\r\ncontent-length: 500\r\nconnection: close\r\n\r\n");
                stream.write_all(format!("{head}{{\"message\": \"cut").as_bytes())
            }
            Answer::Html => {
                respond(stream, 200, &[("content-type", "text/html".to_owned())], "<html><p>Sorry</p></html>")
            }
            Answer::Large(bytes) => {
                respond(stream, 200, &[], &format!("{{\"access_token\":\"{}\"}}", "x".repeat(bytes)))
            }
            Answer::HalfJson => respond(stream, 200, &[], "{\"access_token\":\"half-a-tok"),
            Answer::Cut => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"access_token\":\"cut-tok")
            }
            Answer::Stall => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"items\": [")?;
                stream.read(&mut [0; 1]).map(drop)
            }
            Answer::Close => Ok(()),
            Answer::SlowToken(milliseconds) => {
                thread::sleep(Duration::from_millis(milliseconds));
                self.token(stream, &Lie::default())
            }
            Answer::Silence => {
                // Ends when the client closes its side, or after the read timeout.
                stream.read(&mut [0; 1]).map(drop)
            }
            Answer::Ok => respond(stream, 200, &[], "{\"items\":[],\"total\":0,\"page\":1,\"size\":50}"),
        }
    }

    fn token(&self, stream: &mut TcpStream, lie: &Lie) -> io::Result<()> {
        let now = now();
        let life = lie.life.unwrap_or(1800);
        let token = lie
            .text
            .clone()
            .unwrap_or_else(|| format!("issued-{}-{}", self.token_requests.load(Ordering::SeqCst), fastrand::u64(..)));
        locked(&self.issued).push(token.clone());
        let mut body: Value = json!({
            "access_token": token,
            "token_type": lie.token_type.as_deref().unwrap_or("bearer"),
            "expires_in": life,
            "expires_on": now.saturating_add(lie.expires_on.unwrap_or(life)),
        });
        if lie.decimal_point {
            body["expires_in"] = json!(i32::try_from(life).map(f64::from).unwrap_or_default());
        }
        if let Some(fields) = body.as_object_mut().filter(|_| lie.no_expires_on) {
            fields.remove("expires_on");
        }
        let headers: Vec<_> = lie.date_ahead.map(|ahead| ("date", http_date(now + ahead))).into_iter().collect();
        respond(stream, 200, &headers, &body.to_string())
    }
}

/// The head of the request, in small letters, once its body has been read too; `None` when the client went away.
fn read_request(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    let head = loop {
        if let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        match stream.read(&mut chunk)? {
            0 => return Ok(None),
            count => request.extend_from_slice(&chunk[..count]),
        }
    };
    let text = String::from_utf8_lossy(&request[..head]).to_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok()).unwrap_or(0);
    while request.len() < head + length {
        match stream.read(&mut chunk)? {
            0 => return Ok(None),
            count => request.extend_from_slice(&chunk[..count]),
        }
    }
    Ok(Some(text))
}

fn respond(stream: &mut TcpStream, status: u16, headers: &[(&str, String)], body: &str) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {status} As Told\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
    for (name, value) in headers {
        head.extend([*name, ": ", value, "\r\n"]);
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes())
}

fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

fn http_date(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default().format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
