//! Redirects are not followed, even if the HTTP client is configured to follow them.

use chift_api::{Client, Context, Error, IdempotencyKey, Method, RetryPolicy, Session};
use chift_auth::{AuthError, Builder, Credentials, TokenSource};
use chift_tests::{ACCOUNT_ID, Behavior, CLIENT_ID, CLIENT_SECRET, FaultyServer, auth_item};
use reqwest::redirect::Policy;
use serde_json::{Value, json};

/// A builder with an HTTP client that follows redirects.
fn following(server: &FaultyServer) -> Builder {
    let credentials = Credentials::new(CLIENT_ID, CLIENT_SECRET, ACCOUNT_ID.parse().unwrap());
    let builder = TokenSource::builder(credentials).base_url(server.base_url());
    builder.http(|http| http.redirect(Policy::limited(10)).connection_verbose(true))
}

#[tokio::test]
async fn a_redirected_token_request_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let (chift, other) = (FaultyServer::start(), FaultyServer::start());
        chift.set_token_response(Behavior::RedirectWith { status, to: format!("{}/token", other.base_url()) });
        let source = following(&chift).build().unwrap();
        let error = source.token().await.unwrap_err();
        assert!(matches!(error, AuthError::Redirected { status: found, .. } if found == status), "{error:?}");
        assert!(!error.is_transient() && !error.is_rejected());

        let client =
            Client::with_http(&chift.base_url(), Session::anonymous(), |http| http.redirect(Policy::limited(10)));
        let body = auth_item(ACCOUNT_ID.parse().unwrap(), CLIENT_ID, CLIENT_SECRET);
        let error = client.unwrap().generate_access_token(&body).await.unwrap_err();
        assert!(matches!(error, Error::Redirect { .. }), "{error:?}");
        assert_eq!((chift.token_requests(), other.token_requests(), other.calls()), (2, 0, 0));
    }
}

#[tokio::test]
async fn a_redirected_call_is_not_followed_by_any_view() {
    let (chift, other) = (FaultyServer::start(), FaultyServer::start());
    let redirect = Behavior::RedirectWith { status: 307, to: format!("{}/consumers", other.base_url()) };
    chift.set_call_responses(vec![redirect]);
    let client = following(&chift).build().unwrap().client();
    let keyed = client.with(&Context::new().idempotency_key(IdempotencyKey::new("key-1").unwrap()));
    for view in [client.clone(), keyed.clone(), keyed.retrying(RetryPolicy::new())] {
        let call = view.request(Method::POST, "/consumers").json(&json!({"name": "Bakery"}));
        let error = call.send::<Value>().await.unwrap_err();
        assert!(matches!(error, Error::Redirect { status, .. } if status == 307), "{error:?}");
        assert_eq!(error.to_string(), "the server responded with a redirect (status 307), which is not followed");
    }
    assert_eq!((chift.calls(), other.calls()), (3, 0));
}
