//! Why a webhook is refused.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;

/// Why a webhook is refused. No message contains a secret, a signature or a part of a body.
///
/// ```
/// use chift_api::Secret;
/// use chift_api::webhook::{WebhookError, verify};
///
/// let error = verify(&Secret::from("s3cret"), "0".repeat(64), b"{}").unwrap_err();
/// assert!(matches!(error, WebhookError::Forged));
/// assert_eq!(error.status(), 401);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookError {
    /// No secret was given. Without one, nothing can be verified.
    NoSecret,

    /// A secret is empty or blank. Every attacker knows the empty secret. Check the configuration that it comes from.
    EmptySecret,

    /// A secret begins or ends with a line break, as the content of a file often does. Remove the line break.
    LineBreakInSecret,

    /// The request has no header `X-Chift-Signature`, or an empty one. Chift signs only if the webhook has a signing
    /// secret: set `signingsecret` when you create or change the webhook.
    NoSignature,

    /// The request has more than one header `X-Chift-Signature`.
    SeveralSignatures,

    /// The signature is not 64 lowercase hexadecimal digits.
    MalformedSignature,

    /// The body is longer than the limit; see [`Verifier::with_body_limit`](super::Verifier::with_body_limit).
    #[non_exhaustive]
    BodyTooLong {
        /// The limit, in bytes.
        limit: usize,
    },

    /// The signature is not that of this body with any of the secrets: Chift did not send it, or it was changed on the
    /// way, or the secret is another one.
    Forged,

    /// The signature is correct, but the body is not JSON in UTF-8.
    NotJson,

    /// The signature is correct, but the event is older than
    /// [`Verifier::with_max_age`](super::Verifier::with_max_age) permits.
    #[non_exhaustive]
    TooOld {
        /// The time since the event was created.
        age: Duration,
    },

    /// The signature is correct, but the event is from the future, by more than [`CLOCK_TOLERANCE`](super::CLOCK_TOLERANCE).
    /// Check the clock of this machine.
    #[non_exhaustive]
    FromFuture {
        /// The time until the event is created.
        ahead: Duration,
    },

    /// The signature is correct, but the event has no field `created` with a time in Unix seconds, so that its age
    /// cannot be checked.
    NoCreationTime,
}

impl WebhookError {
    /// The HTTP status for the response: 500 for a wrong configuration of this program, 413 for a body that is too
    /// long, 400 for a signed body that is not JSON, and 401 for all others.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoSecret | Self::EmptySecret | Self::LineBreakInSecret => StatusCode::INTERNAL_SERVER_ERROR,
            Self::BodyTooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotJson => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNAUTHORIZED,
        }
    }
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSecret => f.write_str("no signing secret is configured for webhooks"),
            Self::EmptySecret => f.write_str("a signing secret of webhooks is empty or blank; check the configuration"),
            Self::LineBreakInSecret => {
                f.write_str("a signing secret of webhooks begins or ends with a line break; remove it")
            }
            Self::NoSignature => {
                f.write_str("the webhook has no signature; Chift signs it only if a signing secret is set for it")
            }
            Self::SeveralSignatures => f.write_str("the webhook has more than one signature"),
            Self::MalformedSignature => {
                f.write_str("the signature of the webhook is not 64 lowercase hexadecimal digits")
            }
            Self::BodyTooLong { limit } => write!(f, "the body of the webhook is longer than {limit} bytes"),
            Self::Forged => f.write_str("the signature does not match the body of the webhook"),
            Self::NotJson => f.write_str("the body of the webhook is signed but is not JSON in UTF-8"),
            Self::TooOld { age } => write!(f, "the webhook was created {} s ago, which is too long", age.as_secs()),
            Self::FromFuture { ahead } => {
                write!(f, "the webhook is from the future, by {} s; check the clock of this machine", ahead.as_secs())
            }
            Self::NoCreationTime => f.write_str("the webhook does not state when it was created, in Unix seconds"),
        }
    }
}

impl Error for WebhookError {}
