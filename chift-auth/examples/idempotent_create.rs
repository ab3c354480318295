//! A consumer is created once, however often the request is sent. Against the local stand-in; no credentials
//! needed.

#![allow(clippy::print_stdout)]

use std::collections::HashSet;
use std::sync::Mutex;

use chift_auth::TokenSource;
use chift_auth::chift_api::{ChiftError, Client, Context, IdempotencyKey, Method, Repeat, RetryPolicy, StandIn};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let chift = StandIn::start();
    answer_as_chift_does(&chift);
    let client = TokenSource::for_stand_in(&chift).build()?.client().retrying(RetryPolicy::new());

    println!("1. A key of yours, kept with what it is for: sent twice, done once");
    let once = client.with(&Context::new().idempotency_key(IdempotencyKey::new("signup-4711")?));
    create(&once).await?;
    create(&once).await?;

    println!("2. A key for each call: nothing to think of, and a call that is sent again is done once");
    let each = client.with(&Context::new().key_for_each_call());
    create(&each).await?;
    create(&each).await?;
    Ok(())
}

async fn create(client: &Client) -> anyhow::Result<()> {
    let call = client.request(Method::POST, "/consumers").json(&json!({"name": "Bakery"}));
    match call.send::<Value>().await {
        Ok(consumer) => println!("   created: {}", consumer["consumerid"]),
        Err(error) => match error.chift().and_then(ChiftError::repeat) {
            Some(Repeat::Processed) => println!("   it was created before"),
            Some(_) => println!("   it is being created"),
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
