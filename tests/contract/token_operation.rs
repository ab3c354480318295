//! `POST /token`: requests and responses, validated against the vendor's unmodified document.

use chift_api::httpmock::MockServerExt as _;
use chift_api::types::{ApiError, HttpValidationError, Token};
use chift_api::{Client, Error, Session};
use chift_auth::{Credentials, TokenSource};
use chift_tests::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, StandIn, auth_item};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::document::{assert_valid, original, validator};

const REQUEST: &str = "#/paths/~1token/post/requestBody/content/application~1json/schema";
const SUCCESS: &str = "#/paths/~1token/post/responses/200/content/application~1json/schema";
const VALIDATION_ERROR: &str = "#/paths/~1token/post/responses/422/content/application~1json/schema";

fn account() -> Uuid {
    ACCOUNT_ID.parse().unwrap()
}

#[tokio::test]
async fn the_request_is_valid_by_the_document() {
    let request = validator(&original(), REQUEST);
    let plain = Credentials::new(CLIENT_ID, CLIENT_SECRET, account());
    let full = plain.clone().marketplace_id(Uuid::max()).env_id("sandbox");
    let required = json!({"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "accountId": ACCOUNT_ID});
    let mut all = required.clone();
    all["marketplaceId"] = json!(Uuid::max());
    all["envId"] = json!("sandbox");
    for (credentials, expected) in [(plain, required), (full, all)] {
        let chift = StandIn::start();
        TokenSource::builder(credentials).base_url(chift.base_url()).build().unwrap().token().await.unwrap();
        let bodies = chift.token_request_bodies();
        assert_eq!(bodies.len(), 1);
        let sent: Value = serde_json::from_slice(&bodies[0]).unwrap();
        assert_valid(&request, &sent);
        assert_eq!(sent, expected);
    }
}

#[tokio::test]
async fn the_responses_of_the_stand_in_are_valid_by_the_document() {
    let document = original();
    let chift = StandIn::start();
    let http = reqwest::Client::new();
    let url = format!("{}/token", chift.base_url());
    let valid = json!({"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "accountId": ACCOUNT_ID});
    for (body, status, pointer) in [(valid, 200, SUCCESS), (json!({"clientId": 1}), 422, VALIDATION_ERROR)] {
        let response = http.post(&url).json(&body).send().await.unwrap();
        assert_eq!(response.status(), status);
        assert_valid(&validator(&document, pointer), &response.json().await.unwrap());
    }
}

#[test]
fn a_token_round_trips_unchanged() {
    let text =
        json!({"access_token": "eyJ", "token_type": "bearer", "expires_in": 1800, "expires_on": 4_102_444_800_i64});
    assert_valid(&validator(&original(), SUCCESS), &text);
    let token: Token = serde_json::from_value(text.clone()).unwrap();
    assert_eq!(serde_json::to_value(token).unwrap(), text);
}

#[test]
fn a_validation_error_round_trips_unchanged() {
    let schema = validator(&original(), VALIDATION_ERROR);
    let detail = json!({
        "loc": ["body", 0, "accountId"], "msg": "Input should be a valid UUID", "type": "uuid_parsing",
        "input": {"any": ["thing", 1, null]}, "ctx": {"error": "invalid length"},
    });
    let plain = json!({"loc": [], "msg": "", "type": ""});
    for detail in [json!([detail.clone()]), json!([plain, detail])] {
        let text = json!({"message": "Validation error", "status": "error", "detail": detail});
        assert_valid(&schema, &text);
        let error: HttpValidationError = serde_json::from_value(text.clone()).unwrap();
        assert_eq!(serde_json::to_value(error).unwrap(), text);
    }
    // A missing field with a default stays missing, and an unknown field is kept.
    let text = json!({"message": "m", "unknown_field": [1.50]});
    let error: HttpValidationError = serde_json::from_value(text.clone()).unwrap();
    assert_eq!(serde_json::to_value(error).unwrap(), text);
}

#[test]
fn a_missing_required_field_or_a_wrong_type_is_an_error() {
    let token = json!({"access_token": "a", "token_type": "bearer", "expires_in": 1, "expires_on": 2});
    for field in ["access_token", "token_type", "expires_in", "expires_on"] {
        let mut without = token.clone();
        without.as_object_mut().unwrap().remove(field);
        // The overlay makes `expires_on` optional.
        let is_error = serde_json::from_value::<Token>(without).is_err();
        assert_eq!(is_error, field != "expires_on", "without {field}");
        let mut wrong = token.clone();
        wrong[field] = json!([]);
        assert!(serde_json::from_value::<Token>(wrong).is_err(), "{field} of a wrong type");
    }
    assert!(serde_json::from_value::<HttpValidationError>(json!({"status": "error"})).is_err());
}

#[tokio::test]
async fn a_documented_error_is_returned_typed() {
    let server = httpmock::MockServer::start_async().await;
    let sent: HttpValidationError =
        serde_json::from_value(json!({"message": "m", "detail": [{"loc": ["body"], "msg": "m", "type": "t"}]}))
            .unwrap();
    server.generate_access_token(|_, then| {
        then.unprocessable_entity(&sent);
    });
    let client = Client::new(&server.base_url(), Session::anonymous()).unwrap();
    match client.generate_access_token(&auth_item(account(), CLIENT_ID, CLIENT_SECRET)).await {
        Err(Error::ErrorResponse(response)) => {
            assert_eq!(response.status(), 422);
            let ApiError::HttpValidationError(received) = response.into_inner() else { panic!("another body") };
            assert_eq!(received.detail.unwrap().len(), 1);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_status_selects_the_type_of_an_error_body() {
    let body = json!({"message": "m", "error_code": "ERROR_X", "detail": [{"loc": [], "msg": "", "type": ""}]});
    for (status, documented) in [(422, true), (400, false), (401, false), (500, false)] {
        let server = httpmock::MockServer::start_async().await;
        server.mock(|when, then| {
            when.path("/token");
            then.status(status).json_body(body.clone());
        });
        let client = Client::new(&server.base_url(), Session::anonymous()).unwrap();
        let error = client.generate_access_token(&auth_item(account(), CLIENT_ID, CLIENT_SECRET)).await.unwrap_err();
        let failure = error.chift().unwrap().clone();
        assert_eq!((failure.status, failure.error_code.as_deref()), (status, Some("ERROR_X")));
        assert_eq!(failure.detail, Some(body["detail"].clone()));
        let Error::ErrorResponse(response) = error else { panic!("{error:?}") };
        match response.into_inner() {
            ApiError::HttpValidationError(_) => assert!(documented, "{status} was decoded as a 422"),
            ApiError::Undocumented(kept) => {
                assert!(!documented, "{status}");
                assert_eq!(kept.body(), &body);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_error_body_that_is_not_json_is_kept_as_text() {
    let server = httpmock::MockServer::start_async().await;
    server.mock(|when, then| {
        when.path("/token");
        then.status(502).body("<html>bad gateway</html>");
    });
    let client = Client::new(&server.base_url(), Session::anonymous()).unwrap();
    let error = client.generate_access_token(&auth_item(account(), CLIENT_ID, CLIENT_SECRET)).await.unwrap_err();
    assert_eq!(error.chift().unwrap().status, 502);
    let Error::ErrorResponse(response) = error else { panic!("{error:?}") };
    match response.into_inner() {
        ApiError::Undocumented(kept) => assert_eq!(kept.body(), "<html>bad gateway</html>"),
        other => panic!("{other:?}"),
    }
}
