//! What Chift says when a call fails, whatever the operation.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::text::{headline, one_line, shortened, shown_code};

/// The body of an error that the document does not give: another status, or a body that is not what it
/// promises for that status. It is kept as it came: JSON, or the text as a string.
///
/// It may repeat what was sent, so `Debug` shows only Chift's error code.
///
/// ```
/// use chift_api::Undocumented;
/// let body: Undocumented = serde_json::from_str(r#"{"message": "No", "error_code": "ERROR_X"}"#)?;
/// assert_eq!(body.error_code(), Some("ERROR_X"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Undocumented(Value);

impl Undocumented {
    /// Chift's message, if there is one.
    pub fn message(&self) -> Option<&str> {
        self.0.get("message")?.as_str()
    }

    /// Chift's error code, if there is one.
    pub fn error_code(&self) -> Option<&str> {
        self.0.get("error_code")?.as_str()
    }

    /// The whole body.
    pub fn body(&self) -> &Value {
        &self.0
    }
}

impl fmt::Debug for Undocumented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undocumented")
            .field("error_code", &self.error_code().and_then(shown_code))
            .finish_non_exhaustive()
    }
}

/// What Chift says of a failed call, for any operation; from [`Error::chift`](crate::Error::chift).
///
/// `Display` is one line: the status, the error code and the message. `Debug` shows neither the message nor the
/// detail.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ChiftError {
    /// The HTTP status.
    pub status: u16,
    /// What happened, on one line: Chift's `message`. In a body that is not Chift's, the `title` or `detail` of a
    /// problem document (RFC 9457), what a validator found and where, the title of a page of HTML, or the first line
    /// of text.
    pub message: Option<String>,
    /// Chift's `error_code`, if there is one: `ERROR_CHIFT_AUTHENTICATION_ERROR`, for example.
    pub error_code: Option<String>,
    /// `detail`, if there is one; what it is depends on the error. It may repeat what was sent.
    pub detail: Option<Value>,
}

/// What to do about a failed call; from [`ChiftError::class`].
///
/// ```
/// # fn act(failure: &chift_api::ChiftError) {
/// use chift_api::ErrorClass;
/// match failure.class() {
///     ErrorClass::Credentials => eprintln!("check the API key"),
///     ErrorClass::Connection => eprintln!("ask the customer to connect the software again"),
///     ErrorClass::Unsupported => eprintln!("this software cannot do that"),
///     ErrorClass::Request => eprintln!("a mistake in this program: {failure}"),
///     _ => eprintln!("try again later: {failure}"),
/// }
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorClass {
    /// Chift refuses our access token or API key, or what they may do (401, 403).
    Credentials,
    /// The connection to the customer's software does not work: it refuses the customer's credentials, is not
    /// configured, or is not active. The customer has to connect or configure it again.
    Connection,
    /// The customer's software does not support the operation (405, and Chift's codes for it).
    Unsupported,
    /// The request is wrong, refers to something that does not exist, or conflicts with another one.
    Request,
    /// Chift or the customer's software failed, is busy, or is not ready. The request may be right.
    Service,
}

impl ChiftError {
    /// What a failed call's status and body say. `body` may be cut off.
    pub(crate) fn read(status: u16, body: &[u8]) -> Self {
        let body = match serde_json::from_slice(body) {
            Ok(Value::Object(body)) => body,
            Ok(Value::String(text)) => return Self::of_text(status, &text),
            Ok(_) => Map::new(),
            Err(_) => return Self::of_text(status, &String::from_utf8_lossy(body)),
        };
        let text = |key| body.get(key).and_then(Value::as_str).filter(|text: &&str| !text.trim().is_empty());
        let detail = body.get("detail").filter(|detail| !detail.is_null());
        // Chift's own; RFC 9457, section 3.1; FastAPI's, which is a text or a validator's list.
        let message = text("message").or_else(|| text("title")).or_else(|| text("detail")).or_else(|| text("error"));
        let found = findings(detail);
        let message = match (message.map(one_line), found.is_empty()) {
            (Some(message), true) => Some(message),
            (Some(message), false) => Some(format!("{message}: {}", found.join("; "))),
            (None, false) => Some(found.join("; ")),
            (None, true) => None,
        };
        Self { status, message, error_code: text("error_code").map(str::to_owned), detail: detail.cloned() }
    }

