//! The tracing span of a call.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use chift_api::{Context, IdempotencyKey, Method, RetryPolicy};
use chift_auth::TokenSource;
use chift_tests::{ACCOUNT_ID, Behavior, CLIENT_ID, CLIENT_SECRET, FaultyServer, StandIn, auth_item};
use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Subscriber, instrument::WithSubscriber as _};
use tracing_subscriber::layer::{Context as LayerContext, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use crate::request_context::client;

/// A path that is in no document of Chift's.
const UNDOCUMENTED: &str = "/in-no-document/17";

type Fields = BTreeMap<String, String>;

/// Records the fields of all spans of this crate.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<BTreeMap<u64, Fields>>>);

struct FieldVisitor<'a>(&'a mut Fields);

impl Visit for FieldVisitor<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: LayerContext<'_, S>) {
        if attributes.metadata().target().starts_with("chift_api") {
            let mut fields = Fields::new();
            attributes.record(&mut FieldVisitor(&mut fields));
            self.0.lock().unwrap().insert(id.into_u64(), fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: LayerContext<'_, S>) {
        if let Some(fields) = self.0.lock().unwrap().get_mut(&id.into_u64()) {
            values.record(&mut FieldVisitor(fields));
        }
    }
}

/// The fields of each span that `work` opens.
async fn spans_of(work: impl Future) -> Vec<Fields> {
    let recorder = Recorder::default();
    let subscriber = tracing_subscriber::registry().with(recorder.clone());
    work.with_subscriber(subscriber).await;
    let spans = recorder.0.lock().unwrap();
    spans.values().cloned().collect()
}

/// The values of these fields; `-` for a field that is not recorded.
fn values<'a>(fields: &'a Fields, names: &[&str]) -> Vec<&'a str> {
    names.iter().map(|name| fields.get(*name).map_or("-", String::as_str)).collect()
}

#[tokio::test]
async fn a_generated_call_is_one_span_with_its_path_template() {
    let chift = StandIn::start();
    let client = TokenSource::for_stand_in(&chift).build().unwrap().client();
    let body = auth_item(ACCOUNT_ID.parse().unwrap(), CLIENT_ID, CLIENT_SECRET);
    let spans = spans_of(client.generate_access_token(&body)).await;
    assert_eq!(spans.len(), 1);
    let names = ["otel.name", "otel.kind", "url.template", "chift.operation_id", "http.request.method"];
    assert_eq!(values(&spans[0], &names), ["POST /token", "client", "/token", "generate_access_token", "POST"]);
    let names = ["http.response.status_code", "chift.attempts", "error.type", "chift.error_code", "server.address"];
    assert_eq!(values(&spans[0], &names), ["200", "1", "-", "-", "127.0.0.1"]);
    assert!(spans[0]["chift.duration_ms"].parse::<u64>().is_ok());

    let spans = spans_of(client.generate_access_token(&auth_item(uuid::Uuid::nil(), CLIENT_ID, CLIENT_SECRET))).await;
    let names = ["http.response.status_code", "error.type", "chift.error_code", "otel.status_code"];
    assert_eq!(values(&spans[0], &names), ["401", "401", "ERROR_CHIFT_AUTHENTICATION_ERROR", "ERROR"]);
}

#[tokio::test]
async fn a_retried_call_is_one_span() {
    let server = FaultyServer::start();
    let policy = RetryPolicy::builder().initial_backoff(std::time::Duration::from_millis(1)).build().unwrap();
    let client = client(&server).retrying(policy);
    let failing = Behavior::Error { status: 503, code: Some("ERROR_BUSY".to_owned()), retry_after: None };
    client.request(Method::GET, "/warm").send::<Value>().await.unwrap();
    server.set_call_responses(vec![failing]);
    let spans = spans_of(client.request(Method::GET, UNDOCUMENTED).send::<Value>()).await;
    assert_eq!(spans.len(), 1);
    let names = ["chift.attempts", "http.request.resend_count", "http.response.status_code", "chift.error_code"];
    assert_eq!(values(&spans[0], &names), ["3", "2", "503", "ERROR_BUSY"]);
    server.set_call_responses(vec![Behavior::Close]);
    let spans = spans_of(client.request(Method::GET, UNDOCUMENTED).send::<Value>()).await;
    assert_eq!(values(&spans[0], &["error.type", "http.response.status_code"]), ["request", "-"]);
}

#[tokio::test]
async fn a_call_that_is_repeated_with_a_new_token_has_two_attempts() {
    let server = FaultyServer::start();
    let client = client(&server);
    client.request(Method::GET, "/warm").send::<Value>().await.unwrap();
    let refused = Behavior::Error { status: 401, code: None, retry_after: None };
    server.set_call_responses(vec![refused, Behavior::Ok]);
    let spans = spans_of(client.request(Method::GET, UNDOCUMENTED).send::<Value>()).await;
    let names = ["otel.name", "chift.attempts", "http.response.status_code", "error.type"];
    // A separate task renews the token, and this subscriber does not see its spans.
    assert_eq!(spans.iter().map(|span| values(span, &names)).collect::<Vec<_>>(), [["GET", "2", "200", "-"]]);
}

#[tokio::test]
async fn a_span_contains_no_path_value_no_query_no_body_and_no_secret() {
    let server = FaultyServer::start();
    let client = client(&server).with(&Context::new().idempotency_key(IdempotencyKey::new("key-private").unwrap()));
    let call = client.request(Method::POST, "/consumers/id-private").query(&[("q", "query-private")]);
    let spans = spans_of(call.json(&json!({"name": "body-private"})).send::<Value>()).await;
    assert!(!spans.is_empty());
    let all = format!("{spans:?}");
    let token = server.issued().remove(0);
    assert!(!all.contains("private") && !all.contains(&token) && !all.contains(CLIENT_SECRET), "{all}");
}

#[tokio::test]
async fn a_malformed_error_code_is_not_recorded() {
    let server = FaultyServer::start();
    let client = client(&server);
    for code in [CLIENT_SECRET, "ERROR_X\nforged", "error x"] {
        server.set_call_responses(vec![Behavior::Error {
            status: 400,
            code: Some(code.to_owned()),
            retry_after: None,
        }]);
        let spans = spans_of(client.request(Method::GET, UNDOCUMENTED).send::<Value>()).await;
        let call = spans.iter().find(|span| span["http.request.method"] == "GET").unwrap();
        assert_eq!(values(call, &["chift.error_code", "http.response.status_code"]), ["-", "400"], "{code}");
    }
}
