//! Requests to a loopback address do not go through a proxy.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use chift_auth::{Credentials, TokenSource};
use chift_tests::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, FaultyServer};

/// Starts a proxy that counts its connections.
fn proxy() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, count) = (format!("http://{}", listener.local_addr().unwrap()), Arc::new(AtomicUsize::new(0)));
    let counter = count.clone();
    thread::spawn(move || {
        for stream in listener.incoming().take(100) {
            let Ok(mut stream) = stream else { return };
            counter.fetch_add(1, Ordering::SeqCst);
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
async fn a_configured_proxy_receives_no_request_to_loopback() {
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

/// The environment belongs to the process, so a separate process requests the token.
#[test]
fn a_proxy_from_the_environment_receives_no_request_to_loopback() {
    let (proxy, count) = proxy();
    let server = FaultyServer::start();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "proxies::requests_a_token_with_the_settings_of_the_environment", "--ignored"])
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
#[ignore = "the test above runs it in a separate process"]
async fn requests_a_token_with_the_settings_of_the_environment() {
    assert!(std::env::var("CHIFT_BASE_URL").unwrap().starts_with("http://127.0.0.1:"));
    TokenSource::new(Credentials::from_env().unwrap()).unwrap().token().await.unwrap();
}
