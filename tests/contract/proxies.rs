//! A loopback address means this machine: nothing for it goes through a proxy.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use chift_auth::{Credentials, TokenSource};
use chift_tests::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, FaultyServer};

/// A proxy that counts what comes to it.
fn proxy() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, count) = (format!("http://{}", listener.local_addr().unwrap()), Arc::new(AtomicUsize::new(0)));
    let counting = count.clone();
    thread::spawn(move || {
        for stream in listener.incoming().take(100) {
            let Ok(mut stream) = stream else { return };
            counting.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(b"HTTP/1.1 502 Proxied\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    });
    (address, count)
}

fn credentials() -> Credentials {
    Credentials::new(CLIENT_ID, CLIENT_SECRET, ACCOUNT_ID.parse().unwrap())
}

#[tokio::test]
async fn a_proxy_of_the_callers_gets_nothing_that_is_for_this_machine() {
    let (proxy, count) = proxy();
    let server = FaultyServer::start();
    for host in ["127.0.0.1", "localhost", "chift.localhost"] {
        let proxy = proxy.clone();
        let source = TokenSource::builder(credentials())
            .base_url(server.base_url().replace("127.0.0.1", host))
            .http(move |http| http.proxy(reqwest::Proxy::all(&proxy).unwrap()))
            .build()
            .unwrap();
        source.token().await.unwrap();
    }
    assert_eq!((server.token_requests(), count.load(Ordering::SeqCst)), (3, 0));
}

/// The environment is the process's, so a process of its own asks for a token.
#[test]
fn a_proxy_of_the_environment_gets_nothing_that_is_for_this_machine() {
    let (proxy, count) = proxy();
    let server = FaultyServer::start();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "proxies::asks_for_a_token_where_the_environment_says", "--ignored"])
        .env("CHIFT_CLIENT_ID", CLIENT_ID)
        .env("CHIFT_CLIENT_SECRET", CLIENT_SECRET)
        .env("CHIFT_ACCOUNT_ID", ACCOUNT_ID)
        .env("CHIFT_BASE_URL", server.base_url())
        .envs(
            ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
                .map(|name| (name, &proxy)),
        )
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    assert_eq!((server.token_requests(), count.load(Ordering::SeqCst)), (1, 0));
}

#[tokio::test]
#[ignore = "run by the test above, in an environment of its own"]
async fn asks_for_a_token_where_the_environment_says() {
    assert!(std::env::var("CHIFT_BASE_URL").unwrap().starts_with("http://127.0.0.1:"));
    TokenSource::new(Credentials::from_env().unwrap()).unwrap().token().await.unwrap();
}
