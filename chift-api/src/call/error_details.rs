//! The error that Chift reports for a failed call, in one form for all operations.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::text::{headline, one_line, shortened, shown_code};

/// The body of an error response that the document does not describe: its status is not documented, or its body does
/// not match the documented type. The body is kept as JSON; text that is not JSON is kept as a string.
///
/// The body may repeat the request, so `Debug` shows only Chift's error code.
///
/// ```
/// use chift_api::Undocumented;
/// let body: Undocumented = serde_json::from_str(r#"{"message": "No", "error_code": "ERROR_X"}"#)?;
/// assert_eq!(body.error_code(), Some("ERROR_X"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// The error that Chift reports for a failed call of any operation, from [`Error::chift`](crate::Error::chift).
///
/// `Display` is one line: the status, the error code and the message. `Debug` shows neither the message nor the
/// detail.
///
/// ```
/// # async fn call(client: chift_api::Client) {
/// use chift_api::{ErrorDetails, Method};
/// let result = client.request(Method::GET, "/consumers").send::<serde_json::Value>().await;
/// if let Some(ErrorDetails { status, error_code, .. }) = result.as_ref().err().and_then(|error| error.chift()) {
///     eprintln!("status {status}, {error_code:?}");
/// }
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorDetails {
    /// The HTTP status.
    pub status: u16,
    /// What happened, on one line: Chift's `message`, followed by `detail` if that is a text, or by a validator's
    /// messages with their locations. For a body of another form: the `title` and `detail` of a problem document (RFC
    /// 9457), the `detail` of a FastAPI application, the title of an HTML page, or the first line of text.
    pub message: Option<String>,
    /// Chift's `error_code`, if there is one: `ERROR_CHIFT_AUTHENTICATION_ERROR`, for example.
    pub error_code: Option<String>,
    /// Chift's `detail`, if there is one. Its form depends on the error, and it may repeat the request.
    pub detail: Option<Value>,
}

/// Who can solve the problem behind a failed call; from [`ErrorDetails::class`].
///
/// ```
/// # fn act(error: &chift_api::ErrorDetails) {
/// use chift_api::ErrorClass;
/// match error.class() {
///     ErrorClass::Credentials => eprintln!("check the API key"),
///     ErrorClass::Connection => eprintln!("ask the customer to connect the software again"),
///     ErrorClass::Unsupported => eprintln!("not supported by this software"),
///     ErrorClass::Request => eprintln!("an error in this program: {error}"),
///     _ => eprintln!("try again later: {error}"),
/// }
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorClass {
    /// Chift refuses our access token or API key, or they lack a permission (401, 403).
    Credentials,
    /// The connection to the customer's software does not work: the software refuses the customer's credentials, or the
    /// connection is not configured or not active. The customer must connect or configure it again.
    Connection,
    /// The customer's software does not support the operation (405, and Chift's codes for it).
    Unsupported,
    /// The request is wrong, refers to something that does not exist, or conflicts with another one.
    Request,
    /// Chift or the customer's software failed, is busy, or is not ready. The request may be valid.
    Service,
}

impl ErrorDetails {
    /// Reads the error from the status and body of a response. `body` may be truncated.
    pub(crate) fn read(status: u16, body: &[u8]) -> Self {
        let body = match serde_json::from_slice(body) {
            Ok(Value::Object(body)) => body,
            Ok(Value::String(text)) => return Self::of_text(status, &text),
            Ok(_) => Map::new(),
            Err(_) => return Self::of_text(status, &String::from_utf8_lossy(body)),
        };
        let text = |key| body.get(key).and_then(Value::as_str).filter(|text: &&str| !text.trim().is_empty());
        let detail = body.get("detail").filter(|detail| !detail.is_null());
        // `message` is Chift's; `title` is RFC 9457, section 3.1; `detail` is both that, and FastAPI's text or list.
        let summary = text("message").or_else(|| text("title")).or_else(|| text("error")).map(one_line);
        let reasons = match detail {
            Some(Value::String(reason)) => vec![one_line(reason)],
            detail => validation_messages(detail),
        };
        let reasons = reasons.join("; ");
        let message = match summary {
            Some(summary) if reasons.is_empty() || reasons == summary => Some(summary),
            Some(summary) => Some(format!("{summary}: {reasons}")),
            None => Some(reasons).filter(|reasons| !reasons.is_empty()),
        };
        Self { status, message, error_code: text("error_code").map(str::to_owned), detail: detail.cloned() }
    }

