//! The cost of a token: `cargo bench -p chift-auth`. The README explains the output.

#![allow(clippy::expect_used, clippy::print_stdout, clippy::wildcard_imports)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use chift_auth::chift_api::{Client, Method};
use chift_auth::{AccessToken, Credentials, TokenSource};
use chift_tests::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, FaultyServer};
use divan::{AllocProfiler, Bencher, black_box};
use futures_util::FutureExt as _;
use serde_json::Value;
use tokio::runtime::Runtime;

const TOKEN_HEADER: &str = "Bearer constant";

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, calls, kind, count, ..] = &arguments[..]
        && calls == "calls"
    {
        return calls_of_one_kind(kind, count.parse().expect("a number of calls"));
    }
    // `cargo test --benches` only checks that everything runs.
    if !std::env::args().any(|argument| argument == "--test") {
        overhead_of_a_call();
    }
    divan::main();
}

fn source(server: &FaultyServer) -> TokenSource {
    let credentials = Credentials::new(CLIENT_ID, CLIENT_SECRET, ACCOUNT_ID.parse().expect("a UUID"));
    TokenSource::builder(credentials).base_url(server.base_url()).build().expect("a source")
}

fn warm(server: &FaultyServer) -> (TokenSource, AccessToken) {
    let source = source(server);
    let token = Runtime::new().expect("a runtime").block_on(source.token()).expect("a token");
    (source, token)
}

/// Calls with a fresh token, on one thread and on two.
mod fresh {
    use super::*;

    #[divan::bench(threads = [1, 2])]
    fn a_floor_of_a_load_and_two_clocks(bencher: Bencher) {
        let (_, token) = warm(&FaultyServer::start());
        let (cell, end) = (ArcSwapOption::from_pointee(token), (Instant::now(), chrono::Utc::now()));
        bencher.bench(|| {
            let token = cell.load();
            black_box((&*token, Instant::now() > end.0, chrono::Utc::now() > end.1));
        });
    }

    #[divan::bench(threads = [1, 2])]
    fn b_token_source(bencher: Bencher) {
        let (source, _) = warm(&FaultyServer::start());
        bencher.bench(|| source.token().now_or_never());
    }

    #[divan::bench(threads = [1, 2])]
    fn c_tokio_mutex(bencher: Bencher) {
        let (_, token) = warm(&FaultyServer::start());
        let cache = tokio::sync::Mutex::new(Some((token, Instant::now())));
        let runtime = Runtime::new().expect("a runtime");
        bencher.bench(|| {
            runtime.block_on(async {
                let cached = cache.lock().await;
                black_box(Instant::now());
                cached.as_ref().map(|(token, _)| token.clone())
            })
        });
    }
}

/// The allocations of one call, with bare reqwest and through the client.
mod call {
    use super::*;

    #[divan::bench(sample_count = 500, sample_size = 1)]
    fn a_bare_reqwest_with_a_constant_header(bencher: Bencher) {
        let calls = Calls::new();
        bencher.bench_local(|| calls.bare());
    }

    #[divan::bench(sample_count = 500, sample_size = 1)]
    fn b_through_the_client(bencher: Bencher) {
        let calls = Calls::new();
        bencher.bench_local(|| calls.through_the_client());
    }
}

/// The same call in both ways: the HTTP client's settings, the server, the headers and the body type are the same.
struct Calls {
    runtime: Runtime,
    client: Client,
    bare: reqwest::Client,
    url: String,
}

impl Calls {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let base_url = format!("http://{}", keep_alive_server());
        let credentials = Credentials::new(CLIENT_ID, CLIENT_SECRET, ACCOUNT_ID.parse().expect("a UUID"));
        let source = TokenSource::builder(credentials).base_url(&base_url).build().expect("a source");
        let bare = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .read_timeout(Duration::from_secs(60))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent("chift-auth/0.1.0")
            .build()
            .expect("an HTTP client");
        let calls = Self { runtime, client: source.client(), bare, url: format!("{base_url}/consumers") };
        for _ in 0..100 {
            black_box((calls.bare(), calls.through_the_client()));
        }
        calls
    }

    fn bare(&self) -> usize {
        self.runtime.block_on(async {
            let request = self.bare.get(&self.url).header("accept", "application/json");
            let response = request.header("authorization", TOKEN_HEADER).send().await.expect("a response");
            response.json::<Value>().await.expect("a page").as_object().map_or(0, serde_json::Map::len)
        })
    }

    fn through_the_client(&self) -> usize {
        self.runtime.block_on(async {
            let page = self.client.request(Method::GET, "/consumers").send::<Value>().await.expect("a page");
            page.as_object().map_or(0, serde_json::Map::len)
        })
    }
}

/// Makes calls of one kind and nothing else, to count instructions as the difference of two numbers of calls.
fn calls_of_one_kind(kind: &str, count: usize) {
    let calls = Calls::new();
    for _ in 0..count {
        black_box(if kind == "bare" { calls.bare() } else { calls.through_the_client() });
    }
}

/// Measures how much longer a protected call takes through the client. The calls alternate, because otherwise other
/// work on the machine would dominate the difference.
fn overhead_of_a_call() {
    const PAIRS: usize = 10_000;
    let calls = Calls::new();
    let timed = |call: &dyn Fn() -> usize| {
        let started = Instant::now();
        black_box(call());
        started.elapsed()
    };
    let (mut bare, mut through) = (Vec::with_capacity(PAIRS), Vec::with_capacity(PAIRS));
    for _ in 0..PAIRS {
        bare.push(timed(&|| calls.bare()));
        through.push(timed(&|| calls.through_the_client()));
    }
    bare.sort();
    through.sort();
    let (bare, through) = (bare[PAIRS / 2], through[PAIRS / 2]);
    let percent = (through.as_secs_f64() / bare.as_secs_f64() - 1.0) * 100.0;
    println!(
        "a protected call, median of {PAIRS} alternating pairs: {bare:.1?} bare, {through:.1?} through the client ({percent:+.1} %)\n"
    );
}

/// Many callers at once without a token: time and peak memory.
#[divan::bench(args = [1_000, 10_000, 20_000], sample_count = 10, sample_size = 1)]
fn cold_callers(bencher: Bencher, callers: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    bencher.with_inputs(|| (FaultyServer::start(), callers)).bench_local_values(|(server, callers)| {
        let source = Arc::new(source(&server));
        runtime.block_on(async {
            let tasks: Vec<_> = (0..callers)
                .map(|_| {
                    let source = source.clone();
                    tokio::spawn(async move { source.token().await.map(drop) })
                })
                .collect();
            for task in tasks {
                task.await.expect("it does not panic").expect("a token");
            }
        });
        assert_eq!(server.token_requests(), 1);
    });
}

/// Sends the same page in response to each call, and keeps the connections open. It does not parse the requests, because
/// the instructions of the calls are counted in this process.
fn keep_alive_server() -> std::net::SocketAddr {
    const PAGE: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 44\r\n\r\n\
                        {\"items\":[],\"total\":0,\"page\":1,\"size\":50}   ";
    const TOKEN: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 67\r\n\r\n\
                         {\"access_token\":\"constant\",\"token_type\":\"bearer\",\"expires_in\":1800}";
    let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback interface");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            stream.set_nodelay(true).expect("no delay");
            thread::spawn(move || {
                let mut request = [0; 4096];
                // Each request fits into one read.
                while stream.read(&mut request).is_ok_and(|count| count > 0) {
                    let response = if request.starts_with(b"POST") { TOKEN } else { PAGE };
                    if stream.write_all(response.as_bytes()).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}
