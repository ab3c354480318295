//! One token request: the generated operation, and what its answer means.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chift_api::{
    ChiftError, Client, Decimal, Error, ResponseError, ResponseValue, Secret, Session, one_line, server_date, types,
};
use chrono::{DateTime, Utc};

use crate::{AuthError, Credentials};

/// More than this of a response is not read: 64 KiB.
const RESPONSE_LIMIT: u64 = 64 * 1024;

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
    pub(crate) fn new(api: &Client) -> Self {
        Self(api.with_session(Session::anonymous().with_response_limit(RESPONSE_LIMIT)))
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
        Ok(response) => accepted(response),
        Err(error) => Err(refusal(error, credentials.secret())),
    }
}

/// A token that can be used, or what is wrong with it.
fn accepted(response: ResponseValue<types::Token>) -> Result<Issued, AuthError> {
    let date = server_date(response.headers());
    let token = response.into_inner();
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
fn life(expires_in: Decimal, expires_on: Option<Decimal>, date: Option<DateTime<Utc>>) -> Option<Duration> {
    let stated = duration(milliseconds(expires_in))?;
    let (Some(expires_on), Some(date)) = (expires_on, date) else { return Some(stated) };
    let left = milliseconds(expires_on).saturating_sub(date.timestamp_millis().into());
    let Some(left) = duration(left) else {
        tracing::warn!("`expires_on` contradicts the response's own date; `expires_in` holds");
        return Some(stated);
    };
    Some(stated.min(left))
}

/// A positive time.
fn duration(milliseconds: i128) -> Option<Duration> {
    let milliseconds = u64::try_from(milliseconds.min(u64::MAX.into())).ok()?;
    (milliseconds > 0).then(|| Duration::from_millis(milliseconds))
}

fn milliseconds(seconds: Decimal) -> i128 {
    // Without a fraction, the mantissa is the number itself. A number that cannot be multiplied is past any limit.
    let thousandfold = seconds.checked_mul(*Decimal::from(1_000));
    thousandfold.map_or(i128::from(u64::MAX), |number| number.trunc().mantissa())
}

fn refusal<E>(error: Error<E>, secret: &Secret) -> AuthError {
    match error {
        Error::ErrorResponse(_) => match error.chift() {
            Some(failure) => classified(failure, error.retry_after(), secret),
            None => {
                AuthError::InvalidResponse { reason: "its status is an error, and nothing else is known".to_owned() }
            }
        },
        Error::Redirect { status, .. } => AuthError::Redirected { status: status.as_u16() },
        Error::Transport(error) => AuthError::Transport(Arc::new(error)),
        // Neither the body nor what the parser says of it is kept: both can hold the token.
        Error::InvalidResponse { error: ResponseError::Interrupted(error), .. } => {
            AuthError::Transport(Arc::new(error))
        }
        Error::InvalidResponse { error, .. } => AuthError::InvalidResponse { reason: error.to_string() },
        Error::UnexpectedResponse(response) => {
            let status = response.status().as_u16();
            AuthError::InvalidResponse { reason: format!("status {status} is neither a token nor an error") }
        }
        error => AuthError::InvalidResponse { reason: redacted(&error.to_string(), secret) },
    }
}

fn classified(failure: &ChiftError, retry_after: Option<Duration>, secret: &Secret) -> AuthError {
    let status = failure.status;
    let error_code = failure.error_code.as_deref().map(|code| redacted(code, secret));
    let message = failure.message.as_deref().map(|message| redacted(message, secret));
    match status {
        400 | 401 | 403 | 422 => AuthError::Rejected { status, error_code, message },
        // For tokens a 500 passes as well: asking for one changes nothing.
        500..=599 => AuthError::Unavailable { status, error_code, message, retry_after },
        _ if chift_api::is_passing_status(status) => {
            AuthError::Unavailable { status, error_code, message, retry_after }
        }
        _ => AuthError::UnexpectedStatus { status, error_code, message },
    }
}

/// `text` on one line, without the secret in any form in which the server may repeat it, cut to a sensible length.
fn redacted(text: &str, secret: &Secret) -> String {
    let mut text = text.to_owned();
    for form in forms(secret.expose()) {
        text = text.replace(&form, "[redacted]");
    }
    let text = one_line(&text);
    match text.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The secret as it is, on one line, and as JSON and Python escape it; the longest first.
fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap_or_default();
    let json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or_default();
    let twice = json.replace('\\', "\\\\").replace('"', "\\\"");
    let python = secret.replace('\\', "\\\\").replace('\'', "\\'");
    let mut forms: Vec<String> = [secret, json, &twice, &python].into_iter().map(str::to_owned).collect();
    forms.extend(forms.clone().iter().map(|form| one_line(form)));
    forms.retain(|form| !form.is_empty());
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_life_is_what_the_server_states_by_its_own_clock() {
        let noon = "2026-11-23T12:00:00Z".parse::<DateTime<Utc>>().unwrap();
        let (date, noon) = (Some(noon), noon.timestamp());
        for (expires_in, expires_on, date, expected) in [
            (1800, Some(noon + 1800), date, Some(1800)),
            (1800, Some(noon + 60), date, Some(60)), // shorter by the server's clock
            (1800, Some(noon + 7200), date, Some(1800)), // never longer
            (1800, Some(noon - 3600), date, Some(1800)), // contradiction: `expires_in` holds
            (1800, Some(noon), date, Some(1800)),
            (1800, Some(0), None, Some(1800)), // no date, nothing to compare with
            (1800, None, date, Some(1800)),
            (1, Some(noon + 1), date, Some(1)),
            (1 << 50, Some(i64::MAX), date, Some(1 << 50)), // capped where the token is made
            (0, Some(noon), date, None),
            (-1, Some(noon), None, None),
            (i64::MIN, Some(i64::MIN), date, None),
        ] {
            let life = life(expires_in.into(), expires_on.map(Decimal::from), date);
            assert_eq!(life, expected.map(Duration::from_secs), "{expires_in} {expires_on:?}");
        }
    }

    #[test]
    fn a_number_of_seconds_may_have_a_fraction() {
        for (expires_in, expected) in
            [("1800.0", Some(1_800_000)), ("0.5", Some(500)), ("1.8e3", Some(1_800_000)), ("0.0001", None)]
        {
            let life = life(expires_in.parse().unwrap(), None, None);
            assert_eq!(life, expected.map(Duration::from_millis), "{expires_in}");
        }
        let longest = life("79228162514264337593543950335".parse().unwrap(), None, None).unwrap();
        assert!(longest > Duration::from_secs(24 * 60 * 60));
    }

    #[test]
    fn what_the_server_repeats_of_the_secret_is_taken_out_in_any_form() {
        let secret = Secret::from("s3\"cr\\et\n\tpart\u{1}'");
        let json = serde_json::to_string(secret.expose()).unwrap();
        let twice = serde_json::to_string(&json).unwrap();
        for text in [secret.expose(), &json, &twice, &one_line(secret.expose()), "s3\"cr\\\\et\n\tpart\u{1}\\'"] {
            let text = redacted(&format!("before {text} after"), &secret);
            assert!(text.contains("[redacted]") && !text.contains("s3") && !text.contains("part"), "{text}");
        }
        let secret = Secret::from("s3cret");
        assert_eq!(redacted("no s3cret\r\nERROR forged", &secret), "no [redacted] ERROR forged");
        assert_eq!(redacted(&"ä".repeat(1000), &secret).chars().count(), LONGEST_MESSAGE + 1);
        // What is cut off is cut off after the secret was looked for.
        assert!(!redacted(&format!("{}s3cret", "ä".repeat(LONGEST_MESSAGE - 3)), &secret).contains("s3c"));
        assert_eq!(redacted("nothing", &Secret::from("")), "nothing");
    }
}
