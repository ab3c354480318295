//! Creates a consumer exactly once, even if the request is sent several times. Uses the local stand-in; needs no
//! credentials.

#![allow(clippy::print_stdout)]

use std::collections::HashSet;
use std::process::ExitCode;
use std::sync::Mutex;

use chift_auth::TokenSource;
use chift_auth::chift_api::{Client, Context, ErrorDetails, IdempotencyKey, Method, Repeat, RetryPolicy, StandIn};
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
    answer_as_chift_does(&chift);
    let client = TokenSource::for_stand_in(&chift).build()?.client().retrying(RetryPolicy::new());

    println!("1. Your own idempotency key: the request is sent twice and executed once");
    let once = client.with_idempotency_key(IdempotencyKey::new("signup-4711")?);
    create(&once).await?;
    create(&once).await?;

    println!("2. A new key for each call: a retry of a call is executed once");
    let each = client.with(&Context::new().key_for_each_call());
    create(&each).await?;
    create(&each).await?;
    Ok(())
}

async fn create(client: &Client) -> anyhow::Result<()> {
    let call = client.request(Method::POST, "/consumers").json(&json!({"name": "Bakery"}));
    match call.send::<Value>().await {
        Ok(consumer) => println!("   created: {}", consumer["consumerid"]),
        Err(error) => match error.chift().and_then(ErrorDetails::repeat) {
            Some(Repeat::Processed) => println!("   already created"),
            Some(_) => println!("   still being created"),
            // Any other conflict, and any other error.
            None => return Err(error.into()),
        },
    }
    Ok(())
}

fn answer_as_chift_does(chift: &StandIn) {
    let seen = Mutex::new(HashSet::new());
    chift.server().mock(|when, then| {
        when.method("POST").path("/consumers");
        then.respond_with(move |request| {
            let key = request.headers().get("x-chift-client-requestid").map(|key| key.as_bytes().to_vec());
            let mut seen = seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let (status, body) = if key.is_none_or(|key| seen.insert(key)) {
                (200, json!({"consumerid": format!("consumer-{}", seen.len())}))
            } else {
                let message = "Request already processed: 200";
                (409, json!({"message": message, "status": "error", "error_code": "REQUEST_ALREADY_PROCESSED"}))
            };
            httpmock::HttpMockResponse::builder().status(status).body(body.to_string()).build()
        });
    });
}
