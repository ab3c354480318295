//! One token request: the generated operation, and what its answer means.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use chift_api::{Client, Error, Secret, types};
use serde::Deserialize;

use crate::clock::Now;
use crate::{AccessToken, AuthError, Credentials};

/// More than this of an error's answer is not read.
const LARGEST_ERROR_BODY: usize = 64 * 1024;

/// More characters than this of what the server said are not kept.
const LONGEST_MESSAGE: usize = 500;

/// Asks for a token; its life is counted from `asked`.
pub(crate) async fn request(client: &Client, credentials: &Credentials, asked: Now) -> Result<AccessToken, AuthError> {
    match client.generate_access_token(&credentials.to_request()).await {
        Ok(answer) => accept(answer.into_inner(), asked),
        Err(error) => Err(refusal(error, credentials.secret()).await),
    }
}

/// A token that can be used, or what is wrong with it.
fn accept(token: types::Token, asked: Now) -> Result<AccessToken, AuthError> {
    let invalid = |reason: &str| Err(AuthError::InvalidResponse { reason: reason.to_owned() });
    if !token.token_type.eq_ignore_ascii_case("bearer") {
        return invalid("`token_type` is not \"bearer\"");
    }
    let text = token.access_token.expose();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return invalid("`access_token` is empty, or holds characters that cannot stand in a header");
    }
    match u64::try_from(token.expires_in) {
        Ok(seconds) if seconds > 0 => Ok(AccessToken::new(token.access_token, Duration::from_secs(seconds), asked)),
        _ => invalid("`expires_in` is not positive"),
    }
}

/// What Chift's errors are made of; every part may be absent.
#[derive(Debug, Default, Deserialize)]
struct ChiftError {
    message: Option<String>,
    error_code: Option<String>,
}

async fn refusal(error: Error<types::HttpValidationError>, secret: &Secret) -> AuthError {
    match error {
        Error::ErrorResponse(response) => {
            // Where and what, but not `input`: it is what we sent, and may be the secret.
            let details = response.detail.iter().map(|detail| {
                let place: Vec<_> = detail.loc.iter().map(ToString::to_string).collect();
                format!("{}: {}", place.join("."), detail.msg)
            });
            let message = std::iter::once(response.message.clone()).chain(details).collect::<Vec<_>>().join("; ");
            classified(response.status().as_u16(), ChiftError { message: Some(message), error_code: None }, secret)
        }
        Error::UnexpectedResponse(response) => {
            let status = response.status().as_u16();
            classified(status, said(response).await, secret)
        }
        // Neither the body nor what the parser says of it is told: both can hold the token.
        Error::InvalidResponsePayload(_, error) => AuthError::InvalidResponse {
            reason: format!("it is not the JSON of a token (line {}, column {})", error.line(), error.column()),
        },
        Error::CommunicationError(error) | Error::ResponseBodyError(error) | Error::InvalidUpgrade(error) => {
            let source: Box<dyn StdError + Send + Sync> = error.without_url().into();
            AuthError::Transport(Arc::from(source))
        }
        Error::InvalidRequest(reason) | Error::Custom(reason) => {
            AuthError::InvalidResponse { reason: redacted(&reason, secret) }
        }
    }
}

/// What the body of an error says, as far as it can be read.
async fn said(mut response: reqwest::Response) -> ChiftError {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        if body.len() + chunk.len() > LARGEST_ERROR_BODY {
            return ChiftError::default();
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).unwrap_or_default()
}

fn classified(status: u16, said: ChiftError, secret: &Secret) -> AuthError {
    let error_code = said.error_code.map(|code| redacted(&code, secret));
    let message = said.message.map(|message| redacted(&message, secret));
    match status {
        408 | 429 | 500..=599 => AuthError::Unavailable { status, error_code, message },
        400..=499 => AuthError::Rejected { status, error_code, message },
        _ => AuthError::InvalidResponse { reason: format!("status {status} is neither a token nor an error") },
    }
}

/// `text`, cut to a sensible length and without the secret, should the server repeat it.
fn redacted(text: &str, secret: &Secret) -> String {
    let text = if secret.is_empty() { text.to_owned() } else { text.replace(secret.expose(), "[redacted]") };
    match text.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
