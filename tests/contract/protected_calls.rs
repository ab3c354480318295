//! The bearer of protected calls.

use std::time::Duration;

use chift_auth::{AuthError, Credentials, TokenSource};
use chift_tests::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, StandIn, auth_item};

fn source(chift: &StandIn, secret: &str) -> TokenSource {
    let credentials = Credentials::new(CLIENT_ID, secret, ACCOUNT_ID.parse().unwrap());
    TokenSource::builder(credentials).base_url(chift.base_url()).build().unwrap()
}

fn chift() -> StandIn {
    let chift = StandIn::start();
    chift.respond_to_anything();
    chift
}

async fn call(chift: &StandIn, source: &TokenSource) -> u16 {
    let token = source.token().await.unwrap();
    let url = format!("{}/consumers", chift.base_url());
    reqwest::Client::new().get(url).bearer_auth(token.secret().expose()).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_valid_token_is_reused() {
    let chift = chift();
    let source = source(&chift, CLIENT_SECRET);
    for _ in 0..5 {
        assert_eq!(call(&chift, &source).await, 200);
    }
    assert_eq!((chift.token_requests(), chift.accepted_calls(), chift.refused_calls()), (1, 5, 0));
}

#[tokio::test]
async fn the_stand_in_refuses_expired_revoked_and_missing_tokens() {
    let chift = chift();
    let source = source(&chift, CLIENT_SECRET);
    assert_eq!(call(&chift, &source).await, 200);
    chift.advance(Duration::from_secs(30 * 60));
    assert_eq!(call(&chift, &source).await, 401);
    let token = source.token().await.unwrap();
    source.invalidate(&token);
    assert_eq!(call(&chift, &source).await, 200);
    chift.revoke_all();
    assert_eq!(call(&chift, &source).await, 401);
    let url = format!("{}/consumers", chift.base_url());
    assert_eq!(reqwest::get(&url).await.unwrap().status(), 401);
    assert_eq!((chift.accepted_calls(), chift.refused_calls()), (2, 3));
}

#[tokio::test]
async fn concurrent_first_callers_cause_one_token_request() {
    let chift = chift();
    let source = source(&chift, CLIENT_SECRET);
    let callers: Vec<_> = (0..200)
        .map(|_| {
            let source = source.clone();
            tokio::spawn(async move { source.token().await.unwrap().secret().clone() })
        })
        .collect();
    let mut tokens = Vec::new();
    for caller in callers {
        tokens.push(caller.await.unwrap());
    }
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(chift.token_requests(), 1);
}

#[tokio::test]
async fn the_token_operation_itself_carries_no_bearer() {
    let chift = chift();
    let client = source(&chift, CLIENT_SECRET).client();
    let body = auth_item(ACCOUNT_ID.parse().unwrap(), CLIENT_ID, CLIENT_SECRET);
    client.generate_access_token(&body).await.unwrap();
    assert_eq!(chift.token_requests(), 1, "an operation that needs no bearer fetches no token");
}

#[tokio::test]
async fn refused_credentials_are_distinguished_from_an_unreachable_server() {
    let chift = chift();
    let error = source(&chift, "wrong").token().await.unwrap_err();
    assert!(error.is_rejected() && !error.is_transient(), "{error:?}");
    assert!(error.to_string().contains("ERROR_CHIFT_AUTHENTICATION_ERROR"), "{error}");
    assert!(matches!(error, AuthError::ErrorResponse { status: 401, .. }), "{error:?}");

    let unreachable =
        TokenSource::builder(Credentials::new("a", "b", uuid::Uuid::nil())).base_url("http://127.0.0.1:9");
    let error = unreachable.build().unwrap().token().await.unwrap_err();
    assert!(error.is_transient() && !error.is_rejected(), "{error:?}");
}
