//! Verifying the signature of a webhook, and its age.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::header::HeaderMap;
use serde_json::value::RawValue;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq as _};

use super::compact::{self, Escapes};
use super::{Event, WebhookError};
use crate::{Clock, Secret, SharedClock};

/// The header with the signature. Names of headers are case-insensitive.
pub const SIGNATURE_HEADER: &str = "x-chift-signature";

/// The default limit of a body: 1 MiB. Chift's documented events have less than 1 KiB.
pub const DEFAULT_BODY_LIMIT: usize = 1024 * 1024;

/// How far the creation time of an event may be ahead of this machine's clock, if ages are checked: 5 minutes.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// The HMAC-SHA256 of a body.
type Digest = [u8; 32];

/// Verifies that a webhook comes from Chift, and reads its event.
///
/// `signature` is the value of the header [`SIGNATURE_HEADER`], and `body` contains the bytes exactly as received. A
/// [`Verifier`] also reads the header, accepts several secrets and checks the age.
///
/// ```
/// use chift_api::Secret;
/// use chift_api::webhook::{Event, verify};
///
/// fn receive(signature: &str, body: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
///     let secret = Secret::from(std::env::var("CHIFT_SIGNING_SECRET")?);
///     if let Event::ConnectionCreated(created) = verify(&secret, signature, body)? {
///         println!("consumer {} has the connection {}", created.consumerid, created.connectionid);
///     }
///     Ok(())
/// }
/// ```
///
/// # Errors
///
/// If the secret is empty, or the signature or the body is refused: see [`WebhookError`].
pub fn verify(secret: &Secret, signature: impl AsRef<[u8]>, body: &[u8]) -> Result<Event, WebhookError> {
    Verifier::new([secret.clone()])?.verify(signature, body)
}

/// Verifies webhooks with one or more secrets. Create it once, when the program starts.
///
/// While you replace a secret, pass the new and the old one: Chift signs with the new one as soon as you have changed
/// the webhook, but events that are on their way have signatures with the old one.
///
/// ```
/// use chift_api::Secret;
/// use chift_api::webhook::Verifier;
/// use std::time::Duration;
///
/// let (new, old) = (Secret::from("a new secret"), Secret::from("an old secret"));
/// let verifier = Verifier::new([new, old])?.with_max_age(Duration::from_secs(3600)).with_body_limit(64 * 1024);
/// # Ok::<(), chift_api::webhook::WebhookError>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    secrets: Vec<Secret>,
    body_limit: usize,
    max_age: Option<Duration>,
    clock: SharedClock,
}

impl Verifier {
    /// A verifier with these secrets, a limit of 1 MiB for bodies, and no check of the age.
    ///
    /// # Errors
    ///
    /// If there is no secret, or one of them is empty or blank, or begins or ends with a line break.
    pub fn new<S: Into<Secret>>(secrets: impl IntoIterator<Item = S>) -> Result<Self, WebhookError> {
        let secrets: Vec<Secret> = secrets.into_iter().map(Into::into).collect();
        let line_break = ['\n', '\r'];
        // HMAC pads a key with NULs, so that a secret of NULs equals the empty one.
        let is_blank = |secret: &Secret| secret.expose().chars().all(|it| it.is_whitespace() || it == '\0');
        if secrets.is_empty() {
            return Err(WebhookError::NoSecret);
        }
        if secrets.iter().any(is_blank) {
            return Err(WebhookError::EmptySecret);
        }
        if secrets.iter().map(Secret::expose).any(|it| it.starts_with(line_break) || it.ends_with(line_break)) {
            return Err(WebhookError::LineBreakInSecret);
        }
        Ok(Self { secrets, body_limit: DEFAULT_BODY_LIMIT, max_age: None, clock: SharedClock::default() })
    }

