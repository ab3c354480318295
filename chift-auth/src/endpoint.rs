//! One token request: the generated operation, and the meaning of its response.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chift_api::{Client, Decimal, Error, ResponseError, ResponseValue, Secret, Session, redact, server_date, types};
use chrono::{DateTime, Utc};

use crate::{AuthError, Credentials};

/// The part of a response that is read: 64 KiB.
const RESPONSE_LIMIT: u64 = 64 * 1024;

/// The result of a token request.
pub(crate) struct Issued {
    pub(crate) secret: Secret,
    /// Counted from the moment before the request was sent.
    pub(crate) life: Duration,
    /// What is left of the life. All of it, unless the token comes from a store.
    pub(crate) left: Duration,
    /// The version of the token in a store.
    pub(crate) version: Option<u64>,
}

impl Issued {
    pub(crate) fn new(secret: Secret, life: Duration) -> Self {
        Self { secret, life, left: life, version: None }
    }
}

/// A token request that is under way.
pub(crate) type Issuing = Pin<Box<dyn Future<Output = Result<Issued, AuthError>> + Send>>;

/// Sends one token request, and waits for the response until the time limit. Tests replace it.
pub(crate) type Endpoint = Arc<dyn Fn(&Credentials, Duration) -> Issuing + Send + Sync>;

/// Chift's `POST /token`.
pub(crate) fn token_endpoint(api: &Client) -> Endpoint {
    let client = api.with_session(Session::anonymous().with_response_limit(RESPONSE_LIMIT));
    Arc::new(move |credentials, limit| {
        let (client, body) = (client.clone(), credentials.request.clone());
        Box::pin(async move {
            match tokio::time::timeout(limit, client.generate_access_token(&body)).await {
                Ok(Ok(response)) => issued(response),
                Ok(Err(error)) => Err(failed(error, &body.client_secret)),
                Err(_) => Err(AuthError::TimedOut),
            }
        })
    })
}

/// Checks that the token can be used.
fn issued(response: ResponseValue<types::Token>) -> Result<Issued, AuthError> {
    let date = server_date(response.headers());
    let token = response.into_inner();
    let invalid = |reason: &str| Err(AuthError::InvalidResponse { reason: reason.to_owned() });
    if !token.token_type.eq_ignore_ascii_case("bearer") {
        return invalid("`token_type` is not \"bearer\"");
    }
    let text = token.access_token.expose();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return invalid("`access_token` is empty, or has characters that are not allowed in a header");
    }
    let Some(life) = life(&token.expires_in, token.expires_on.as_ref(), date) else {
        return invalid("`expires_in` is not positive");
    };
    Ok(Issued::new(token.access_token, life))
}

/// The life of a token: `expires_in`, or the time from the server's own date to `expires_on` if that is shorter. The
/// local clock is not used, because it may be wrong. `None` if `expires_in` is not positive.
fn life(expires_in: &Decimal, expires_on: Option<&Decimal>, date: Option<DateTime<Utc>>) -> Option<Duration> {
    let stated = milliseconds(expires_in);
    let left = match (expires_on, date) {
        (Some(end), Some(date)) => milliseconds(end).saturating_sub(date.timestamp_millis().into()),
        _ => stated,
    };
    if left <= 0 && stated > 0 {
        tracing::warn!("`expires_on` is not after the date of the response; `expires_in` is used");
    }
    let life = if left > 0 { stated.min(left) } else { stated };
    (life > 0).then(|| Duration::from_millis(u64::try_from(life).unwrap_or(u64::MAX)))
}

// Exact for any date, and a number out of range becomes the nearest integer.
#[allow(clippy::cast_possible_truncation)]
fn milliseconds(seconds: &Decimal) -> i128 {
    (seconds.to_f64() * 1_000.0) as i128
}

fn failed<E>(error: Error<E>, secret: &Secret) -> AuthError {
    let shown = |text: &Option<String>| text.as_deref().map(|text| redact(text, secret));
    match error {
        Error::Redirect { status, .. } => AuthError::Redirected { status: status.as_u16() },
        Error::Transport(error) | Error::InvalidResponse { error: ResponseError::Interrupted(error), .. } => {
            AuthError::Transport(Arc::new(error))
        }
        error => match error.chift() {
            Some(failure) => AuthError::ErrorResponse {
                status: failure.status,
                error_code: shown(&failure.error_code),
                message: shown(&failure.message),
                retry_after: error.retry_after(),
            },
            // The body is not kept, because it can hold the token.
            None => AuthError::InvalidResponse { reason: redact(&error.to_string(), secret) },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_life_is_expires_in_or_less_by_the_server_clock() {
        let noon = "2026-11-23T12:00:00Z".parse::<DateTime<Utc>>().unwrap();
        let (date, noon) = (Some(noon), noon.timestamp());
        for (expires_in, expires_on, date, expected) in [
            (1800, Some(noon + 1800), date, Some(1800)),
            (1800, Some(noon + 60), date, Some(60)), // `expires_on` is earlier by the server's clock
            (1800, Some(noon + 7200), date, Some(1800)), // `expires_on` is later
            (1800, Some(noon - 3600), date, Some(1800)), // `expires_on` is before the date
            (1800, Some(noon), date, Some(1800)),
            (1800, Some(0), None, Some(1800)), // there is no date
            (1800, None, date, Some(1800)),
            (1, Some(noon + 1), date, Some(1)),
            (1 << 50, Some(i64::MAX), date, Some(1 << 50)), // the token caps it at a day
            (0, Some(noon), date, None),
            (-1, Some(noon), None, None),
            (i64::MIN, Some(i64::MIN), date, None),
        ] {
            let life = life(&expires_in.into(), expires_on.map(Decimal::from).as_ref(), date);
            assert_eq!(life, expected.map(Duration::from_secs), "{expires_in} {expires_on:?}");
        }
    }

    #[test]
    fn expires_in_can_have_a_fraction() {
        for (expires_in, expected) in [
            ("1800.0", Some(1_800_000)),
            ("0.5", Some(500)),
            ("1.8e3", Some(1_800_000)),
            ("0.0001", None),
            ("1e-40", None),
            ("-1e40", None),
        ] {
            let life = life(&expires_in.parse().unwrap(), None, None);
            assert_eq!(life, expected.map(Duration::from_millis), "{expires_in}");
        }
        let longest = life(&"79228162514264337593543950335".parse().unwrap(), None, None).unwrap();
        assert!(longest > Duration::from_secs(24 * 60 * 60));
    }
}
