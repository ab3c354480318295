//! 64 tasks get tokens while 30 % of the token requests fail: `cargo bench -p chift-auth --bench soak`.
//!
//! Options: `--seconds N` per token life (default 20, or `CHIFT_SOAK_SECONDS`) and `--seed N` (default 1, or
//! `CHIFT_SOAK_SEED`). With `--test` it runs for half a second per life, only to check that everything works.
//!
//! It exits with status 1 if a failure is unexplained or a caller got an expired token. A failure is explained if
//! every request that the server received between the start of the call and its failure hung or got status 500, and
//! the call either waited for its whole deadline or saw a whole renewal (three requests) fail. Requests in the last
//! 100 ms before the deadline do not count, because their responses may be too late.
//! `early` counts the explained failures after which the server issued a token before the call's deadline: a caller
//! gets the error after three attempts, and does not wait for the rest of its deadline.

#![allow(clippy::expect_used, clippy::print_stdout)]

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use chift_auth::{Credentials, TokenSource};
use chift_test_server::{Response, Server};

const TASKS: u64 = 64;
/// The lives of the tokens, in seconds.
const LIVES: [u64; 3] = [2, 5, 20];
/// The defaults of the builder.
const DEADLINE: Duration = Duration::from_secs(10);
const ATTEMPTS: usize = 3;
/// The time that timers, threads and the loopback interface can take.
const SLACK: Duration = Duration::from_millis(100);
/// Shorter waits are not recorded.
const SHORT: Duration = Duration::from_millis(1);
/// Percent of the token requests.
const HANGS: u64 = 15;
const ERRORS: u64 = 15;

fn main() -> ExitCode {
    let options = Options::from_env();
    println!(
        "{TASKS} tasks, {HANGS} % hangs, {ERRORS} % status 500, {:?} per token life, seed {}",
        options.span, options.seed
    );
    println!(
        "{:>6} {:>9} {:>8} {:>11} {:>6} {:>9} {:>9} {:>10} {:>8} {:>8} {:>9}",
        "life",
        "calls",
        "failures",
        "unexplained",
        "early",
        "expired",
        "worst",
        "p99",
        "no service",
        "requests",
        "peak RSS"
    );
    let mut is_good = true;
    for (index, life) in (0..).zip(LIVES) {
        let report = soak(life, options.span, options.seed.wrapping_add(index));
        println!("{report}");
        is_good &= report.unexplained == 0 && report.expired == 0;
    }
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Options {
    span: Duration,
    seed: u64,
}

impl Options {
    fn from_env() -> Self {
        let arguments: Vec<String> = std::env::args().collect();
        let number = |option: &str, variable: &str, default: u64| {
            let value =
                arguments.iter().position(|it| it == option).and_then(|index| arguments.get(index + 1).cloned());
            value.or_else(|| std::env::var(variable).ok()).and_then(|value| value.parse().ok()).unwrap_or(default)
        };
        let is_test = arguments.iter().any(|argument| argument == "--test");
        let seconds = Duration::from_secs(number("--seconds", "CHIFT_SOAK_SECONDS", 20).min(3_600));
        Self {
            span: if is_test { Duration::from_millis(500) } else { seconds },
            seed: number("--seed", "CHIFT_SOAK_SEED", 1),
        }
    }
}

/// The calls of one task. Those that got a token within [`SHORT`] are only counted, so that the peak RSS is not
/// that of the log.
#[derive(Default)]
struct Calls {
    short: usize,
    others: Vec<Call>,
}

/// One call of `source.token()`.
#[derive(Clone, Copy)]
struct Call {
    asked: Instant,
    ended: Instant,
    outcome: Outcome,
    /// When the last valid token expired, if that was before the call ended.
    without_token: Option<Instant>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Token,
    ExpiredToken,
    Failure,
    /// The run ended first.
    Unfinished,
}

fn soak(life: u64, span: Duration, seed: u64) -> Report {
    let endpoint = TokenEndpoint::new(life, seed);
    let serving = endpoint.clone();
    let server = Server::start(move |_| serving.respond()).expect("the loopback interface");
    let credentials = Credentials::new("client", "s3cret", uuid::Uuid::nil());
    let source = TokenSource::builder(credentials).base_url(server.base_url()).build();
    let source = source.expect("a source");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    // When the newest token expires, in microseconds since the epoch.
    let newest = Arc::new(AtomicU64::new(0));
    let end = Instant::now() + span;
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| runtime.spawn(calls(source.clone(), newest.clone(), end, seed.wrapping_mul(1_000) + task)))
        .collect();
    let mut all = Calls::default();
    for task in tasks {
        let calls = runtime.block_on(task).expect("a task does not panic");
        all.short += calls.short;
        all.others.extend(calls.others);
    }
    runtime.shutdown_background();
    Report::new(life, &all, &locked(&endpoint.received))
}

