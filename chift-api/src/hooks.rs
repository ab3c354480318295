//! What happens to every request between the generated operation and the wire.

use progenitor_client::{ClientHooks, OperationInfo};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Request, Response};
use serde_json::value::RawValue;
use tracing::Instrument as _;

use crate::{AnswerError, Client, Operation, Session, answer, call, generated, multipart, operations, span};

/// An error's body may be this long: 1 MiB.
pub(crate) const LARGEST_ERROR: u64 = 1024 * 1024;

impl ClientHooks<Session> for Client {
    async fn exec(&self, mut request: Request, info: &OperationInfo) -> reqwest::Result<Response> {
        if let Some(media_type) = generated::operations::sent_as(info.operation_id) {
            let media_type = multipart::with_boundary(media_type, request.body());
            request.headers_mut().insert(CONTENT_TYPE, media_type);
        }
        // An operation that the table does not know is treated as protected: the server refuses a
        // call that lacks its bearer, and the caller sees that; the reverse would go unnoticed.
        let operation = operations::find(info.operation_id);
        let needs_bearer = operation.is_none_or(|operation| operation.needs_bearer);
        let span = span::span(&request, operation);
        async {
            let response = call::send(self, request, needs_bearer).await?;
            let response = match operation {
                Some(operation) => named(response, operation).await?,
                None => response,
            };
            readable(response, info.operation_id).await
        }
        .instrument(span)
        .await
    }
}

/// Where an answer holds a secret, it is tried out before the generated code reads it: that code's error
/// would show the whole body of an answer it cannot read.
pub(crate) async fn readable(response: Response, id: &str) -> reqwest::Result<Response> {
    let Some(try_out) = generated::operations::secret_answer(id).filter(|_| response.status().is_success()) else {
        return Ok(response);
    };
    let (body, response) = answer::whole(response).await?;
    match try_out(&body) {
        Ok(()) => Ok(response),
        Err(error) => answer::failed(AnswerError::Unreadable { line: error.line(), column: error.column() }).await,
    }
}

/// Puts its name around the body of an error, or of one of several kinds of success, for the operation's type:
/// which it is, the status decides. A body that is no JSON becomes a string.
async fn named(response: Response, operation: &Operation) -> reqwest::Result<Response> {
    let status = response.status();
    let succeeded = status.is_success();
    let failed = status.is_client_error() || status.is_server_error();
    let (body, response) = if failed {
        let (body, response) = answer::read_ahead(response, LARGEST_ERROR).await?;
        span::refused(&body);
        (body, response)
    } else if succeeded && generated::operations::has_several_successes(operation.id) {
        let (body, response) = answer::whole(response).await?;
        (if body.is_empty() { b"null".to_vec() } else { body }, response)
    } else {
        return Ok(response);
    };
    let known = generated::operations::body_name(operation.id, status.as_u16(), &body);
    let json = as_json(&body);
    match known {
        // What is no success that the document knows is left to fail where it is read.
        None if succeeded => Ok(response),
        known => Ok(answer::with_body(&response, format!("{{\"{}\":{json}}}", known.unwrap_or("Undocumented")))),
    }
}

/// A body as JSON: as it is, or as a string if it is none.
pub(crate) fn as_json(body: &[u8]) -> String {
    match serde_json::from_slice::<&RawValue>(body) {
        Ok(json) => json.get().to_owned(),
        Err(_) => serde_json::Value::from(String::from_utf8_lossy(body)).to_string(),
    }
}
