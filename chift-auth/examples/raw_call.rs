//! Calls a path without a generated method, with a token, a connection, retries and a time limit. Uses the local
//! stand-in; needs no credentials.

#![allow(clippy::print_stdout)]

use std::process::ExitCode;
use std::time::Duration;

use chift_auth::chift_api::StandIn;
use chift_auth::prelude::*;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Folder {
    name: String,
    journals: Vec<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line with all causes. If `main` returned the error, a backtrace could follow.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<()> {
    let chift = StandIn::start();
    let connection = Uuid::new_v4();
    chift.server().mock(|when, then| {
        when.method("GET").path("/consumers/17/folders/1").header("x-chift-connectionid", connection.to_string());
        then.status(200).json_body(json!({"name": "2026", "journals": ["sales", "bank"]}));
    });
    let client = TokenSource::for_stand_in(&chift).build()?.client();
    let books = client.with(&Context::new().connection(connection)).retrying(RetryPolicy::new());

    let quick = books.with_timeout(Duration::from_secs(5));
    let folder = quick.request(Method::GET, "/consumers/17/folders/1").send::<Folder>().await?;
    println!("{}: {}", folder.name, folder.journals.join(", "));

    let elsewhere = books.request(Method::GET, "https://example.com/consumers").send::<()>().await;
    println!("{}", elsewhere.err().map_or_else(String::new, |error| error.to_string()));
    Ok(())
}
