//! `POST /token`: what goes out and what comes back, against the document as the vendor wrote it.

use chift_api::httpmock::MockServerExt as _;
use chift_api::types::{AuthItem, HttpValidationError, HttpValidationErrorFailure, Token};
use chift_api::{Client, Error, Session};
use chift_auth::{Credentials, TokenSource};
use chift_tests::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, StandIn};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::document::{assert_valid, original, validator};

const REQUEST: &str = "#/paths/~1token/post/requestBody/content/application~1json/schema";
const ANSWER: &str = "#/paths/~1token/post/responses/200/content/application~1json/schema";
const REFUSAL: &str = "#/paths/~1token/post/responses/422/content/application~1json/schema";

fn account() -> Uuid {
    ACCOUNT_ID.parse().unwrap()
}

#[tokio::test]
async fn the_request_that_goes_out_is_what_the_document_asks_for() {
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
async fn the_answers_of_the_stand_in_are_what_the_document_promises() {
    let document = original();
    let chift = StandIn::start();
    let http = reqwest::Client::new();
    let url = format!("{}/token", chift.base_url());
    let good = json!({"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET, "accountId": ACCOUNT_ID});
    for (body, status, pointer) in [(good, 200, ANSWER), (json!({"clientId": 1}), 422, REFUSAL)] {
        let answer = http.post(&url).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), status);
        assert_valid(&validator(&document, pointer), &answer.json().await.unwrap());
    }
}

#[test]
fn an_answer_is_read_and_written_back_unchanged() {
    let text =
        json!({"access_token": "eyJ", "token_type": "bearer", "expires_in": 1800, "expires_on": 4_102_444_800_i64});
    assert_valid(&validator(&original(), ANSWER), &text);
    let token: Token = serde_json::from_value(text.clone()).unwrap();
    assert_eq!(serde_json::to_value(token).unwrap(), text);
}

#[test]
fn a_refusal_is_read_and_written_back_unchanged() {
    let valid = validator(&original(), REFUSAL);
    let detail = json!({
        "loc": ["body", 0, "accountId"], "msg": "Input should be a valid UUID", "type": "uuid_parsing",
        "input": {"any": ["thing", 1, null]}, "ctx": {"error": "invalid length"},
    });
    let plain = json!({"loc": [], "msg": "", "type": ""});
    for detail in [json!([detail.clone()]), json!([plain, detail])] {
        let text = json!({"message": "Validation error", "status": "error", "detail": detail});
        assert_valid(&valid, &text);
        let refusal: HttpValidationError = serde_json::from_value(text.clone()).unwrap();
        assert_eq!(serde_json::to_value(refusal).unwrap(), text);
    }
    // A field with a default may be absent, and stays so; one that nobody knows is kept.
    let text = json!({"message": "m", "of_tomorrow": [1.50]});
    let refusal: HttpValidationError = serde_json::from_value(text.clone()).unwrap();
    assert_eq!(serde_json::to_value(refusal).unwrap(), text);
}

#[test]
fn what_lacks_a_required_field_or_has_a_wrong_type_is_refused() {
    let token = json!({"access_token": "a", "token_type": "bearer", "expires_in": 1, "expires_on": 2});
    for field in ["access_token", "token_type", "expires_in", "expires_on"] {
        let mut without = token.clone();
        without.as_object_mut().unwrap().remove(field);
        // The overlay asks for the three that a token cannot do without.
        let is_refused = serde_json::from_value::<Token>(without).is_err();
        assert_eq!(is_refused, field != "expires_on", "without {field}");
        let mut wrong = token.clone();
        wrong[field] = json!([]);
        assert!(serde_json::from_value::<Token>(wrong).is_err(), "{field} of a wrong type");
    }
    assert!(serde_json::from_value::<HttpValidationError>(json!({"status": "error"})).is_err());
}

#[tokio::test]
async fn a_documented_error_comes_back_typed() {
    let server = httpmock::MockServer::start_async().await;
    let said: HttpValidationError =
        serde_json::from_value(json!({"message": "m", "detail": [{"loc": ["body"], "msg": "m", "type": "t"}]}))
            .unwrap();
    server.generate_access_token(|_, then| {
        then.unprocessable_entity(&said);
    });
    let client = Client::new(&server.base_url(), Session::anonymous()).unwrap();
    match client.generate_access_token(&AuthItem::new(account(), CLIENT_ID, CLIENT_SECRET)).await {
        Err(Error::ErrorResponse(answer)) => {
            assert_eq!(answer.status(), 422);
            let HttpValidationErrorFailure::HttpValidationError(said) = answer.into_inner() else {
                panic!("another body")
            };
            assert_eq!(said.detail.unwrap().len(), 1);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_status_decides_how_an_error_is_read() {
    let body = json!({"message": "m", "error_code": "ERROR_X", "detail": [{"loc": [], "msg": "", "type": ""}]});
    for (status, documented) in [(422, true), (400, false), (401, false), (500, false)] {
        let server = httpmock::MockServer::start_async().await;
        server.mock(|when, then| {
            when.path("/token");
            then.status(status).json_body(body.clone());
        });
        let client = Client::new(&server.base_url(), Session::anonymous()).unwrap();
        let error =
            client.generate_access_token(&AuthItem::new(account(), CLIENT_ID, CLIENT_SECRET)).await.unwrap_err();
        let failure = error.chift().unwrap().clone();
        assert_eq!((failure.status, failure.error_code.as_deref()), (status, Some("ERROR_X")));
        assert_eq!(failure.detail, Some(body["detail"].clone()));
        let Error::ErrorResponse(answer) = error else { panic!("{error:?}") };
        match answer.into_inner() {
            HttpValidationErrorFailure::HttpValidationError(_) => assert!(documented, "{status} was read as a 422"),
            HttpValidationErrorFailure::Undocumented(kept) => {
                assert!(!documented, "{status}");
                assert_eq!(kept.body(), &body);
            }
        }
    }
}

#[tokio::test]
async fn an_error_that_is_no_json_is_kept_as_text() {
    let server = httpmock::MockServer::start_async().await;
    server.mock(|when, then| {
        when.path("/token");
        then.status(502).body("<html>bad gateway</html>");
    });
    let client = Client::new(&server.base_url(), Session::anonymous()).unwrap();
    let error = client.generate_access_token(&AuthItem::new(account(), CLIENT_ID, CLIENT_SECRET)).await.unwrap_err();
    assert_eq!(error.chift().unwrap().status, 502);
    let Error::ErrorResponse(answer) = error else { panic!("{error:?}") };
    match answer.into_inner() {
        HttpValidationErrorFailure::Undocumented(kept) => assert_eq!(kept.body(), "<html>bad gateway</html>"),
        HttpValidationErrorFailure::HttpValidationError(other) => panic!("{other:?}"),
    }
}
