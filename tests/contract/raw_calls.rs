//! Requests to arbitrary paths.

use chift_api::{Client, Error, Method, Session};
use chift_auth::{AuthError, TokenSource};
use chift_tests::{Behavior, FaultyServer, StandIn};
use serde_json::{Value, json};

use crate::request_context::client;

#[tokio::test]
async fn a_raw_call_has_a_bearer_a_query_and_a_body() {
    let chift = StandIn::start();
    let client = TokenSource::for_stand_in(&chift).build().unwrap().client();
    let mock = chift.server().mock(|when, then| {
        when.method("POST").path("/consumers/17").query_param("notify", "true").json_body(json!({"name": "Bakery"}));
        then.status(201).json_body(json!({"consumerid": 17}));
    });
    let call =
        client.request(Method::POST, "/consumers/17").query(&[("notify", true)]).json(&json!({"name": "Bakery"}));
    let response = call.send::<Value>().await.unwrap();
    assert_eq!((response.status().as_u16(), response["consumerid"].as_i64()), (201, Some(17)));
    mock.assert();

    chift.server().mock(|when, then| {
        when.method("DELETE").path("/consumers/17");
        then.status(204);
    });
    client.request(Method::DELETE, "/consumers/17").send::<()>().await.unwrap();
    assert_eq!((chift.accepted_calls(), chift.refused_calls()), (2, 0));
}

#[tokio::test]
async fn the_message_of_an_error_is_read_from_every_form_of_body() {
    let chift = StandIn::start();
    let client = TokenSource::for_stand_in(&chift).build().unwrap().client();
    for (path, body) in [
        ("/full", json!({"message": "No", "status": "error", "error_code": "ERROR_X", "detail": "because"})),
        ("/short", json!({"message": "No"})),
        ("/text", json!("No")),
    ] {
        chift.server().mock(|when, then| {
            when.path(path);
            then.status(404).json_body(body);
        });
    }
    chift.server().mock(|when, then| {
        when.path("/html");
        then.status(502).body("<html><title>502 Bad Gateway</title>");
    });
    let mut failures = Vec::new();
    for path in ["/full", "/short", "/text", "/html"] {
        let error = client.request(Method::GET, path).send::<Value>().await.unwrap_err();
        let failure = error.chift().unwrap().clone();
        failures.push((failure.status, failure.message, failure.error_code));
    }
    let (no, bad_gateway) = (Some("No".to_owned()), Some("502 Bad Gateway".to_owned()));
    let expected = [
        (404, Some("No: because".to_owned()), Some("ERROR_X".to_owned())),
        (404, no.clone(), None),
        (404, no, None),
        (502, bad_gateway, None),
    ];
    assert_eq!(failures, expected);
}

#[tokio::test]
async fn a_path_to_another_origin_is_refused_before_a_request_is_sent() {
    let (chift, other) = (FaultyServer::start(), FaultyServer::start());
    let client = client(&chift);
    let host = other.base_url().replace("http:", "");
    for path in [
        format!("{}/consumers", other.base_url()),
        format!("{host}/consumers"),
        format!("@{}/", &host[2..]),
        "/a/../b".to_owned(),
    ] {
        let error = client.request(Method::GET, &path).send::<Value>().await.unwrap_err();
        assert!(matches!(error, Error::InvalidRequest(_)), "{path}: {error:?}");
    }
    assert_eq!((chift.calls(), chift.token_requests(), other.calls()), (0, 0, 0));
    client.request(Method::GET, &format!("{}/consumers", chift.base_url())).send::<Value>().await.unwrap();
    assert_eq!((chift.calls(), other.calls()), (1, 0));
}

#[tokio::test]
async fn the_path_of_the_base_url_is_kept() {
    let server = FaultyServer::start();
    let client = Client::new(&format!("{}/chift/v1/", server.base_url()), Session::anonymous()).unwrap();
    client.request(Method::GET, "/consumers?page=2").send::<Value>().await.unwrap();
    let head = server.call_heads().remove(0);
    assert!(head.starts_with("get /chift/v1/consumers?page=2 http/1.1"), "{head}");
    let error = client.request(Method::GET, "/../../token").send::<Value>().await.unwrap_err();
    assert!(matches!(error, Error::InvalidRequest(_)), "{error:?}");
}

#[tokio::test]
async fn a_call_without_a_token_is_not_sent_and_reports_the_reason() {
    let server = FaultyServer::start();
    server.set_token_response(Behavior::Error { status: 401, code: None, retry_after: None });
    let error = client(&server).request(Method::GET, "/consumers").send::<Value>().await.unwrap_err();
    assert!(AuthError::of(&error).unwrap().is_rejected(), "{error:?}");
    assert_eq!(server.calls(), 0);
}

#[tokio::test]
async fn a_raw_call_of_the_token_operation_needs_no_token_and_shows_none() {
    let server = FaultyServer::start();
    let client = client(&server);
    let call = client.request(Method::POST, "/token").json(&json!({}));
    let error = call.send::<Vec<u8>>().await.unwrap_err();
    let token = server.issued().remove(0);
    assert_eq!(server.token_requests(), 1);
    let shown = format!("{error:?} {error:#?} {error}");
    assert!(shown.contains("not the expected JSON") && !shown.contains(&token), "{shown}");
}

#[tokio::test]
async fn headers_that_the_client_sets_are_refused_and_others_are_sent() {
    use reqwest::header::{HeaderName, HeaderValue};
    let server = FaultyServer::start();
    let client = client(&server);
    let call = |name: &'static str| {
        client.request(Method::GET, "/consumers").header(HeaderName::from_static(name), HeaderValue::from_static("1"))
    };
    for name in ["host", "content-length", "transfer-encoding", "connection", "proxy-authorization", "authorization"] {
        let error = call(name).send::<Value>().await.unwrap_err();
        assert!(matches!(error, Error::InvalidRequest(_)), "{name}: {error:?}");
        assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
    }
    assert_eq!((server.calls(), server.token_requests()), (0, 0));
    call("x-request-id").send::<Value>().await.unwrap();
    assert!(server.call_heads()[0].contains("\nx-request-id: 1\r"));
}