    /// Refuses bodies that are longer, in bytes, before anything is computed. Set the limit of your HTTP server too: it
    /// reads the body into memory.
    #[must_use]
    pub fn with_body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Refuses events that were created longer ago, or that are from the future by more than [`CLOCK_TOLERANCE`].
    ///
    /// It limits for how long someone who recorded a webhook can send it again. Leave time for Chift's own repetitions
    /// and for the difference between the clocks: an event that is refused here can be lost.
    #[must_use]
    pub fn with_max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Replaces the machine's clock, for tests of ages.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = SharedClock::new(clock);
        self
    }

    /// Like [`verify`](Self::verify), with the signature from the headers of the request.
    ///
    /// # Errors
    ///
    /// If the headers contain no signature or several, or if the signature, the body or the age is refused.
    pub fn verify_request(&self, headers: &HeaderMap, body: &[u8]) -> Result<Event, WebhookError> {
        let mut signatures = headers.get_all(SIGNATURE_HEADER).iter();
        let signature = signatures.next().ok_or(WebhookError::NoSignature)?;
        if signatures.next().is_some() {
            return Err(WebhookError::SeveralSignatures);
        }
        self.verify(signature, body)
    }

    /// Verifies a webhook, and reads its event. `signature` is the value of the header [`SIGNATURE_HEADER`], and `body`
    /// contains the bytes exactly as received.
    ///
    /// # Errors
    ///
    /// If the signature, the body or the age is refused: see [`WebhookError`].
    pub fn verify(&self, signature: impl AsRef<[u8]>, body: &[u8]) -> Result<Event, WebhookError> {
        if body.len() > self.body_limit {
            return Err(WebhookError::BodyTooLong { limit: self.body_limit });
        }
        let signature = parse(signature.as_ref())?;
        let json = compact::json(body);
        if !self.is_signed(&signature, body, json) {
            return Err(WebhookError::Forged);
        }
        let event = Event::read(json.ok_or(WebhookError::NotJson)?);
        self.check_age(event.created())?;
        Ok(event)
    }

    /// Whether the signature is that of the received bytes or, failing that, of one of the compact forms, which are made
    /// only then. The time does not depend on which secret or which compact form matches.
    fn is_signed(&self, signature: &Digest, body: &[u8], json: Option<&RawValue>) -> bool {
        if self.matches(signature, &[body]) {
            return true;
        }
        let forms = json.map(|json| [Escapes::Few, Escapes::Ascii].map(|escapes| compact::compact(json, escapes)));
        forms.is_some_and(|[utf8, ascii]| self.matches(signature, &[utf8.as_bytes(), ascii.as_bytes()]))
    }

    /// Compares the signature with those of all texts and all secrets.
    fn matches(&self, signature: &Digest, texts: &[&[u8]]) -> bool {
        let pairs = self.secrets.iter().flat_map(|secret| texts.iter().map(move |text| (secret, text)));
        let same = pairs.map(|(secret, text)| match digest(secret, text) {
            Some(expected) => expected.ct_eq(signature),
            None => Choice::from(0),
        });
        same.fold(Choice::from(0), |any, same| any | same).into()
    }

    fn check_age(&self, created: Option<DateTime<Utc>>) -> Result<(), WebhookError> {
        let Some(max_age) = self.max_age else { return Ok(()) };
        let created = created.ok_or(WebhookError::NoCreationTime)?;
        let age = DateTime::<Utc>::from(self.clock.moment().wall) - created;
        match (age.to_std(), (-age).to_std()) {
            (Ok(age), _) if age > max_age => Err(WebhookError::TooOld { age }),
            (Err(_), Ok(ahead)) if ahead > CLOCK_TOLERANCE => Err(WebhookError::FromFuture { ahead }),
            _ => Ok(()),
        }
    }
}

/// Shows neither the secrets nor their number of characters.
impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("secrets", &self.secrets.len())
            .field("body_limit", &self.body_limit)
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

/// The bytes of a signature. Its sender knows it, so that reading it need not take constant time.
fn parse(signature: &[u8]) -> Result<Digest, WebhookError> {
    if signature.is_empty() {
        return Err(WebhookError::NoSignature);
    }
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, odd) = signature.as_chunks::<2>();
    let bytes: Option<Vec<u8>> = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    let bytes = bytes.filter(|_| odd.is_empty()).ok_or(WebhookError::MalformedSignature)?;
    bytes.try_into().map_err(|_| WebhookError::MalformedSignature)
}

/// The HMAC-SHA256 of a text. A key can have any length, so it is never `None`.
pub(super) fn digest(secret: &Secret, text: &[u8]) -> Option<Digest> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).ok()?;
    Some(mac.chain_update(text).finalize().into_bytes().into())
}

/// The hexadecimal digits of a signature.
#[cfg(any(test, feature = "httpmock"))]
pub(super) fn hex(digest: &Digest) -> String {
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}
