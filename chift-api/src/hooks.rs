//! What happens to every request between the generated operation and the wire.

use std::error::Error as StdError;
use std::fmt;

use progenitor_client::{ClientHooks, ClientInfo as _, OperationInfo};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    AnswerError, Authorize, AuthorizeError, Bearer, Client, Operation, Session, answer, generated, operations,
};

/// More than this of a refusal is not read to find out what it is about: 64 KiB.
const LARGEST_REFUSAL: u64 = 64 * 1024;

/// An error's body may be this long: 1 MiB.
const LARGEST_ERROR: u64 = 1024 * 1024;

impl ClientHooks<Session> for Client {
    async fn exec(&self, mut request: Request, info: &OperationInfo) -> reqwest::Result<Response> {
        if let Some(media_type) = generated::operations::sent_as(info.operation_id) {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        // An operation that the table does not know is treated as protected: the server refuses a
        // call that lacks its bearer, and the caller sees that; the reverse would go unnoticed.
        let operation = operations::find(info.operation_id);
        let needs_bearer = operation.is_none_or(|operation| operation.needs_bearer);
        let response = match self.inner().authorizer().filter(|_| needs_bearer) {
            Some(authorizer) => authorized(self.client(), authorizer, request).await?,
            None => self.client().execute(request).await?,
        };
        let response = answer::bounded(response, self.inner().answer_limit());
        let response = match operation {
            Some(operation) => named(response, operation).await?,
            None => response,
        };
        readable(response, info).await
    }
}

/// Sends `request` with a bearer; once more with another one, when the first was refused as such.
async fn authorized(
    http: &reqwest::Client,
    authorizer: &dyn Authorize,
    mut request: Request,
) -> reqwest::Result<Response> {
    let bearer = match authorizer.bearer().await {
        Ok(bearer) => bearer,
        Err(error) => return answer::failed(NotAuthorized(error)).await,
    };
    match bearer_header(&bearer) {
        Ok(header) => request.headers_mut().insert(AUTHORIZATION, header),
        Err(error) => return answer::failed(NotAuthorized(error)).await,
    };
    // `None` when the body is a stream, which can be read once only.
    let again = request.try_clone();
    let response = http.execute(request).await?;
    if response.status() != StatusCode::UNAUTHORIZED {
        return Ok(response);
    }
    if response.content_length().is_some_and(|length| length > LARGEST_REFUSAL) {
        return Ok(response);
    }
    let (body, response) = answer::read_ahead(response, LARGEST_REFUSAL).await?;
    if !is_about_the_token(&body) {
        return Ok(response);
    }
    let second = authorizer.refused(&bearer).await.and_then(|bearer| bearer_header(&bearer).ok());
    match (again, second) {
        (Some(mut request), Some(header)) => {
            request.headers_mut().insert(AUTHORIZATION, header);
            http.execute(request).await
        }
        _ => Ok(response),
    }
}

fn bearer_header(bearer: &Bearer) -> Result<HeaderValue, AuthorizeError> {
    let text = zeroize::Zeroizing::new(format!("Bearer {}", bearer.token.expose()));
    let mut header = HeaderValue::from_str(&text)
        .map_err(|_| AuthorizeError::from("the access token holds characters that cannot stand in a header"))?;
    header.set_sensitive(true);
    Ok(header)
}

/// Whether a 401 is about the bearer. Chift answers 401 too when the customer's own software refused the
/// customer's credentials, with another `error_code`; a 401 without any code is what HTTP says it is.
fn is_about_the_token(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Refusal {
        error_code: Option<String>,
    }
    let code = serde_json::from_slice(body).ok().and_then(|refusal: Refusal| refusal.error_code);
    code.is_none_or(|code| code == "ERROR_CHIFT_AUTHENTICATION_ERROR")
}

/// Where an answer holds a secret, it is tried out before the generated code reads it: that code's error
/// would show the whole body of an answer it cannot read.
async fn readable(response: Response, info: &OperationInfo) -> reqwest::Result<Response> {
    let Some(try_out) =
        generated::operations::secret_answer(info.operation_id).filter(|_| response.status().is_success())
    else {
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
        answer::read_ahead(response, LARGEST_ERROR).await?
    } else if succeeded && generated::operations::has_several_successes(operation.id) {
        let (body, response) = answer::whole(response).await?;
        (if body.is_empty() { b"null".to_vec() } else { body }, response)
    } else {
        return Ok(response);
    };
    let known = generated::operations::body_name(operation.id, status.as_u16(), &body);
    let json = match serde_json::from_slice::<&RawValue>(&body) {
        Ok(json) => json.get().to_owned(),
        Err(_) => serde_json::Value::from(String::from_utf8_lossy(&body)).to_string(),
    };
    match known {
        // What is no success that the document knows is left to fail where it is read.
        None if succeeded => Ok(response),
        known => Ok(answer::with_body(&response, format!("{{\"{}\":{json}}}", known.unwrap_or("Undocumented")))),
    }
}

/// Marks the authorizer's error in a chain of sources.
#[derive(Debug)]
struct NotAuthorized(AuthorizeError);

impl fmt::Display for NotAuthorized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the call was not sent, because no access token could be had")
    }
}

impl StdError for NotAuthorized {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.0.as_ref())
    }
}

/// The authorizer's own error, if that is why a call failed: then the call was never sent.
///
/// `error` is what a generated call returned, or any error that has it among its sources.
/// With `chift-auth`, use `AuthError::of`, which also gives the type.
///
/// ```
/// # async fn call(client: chift_api::Client, body: chift_api::types::AuthItem) {
/// if let Err(error) = client.generate_access_token(&body).await {
///     match chift_api::authorize_error(&error) {
///         Some(reason) => eprintln!("no token: {reason}"),
///         None => eprintln!("the call itself failed: {error}"),
///     }
/// }
/// # }
/// ```
pub fn authorize_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + Send + Sync + 'static)> {
    answer::find::<NotAuthorized>(error).map(|NotAuthorized(reason)| reason.as_ref())
}
