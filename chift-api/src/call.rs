//! How a request is sent: with the session's context and bearer, and again where that is allowed.

use std::error::Error as StdError;
use std::fmt;
use std::time::Instant;

use progenitor_client::ClientInfo as _;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Request, Response, StatusCode};

use crate::{Authorize, AuthorizeError, Bearer, Client, Retry, answer, failure, retry, span};

/// More than this of a refusal is not read to find out what it is about: 64 KiB.
const LARGEST_REFUSAL: u64 = 64 * 1024;

/// Sends `request`, and tells the current span how it went. The answer's body is bounded.
pub(crate) async fn send(client: &Client, mut request: Request, needs_bearer: bool) -> reqwest::Result<Response> {
    let (http, session) = (client.client(), client.inner());
    let authorizer = session.authorizer().filter(|_| needs_bearer);
    if let Some(context) = session.context().filter(|_| needs_bearer) {
        context.apply(&mut request);
    }
    let (started, mut sent) = (Instant::now(), 0);
    let result = match session.retry().filter(|_| retry::is_repeatable(&request)) {
        Some(retry) => retried(http, authorizer, retry, request, &mut sent).await,
        None => once(http, authorizer, request, &mut sent).await,
    };
    span::ended(sent, started, &result);
    Ok(answer::bounded(result?, session.answer_limit()))
}

async fn retried(
    http: &reqwest::Client,
    authorizer: Option<&dyn Authorize>,
    retry: &Retry,
    mut request: Request,
    sent: &mut u32,
) -> reqwest::Result<Response> {
    let started = retry.now();
    let mut attempt = 1;
    loop {
        // `None` when the body is a stream, which can be read once only.
        let again = request.try_clone();
        let result = once(http, authorizer, request, sent).await;
        let (Some(next), Some(wait)) = (again, retry.wait(&result, attempt, started)) else { return result };
        drop(result);
        retry.sleep(wait).await;
        request = next;
        attempt += 1;
    }
}

async fn once(
    http: &reqwest::Client,
    authorizer: Option<&dyn Authorize>,
    request: Request,
    sent: &mut u32,
) -> reqwest::Result<Response> {
    if let Some(authorizer) = authorizer {
        return authorized(http, authorizer, request, sent).await;
    }
    *sent += 1;
    http.execute(request).await
}

/// Sends `request` with a bearer; once more with another one, when the first was refused as such.
async fn authorized(
    http: &reqwest::Client,
    authorizer: &dyn Authorize,
    mut request: Request,
    sent: &mut u32,
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
    *sent += 1;
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
            *sent += 1;
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
    failure::error_code(body).is_none_or(|code| code == "ERROR_CHIFT_AUTHENTICATION_ERROR")
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
