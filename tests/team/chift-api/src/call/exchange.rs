//! One call: a request and its response, in a tracing span.

use std::sync::Arc;

use reqwest::{Request, Response, StatusCode};
use serde_json::value::RawValue;
use tracing::Span;

use super::error::CallError;
use super::runtime::ClientInfo as _;
use super::{response, send, span};
use crate::generated::operations::{body_name, has_several_successes, secret_response};
use crate::{Client, ErrorDetails, Operation, ResponseError};

/// The type that a body is read as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyType {
    /// The operation's own type. Where the document has several bodies, it is an enum, and the body is wrapped as
    /// `{variant: body}`.
    Documented,
    /// A type that the caller chooses.
    Any,
}

/// Sends `request` and returns its response; an error status is not an error here.
///
/// An error response has a JSON body of `body_type`, and carries what Chift says as a [`ErrorDetails`].
pub(crate) async fn exchange(
    client: &Client,
    request: Request,
    operation: Option<&Operation>,
    body_type: BodyType,
) -> Result<Response, CallError> {
    // A request to an unknown path is sent with the bearer: without one, the server would refuse it.
    let needs_bearer = operation.is_none_or(|operation| operation.needs_bearer);
    let span = &span::span(&request, operation);
    #[cfg(feature = "httpmock")]
    let method = request.method().clone();
    let documented = operation.filter(|_| body_type == BodyType::Documented);
    // What is rare is boxed, so that the future of a usual call is small.
    let work = std::pin::pin!(async {
        let response = send::send(client, request, needs_bearer, span).await?;
        #[cfg(feature = "httpmock")]
        let response = Box::pin(crate::stand_in::named(&method, response)).await;
        if is_error(response.status()) {
            return Ok(Box::pin(failed(client, response, documented, span)).await);
        }
        let response = match documented.filter(|operation| has_several_successes(operation.id)) {
            Some(operation) => Box::pin(one_of_several(response, operation)).await?,
            None => response,
        };
        match operation.and_then(|operation| secret_response(operation.id)) {
            Some(check) => Box::pin(checked(response, check)).await,
            None => Ok(response),
        }
    });
    span::within(span, work).await
}

/// Whether the status is an error (400 to 599).
pub(crate) fn is_error(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

/// Reads the body of an error response, records its error code in `span`, and attaches it as a [`ErrorDetails`].
async fn failed(client: &Client, response: Response, documented: Option<&Operation>, span: &Span) -> Response {
    let status = response.status().as_u16();
    let (body, response) = response::prefix(response, send::error_limit(client.inner())).await;
    let error = ErrorDetails::read(status, &body);
    span::record_code(span, &error);
    let body = match documented {
        Some(operation) => wrapped(body_name(operation.id, status, &body).unwrap_or("Undocumented"), &body),
        None => as_json(&body),
    };
    let mut response = response::with_body(&response, body);
    response.extensions_mut().insert(Arc::new(error));
    response
}

/// Wraps the body of a success, for an operation whose document has several of them.
async fn one_of_several(response: Response, operation: &Operation) -> Result<Response, CallError> {
    let status = response.status();
    if !status.is_success() {
        return Ok(response);
    }
    let (mut body, response) = response::whole(response).await?;
    if body.is_empty() {
        body = b"null".to_vec();
    }
    Ok(match body_name(operation.id, status.as_u16(), &body) {
        Some(variant) => response::with_body(&response, wrapped(variant, &body)),
        // The caller reports a status or a body that the document does not give.
        None => response,
    })
}

/// Checks that a body which holds a secret can be read: the error of the code that reads it afterwards would keep the
/// whole body.
async fn checked(response: Response, check: fn(&[u8]) -> serde_json::Result<()>) -> Result<Response, CallError> {
    if !response.status().is_success() {
        return Ok(response);
    }
    let (body, response) = response::whole(response).await?;
    match check(&body) {
        Ok(()) => Ok(response),
        Err(error) => Err(ResponseError::unreadable(&error, None).with(response.status())),
    }
}

/// `{variant: body}`, the JSON of an enum's variant.
fn wrapped(variant: &str, body: &[u8]) -> String {
    format!("{{\"{variant}\":{}}}", as_json(body))
}

/// `body` if it is JSON, otherwise its text as a JSON string.
fn as_json(body: &[u8]) -> String {
    match serde_json::from_slice::<&RawValue>(body) {
        Ok(json) => json.get().to_owned(),
        Err(_) => serde_json::Value::from(String::from_utf8_lossy(body)).to_string(),
    }
}
