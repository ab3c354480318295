//! `Debug` shows no secret, for every public type that can hold one.

use std::fmt::Debug;

use chift_api::types::{HttpValidationError, Token, ValidationError};
use chift_api::webhook::Verifier;
use chift_api::{Client, Method, Redacted, Secret, Session};
use chift_auth::{Credentials, TokenSource};
use chift_tests::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, StandIn, auth_item};
use serde_json::json;

/// Panics if `Debug` of the value shows one of the secrets; the message does not repeat it.
fn assert_hidden(name: &str, value: &dyn Debug, secrets: &[&str]) {
    let shown = format!("{value:?} {value:#?}");
    for secret in secrets {
        assert!(!shown.contains(secret), "{name} shows a secret in Debug");
    }
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let chift = StandIn::start();
    let account = ACCOUNT_ID.parse().unwrap();
    let credentials = Credentials::new(CLIENT_ID, CLIENT_SECRET, account);
    let builder = TokenSource::builder(credentials.clone()).base_url(chift.base_url());
    let source = TokenSource::builder(credentials.clone()).base_url(chift.base_url()).build().unwrap();
    let token = source.token().await.unwrap();
    let secrets = [CLIENT_SECRET, token.secret().expose()];
    let raw = Client::new(&chift.base_url(), Session::anonymous()).unwrap();
    let item = auth_item(account, CLIENT_ID, CLIENT_SECRET);
    let response = raw.generate_access_token(&item).await.unwrap();
    let issued = response.access_token.expose().to_owned();
    let secrets = [secrets[0], secrets[1], issued.as_str()];
    let echoed: ValidationError =
        serde_json::from_value(json!({"loc": [], "msg": "", "type": "", "input": {"clientSecret": CLIENT_SECRET}}))
            .unwrap();
    let refusal: HttpValidationError =
        serde_json::from_value(json!({"message": "", "detail": [echoed.clone()]})).unwrap();
    let rejected = TokenSource::builder(Credentials::new("other", CLIENT_SECRET, account))
        .base_url(chift.base_url())
        .build()
        .unwrap()
        .token()
        .await
        .unwrap_err();
    let with_unknown_field: Token = serde_json::from_value(json!({
        "access_token": "", "token_type": "", "expires_in": 1, "expires_on": 1, "refresh_token": CLIENT_SECRET,
    }))
    .unwrap();
    let client = source.client();
    let verifier = Verifier::new([CLIENT_SECRET]).unwrap();
    let values: [(&str, &dyn Debug); 18] = [
        ("Verifier", &verifier),
        ("Token with an unknown field", &with_unknown_field),
        ("Credentials", &credentials),
        ("Builder", &builder),
        ("TokenSource", &source),
        ("AccessToken", &token),
        ("token.secret()", token.secret()),
        ("Client", &client),
        ("RawRequest", &client.request(Method::GET, "/consumers")),
        ("Session", &Session::authorized(source.clone())),
        ("AuthItem", &item),
        ("ResponseValue<Token>", &response),
        ("Token", &Token { ..response.clone() }),
        ("Secret", &Secret::from(CLIENT_SECRET)),
        ("Redacted", &Redacted::from(json!(CLIENT_SECRET))),
        ("ValidationError", &echoed),
        ("HttpValidationError", &refusal),
        ("AuthError", &rejected),
    ];
    for (name, value) in values {
        assert_hidden(name, value, &secrets);
    }
    assert!(!format!("{rejected:#}").contains(CLIENT_SECRET));
}

#[test]
fn a_value_that_shows_a_secret_is_detected() {
    let result = std::panic::catch_unwind(|| assert_hidden("a string", &CLIENT_SECRET, &[CLIENT_SECRET]));
    let panic = result.unwrap_err();
    assert!(!panic.downcast_ref::<String>().unwrap().contains(CLIENT_SECRET), "the message of the test shows it");
}
