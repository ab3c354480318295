//! Calls a path without a generated method, with a token, a connection and retries. Uses the local stand-in; needs no
//! credentials.

#![allow(clippy::print_stdout)]

use chift_auth::TokenSource;
use chift_auth::chift_api::{Context, Method, RetryPolicy, StandIn};
use serde::Deserialize;
use serde_json::json;

#[derive(Debug, Deserialize)]
struct Folder {
    name: String,
    journals: Vec<String>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let chift = StandIn::start();
    let connection = uuid::Uuid::new_v4();
    chift.server().mock(|when, then| {
        when.method("GET").path("/consumers/17/folders/1").header("x-chift-connectionid", connection.to_string());
        then.status(200).json_body(json!({"name": "2026", "journals": ["sales", "bank"]}));
    });
    let client = TokenSource::for_stand_in(&chift).build()?.client();
    let books = client.with(&Context::new().connection(connection)).retrying(RetryPolicy::new());

    let folder = books.request(Method::GET, "/consumers/17/folders/1").send::<Folder>().await?;
    println!("{}: {}", folder.name, folder.journals.join(", "));

    let elsewhere = books.request(Method::GET, "https://example.com/consumers").send::<()>().await;
    println!("{}", elsewhere.err().map_or_else(String::new, |error| error.to_string()));
    Ok(())
}
