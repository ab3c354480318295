//! One token request: the generated operation, and what its answer means.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chift_api::{
    AnswerError, Client, Error, ErrorExt as _, Failure, ResponseValue, Secret, Session, retry_after, server_date, types,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::{AuthError, Credentials};

/// More than this of an answer is not read.
const LARGEST_ANSWER: u64 = 64 * 1024;

/// More characters than this of what the server said are not kept.
const LONGEST_MESSAGE: usize = 500;

/// What a token request brings.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) secret: Secret,
    /// Counted from the moment before the request was sent.
    pub(crate) life: Duration,
}

/// A token request under way.
pub(crate) type Issuing = Pin<Box<dyn Future<Output = Result<Issued, AuthError>> + Send>>;

/// What tokens are asked of; tests bring their own.
pub(crate) trait Endpoint: Send + Sync + 'static {
    /// Asks once, for at most `limit`.
    fn issue(&self, credentials: &Credentials, limit: Duration) -> Issuing;
}

/// Chift's `POST /token`.
pub(crate) struct TokenEndpoint(Client);

impl TokenEndpoint {
    pub(crate) fn new(base_url: &str, http_client: reqwest::Client) -> Self {
        let session = Session::anonymous().with_answer_limit(LARGEST_ANSWER);
        Self(Client::new_with_client(base_url, http_client, session))
    }
}

impl Endpoint for TokenEndpoint {
    fn issue(&self, credentials: &Credentials, limit: Duration) -> Issuing {
        let (client, credentials) = (self.0.clone(), credentials.clone());
        Box::pin(async move {
            match tokio::time::timeout(limit, request(&client, &credentials)).await {
                Ok(result) => result,
                Err(_) => Err(AuthError::TimedOut),
            }
        })
    }
}

async fn request(client: &Client, credentials: &Credentials) -> Result<Issued, AuthError> {
    match client.generate_access_token(&credentials.to_request()).await {
        Ok(answer) => accepted(answer),
        Err(error) => Err(refusal(error, credentials.secret())),
    }
}

/// A token that can be used, or what is wrong with it.
fn accepted(answer: ResponseValue<types::Token>) -> Result<Issued, AuthError> {
    let date = server_date(answer.headers());
    let token = answer.into_inner();
    let invalid = |reason: &str| Err(AuthError::InvalidResponse { reason: reason.to_owned() });
    if !token.token_type.eq_ignore_ascii_case("bearer") {
        return invalid("`token_type` is not \"bearer\"");
    }
    let text = token.access_token.expose();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return invalid("`access_token` is empty, or holds characters that cannot stand in a header");
    }
    let Some(life) = life(token.expires_in, token.expires_on, date) else {
        return invalid("`expires_in` is not positive");
    };
    Ok(Issued { secret: token.access_token, life })
}

/// How long a token lives: `expires_in`, or what is left until `expires_on` by the server's own clock, if
/// that is shorter. This machine's clock may be wrong, and is not asked.
fn life(expires_in: i64, expires_on: i64, date: Option<DateTime<Utc>>) -> Option<Duration> {
    let stated = u64::try_from(expires_in).ok().filter(|seconds| *seconds > 0)?;
    let left = date.map(|date| expires_on.saturating_sub(date.timestamp()));
    let life = match left.map(u64::try_from) {
        Some(Ok(left)) if left > 0 => stated.min(left),
        Some(_) => {
            tracing::warn!(
                expires_in,
                expires_on,
                "`expires_on` contradicts the answer's own date; `expires_in` holds"
            );
            stated
        }
        None => stated,
    };
    Some(Duration::from_secs(life))
}

fn refusal<E: Serialize>(error: Error<E>, secret: &Secret) -> AuthError {
    let said = error.chift();
    match error {
        Error::ErrorResponse(response) => {
            classified(response.status().as_u16(), said, retry_after(response.headers()), secret)
        }
        Error::UnexpectedResponse(response) => {
            classified(response.status().as_u16(), said, retry_after(response.headers()), secret)
        }
        // Neither the body nor what the parser says of it is told: both can hold the token.
        Error::InvalidResponsePayload(_, error) => AuthError::InvalidResponse {
            reason: format!("it is not the JSON of a token (line {}, column {})", error.line(), error.column()),
        },
        Error::CommunicationError(error) | Error::ResponseBodyError(error) | Error::InvalidUpgrade(error) => {
            if let Some(error) = AnswerError::of(&error) {
                return AuthError::InvalidResponse { reason: error.to_string() };
            }
            let source: Box<dyn StdError + Send + Sync> = error.without_url().into();
            AuthError::Transport(Arc::from(source))
        }
        Error::InvalidRequest(reason) | Error::Custom(reason) => {
            AuthError::InvalidResponse { reason: redacted(&reason, secret) }
        }
    }
}

/// The validator's findings: where and what, but not `input`. It is what we sent, and may be the secret.
fn findings(detail: Option<&Value>) -> Vec<String> {
    let told = |finding: &Value| {
        let place: Vec<String> =
            finding["loc"].as_array()?.iter().map(|step| step.to_string().replace('"', "")).collect();
        Some(format!("{}: {}", place.join("."), finding["msg"].as_str()?))
    };
    detail.and_then(Value::as_array).into_iter().flatten().filter_map(told).collect()
}

fn classified(status: u16, said: Option<Failure>, retry_after: Option<Duration>, secret: &Secret) -> AuthError {
    let findings = findings(said.as_ref().and_then(|said| said.detail.as_ref()));
    let (message, error_code) = said.map(|said| (said.message, said.error_code)).unwrap_or_default();
    let error_code = error_code.map(|code| redacted(&code, secret));
    let told: Vec<String> = message.into_iter().chain(findings).collect();
    let message = (!told.is_empty()).then(|| redacted(&told.join("; "), secret));
    match status {
        408 | 429 | 500..=599 => AuthError::Unavailable { status, error_code, message, retry_after },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_life_is_what_the_server_states_by_its_own_clock() {
        let noon = "2026-11-23T12:00:00Z".parse::<DateTime<Utc>>().unwrap();
        let (date, noon) = (Some(noon), noon.timestamp());
        for (expires_in, expires_on, date, expected) in [
            (1800, noon + 1800, date, Some(1800)),
            (1800, noon + 60, date, Some(60)),     // shorter by the server's clock
            (1800, noon + 7200, date, Some(1800)), // never longer
            (1800, noon - 3600, date, Some(1800)), // contradiction: `expires_in` holds
            (1800, noon, date, Some(1800)),
            (1800, 0, None, Some(1800)), // no date, nothing to compare with
            (1, noon + 1, date, Some(1)),
            (1 << 62, i64::MAX, date, Some(1 << 62)), // capped where the token is made
            (0, noon, date, None),
            (-1, noon, None, None),
            (i64::MIN, i64::MIN, date, None),
        ] {
            assert_eq!(
                life(expires_in, expires_on, date),
                expected.map(Duration::from_secs),
                "{expires_in} {expires_on}"
            );
        }
    }

    #[test]
    fn what_the_server_repeats_of_the_secret_is_taken_out() {
        let secret = Secret::from("s3cret");
        assert_eq!(redacted("no s3cret here", &secret), "no [redacted] here");
        assert_eq!(redacted(&"ä".repeat(1000), &secret).chars().count(), LONGEST_MESSAGE + 1);
    }
}