    fn of_text(status: u16, text: &str) -> Self {
        Self { status, message: headline(text), error_code: None, detail: None }
    }

    /// The error code, if it has the form of one.
    pub(crate) fn shown_code(&self) -> Option<&str> {
        self.error_code.as_deref().and_then(shown_code)
    }

    /// What to do about it: by Chift's error code, and by the status where there is none that is known.
    pub fn class(&self) -> ErrorClass {
        use ErrorClass::{Connection, Credentials, Request, Service, Unsupported};
        let code = self.error_code.as_deref().map(|code| code.strip_prefix("ERROR_").unwrap_or(code));
        match (code, self.status) {
            (Some("CHIFT_AUTHENTICATION_ERROR"), _) | (None, 401 | 403) => Credentials,
            (
                Some(
                    "CONNECTOR_AUTHENTICATION"
                    | "CONNECTOR_CONFIGURATION"
                    | "CONFIGURATION_SYNC"
                    | "CONFIGURATION_CONNECTION"
                    | "NO_ACTIVE_CONNECTION",
                ),
                _,
            ) => Connection,
            (Some("WEBHOOK_NOT_SUPPORTED" | "RESOURCE_NOT_SUPPORTED"), _) | (_, 405 | 501) => Unsupported,
            // A mapping, an answer of the software, or a copy that is not there yet: nothing that the caller sent.
            (Some("TECHNICAL_MAPPING" | "INVALID_RESPONSE" | "UNKNOWN" | "DATALAYER_SYNC_PENDING"), _)
            | (_, 408 | 425 | 429 | 500..=599) => Service,
            _ => Request,
        }
    }

    /// Which repeat this is, if the call was refused because another request had its
    /// [idempotency key](crate::IdempotencyKey); `None` for any other error, other conflicts included.
    ///
    /// ```
    /// # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use chift_api::{Context, ChiftError, IdempotencyKey, Method, Repeat};
    /// let once = client.with(&Context::new().idempotency_key(IdempotencyKey::new("consumer-17")?));
    /// let call = once.request(Method::POST, "/consumers").json(&serde_json::json!({"name": "Bakery"}));
    /// match call.send::<serde_json::Value>().await {
    ///     Ok(consumer) => println!("created: {}", consumer["consumerid"]),
    ///     Err(error) => match error.chift().and_then(ChiftError::repeat) {
    ///         Some(Repeat::Processed) => println!("it was created before"),
    ///         Some(_) => println!("it is being created"),
    ///         None => return Err(error.into()),
    ///     },
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn repeat(&self) -> Option<Repeat> {
        if self.status != 409 {
            return None;
        }
        match self.error_code.as_deref()? {
            "REQUEST_ALREADY_PROCESSED" => Some(Repeat::Processed),
            "REQUEST_IN_PROCESS" => Some(Repeat::InProcess),
            _ => None,
        }
    }
}

/// What a validator found: where and what, but not `input`, which is what was sent.
fn findings(detail: Option<&Value>) -> Vec<String> {
    let found = |finding: &Value| {
        let step = |step: &Value| step.as_str().map_or_else(|| step.to_string(), str::to_owned);
        let place: Vec<String> = finding["loc"].as_array()?.iter().map(step).collect();
        Some(one_line(&format!("{}: {}", place.join("."), finding["msg"].as_str()?)))
    };
    detail.and_then(Value::as_array).into_iter().flatten().filter_map(found).collect()
}

