//! What is told of a call, in a span named by OpenTelemetry's conventions for HTTP clients. Never told: a
//! body, a header, or a path with its values.

use std::time::Instant;

use reqwest::{Request, Response};
use tracing::field::Empty;
use tracing::{Span, info_span};

use crate::{Operation, authorize_error, failure};

/// The span of a call. `operation` is `None` for a path that the document does not have.
pub(crate) fn span(request: &Request, operation: Option<&Operation>) -> Span {
    let (method, url) = (request.method().as_str(), request.url());
    let span = info_span!(
        "HTTP",
        otel.name = Empty,
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = method,
        url.template = Empty,
        server.address = url.host_str(),
        server.port = url.port_or_known_default(),
        http.response.status_code = Empty,
        http.request.resend_count = Empty,
        "error.type" = Empty,
        chift.operation_id = Empty,
        chift.attempts = Empty,
        chift.duration_ms = Empty,
        chift.error_code = Empty,
    );
    if span.is_disabled() {
        return span;
    }
    match operation {
        Some(operation) => {
            span.record("otel.name", format_args!("{method} {}", operation.path).to_string());
            span.record("url.template", operation.path);
            span.record("chift.operation_id", operation.id);
        }
        None => {
            span.record("otel.name", method);
        }
    }
    span
}

/// How a call went, for the current span: how many times it was sent, and what came of it.
pub(crate) fn ended(sent: u32, started: Instant, result: &reqwest::Result<Response>) {
    let span = Span::current();
    if span.is_disabled() {
        return;
    }
    span.record("chift.attempts", sent);
    if sent > 1 {
        span.record("http.request.resend_count", sent - 1);
    }
    span.record("chift.duration_ms", u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX));
    match result {
        Ok(response) => {
            let status = response.status();
            span.record("http.response.status_code", status.as_u16());
            if status.is_client_error() || status.is_server_error() {
                failed(&span, status.as_str());
            }
        }
        Err(error) => failed(&span, kind(error)),
    }
}

/// Chift's error code, for the current span.
pub(crate) fn refused(body: &[u8]) {
    let span = Span::current();
    if span.is_disabled() {
        return;
    }
    if let Some(code) = failure::error_code(body) {
        span.record("chift.error_code", code);
    }
}

fn failed(span: &Span, kind: &str) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", kind);
}

fn kind(error: &reqwest::Error) -> &'static str {
    match error {
        error if authorize_error(error).is_some() => "no_token",
        error if error.is_timeout() => "timeout",
        error if error.is_connect() => "connect",
        error if error.is_body() || error.is_decode() => "body",
        _ => "request",
    }
}
