//! `Debug` of every public value that can hold a secret shows none.

use std::fmt::Debug;

use chift_api::types::{AuthItem, HttpValidationError, Token, ValidationError};
use chift_api::{Client, Method, Redacted, Secret, Session};
use chift_auth::{Credentials, TokenSource};
use chift_tests::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, StandIn};
use serde_json::json;

fn assert_hidden(name: &str, value: &dyn Debug, secrets: &[&str]) {
    let told = format!("{value:?} {value:#?}");
    for secret in secrets {
        assert!(!told.contains(secret), "{name} shows a secret in Debug");
    }
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let chift = StandIn::start();
    let account = ACCOUNT_ID.parse().unwrap();
    let credentials = Credentials::new(CLIENT_ID, CLIENT_SECRET, account);
    let builder = TokenSource::builder(credentials.clone()).base_url(chift.base_url());
    let source = builder.clone().build().unwrap();
    let token = source.token().await.unwrap();
    let secrets = [CLIENT_SECRET, token.secret().expose()];
    let raw = Client::new(&chift.base_url(), Session::anonymous()).unwrap();
    let item = AuthItem::new(account, CLIENT_ID, CLIENT_SECRET);
    let answer = raw.generate_access_token(&item).await.unwrap();
    let issued = answer.access_token.expose().to_owned();
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
    let with_another_field: Token = serde_json::from_value(json!({
        "access_token": "", "token_type": "", "expires_in": 1, "expires_on": 1, "refresh_token": CLIENT_SECRET,
    }))
    .unwrap();
    let client = source.client();
    let values: [(&str, &dyn Debug); 17] = [
        ("Token with a field of tomorrow", &with_another_field),
        ("Credentials", &credentials),
        ("Builder", &builder),
        ("TokenSource", &source),
        ("AccessToken", &token),
        ("token.secret()", token.secret()),
        ("Client", &client),
        ("RawRequest", &client.request(Method::GET, "/consumers")),
        ("Session", &Session::authorized(source.clone())),
        ("AuthItem", &item),
        ("ResponseValue<Token>", &answer),
        ("Token", &Token { ..answer.clone() }),
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
fn a_value_that_shows_a_secret_would_be_seen() {
    let shown = std::panic::catch_unwind(|| assert_hidden("a text", &CLIENT_SECRET, &[CLIENT_SECRET]));
    let told = shown.unwrap_err();
    assert!(!told.downcast_ref::<String>().unwrap().contains(CLIENT_SECRET), "nor does the test's own message show it");
}
