//! The tracing span of a call, by OpenTelemetry's conventions for HTTP clients. It contains no body, no header, and no
//! value of a path or query.

use std::pin::Pin;
use std::time::Instant;

use reqwest::{Request, Response};
use tracing::field::Empty;
use tracing::{Instrument as _, Span, info_span};

use super::error::CallError;
use crate::{ErrorDetails, Operation};

/// Creates the span of a call. `operation` is `None` for a path that is not in the document.
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

/// The start of a call; `None` if the span is disabled, so that no clock is read.
pub(crate) fn started(span: &Span) -> Option<Instant> {
    (!span.is_disabled()).then(Instant::now)
}

/// Records the result of a call and the number of requests sent.
pub(crate) fn ended(span: &Span, sent: u32, started: Option<Instant>, result: &Result<Response, CallError>) {
    let Some(started) = started else { return };
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
                failed(span, status.as_str());
            }
        }
        Err(error) => failed(span, kind(error)),
    }
}

/// Runs `work` in `span`. A disabled span, the usual case, costs nothing. The caller pins the work, because it is
/// large and each move copies it.
pub(crate) async fn within<T>(span: &Span, work: Pin<&mut impl Future<Output = T>>) -> T {
    if span.is_disabled() { work.await } else { work.instrument(span.clone()).await }
}

/// Records Chift's error code, if it has the form of one. Other text could contain customer data.
pub(crate) fn record_code(span: &Span, error: &ErrorDetails) {
    if let Some(code) = error.shown_code() {
        span.record("chift.error_code", code);
    }
}

fn failed(span: &Span, kind: &str) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", kind);
}

fn kind(error: &CallError) -> &'static str {
    match error {
        CallError::NoToken(_) => "no_token",
        CallError::Transport(error) if error.is_timeout() => "timeout",
        CallError::Transport(error) if error.is_connect() => "connect",
        CallError::Transport(_) | CallError::InvalidRequest(_) => "request",
        CallError::Redirect(_) => "redirect",
        CallError::InvalidResponse(..) => "body",
    }
}
