//! The main job: a token, a protected call, and no thought spent on either.
//!
//! With `CHIFT_*` set it talks to Chift; without, it starts a stand-in on loopback and runs the same.

#![allow(clippy::print_stdout)]

use std::time::Duration;

use anyhow::{Context as _, bail};
use chift_auth::chift_api::{Client, Method};
use chift_auth::{AccessToken, Credentials, TokenSource};
use chift_tests::StandIn;

/// How long a token of the stand-in lives: so short that its end can be waited for.
const SHORT_LIFE: i64 = 3;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Kept to the end: the stand-in stops when it is dropped.
    let mut stand_in = None;
    let source = match Credentials::from_env() {
        Ok(credentials) => TokenSource::new(credentials)?,
        Err(error) if error.is_all_missing() => {
            let local = stand_in.insert(StandIn::start());
            local.respond_to_anything();
            local.set_life(SHORT_LIFE);
            let credentials = Credentials::new(
                chift_tests::CLIENT_ID,
                chift_tests::CLIENT_SECRET,
                chift_tests::ACCOUNT_ID.parse().context("the stand-in's account id")?,
            );
            TokenSource::builder(credentials).base_url(local.base_url()).build()?
        }
        // Half a set of credentials is a mistake, and nobody should think that Chift was reached.
        Err(error) => return Err(error.into()),
    };
    let client = source.client();
    match &stand_in {
        Some(_) => println!(
            "No CHIFT_* variables are set, so this talks to a local stand-in for Chift at {}.",
            client.base_url()
        ),
        None => println!("Talking to Chift at {}.", client.base_url()),
    }

    println!("\n1. The first token");
    let first = source.token().await?;
    describe(&first);

    println!("\n2. A protected call with it");
    call(&client).await?;

    println!("\n3. A second call uses the same token");
    call(&client).await?;
    let second = source.token().await?;
    if second.secret() != first.secret() && stand_in.is_none() {
        bail!("a token with {} s to live was not reused", first.life().as_secs());
    }
    println!("   same token: {}", yes(second.secret() == first.secret()));

    if first.life() <= Duration::from_secs(5) {
        println!("\n4. The token's life ends ({} s pass)", first.life().as_secs());
        tokio::time::sleep(first.life()).await;
    } else {
        println!("\n4. The token is dropped (its life of {} min is too long to wait for)", first.life().as_secs() / 60);
        source.invalidate(&second);
    }
    println!("   the next call asks for nothing special");
    call(&client).await?;
    let third = source.token().await?;
    println!("   a new token was fetched behind the scenes: {}", yes(third.secret() != first.secret()));
    describe(&third);

    if let Some(stand_in) = &stand_in {
        println!(
            "\nThe stand-in saw {} token requests, {} good calls and {} refused ones.",
            stand_in.token_requests(),
            stand_in.accepted_calls(),
            stand_in.refused_calls()
        );
    }
    Ok(())
}

fn yes(it_is: bool) -> &'static str {
    if it_is { "yes" } else { "no" }
}

fn describe(token: &AccessToken) {
    println!(
        "   a token of {} characters (never printed), valid for {} s, until {}",
        token.secret().expose().len(),
        token.life().as_secs(),
        token.expires_at().format("%Y-%m-%d %H:%M:%S UTC")
    );
}

/// `GET /consumers`: a path that the checked-in document does not have yet, so it is called by hand.
async fn call(client: &Client) -> anyhow::Result<()> {
    let answer = client.request(Method::GET, "/consumers").send::<serde_json::Value>().await?;
    println!("   GET /consumers -> {}", answer.status());
    Ok(())
}