    fn of_text(status: u16, text: &str) -> Self {
        Self { status, message: headline(text), error_code: None, detail: None }
    }

    /// The error code, if it has the form of Chift's codes.
    pub(crate) fn shown_code(&self) -> Option<&str> {
        self.error_code.as_deref().and_then(shown_code)
    }

    /// The error code without the prefix that most of Chift's codes have.
    fn bare_code(&self) -> Option<&str> {
        self.error_code.as_deref().map(|code| code.strip_prefix("ERROR_").unwrap_or(code))
    }

    /// The class of the error, by Chift's error code if it is a known one, otherwise by the status.
    pub fn class(&self) -> ErrorClass {
        use ErrorClass::{Connection, Credentials, Request, Service, Unsupported};
        match (self.bare_code(), self.status) {
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
            // A mapping, a response of the software, or data that is not synced yet: not caused by the request.
            (Some("TECHNICAL_MAPPING" | "INVALID_RESPONSE" | "UNKNOWN" | "DATALAYER_SYNC_PENDING"), _)
            | (_, 408 | 425 | 429 | 500..=599) => Service,
            _ => Request,
        }
    }

    /// Whether the customer must connect or configure the software again: the class is [`ErrorClass::Connection`].
    ///
    /// ```
    /// # fn act(error: &chift_api::ErrorDetails) {
    /// if error.needs_reconnection() {
    ///     eprintln!("ask the customer to connect the software again");
    /// }
    /// # }
    /// ```
    pub fn needs_reconnection(&self) -> bool {
        self.class() == ErrorClass::Connection
    }

    /// Whether Chift's data layer does not have the data yet, because it is still copying them from the customer's
    /// software (409 with `ERROR_DATALAYER_SYNC_PENDING`). This conflict is no [`repeat`](Self::repeat).
    ///
    /// Call again later, or with [`Datalayer::IfAvailable`](crate::Datalayer::IfAvailable), which takes the data from the
    /// software instead.
    ///
    /// ```
    /// # fn act(error: &chift_api::ErrorDetails) {
    /// if error.is_sync_pending() {
    ///     eprintln!("try again later");
    /// }
    /// # }
    /// ```
    pub fn is_sync_pending(&self) -> bool {
        self.bare_code() == Some("DATALAYER_SYNC_PENDING")
    }

    /// The state of the earlier request, if Chift refused the call because that request has the same
    /// [idempotency key](crate::IdempotencyKey); `None` for all other errors, including other conflicts. The earlier request
    /// may have failed: [`Client::transaction`](crate::Client::transaction) returns its status, and what it created.
    ///
    /// ```
    /// # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use chift_api::{Context, ErrorDetails, IdempotencyKey, Method, Repeat};
    /// let once = client.with(&Context::new().idempotency_key(IdempotencyKey::new("consumer-17")?));
    /// let call = once.request(Method::POST, "/consumers").json(&serde_json::json!({"name": "Bakery"}));
    /// match call.send::<serde_json::Value>().await {
    ///     Ok(consumer) => println!("created: {}", consumer["consumerid"]),
    ///     Err(error) => match error.chift().and_then(ErrorDetails::repeat) {
    ///         Some(Repeat::Processed) => println!("already created"),
    ///         Some(_) => println!("in progress"),
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

/// The messages of a validator with their locations. `input` is left out: it repeats the request.
fn validation_messages(detail: Option<&Value>) -> Vec<String> {
    let message = |entry: &Value| {
        let step = |step: &Value| step.as_str().map_or_else(|| step.to_string(), str::to_owned);
        let place: Vec<String> = entry["loc"].as_array()?.iter().map(step).collect();
        Some(one_line(&format!("{}: {}", place.join("."), entry["msg"].as_str()?)))
    };
    detail.and_then(Value::as_array).into_iter().flatten().filter_map(message).collect()
}

impl fmt::Display for ErrorDetails {
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

impl fmt::Debug for ErrorDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorDetails")
            .field("status", &self.status)
            .field("class", &self.class())
            .field("error_code", &self.shown_code())
            .finish_non_exhaustive()
    }
}

