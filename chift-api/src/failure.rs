//! What Chift says when a call fails, whatever the operation.

use std::fmt;

use progenitor_client::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The body of an error that the document does not give: another status, or a body that is not what it
/// promises for that status. It is kept as it came: JSON, or the text as a string.
///
/// It may repeat what was sent, so `Debug` shows only Chift's message and code.
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
            .field("message", &self.message())
            .field("error_code", &self.error_code())
            .finish_non_exhaustive()
    }
}

/// The error code in the body of a failed call, whatever the body is.
pub(crate) fn error_code(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Coded {
        error_code: Option<String>,
    }
    serde_json::from_slice(body).ok().and_then(|body: Coded| body.error_code)
}

/// What Chift says of a failed call, for any operation; from [`ErrorExt::chift`].
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// The HTTP status.
    pub status: u16,
    /// `message`, if there is one.
    pub message: Option<String>,
    /// `error_code`, if there is one: `ERROR_CHIFT_AUTHENTICATION_ERROR`, for example.
    pub error_code: Option<String>,
    /// `detail`, if there is one; what it is depends on the error. It may repeat what was sent, and
    /// `Debug` does not show it.
    pub detail: Option<Value>,
}

impl Failure {
    /// Which repeat this is, if the call was refused because another request had its
    /// [idempotency key](crate::IdempotencyKey); `None` for any other error, other conflicts included.
    ///
    /// ```
    /// # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use chift_api::{Context, ErrorExt as _, IdempotencyKey, Method, Repeat};
    /// let once = client.with(&Context::new().idempotency_key(IdempotencyKey::new("consumer-17")?));
    /// let call = once.request(Method::POST, "/consumers").json(&serde_json::json!({"name": "Bakery"}));
    /// match call.send::<serde_json::Value>().await {
    ///     Ok(consumer) => println!("created: {}", consumer["consumerid"]),
    ///     Err(error) => match error.chift().and_then(|failure| failure.repeat()) {
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

/// How far the request came that had an idempotency key first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repeat {
    /// It was carried out.
    Processed,
    /// It is being carried out.
    InProcess,
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("status", &self.status)
            .field("message", &self.message)
            .field("error_code", &self.error_code)
            .finish_non_exhaustive()
    }
}

/// What can be asked of any operation's error.
///
/// ```
/// # async fn call(client: chift_api::Client, body: chift_api::types::AuthItem) {
/// use chift_api::ErrorExt as _;
/// if let Err(error) = client.generate_access_token(&body).await {
///     match error.chift() {
///         Some(failure) => eprintln!("Chift says {:?} ({:?})", failure.message, failure.error_code),
///         None => eprintln!("Chift was not reached, or did not answer in JSON: {error}"),
///     }
/// }
/// # }
/// ```
pub trait ErrorExt {
    /// What Chift said, if the call failed because Chift answered so.
    fn chift(&self) -> Option<Failure>;
}

impl<E: Serialize> ErrorExt for Error<E> {
    fn chift(&self) -> Option<Failure> {
        let Self::ErrorResponse(response) = self else { return None };
        let named = serde_json::to_value(response.as_ref()).ok()?;
        // One of several by name, as the generated error types are written; a body of Chift's own has
        // a message, however little else.
        let only = named.as_object().filter(|fields| fields.len() == 1 && !fields.contains_key("message"));
        let body = only.and_then(|fields| fields.values().next()).unwrap_or(&named);
        let text = |key| body.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Failure {
            status: response.status().as_u16(),
            message: text("message"),
            error_code: text("error_code"),
            detail: body.get("detail").filter(|detail| !detail.is_null()).cloned(),
        })
    }
}
