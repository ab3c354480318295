//! Creates an invoice exactly once, even if the request is sent several times or its response is lost, and looks up what
//! became of a request. Uses the local stand-in; needs no credentials.

#![allow(clippy::print_stdout)]

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use chift_auth::chift_api::StandIn;
use chift_auth::prelude::*;
use httpmock::{HttpMockRequest, HttpMockResponse};

const CONSUMER: Uuid = Uuid::from_u128(1);
const CONNECTION: Uuid = Uuid::from_u128(2);

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
    respond_as_chift_does(&chift);
    let client = TokenSource::for_stand_in(&chift).build()?.client();
    let books = client.with(&Context::new().connection(CONNECTION));

    println!("1. Your own idempotency key: the request is sent twice and executed once");
    // Store the key before the first request, so that you have it after a crash.
    let key = IdempotencyKey::new("invoice-2026-0042")?;
    create(&books, &key, "Bakery").await?;
    create(&books, &key, "Bakery").await?;

    println!("2. The response is lost, with and without retries");
    create(&books, &IdempotencyKey::new("lost-1")?, "Bakery").await?;
    create(&books.retrying(RetryPolicy::new()), &IdempotencyKey::new("lost-2")?, "Bakery").await?;

    println!("3. The earlier request failed: correct it, and send it with another key");
    let key = IdempotencyKey::new("invoice-2026-0043")?;
    if let Err(error) = create(&books, &key, "").await {
        println!("   {error}");
    }
    create(&books, &key, "").await?;

    println!("4. Chift has not received the request: send it, with the same key");
    look_up(&books, &IdempotencyKey::new("invoice-2026-0044")?).await?;

    println!("5. A new key for each call: a retry of a call is executed once, and each call creates an invoice");
    let each = books.with(&Context::new().key_for_each_call()).retrying(RetryPolicy::new());
    for _ in 0..2 {
        println!("   created: {}", send(&each, "Bakery").await?["id"]);
    }
    Ok(())
}

/// Creates an invoice. If Chift has received the request before, or if no one knows whether it has, looks it up.
async fn create(client: &Client, key: &IdempotencyKey, name: &str) -> anyhow::Result<()> {
    match send(&client.with_idempotency_key(key.clone()), name).await {
        Ok(invoice) => println!("   created: {}", invoice["id"]),
        Err(error) if error.is_transient() || error.chift().is_some_and(|error| error.repeat().is_some()) => {
            println!("   {error}");
            look_up(client, key).await?;
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

async fn look_up(client: &Client, key: &IdempotencyKey) -> anyhow::Result<()> {
    let Some(transaction) = client.transaction(&CONSUMER, &CONNECTION, key).await? else {
        println!("   not received");
        return Ok(());
    };
    match transaction.status() {
        Some(status) if status.is_success() => {
            println!("   created earlier: {}", transaction.created_entity_id.as_deref().unwrap_or("no id"));
        }
        Some(status) => println!("   failed earlier, with status {status}"),
        None => println!("   in progress"),
    }
    Ok(())
}

async fn send(client: &Client, name: &str) -> Result<Value, Error> {
    let path = format!("/consumers/{CONSUMER}/invoices");
    let invoice = client.request(Method::POST, &path).json(&json!({"name": name})).send::<Value>().await?;
    Ok(invoice.into_inner())
}

/// The requests that Chift has received, by key: the status of the response, and the id of the invoice.
type Received = HashMap<String, (u16, Option<String>)>;

fn respond_as_chift_does(chift: &StandIn) {
    let received = Arc::new(Mutex::new(Received::new()));
    let creating = received.clone();
    chift.server().mock(|when, then| {
        when.method("POST").path(format!("/consumers/{CONSUMER}/invoices"));
        then.respond_with(move |request| {
            response(created(&mut creating.lock().unwrap_or_else(PoisonError::into_inner), request))
        });
    });
    chift.server().mock(|when, then| {
        when.method("GET").path(format!("/consumers/{CONSUMER}/connections/{CONNECTION}/transactions"));
        then.respond_with(move |request| {
            response(found(&received.lock().unwrap_or_else(PoisonError::into_inner), request))
        });
    });
}

fn created(received: &mut Received, request: &HttpMockRequest) -> (u16, Value) {
    let headers = request.headers();
    let key = headers.get("x-chift-client-requestid").and_then(|key| key.to_str().ok()).unwrap_or_default();
    if received.contains_key(key) {
        let body =
            json!({"message": "Already processed", "status": "error", "error_code": "REQUEST_ALREADY_PROCESSED"});
        return (409, body);
    }
    if request.body_string().contains("\"\"") {
        received.insert(key.to_owned(), (422, None));
        return (422, json!({"message": "No name", "status": "error", "error_code": "ERROR_INVALID_BODY"}));
    }
    let id = format!("invoice-{}", received.len() + 1);
    received.insert(key.to_owned(), (200, Some(id.clone())));
    // A proxy loses the response.
    if key.starts_with("lost") { (504, json!({"message": "timeout"})) } else { (200, json!({"id": id})) }
}

fn found(received: &Received, request: &HttpMockRequest) -> (u16, Value) {
    let uri = request.uri();
    let key = uri.query().and_then(|query| query.strip_prefix("client_request_id=")).unwrap_or_default();
    match received.get(key) {
        Some((status, id)) => {
            let route = format!("/consumers/{CONSUMER}/invoices");
            let body = json!({"created_on": "2026-05-15T12:34:56Z", "method": "POST", "route": route,
                "status_code": status, "created_entity_id": id});
            (200, body)
        }
        None => (404, json!({"message": "No such transaction", "status": "error"})),
    }
}

fn response((status, body): (u16, Value)) -> HttpMockResponse {
    HttpMockResponse::builder().status(status).body(body.to_string()).build()
}