/// The state of the first request with an idempotency key; from [`ErrorDetails::repeat`].
///
/// [`Client::transaction`](crate::Client::transaction) returns what became of that request, with any document. A document
/// with the operation `GET /consumers/{consumer_id}/connections/{connection_id}/transactions` also has a generated method
/// for it; call that on a client without the key.
///
/// ```
/// # fn show(error: &chift_api::ErrorDetails) {
/// if error.repeat() == Some(chift_api::Repeat::Processed) {
///     eprintln!("already executed");
/// }
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repeat {
    /// Chift has executed it, with or without success.
    Processed,
    /// Chift is executing it.
    InProcess,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_from_a_body_of_any_form() {
        for (body, expected) in [
            (r#"{"message": "No", "status": "error", "error_code": "ERROR_X"}"#, Some("No")),
            (
                r#"{"type": "about:blank", "title": "Not Found", "status": 404, "detail": "It is gone"}"#,
                Some("Not Found: It is gone"),
            ),
            (r#"{"detail": "Not authenticated"}"#, Some("Not authenticated")),
            (r#"{"message": "No", "detail": "bad\ncredentials"}"#, Some("No: bad credentials")),
            (r#"{"message": "No", "detail": "No"}"#, Some("No")),
            (r#"{"message": "No", "detail": {"name": "customer"}}"#, Some("No")),
            (r#"{"message": "No", "detail": " "}"#, Some("No")),
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
            assert_eq!(ErrorDetails::read(502, body.as_bytes()).message.as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn the_class_depends_on_the_code_and_without_a_bare_code_on_the_status() {
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
            (503, "ERROR_FUTURE", Service),
            (418, "ERROR_FUTURE", Request),
        ] {
            let body = if code.is_empty() { "{}".to_owned() } else { format!("{{\"error_code\": \"{code}\"}}") };
            assert_eq!(ErrorDetails::read(status, body.as_bytes()).class(), expected, "{status} {code}");
        }
    }

    #[test]
    fn a_pending_sync_is_no_repeat_and_a_repeat_is_no_pending_sync() {
        for (code, is_pending, repeat) in [
            ("ERROR_DATALAYER_SYNC_PENDING", true, None),
            ("DATALAYER_SYNC_PENDING", true, None),
            ("REQUEST_ALREADY_PROCESSED", false, Some(Repeat::Processed)),
            ("REQUEST_IN_PROCESS", false, Some(Repeat::InProcess)),
            ("ERROR_CONFLICT", false, None),
        ] {
            let error = ErrorDetails::read(409, format!("{{\"error_code\": \"{code}\"}}").as_bytes());
            assert_eq!((error.is_sync_pending(), error.repeat()), (is_pending, repeat), "{code}");
        }
        assert!(!ErrorDetails::read(409, b"").is_sync_pending());
    }

    #[test]
    fn debug_shows_no_body_and_display_is_one_line() {
        let body = r#"{"message": "No\nsuch", "error_code": "ERROR_X", "detail": {"name": "customer"}}"#;
        let error = ErrorDetails::read(404, body.as_bytes());
        assert_eq!(error.to_string(), "the server responded with status 404 ERROR_X: No such");
        let shown = format!("{error:?}");
        assert!(!shown.contains("customer") && !shown.contains("No") && shown.contains("ERROR_X"), "{shown}");
    }
}
