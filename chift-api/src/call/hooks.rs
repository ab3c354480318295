//! What happens to every request between the generated operation and the wire.

use std::sync::Arc;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Request, Response, StatusCode};
use serde_json::value::RawValue;
use tracing::Span;

use super::error::CallError;
use super::runtime::{ClientHooks, ClientInfo as _, OperationInfo};
use super::{multipart, response, send, span};
use crate::{ChiftError, Client, Operation, ResponseError, Session, generated, operations};

impl ClientHooks<Session> for Client {
    async fn exec(&self, mut request: Request, info: &OperationInfo) -> Result<Response, CallError> {
        if let Some(media_type) = generated::operations::sent_as(info.operation_id) {
            let media_type = multipart::with_boundary(media_type, request.body());
            request.headers_mut().insert(CONTENT_TYPE, media_type);
        }
        // An operation that the table does not know is treated as protected: the server refuses a
        // call that lacks its bearer, and the caller sees that; the reverse would go unnoticed.
        let operation = operations::find(info.operation_id);
        let needs_bearer = operation.is_none_or(|operation| operation.needs_bearer);
        let span = &span::span(&request, operation);
        let work = std::pin::pin!(async {
            let response = send::send(self, request, needs_bearer, span).await?;
            if is_error(response.status()) {
                return Ok(Box::pin(failed(self, response, operation, span)).await);
            }
            let response = match operation.filter(|it| generated::operations::has_several_successes(it.id)) {
                Some(operation) => Box::pin(one_of_several(response, operation)).await?,
                None => response,
            };
            match generated::operations::secret_response(info.operation_id) {
                Some(try_out) => Box::pin(readable(response, try_out)).await,
                None => Ok(response),
            }
        });
        span::within(span, work).await
    }
}

pub(crate) fn is_error(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

/// Tries whether a response that holds a secret can be read, before the generated code reads it: that code's error
/// keeps the whole body of a response it cannot read.
pub(crate) async fn readable(
    response: Response,
    try_out: fn(&[u8]) -> serde_json::Result<()>,
) -> Result<Response, CallError> {
    if !response.status().is_success() {
        return Ok(response);
    }
    let (body, response) = response::whole(response).await?;
    match try_out(&body) {
        Ok(()) => Ok(response),
        Err(error) => Err(ResponseError::unreadable(&error, None).with(response.status())),
    }
}

/// An error response whose body is wrapped as `{variant: body}` for the operation's error type; the status selects
/// the variant. It carries what Chift says as a [`ChiftError`].
pub(crate) async fn failed(
    client: &Client,
    response: Response,
    operation: Option<&Operation>,
    span: &Span,
) -> Response {
    let status = response.status().as_u16();
    let (body, response) = response::prefix(response, send::error_limit(client.inner())).await;
    let failure = ChiftError::read(status, &body);
    span::failed_with(span, &failure);
    let mut response = match operation {
        Some(operation) => {
            let variant = generated::operations::body_name(operation.id, status, &body).unwrap_or("Undocumented");
            response::with_body(&response, format!("{{\"{variant}\":{}}}", as_json(&body)))
        }
        None => response::with_body(&response, as_json(&body)),
    };
    response.extensions_mut().insert(Arc::new(failure));
    response
}

/// Wraps the body as `{variant: body}`, for an operation that has several kinds of success; the status selects the
/// variant.
async fn one_of_several(response: Response, operation: &Operation) -> Result<Response, CallError> {
    let status = response.status();
    if !status.is_success() {
        return Ok(response);
    }
    let (mut body, response) = response::whole(response).await?;
    if body.is_empty() {
        body = b"null".to_vec();
    }
    Ok(match generated::operations::body_name(operation.id, status.as_u16(), &body) {
        Some(variant) => response::with_body(&response, format!("{{\"{variant}\":{}}}", as_json(&body))),
        // What is no success that the document knows is left to fail where it is read.
        None => response,
    })
}

/// A body as JSON: as it is, or as a string if it is none.
fn as_json(body: &[u8]) -> String {
    match serde_json::from_slice::<&RawValue>(body) {
        Ok(json) => json.get().to_owned(),
        Err(_) => serde_json::Value::from(String::from_utf8_lossy(body)).to_string(),
    }
}
