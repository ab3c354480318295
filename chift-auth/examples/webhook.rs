//! Receives webhooks with axum: verifies them, and responds with 401 to a forged one.
//!
//! Without arguments, it sends itself a signed and a forged event, and ends. With the argument `serve`, it reads the
//! signing secret from CHIFT_SIGNING_SECRET, prints its URL, and serves until its standard input is closed.
//!
//! Add `chift-auth` with the feature `webhooks` to your `dependencies`.

#![allow(clippy::print_stdout)]

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use chift_auth::chift_api::StandIn;
use chift_auth::chift_api::webhook::{Event, Verifier};
use chift_auth::prelude::*;
use tokio::net::TcpListener;

/// Your handler. It takes the bytes of the body, because the signature is that of the bytes.
async fn receive(State(verifier): State<Arc<Verifier>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let event = match verifier.verify_request(&headers, &body) {
        Ok(event) => event,
        Err(error) => {
            eprintln!("webhook refused: {error}");
            return error.status();
        }
    };
    if let Event::ConnectionCreated(created) = event {
        println!("consumer {} has connected {}", created.consumerid, created.connectionid);
    }
    // Also for events that it ignores: it has received them.
    StatusCode::NO_CONTENT
}

fn app(secret: Secret) -> anyhow::Result<Router> {
    let verifier = Verifier::new([secret])?;
    Ok(Router::new().route("/chift", post(receive)).with_state(Arc::new(verifier)))
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match std::env::args().nth(1).as_deref() {
        None => demonstrate().await,
        Some("serve") => serve().await,
        Some(_) => Err(anyhow::anyhow!("the only argument is `serve`")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line with all causes. If `main` returned the error, a backtrace could follow.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn demonstrate() -> anyhow::Result<()> {
    let secret = Secret::from("a long random secret");
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/chift", listener.local_addr()?);
    tokio::spawn(axum::serve(listener, app(secret.clone())?).into_future());

    let chift = StandIn::start();
    let event = json!({
        "accountid": Uuid::from_u128(1), "event": "account.connection.created", "consumerid": Uuid::from_u128(2),
        "created": Utc::now().timestamp(), "connectionid": Uuid::from_u128(3),
    });
    let signed = chift.send_webhook(&url, &secret, &event).await?;
    let forged = chift.send_forged_webhook(&url, &event).await?;
    println!("a signed event: {signed}\na forged event: {forged}");
    if (signed, forged) != (StatusCode::NO_CONTENT, StatusCode::UNAUTHORIZED) {
        bail!("the handler did not respond with 204 and 401");
    }
    Ok(())
}

async fn serve() -> anyhow::Result<()> {
    let secret = std::env::var("CHIFT_SIGNING_SECRET").context("CHIFT_SIGNING_SECRET is not set")?;
    let app = app(secret.into())?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/chift", listener.local_addr()?);
    let end = async {
        let _ = tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await;
    };
    axum::serve(listener, app).with_graceful_shutdown(end).await?;
    Ok(())
}
