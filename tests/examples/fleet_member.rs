//! A process of a fleet, for `tests/fleet`. It prints `ready`, waits for a line, and ends with its standard input.
//!
//! The environment has Chift's variables, `FLEET_REDIS` if there is a store, and `FLEET_LATE_RENEWAL` if tokens are to be
//! used nearly to their end. With the argument `token`, it gets one token and prints the microseconds that this took.
//! With `work`, it calls Chift until the end, and prints each call that failed.

#![allow(clippy::print_stdout)]

use std::env::{self, VarError};
use std::error::Error;
use std::io::{self, BufRead as _};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chift_auth::chift_api::Method;
use chift_auth::store::RedisStore;
use chift_auth::{Credentials, TokenSource};

/// The pause between two calls.
const PAUSE: Duration = Duration::from_millis(20);

/// The default of 50 ms is for a machine whose processor is not shared by all members of the fleet.
const STORE_TIMEOUT: Duration = Duration::from_millis(500);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut builder = TokenSource::builder(Credentials::from_env()?)
        // The server recognizes the process by it.
        .http(|http| http.user_agent(process::id().to_string()));
    match env::var("FLEET_REDIS") {
        Ok(address) => builder = builder.store(RedisStore::new(&address)?).store_timeout(STORE_TIMEOUT),
        Err(VarError::NotPresent) => {}
        Err(error) => return Err(error.into()),
    }
    if env::var_os("FLEET_LATE_RENEWAL").is_some() {
        builder = builder.margin(Duration::from_millis(20)).refresh_ahead(Duration::from_millis(50));
    }
    let source = builder.build()?;
    println!("ready");
    io::stdin().lock().read_line(&mut String::new())?;

    match env::args().nth(1).as_deref() {
        Some("token") => {
            let started = Instant::now();
            source.token().await?;
            println!("{}", started.elapsed().as_micros());
            io::copy(&mut io::stdin().lock(), &mut io::sink())?;
        }
        Some("work") => work(&source).await,
        _ => return Err("the argument is `token` or `work`".into()),
    }
    Ok(())
}

/// Calls Chift until the standard input is closed.
async fn work(source: &TokenSource) {
    static IS_OVER: AtomicBool = AtomicBool::new(false);
    std::thread::spawn(|| {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        IS_OVER.store(true, Ordering::Relaxed);
    });
    let client = source.client();
    while !IS_OVER.load(Ordering::Relaxed) {
        if let Err(error) = client.request(Method::GET, "/consumers").send::<serde_json::Value>().await {
            println!("failed: {error}");
        }
        tokio::time::sleep(PAUSE).await;
    }
}
