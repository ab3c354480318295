//! An error states in one line what happened, and shows no secret and no customer data.

use std::error::Error as _;
use std::fmt::Write as _;

use chift_api::{Client, Context, Error, ErrorClass, Method, ResponseError, RetryPolicy, Session};
use chift_auth::{AuthError, Credentials, TokenSource};
use chift_tests::{ACCOUNT_ID, Behavior, CLIENT_ID, CLIENT_SECRET, FaultyServer, auth_item};
use httpmock::MockServer;
use serde_json::{Value, json};

use crate::request_context::client;

fn refused(status: u16, code: &str) -> Behavior {
    Behavior::Error { status, code: Some(code.to_owned()), retry_after: None }
}

#[tokio::test]
async fn a_call_without_a_token_fails_with_a_one_line_message() {
    let server = FaultyServer::start();
    server.set_token_response(refused(401, "ERROR_CHIFT_AUTHENTICATION_ERROR"));
    let error = client(&server).request(Method::GET, "/consumers").send::<Value>().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "no access token: Chift refused the credentials (401 ERROR_CHIFT_AUTHENTICATION_ERROR: set by the test)"
    );
    assert!(error.is_auth() && !error.is_transient() && error.status().is_none() && error.chift().is_none());
    assert!(AuthError::of(&error).unwrap().is_rejected());

    let unreachable =
        TokenSource::builder(Credentials::new("a", "b", uuid::Uuid::nil())).base_url("http://127.0.0.1:9");
    let client = unreachable.attempts(1).build().unwrap().client();
    let error = client.request(Method::GET, "/consumers").send::<Value>().await.unwrap_err();
    assert_eq!(error.to_string(), "no access token: the server could not be reached");
    assert!(error.is_auth() && error.is_transient());
    let mut chain = String::new();
    let mut next = error.source();
    while let Some(error) = next {
        write!(chain, "{error}; ").unwrap();
        next = error.source();
    }
    assert!(chain.to_lowercase().contains("refused"), "the chain contains the cause: {chain}");

    server.set_token_response(Behavior::Error { status: 503, code: None, retry_after: Some("60".to_owned()) });
    let error = self::client(&server).request(Method::GET, "/consumers").send::<Value>().await.unwrap_err();
    assert_eq!(error.retry_after().map(|pause| pause.as_secs()), Some(60));
}

#[tokio::test]
async fn a_refused_token_is_distinguished_from_refused_credentials_of_the_customer() {
    let server = FaultyServer::start();
    for (code, is_auth, class) in [
        ("ERROR_CHIFT_AUTHENTICATION_ERROR", true, ErrorClass::Credentials),
        ("ERROR_CONNECTOR_AUTHENTICATION", false, ErrorClass::Connection),
    ] {
        server.set_call_responses(vec![refused(401, code)]);
        let error = client(&server).request(Method::GET, "/consumers").send::<Value>().await.unwrap_err();
        assert_eq!((error.is_auth(), error.chift().unwrap().class()), (is_auth, class), "{code}");
        assert_eq!(error.needs_reconnection(), class == ErrorClass::Connection, "{code}");
        assert_eq!(error.to_string(), format!("the server responded with status 401 {code}: set by the test"));
    }
}

/// It is no repeat, and the caller decides when to ask again: neither a read nor a request with a key is retried.
#[tokio::test]
async fn a_pending_sync_is_transient_and_is_returned_at_once() {
    let server = FaultyServer::start();
    let client = client(&server).retrying(RetryPolicy::new()).with(&Context::new().key_for_each_call());
    server.set_call_responses(vec![refused(409, "ERROR_DATALAYER_SYNC_PENDING")]);
    for (method, calls) in [(Method::GET, 1), (Method::POST, 2)] {
        let error = client.request(method.clone(), "/products").send::<Value>().await.unwrap_err();
        assert!(error.is_sync_pending() && error.is_transient() && !error.needs_reconnection(), "{method}");
        assert_eq!(error.chift().unwrap().repeat(), None, "{method}");
        assert_eq!(server.calls(), calls, "{method}");
    }
    for code in ["REQUEST_ALREADY_PROCESSED", "REQUEST_IN_PROCESS", "ERROR_CONFLICT"] {
        server.set_call_responses(vec![refused(409, code)]);
        let error = client.request(Method::POST, "/products").send::<Value>().await.unwrap_err();
        assert!(!error.is_sync_pending() && !error.is_transient(), "{code}");
    }
}

