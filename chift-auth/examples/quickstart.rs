//! Gets a token, makes protected calls, and shows how the token is renewed.
//!
//! With the `CHIFT_*` variables set, it connects to Chift. Without them, it starts a local stand-in for Chift.

#![allow(clippy::print_stdout)]

use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use chift_auth::AccessToken;
use chift_auth::chift_api::StandIn;
use chift_auth::prelude::*;

/// The life of the stand-in's tokens, in seconds: short enough to wait for its end.
const SHORT_LIFE: i64 = 3;

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
    // Kept until the end, because the stand-in stops when it is dropped.
    let mut stand_in = None;
    let source = match Credentials::from_env() {
        Ok(credentials) => TokenSource::new(credentials)?,
        Err(error) if error.is_all_missing() => {
            let local = stand_in.insert(StandIn::start());
            local.respond_to_anything();
            local.set_life(SHORT_LIFE);
            TokenSource::for_stand_in(local).build()?
        }
        // Incomplete credentials are a mistake. The stand-in would hide it.
        Err(error) => return Err(error.into()),
    };
    let client = source.client();
    match &stand_in {
        Some(_) => println!("No CHIFT_* variable is set. Using a local stand-in for Chift at {}.", client.base_url()),
        None => println!("Using Chift at {}.", client.base_url()),
    }

    println!("\n1. Get the first token");
    let first = source.token().await?;
    let life = remaining(&first);
    describe(&first);

    println!("\n2. Make a protected call");
    call(&client).await?;

    println!("\n3. Make a second call with the same token");
    call(&client).await?;
    let second = source.token().await?;
    if second.secret() != first.secret() && stand_in.is_none() {
        bail!("a token that was valid for {} s was not reused", life.as_secs());
    }
    println!("   same token: {}", yes_or_no(second.secret() == first.secret()));

    if life <= Duration::from_secs(5) {
        println!("\n4. Wait until the token has expired ({:.1} s)", life.as_secs_f64());
        tokio::time::sleep(life).await;
    } else {
        println!("\n4. Invalidate the token (it is valid for another {} s)", life.as_secs());
        source.invalidate(&second);
    }
    println!("   The next call needs no special code.");
    call(&client).await?;
    let third = source.token().await?;
    println!("   new token: {}", yes_or_no(third.secret() != first.secret()));
    describe(&third);

    if let Some(stand_in) = &stand_in {
        println!(
            "\nThe stand-in received {} token requests, {} calls with a valid token and {} without.",
            stand_in.token_requests(),
            stand_in.accepted_calls(),
            stand_in.refused_calls()
        );
    }
    Ok(())
}

fn yes_or_no(is_yes: bool) -> &'static str {
    if is_yes { "yes" } else { "no" }
}

fn remaining(token: &AccessToken) -> Duration {
    (token.expires_at() - Utc::now()).to_std().unwrap_or_default()
}

fn describe(token: &AccessToken) {
    println!(
        "   a token of {} characters (not printed), valid until {}",
        token.secret().expose().len(),
        token.expires_at().format("%Y-%m-%d %H:%M:%S UTC")
    );
}

/// Calls `GET /consumers` by its path, which works with any document that the client is generated from.
async fn call(client: &Client) -> anyhow::Result<()> {
    let response = client.request(Method::GET, "/consumers").send::<Value>().await?;
    println!("   GET /consumers -> {}", response.status());
    Ok(())
}
