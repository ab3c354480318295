//! Chift's request headers, as the server receives them.

use chift_api::httpmock::MockServerExt as _;
use chift_api::types::Token;
use chift_api::{Client, Context, Datalayer, IdempotencyKey, IndexMap, Method, Repeat, Session};
use chift_auth::TokenSource;
use chift_tests::{ACCOUNT_ID, Behavior, CLIENT_ID, CLIENT_SECRET, FaultyServer, auth_item};
use httpmock::MockServer;
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) fn client(server: &FaultyServer) -> Client {
    let credentials = chift_auth::Credentials::new(CLIENT_ID, CLIENT_SECRET, ACCOUNT_ID.parse().unwrap());
    TokenSource::builder(credentials).base_url(server.base_url()).build().unwrap().client()
}

/// The Chift headers of the last call.
fn chift_headers(server: &FaultyServer) -> Vec<String> {
    let head = server.call_heads().pop().unwrap();
    let mut lines: Vec<_> = head.lines().filter(|line| line.starts_with("x-chift")).map(str::to_owned).collect();
    lines.sort();
    lines
}

async fn get(client: &Client) {
    client.request(Method::GET, "/consumers").send::<Value>().await.unwrap();
}

#[tokio::test]
async fn calls_of_a_view_carry_its_headers_and_calls_of_its_client_do_not() {
    let server = FaultyServer::start();
    let client = client(&server);
    let context = Context::new()
        .connection(Uuid::nil())
        .integration(1002)
        .datalayer(Datalayer::IfAvailable)
        .related_chain_execution("Run7")
        .unwrap()
        .sync(Uuid::max())
        .ignored_error_codes(["ERROR_A", "ERROR_B"])
        .unwrap();
    let view = client.with(&context);
    let keyed = view.with(&Context::new().idempotency_key(IdempotencyKey::new("key-1").unwrap()).raw_data());
    get(&keyed).await;
    let view_headers = [
        "x-chift-connectionid: 00000000-0000-0000-0000-000000000000",
        "x-chift-datalayer: if_available",
        "x-chift-ignored-error-codes: error_a,error_b",
        "x-chift-integrationid: 1002",
        "x-chift-relatedchainexecutionid: run7",
        "x-chift-syncid: ffffffff-ffff-ffff-ffff-ffffffffffff",
    ];
    let mut all: Vec<_> =
        view_headers.into_iter().chain(["x-chift-client-requestid: key-1", "x-chift-raw-data: true"]).collect();
    all.sort_unstable();
    assert_eq!(chift_headers(&server), all);
    get(&view).await;
    assert_eq!(chift_headers(&server), view_headers);
    get(&client).await;
    assert_eq!(chift_headers(&server), Vec::<String>::new());
    assert_eq!(server.token_requests(), 1, "all views share one token");
}

#[tokio::test]
async fn the_token_operation_carries_no_context() {
    let server = MockServer::start();
    let token = Token {
        access_token: "t".into(),
        expires_in: 1.into(),
        expires_on: None,
        token_type: "bearer".into(),
        extra: IndexMap::new(),
    };
    let mock = server.generate_access_token(|when, then| {
        when.into_inner().header_missing("x-chift-raw-data");
        then.ok(&token);
    });
    let client = Client::new(&server.base_url(), Session::anonymous()).unwrap().with(&Context::new().raw_data());
    let body = auth_item(ACCOUNT_ID.parse().unwrap(), CLIENT_ID, CLIENT_SECRET);
    client.generate_access_token(&body).await.unwrap();
    mock.assert();
}

#[tokio::test]
async fn the_extra_context_arrives_as_base64_of_its_json_and_is_not_shown() {
    let server = MockServer::start();
    let mock = server.mock(|when, then| {
        when.path("/consumers").header("x-chift-extra-context", "eyJzaG9wIjoiQsOkY2tlcmVpPz4ifQ==");
        then.status(200).body("[]");
    });
    let client = Client::new(&server.base_url(), Session::anonymous()).unwrap();
    let earlier = client.with(&Context::new().extra_context(&json!({"note": "replaced"})).unwrap());
    let client = earlier.with(&Context::new().extra_context(&json!({"shop": "Bäckerei?>"})).unwrap());
    get(&client).await;
    mock.assert();
    let shown = format!("{client:?} {client:#?}");
    assert!(shown.contains("x-chift-extra-context") && !shown.contains("eyJz"), "{shown}");
}

#[tokio::test]
async fn each_unsafe_call_gets_its_own_key() {
    let server = FaultyServer::start();
    let client = client(&server).with(&Context::new().key_for_each_call());
    let mut keys = Vec::new();
    for _ in 0..2 {
        client.request(Method::POST, "/consumers").json(&json!({})).send::<Value>().await.unwrap();
        keys.extend(chift_headers(&server));
    }
    assert!(keys.len() == 2 && keys[0] != keys[1], "{keys:?}");
    assert!(keys.iter().all(|key| key.starts_with("x-chift-client-requestid: ")), "{keys:?}");
    get(&client).await;
    assert_eq!(chift_headers(&server), Vec::<String>::new());
}

#[tokio::test]
async fn a_repeated_request_is_distinguished_from_other_conflicts() {
    let server = FaultyServer::start();
    let client = client(&server).with(&Context::new().idempotency_key(IdempotencyKey::random()));
    for (status, code, expected) in [
        (409, Some("REQUEST_ALREADY_PROCESSED"), Some(Repeat::Processed)),
        (409, Some("REQUEST_IN_PROCESS"), Some(Repeat::InProcess)),
        (409, Some("ERROR_CONFLICT"), None),
        (409, None, None),
        (400, Some("REQUEST_ALREADY_PROCESSED"), None),
    ] {
        server.set_call_responses(vec![Behavior::Error { status, code: code.map(str::to_owned), retry_after: None }]);
        let error = client.request(Method::POST, "/consumers").json(&json!({})).send::<Value>().await.unwrap_err();
        assert_eq!(error.chift().unwrap().repeat(), expected, "{status} {code:?}");
    }
}
