//! Tests your own code without a network and without credentials: `cargo test --example your_own_test`.
//!
//! Add `chift-auth = { version = "…", features = ["httpmock"] }` to the `dev-dependencies` of your `Cargo.toml`.

#![allow(clippy::print_stdout)]

use std::process::ExitCode;

use chift_auth::chift_api::{Client, Error, Method, Undocumented};

/// Your code. Counts the consumers.
async fn count_consumers(client: &Client) -> Result<usize, Error<Undocumented>> {
    let consumers = client.request(Method::GET, "/consumers").send::<Vec<serde_json::Value>>().await?;
    Ok(consumers.len())
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
    let chift = chift_auth::chift_api::StandIn::start();
    chift.server().mock(|when, then| {
        when.path("/consumers");
        then.status(200).body("[{}, {}]");
    });
    let client = chift_auth::TokenSource::for_stand_in(&chift).build()?.client();
    println!("{} consumers", count_consumers(&client).await?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use chift_auth::TokenSource;
    use chift_auth::chift_api::StandIn;

    use super::*;

    #[tokio::test]
    async fn my_code_handles_an_expired_token() {
        let chift = StandIn::start();
        chift.server().mock(|when, then| drop((when.path("/consumers"), then.status(200).body("[{}, {}]"))));
        let client = TokenSource::for_stand_in(&chift).build().unwrap().client();
        assert_eq!(count_consumers(&client).await.unwrap(), 2);
        chift.advance(std::time::Duration::from_secs(30 * 60)); // for the server, the token has expired
        assert_eq!(count_consumers(&client).await.unwrap(), 2);
        assert_eq!((chift.token_requests(), chift.refused_calls()), (2, 1));
    }
}
