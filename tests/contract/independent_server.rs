//! The token operation at a real FastAPI application, whose validator is the one that Chift's server uses.

use chift_api::types::ApiError;
use chift_api::{Client, Error, Method, Session};
use chift_auth::{Credentials, TokenSource};
use chift_tests::{CLIENT_SECRET, auth_item};
use serde_json::{Value, json};
use uuid::Uuid;

/// The base URL of the running application of `tests/servers/fastapi/chift.py`.
fn base_url() -> String {
    std::env::var("CHIFT_INDEPENDENT_SERVER").expect(".ci/fastapi sets CHIFT_INDEPENDENT_SERVER")
}

#[tokio::test]
#[ignore = "needs a FastAPI application; `.ci/fastapi` starts it"]
async fn a_fastapi_application_issues_a_token_and_accepts_it() {
    let credentials = Credentials::new("a client", CLIENT_SECRET, Uuid::max()).marketplace_id(Uuid::max());
    let source = TokenSource::builder(credentials).base_url(base_url()).build().unwrap();
    let token = source.token().await.unwrap();
    let life = token.expires_at() - chrono::Utc::now();
    assert!((1700..=1800).contains(&life.num_seconds()), "{life}");
    let response = source.client().request(Method::GET, "/protected").send::<Value>().await.unwrap();
    assert_eq!(response.into_inner(), json!({"is_known": true}));
}

#[tokio::test]
#[ignore = "needs a FastAPI application; `.ci/fastapi` starts it"]
async fn the_validators_body_has_its_type_and_does_not_print_the_secret() {
    let client = Client::new(&base_url(), Session::anonymous()).unwrap();
    for (client_id, place) in [(" ", json!(["body", "clientId"])), ("unknown", json!(["body"]))] {
        let body = auth_item(Uuid::max(), client_id, CLIENT_SECRET);
        let Err(Error::ErrorResponse(response)) = client.generate_access_token(&body).await else {
            panic!("the application accepts {client_id:?}");
        };
        assert_eq!(response.status(), 422);
        let ApiError::HttpValidationError(error) = response.into_inner() else {
            panic!("the body is not the documented one");
        };
        assert_eq!(error.message, "Validation error");
        assert!(!format!("{error:?}").contains(CLIENT_SECRET), "{error:?}");
        let [detail] = error.detail.as_deref().unwrap() else { panic!("one rule is broken") };
        assert_eq!(serde_json::to_value(&detail.loc).unwrap(), place);
        let input = serde_json::to_string(&detail.input).unwrap();
        assert_eq!(input.contains(CLIENT_SECRET), client_id == "unknown", "{input}");
    }
}