#[tokio::test]
async fn a_401_with_a_long_or_broken_body_renews_the_token_and_keeps_its_status() {
    for body in [Behavior::LargeError { status: 401, bytes: 2_000_000 }, Behavior::CutError(401)] {
        let server = FaultyServer::start();
        let client = client(&server);
        server.set_call_responses(vec![body.clone(), Behavior::Ok]);
        client.request(Method::GET, "/consumers").send::<Value>().await.unwrap();
        assert_eq!((server.token_requests(), server.calls()), (2, 2), "{body:?}");
        server.set_call_responses(vec![body.clone()]);
        let error = client.request(Method::GET, "/consumers").send::<Value>().await.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(401), "{body:?}");
        assert!(matches!(error, Error::ErrorResponse(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_long_error_of_the_token_endpoint_keeps_its_status_and_its_class() {
    let server = FaultyServer::start();
    for (status, is_rejected, is_transient) in [(401, true, false), (503, false, true), (404, false, false)] {
        server.set_token_response(Behavior::LargeError { status, bytes: 200_000 });
        let credentials = Credentials::new(CLIENT_ID, CLIENT_SECRET, ACCOUNT_ID.parse().unwrap());
        let source = TokenSource::builder(credentials).base_url(server.base_url()).attempts(1).build().unwrap();
        let error = source.token().await.unwrap_err();
        assert_eq!((error.is_rejected(), error.is_transient()), (is_rejected, is_transient), "{error:?}");
        assert!(error.to_string().contains(&status.to_string()) && error.to_string().len() < 1_000, "{error}");
    }
}

#[tokio::test]
async fn only_four_statuses_reject_the_credentials() {
    let server = FaultyServer::start();
    let credentials = Credentials::new(CLIENT_ID, CLIENT_SECRET, ACCOUNT_ID.parse().unwrap());
    for status in [400, 401, 403, 404, 405, 409, 410, 415, 421, 422, 425, 451] {
        let source = TokenSource::builder(credentials.clone()).base_url(server.base_url()).build().unwrap();
        let before = server.token_requests();
        server.set_token_response(Behavior::Error { status, code: None, retry_after: None });
        let error = source.token().await.unwrap_err();
        assert_eq!(error.is_rejected(), matches!(status, 400 | 401 | 403 | 422), "{status}");
        assert!(!error.is_transient() && server.token_requests() == before + 1, "{status}");
    }
}

/// No kind of failure puts a part of a body, a header, a path or a query into an error.
#[tokio::test]
async fn no_error_shows_a_body_a_header_or_an_address() {
    const SECRET: &str = "secret-customer";
    let server = MockServer::start_async().await;
    let client = Client::new(&server.base_url(), Session::anonymous()).unwrap();
    let mut shown = String::new();
    for (status, body) in [
        (200, format!("[\"{SECRET}\"")),
        (200, format!("\"{SECRET}\"")),
        (404, json!({"message": "No", "error_code": SECRET, "detail": {"name": SECRET}}).to_string()),
        (422, json!({"detail": [{"loc": ["body"], "msg": "No", "input": SECRET}]}).to_string()),
        (500, json!([SECRET]).to_string()),
        (302, SECRET.to_owned()),
    ] {
        let mut mock = server.mock(|when, then| {
            when.any_request();
            then.status(status).header("x-secret", SECRET).header("location", format!("http://{SECRET}/")).body(body);
        });
        let call = client.request(Method::GET, &format!("/consumers/{SECRET}")).query(&[("q", SECRET)]);
        let error = call.send::<Vec<u8>>().await.unwrap_err();
        write!(shown, "{error} {error:?} {error:#?}").unwrap();
        let mut next = error.source();
        while let Some(error) = next {
            write!(shown, " {error} {error:?}").unwrap();
            next = error.source();
        }
        let body = auth_item(ACCOUNT_ID.parse().unwrap(), CLIENT_ID, SECRET);
        let error = client.generate_access_token(&body).await.unwrap_err();
        write!(shown, "{error} {error:?} {error:#?}").unwrap();
        mock.delete();
    }
    let nowhere = Client::new("http://127.0.0.1:9", Session::anonymous()).unwrap();
    let error = nowhere.request(Method::GET, &format!("/{SECRET}?q={SECRET}")).send::<Value>().await.unwrap_err();
    let source = error.source().unwrap();
    write!(shown, "{error} {error:?} {source} {source:?}").unwrap();
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(shown.contains("the server could not be reached"), "{shown}");
}

#[tokio::test]
async fn a_success_that_cannot_be_decoded_keeps_its_body_and_status() {
    let server = MockServer::start_async().await;
    server.mock(|when, then| drop((when.any_request(), then.status(201).body("{\"items\": 1}"))));
    let client = Client::new(&server.base_url(), Session::anonymous()).unwrap();
    let error = client.request(Method::GET, "/consumers").send::<Vec<u8>>().await.unwrap_err();
    assert_eq!(error.body(), Some(b"{\"items\": 1}".as_slice()));
    assert_eq!(error.status().map(|status| status.as_u16()), Some(201));

    let limited = client.with_session(Session::anonymous().with_response_limit(5));
    let error = limited.request(Method::GET, "/consumers").send::<Value>().await.unwrap_err();
    assert!(matches!(error, Error::InvalidResponse { error: ResponseError::TooLong { limit: 5 }, .. }), "{error:?}");
    assert!(error.to_string().contains("longer than the limit of 5 bytes"), "{error}");
}

/// A server cannot forge lines of a log.
#[tokio::test]
async fn control_characters_from_the_server_do_not_reach_messages() {
    let server = MockServer::start_async().await;
    let message = format!("no\r\n2026-11-24 ERROR forged \u{1b}[31m {CLIENT_SECRET}");
    server.mock(|when, then| {
        when.any_request();
        then.status(401).json_body(json!({"message": message, "error_code": "A\nB"}));
    });
    let credentials = Credentials::new(CLIENT_ID, CLIENT_SECRET, ACCOUNT_ID.parse().unwrap());
    let source = TokenSource::builder(credentials).base_url(server.base_url()).build().unwrap();
    let error = source.token().await.unwrap_err();
    let call = source.client().request(Method::GET, "/consumers").send::<Value>().await.unwrap_err();
    for shown in [error.to_string(), format!("{error:?}"), call.to_string(), format!("{call:?}")] {
        assert!(!shown.contains(char::is_control) && !shown.contains(CLIENT_SECRET), "{shown}");
    }
    assert!(error.to_string().contains("[redacted]"), "{error}");
}

#[tokio::test]
async fn a_body_that_stalls_is_a_timeout_and_keeps_its_status() {
    let server = FaultyServer::start();
    server.set_call_responses(vec![Behavior::Stall]);
    let http = |http: chift_api::ClientBuilder| http.read_timeout(std::time::Duration::from_millis(50));
    let client = Client::with_http(&server.base_url(), Session::anonymous(), http).unwrap();
    let error = client.request(Method::GET, "/consumers").send::<Value>().await.unwrap_err();
    let Error::InvalidResponse { status, error: ResponseError::Interrupted(why), .. } = &error else {
        panic!("{error:?}")
    };
    assert!(*status == 200 && why.is_timeout() && error.is_transient(), "{error:?}");
}

/// FastAPI puts the reason into `detail`, with or without a message beside it.
#[tokio::test]
async fn the_reason_of_a_fastapi_application_is_in_the_message() {
    let credentials = Credentials::new(CLIENT_ID, CLIENT_SECRET, ACCOUNT_ID.parse().unwrap());
    for body in [
        json!({"detail": "bad credentials"}),
        json!({"detail": "bad credentials", "message": null, "status": "error"}),
        json!({"detail": "bad credentials", "message": "Unauthorized"}),
        json!({"detail": "bad credentials", "title": "Unauthorized"}),
    ] {
        for status in [400, 401, 403, 404, 422, 500] {
            let server = MockServer::start_async().await;
            server.mock(|when, then| drop((when.any_request(), then.status(status).json_body(body.clone()))));
            let source = TokenSource::builder(credentials.clone()).base_url(server.base_url()).attempts(1);
            let source = source.build().unwrap();
            let client = Client::new(&server.base_url(), Session::anonymous()).unwrap();
            let body_of_request = auth_item(ACCOUNT_ID.parse().unwrap(), CLIENT_ID, CLIENT_SECRET);
            for (what, shown) in [
                ("a token", source.token().await.unwrap_err().to_string()),
                ("a call without a token", raw(&source.client()).await),
                ("a raw call", raw(&client).await),
                ("an operation", client.generate_access_token(&body_of_request).await.unwrap_err().to_string()),
            ] {
                assert!(shown.contains("bad credentials"), "{what}, {status} {body}: {shown}");
            }
        }
    }
}

async fn raw(client: &Client) -> String {
    client.request(Method::GET, "/consumers").send::<Value>().await.unwrap_err().to_string()
}