impl fmt::Display for ChiftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server responded with status {}", self.status)?;
        if let Some(code) = self.shown_code() {
            write!(f, " {code}")?;
        }
        match &self.message {
            Some(message) => write!(f, ": {}", shortened(message)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ChiftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChiftError")
            .field("status", &self.status)
            .field("class", &self.class())
            .field("error_code", &self.shown_code())
            .finish_non_exhaustive()
    }
}

/// How far the request came that had an idempotency key first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repeat {
    /// It was carried out.
    Processed,
    /// It is being carried out.
    InProcess,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_any_form_has_a_message() {
        for (body, expected) in [
            (r#"{"message": "No", "status": "error", "error_code": "ERROR_X"}"#, Some("No")),
            (
                r#"{"type": "about:blank", "title": "Not Found", "status": 404, "detail": "It is gone"}"#,
                Some("Not Found"),
            ),
            (r#"{"detail": "Not authenticated"}"#, Some("Not authenticated")),
            (
                r#"{"detail": [{"loc": ["body", "lines", 0, "price"], "msg": "Field required", "input": "customer"}]}"#,
                Some("body.lines.0.price: Field required"),
            ),
            ("<html><head><title>504 Gateway Time-out</title></head></html>", Some("504 Gateway Time-out")),
            ("upstream error\nsecond line", Some("upstream error")),
            (r#""a JSON string""#, Some("a JSON string")),
            (r#"{"message": "two\nlines\u001b[2J"}"#, Some("two lines [2J")),
            (r#"{"message": " "}"#, None),
            ("[1]", None),
            ("", None),
        ] {
            assert_eq!(ChiftError::read(502, body.as_bytes()).message.as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn a_failure_has_the_class_of_its_code_and_else_of_its_status() {
        use ErrorClass::{Connection, Credentials, Request, Service, Unsupported};
        for (status, code, expected) in [
            (401, "ERROR_CHIFT_AUTHENTICATION_ERROR", Credentials),
            (401, "", Credentials),
            (403, "", Credentials),
            (401, "ERROR_CONNECTOR_AUTHENTICATION", Connection),
            (400, "ERROR_CONNECTOR_CONFIGURATION", Connection),
            (400, "ERROR_CONFIGURATION_SYNC", Connection),
            (400, "ERROR_NO_ACTIVE_CONNECTION", Connection),
            (400, "ERROR_CONFIGURATION_CONNECTION", Connection),
            (405, "ERROR_RESOURCE_NOT_SUPPORTED", Unsupported),
            (405, "ERROR_WEBHOOK_NOT_SUPPORTED", Unsupported),
            (405, "", Unsupported),
            (400, "ERROR_DATA_VALIDATION", Request),
            (404, "ERROR_API_RESOURCE_NOT_FOUND", Request),
            (422, "INVALID_BODY", Request),
            (409, "REQUEST_ALREADY_PROCESSED", Request),
            (409, "ERROR_DATALAYER_SYNC_PENDING", Service),
            (422, "INVALID_RESPONSE", Service),
            (400, "ERROR_UNKNOWN", Service),
            (400, "ERROR_TECHNICAL_MAPPING", Service),
            (429, "", Service),
            (503, "ERROR_OF_TOMORROW", Service),
            (418, "ERROR_OF_TOMORROW", Request),
        ] {
            let body = if code.is_empty() { "{}".to_owned() } else { format!("{{\"error_code\": \"{code}\"}}") };
            assert_eq!(ChiftError::read(status, body.as_bytes()).class(), expected, "{status} {code}");
        }
    }

    #[test]
    fn debug_shows_no_body_and_display_one_line() {
        let body = r#"{"message": "No\nsuch", "error_code": "ERROR_X", "detail": {"name": "customer"}}"#;
        let failure = ChiftError::read(404, body.as_bytes());
        assert_eq!(failure.to_string(), "the server responded with status 404 ERROR_X: No such");
        let shown = format!("{failure:?}");
        assert!(!shown.contains("customer") && !shown.contains("No") && shown.contains("ERROR_X"), "{shown}");
    }
}
