//! How to distinguish the reasons for which a call fails. Uses the local stand-in; needs no credentials.

#![allow(clippy::print_stdout)]

use std::process::ExitCode;

use chift_auth::chift_api::{Client, Method, StandIn};
use chift_auth::{AuthError, Credentials, TokenSource};
use serde_json::{Value, json};

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
    chift.server().mock(|when, then| {
        when.path("/consumers/17");
        then.status(404)
            .json_body(json!({"message": "No such consumer", "status": "error", "error_code": "ERROR_GONE"}));
    });
    chift.server().mock(|when, then| {
        when.path("/consumers/18");
        then.status(401).json_body(json!({
            "message": "The accounting software refused the password", "status": "error", "error_code": "ERROR_CONNECTOR_AUTHENTICATION",
        }));
    });
    let client = TokenSource::for_stand_in(&chift).build()?.client();
    call("not found", &client, "/consumers/17").await;
    call("the customer's software refuses the customer's credentials", &client, "/consumers/18").await;

    let account = chift_auth::chift_api::stand_in::ACCOUNT_ID.parse()?;
    let wrong = Credentials::new("unknown", "wrong", account);
    let rejected = TokenSource::builder(wrong).base_url(chift.base_url()).build()?.client();
    call("wrong API key", &rejected, "/consumers/17").await;

    let unreachable = TokenSource::for_stand_in(&chift).base_url("http://127.0.0.1:9").attempts(1).build()?.client();
    call("unreachable server", &unreachable, "/consumers/17").await;
    Ok(())
}

async fn call(what: &str, client: &Client, path: &str) {
    let Err(error) = client.request(Method::GET, path).send::<Value>().await else {
        return println!("{what}: no error");
    };
    println!("{what}: {error}");
    // The same for every operation: first whether the token was the reason, then Chift's error.
    if error.is_auth() {
        let is_rejected = AuthError::of(&error).is_some_and(AuthError::is_rejected);
        println!("   no token; rejected: {is_rejected}, transient: {}", error.is_transient());
    } else if let Some(failure) = error.chift() {
        println!("   {:?}; the customer must reconnect: {}", failure.class(), failure.needs_reconnection());
    }
}