/// Calls in a loop until `end`, with pauses of a few milliseconds.
async fn calls(source: TokenSource, newest: Arc<AtomicU64>, end: Instant, seed: u64) -> Calls {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut calls = Calls::default();
    while Instant::now() < end {
        let (asked, asked_wall) = (Instant::now(), micros(SystemTime::now()));
        let valid_for = Duration::from_micros(newest.load(Ordering::SeqCst).saturating_sub(asked_wall));
        let result = tokio::time::timeout_at(end.into(), source.token()).await;
        let ended = Instant::now();
        let outcome = match result {
            Ok(Ok(token)) => {
                let expires = micros(token.expires_at().into());
                newest.fetch_max(expires, Ordering::SeqCst);
                if expires > micros(SystemTime::now()) { Outcome::Token } else { Outcome::ExpiredToken }
            }
            Ok(Err(_)) => Outcome::Failure,
            Err(_) => Outcome::Unfinished,
        };
        let without_token = Some(asked + valid_for).filter(|from| *from < ended);
        if outcome == Outcome::Token && ended - asked < SHORT {
            calls.short += 1;
        } else {
            calls.others.push(Call { asked, ended, outcome, without_token });
        }
        tokio::time::sleep(Duration::from_millis(random.u64(1..10))).await;
    }
    calls
}

fn micros(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

struct Report {
    life: u64,
    calls: usize,
    failures: usize,
    unexplained: usize,
    early: usize,
    expired: usize,
    worst: Duration,
    p99: Duration,
    without_service: Duration,
    requests: usize,
}

impl Report {
    fn new(life: u64, all: &Calls, received: &[Received]) -> Self {
        let calls = &all.others;
        let count = |outcome| calls.iter().filter(|call| call.outcome == outcome).count();
        let failures = || calls.iter().filter(|call| call.outcome == Outcome::Failure);
        let mut waits: Vec<Duration> = calls.iter().map(|call| call.ended - call.asked).collect();
        waits.sort_unstable();
        Self {
            life,
            calls: all.short + calls.len(),
            failures: count(Outcome::Failure),
            unexplained: failures().filter(|call| !is_explained(call, received)).count(),
            early: failures().filter(|call| was_early(call, received)).count(),
            expired: count(Outcome::ExpiredToken),
            worst: waits.last().copied().unwrap_or_default(),
            p99: waits.iter().rev().nth((all.short + waits.len()) / 100).copied().unwrap_or(SHORT),
            without_service: union(calls.iter().filter_map(|call| Some((call.without_token?, call.ended)))),
            requests: received.len(),
        }
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:>4} s {:>9} {:>8} {:>11} {:>6} {:>9} {:>7.3} s {:>7.3} s {:>8.3} s {:>8} {:>9}",
            self.life,
            self.calls,
            self.failures,
            self.unexplained,
            self.early,
            self.expired,
            self.worst.as_secs_f64(),
            self.p99.as_secs_f64(),
            self.without_service.as_secs_f64(),
            self.requests,
            peak_rss()
        )
    }
}

fn is_explained(call: &Call, received: &[Received]) -> bool {
    let deadline = call.asked + DEADLINE;
    let during: Vec<_> = received.iter().filter(|it| it.at >= call.asked && it.at <= call.ended).collect();
    let all_failed = during.iter().all(|it| it.fate != Fate::Token || it.at + SLACK >= deadline);
    all_failed && (during.len() >= ATTEMPTS || call.ended + SLACK >= deadline)
}

fn was_early(call: &Call, received: &[Received]) -> bool {
    let later = |it: &&Received| it.at > call.ended && it.at + SLACK < call.asked + DEADLINE;
    received.iter().filter(later).any(|it| it.fate == Fate::Token)
}

/// The time that at least one of the intervals covers.
fn union(intervals: impl Iterator<Item = (Instant, Instant)>) -> Duration {
    let mut intervals: Vec<_> = intervals.collect();
    intervals.sort_unstable();
    let (mut total, mut covered) = (Duration::ZERO, None::<Instant>);
    for (begin, end) in intervals {
        let begin = covered.map_or(begin, |covered| covered.max(begin));
        total += end.saturating_duration_since(begin);
        covered = Some(covered.map_or(end, |covered| covered.max(end)));
    }
    total
}

/// The most memory that this process has used, as Linux reports it.
fn peak_rss() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse().ok());
    kilobytes.map_or_else(|| "unknown".to_owned(), |kilobytes: u64| format!("{} MB", kilobytes / 1024))
}

/// How the server responds to a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Token,
    Hang,
    Error,
}

#[derive(Clone, Copy)]
struct Received {
    at: Instant,
    fate: Fate,
}

/// A token endpoint on loopback that hangs or fails at random.
struct TokenEndpoint {
    life: u64,
    random: Mutex<fastrand::Rng>,
    received: Mutex<Vec<Received>>,
}

impl TokenEndpoint {
    fn new(life: u64, seed: u64) -> Arc<Self> {
        Arc::new(Self { life, random: Mutex::new(fastrand::Rng::with_seed(seed)), received: Mutex::default() })
    }

    fn respond(&self) -> Response {
        let fate = match locked(&self.random).u64(..100) {
            roll if roll < HANGS => Fate::Hang,
            roll if roll < HANGS + ERRORS => Fate::Error,
            _ => Fate::Token,
        };
        locked(&self.received).push(Received { at: Instant::now(), fate });
        match fate {
            Fate::Hang => Response::silence(),
            Fate::Error => Response::json(500, r#"{"message":"on purpose","status":"error"}"#).close(),
            Fate::Token => {
                let (life, now) = (self.life, micros(SystemTime::now()) / 1_000_000);
                let expires_on = now + life;
                let body = format!(
                    r#"{{"access_token":"token","token_type":"bearer","expires_in":{life},"expires_on":{expires_on}}}"#
                );
                Response::json(200, body).close()
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
