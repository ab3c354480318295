//! Chift's request headers, and the views of a client that send them.

use std::fmt;
use std::sync::Arc;

use reqwest::Request;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use uuid::Uuid;

use super::extra_context;
use super::runtime::ClientInfo as _;
use crate::{Client, IdempotencyKey};

const CONNECTION: HeaderName = HeaderName::from_static("x-chift-connectionid");
const INTEGRATION: HeaderName = HeaderName::from_static("x-chift-integrationid");
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("x-chift-client-requestid");
const EXTRA_CONTEXT: HeaderName = HeaderName::from_static("x-chift-extra-context");
const RAW_DATA: HeaderName = HeaderName::from_static("x-chift-raw-data");
const DATALAYER: HeaderName = HeaderName::from_static("x-chift-datalayer");
const CHAIN_EXECUTION: HeaderName = HeaderName::from_static("x-chift-relatedchainexecutionid");
const SYNC: HeaderName = HeaderName::from_static("x-chift-syncid");
const IGNORED_ERROR_CODES: HeaderName = HeaderName::from_static("x-chift-ignored-error-codes");

/// Chift's request headers for the calls of a view of a client; see [`Client::with`].
///
/// ```
/// use chift_api::{Client, Context, DEFAULT_BASE_URL, Datalayer, IdempotencyKey, Session};
///
/// let client = Client::new(DEFAULT_BASE_URL, Session::anonymous())?;
/// let books = client.with(&Context::new().connection(uuid::Uuid::nil()).datalayer(Datalayer::IfAvailable));
/// // A view of a view sends the headers of both.
/// let once = books.with(&Context::new().idempotency_key(IdempotencyKey::new("invoice-2026-0042")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `Debug` shows the headers, but not the values of an idempotency key and of the extra context, which can contain your
/// customers' data.
#[derive(Clone, Default, PartialEq)]
#[must_use]
pub struct Context {
    headers: HeaderMap,
    key_for_each_call: bool,
}

impl Context {
    /// A context without headers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Selects the connection, if a consumer has several (`X-Chift-ConnectionId`).
    pub fn connection(self, id: Uuid) -> Self {
        self.set(CONNECTION, text(id))
    }

    /// Selects the integration, that is, the connector (`X-Chift-IntegrationId`).
    pub fn integration(self, id: i64) -> Self {
        self.set(INTEGRATION, HeaderValue::from(id))
    }

    /// Sets the idempotency key of *one* call (`X-Chift-Client-RequestId`). Chift executes the first request with a
    /// key. For six months it refuses every other one with a 409, which
    /// [`ErrorDetails::repeat`](crate::ErrorDetails::repeat) recognizes.
    pub fn idempotency_key(mut self, key: IdempotencyKey) -> Self {
        self.key_for_each_call = false;
        self.set_hidden(IDEMPOTENCY_KEY, key.into_header())
    }

    /// Gives each call with an unsafe method (`POST`, for example) a new random key, a UUID of version 4, so that
    /// [retries](crate::RetryPolicy) execute it at most once. To repeat a call after a crash, or to
    /// [look it up](Client::transaction), create and store a key yourself; see [`idempotency_key`](Self::idempotency_key).
    pub fn key_for_each_call(mut self) -> Self {
        self.key_for_each_call = true;
        self.headers.remove(IDEMPOTENCY_KEY);
        self
    }

    /// Requests the raw data of the connected software in responses (`X-Chift-Raw-Data`).
    pub fn raw_data(self) -> Self {
        self.set(RAW_DATA, HeaderValue::from_static("true"))
    }

    /// Requests data from Chift's data layer (`X-Chift-Datalayer`).
    pub fn datalayer(self, mode: Datalayer) -> Self {
        let text = match mode {
            Datalayer::Required => "true",
            Datalayer::IfAvailable => "if_available",
        };
        self.set(DATALAYER, HeaderValue::from_static(text))
    }

    /// Names the chain execution that a call belongs to (`X-Chift-RelatedChainExecutionId`).
    ///
    /// # Errors
    ///
    /// If the id is empty, or contains characters that a header cannot contain.
    pub fn related_chain_execution(self, id: &str) -> Result<Self, ContextError> {
        let value = visible("the id of a chain execution", id)?;
        Ok(self.set(CHAIN_EXECUTION, value))
    }

    /// Names the sync that a call belongs to (`X-Chift-SyncId`).
    pub fn sync(self, id: Uuid) -> Self {
        self.set(SYNC, text(id))
    }

    /// Lists error codes that are expected, so that Chift does not record them as issues
    /// (`X-Chift-Ignored-Error-Codes`).
    ///
    /// # Errors
    ///
    /// If there is no code, or a code is empty, or contains a comma or characters that a header cannot contain.
    pub fn ignored_error_codes<'a>(self, codes: impl IntoIterator<Item = &'a str>) -> Result<Self, ContextError> {
        const WHAT: &str = "an ignored error code";
        let codes: Vec<&str> = codes.into_iter().collect();
        for code in &codes {
            visible(WHAT, code)?;
            if code.contains(',') {
                return Err(ContextError { what: WHAT, problem: "contains a comma, which separates codes" });
            }
        }
        let value = visible("the list of ignored error codes", &codes.join(","))?;
        Ok(self.set(IGNORED_ERROR_CODES, value))
    }

    /// Passes a JSON object to Chift (`X-Chift-Extra-Context`): a struct, a map, or a `serde_json::Value`. Where two
    /// views set it, the later object replaces the earlier one as a whole.
    ///
    /// ```
    /// use chift_api::Context;
    /// let context = Context::new().extra_context(&serde_json::json!({"shop": "Bakery"}))?;
    /// # Ok::<(), chift_api::ContextError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If `object` cannot be serialized, is not an object in JSON, or has more than 3,072 bytes of JSON. These are 4,096
    /// characters of the header. Many servers refuse a request with more than 8 KiB of headers, and the other half is for
    /// the access token and all other headers.
    pub fn extra_context(self, object: &impl Serialize) -> Result<Self, ContextError> {
        let value = extra_context::encoded(object)?;
        Ok(self.set_hidden(EXTRA_CONTEXT, value))
    }

    fn set(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets a header whose value `Debug` does not show.
    fn set_hidden(self, name: HeaderName, mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        self.set(name, value)
    }

    /// The settings of both; where both set the same, `later` wins.
    fn joined(&self, later: &Self) -> Self {
        let mut both = self.clone();
        if later.key_for_each_call {
            both = both.key_for_each_call();
        }
        later.add_to(&mut both.headers);
        both
    }

    fn add_to(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
    }

    /// Adds the headers to a request.
    pub(crate) fn apply(&self, request: &mut Request) {
        let keyed = self.key_for_each_call && !request.method().is_safe();
        let headers = request.headers_mut();
        self.add_to(headers);
        if keyed && !headers.contains_key(IDEMPOTENCY_KEY) {
            headers.insert(IDEMPOTENCY_KEY, IdempotencyKey::random().into_header());
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("headers", &self.headers)
            .field("key_for_each_call", &self.key_for_each_call)
            .finish()
    }
}

/// Where responses come from: Chift's data layer, which stores copies, or the connected software.
///
/// ```
/// use chift_api::{Context, Datalayer};
/// let context = Context::new().datalayer(Datalayer::Required);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Datalayer {
    /// From the data layer; an [error](crate::ErrorDetails::is_sync_pending) if it does not have the data yet.
    Required,
    /// From the data layer if it has the data, otherwise from the connected software.
    IfAvailable,
}

/// A setting of a [`Context`] that cannot be sent as a header. `Display` names the setting, not its value.
///
/// ```
/// let error = chift_api::IdempotencyKey::new("").unwrap_err();
/// assert_eq!(error.to_string(), "an idempotency key is empty");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextError {
    pub(super) what: &'static str,
    pub(super) problem: &'static str,
}

impl fmt::Display for ContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.what, self.problem)
    }
}

impl std::error::Error for ContextError {}

pub(super) fn visible(what: &'static str, text: &str) -> Result<HeaderValue, ContextError> {
    if text.is_empty() {
        return Err(ContextError { what, problem: "is empty" });
    }
    // HTTP drops spaces at either end of a header's value.
    let sent = text.trim() == text && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    let refused = ContextError { what, problem: "contains characters that a header cannot contain" };
    HeaderValue::from_str(text).ok().filter(|_| sent).ok_or(refused)
}

pub(super) fn text(id: Uuid) -> HeaderValue {
    let mut buffer = Uuid::encode_buffer();
    // A header can contain hexadecimal digits and hyphens.
    HeaderValue::from_str(id.hyphenated().encode_lower(&mut buffer)).unwrap_or(HeaderValue::from_static(""))
}

impl Client {
    /// A view of this client whose calls also send the headers of `context`, which replace headers of the same name.
    /// This client is unchanged. A view is cheap: it shares connections and tokens with this client.
    ///
    /// ```
    /// # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use chift_api::{Context, Method};
    /// let connection = "0c5f6a5e-6f0e-4b0a-9a9e-2b6c1f3f8f11".parse()?;
    /// let books = client.with(&Context::new().connection(connection).raw_data());
    /// let folders = books.request(Method::GET, "/consumers").send::<serde_json::Value>().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with(&self, context: &Context) -> Self {
        let context = match self.inner().context() {
            Some(before) => before.joined(context),
            None => context.clone(),
        };
        let session = self.inner().clone().with_context(Arc::new(context));
        Self::new_with_client(self.baseurl(), self.client().clone(), session)
    }

    /// A view of this client for *one* call, which Chift executes at most once: short for [`with`](Self::with) and
    /// [`Context::idempotency_key`].
    ///
    /// ```
    /// # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use chift_api::{IdempotencyKey, Method};
    /// let once = client.with_idempotency_key(IdempotencyKey::new("signup-4711")?);
    /// let call = once.request(Method::POST, "/consumers").json(&serde_json::json!({"name": "Bakery"}));
    /// let consumer = call.send::<serde_json::Value>().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_idempotency_key(&self, key: IdempotencyKey) -> Self {
        self.with(&Context::new().idempotency_key(key))
    }
}

#[cfg(test)]
mod tests {
    use reqwest::{Method, Url};

    use super::*;

    fn sent(context: &Context, method: Method) -> Vec<(String, String)> {
        let mut request = Request::new(method, Url::parse("http://localhost/").unwrap());
        context.apply(&mut request);
        let headers = request.headers().iter();
        let mut sent: Vec<_> =
            headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        sent.sort();
        sent
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn each_setting_is_sent_as_its_header() {
        let context = Context::new()
            .connection(Uuid::nil())
            .integration(1002)
            .idempotency_key(IdempotencyKey::new("order 7").unwrap())
            .raw_data()
            .datalayer(Datalayer::Required)
            .related_chain_execution("run-1")
            .unwrap()
            .sync(Uuid::max())
            .ignored_error_codes(["ERROR_A", "ERROR_B"])
            .unwrap()
            .extra_context(&serde_json::json!({"a": 1}))
            .unwrap();
        let expected = [
            ("x-chift-client-requestid", "order 7"),
            ("x-chift-connectionid", "00000000-0000-0000-0000-000000000000"),
            ("x-chift-datalayer", "true"),
            ("x-chift-extra-context", "eyJhIjoxfQ=="),
            ("x-chift-ignored-error-codes", "ERROR_A,ERROR_B"),
            ("x-chift-integrationid", "1002"),
            ("x-chift-raw-data", "true"),
            ("x-chift-relatedchainexecutionid", "run-1"),
            ("x-chift-syncid", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
        ];
        assert_eq!(sent(&context, Method::GET), pairs(&expected));
        assert_eq!(sent(&Context::new(), Method::POST), []);
    }

    #[test]
    fn invalid_settings_are_refused_when_they_are_set() {
        assert!(Context::new().ignored_error_codes([]).is_err());
        assert!(Context::new().ignored_error_codes(["A", ""]).is_err());
        assert!(Context::new().ignored_error_codes(["A,B"]).unwrap_err().to_string().contains("comma"));
        assert!(Context::new().related_chain_execution("a\nb").is_err());
    }

    #[test]
    fn the_later_of_two_contexts_wins() {
        let first = Context::new().connection(Uuid::nil()).integration(1).key_for_each_call();
        let second = Context::new().integration(2).idempotency_key(IdempotencyKey::new("k").unwrap());
        let both = first.joined(&second);
        let expected = [
            ("x-chift-client-requestid", "k"),
            ("x-chift-connectionid", "00000000-0000-0000-0000-000000000000"),
            ("x-chift-integrationid", "2"),
        ];
        assert_eq!(sent(&both, Method::POST), pairs(&expected));
        let back = both.joined(&Context::new().key_for_each_call());
        assert_ne!(sent(&back, Method::POST)[0].1, "k");
    }

    #[test]
    fn the_later_extra_context_replaces_the_earlier_one_as_a_whole() {
        let extra = |name: &str| Context::new().extra_context(&std::collections::HashMap::from([(name, 1)])).unwrap();
        let both = extra("b").joined(&extra("a"));
        assert_eq!(sent(&both, Method::GET), pairs(&[("x-chift-extra-context", "eyJhIjoxfQ==")]));
    }

    #[test]
    fn debug_shows_neither_a_key_nor_the_extra_context() {
        let key = IdempotencyKey::new("customer-4711").unwrap();
        let context =
            Context::new().raw_data().idempotency_key(key).extra_context(&serde_json::json!({"a": 1})).unwrap();
        for context in [context.clone(), Context::new().joined(&context)] {
            let mut request = Request::new(Method::POST, Url::parse("http://localhost/").unwrap());
            context.apply(&mut request);
            for shown in [format!("{context:?}"), format!("{:?}", request.headers())] {
                assert!(!shown.contains("4711") && !shown.contains("eyJh"), "{shown}");
                assert!(
                    shown.contains("x-chift-extra-context") && shown.contains("\"x-chift-raw-data\": \"true\""),
                    "{shown}"
                );
            }
        }
    }

    #[test]
    fn each_unsafe_call_gets_a_new_key_and_a_safe_call_gets_none() {
        let context = Context::new().key_for_each_call();
        let (one, two) = (sent(&context, Method::POST), sent(&context, Method::PATCH));
        assert_ne!(one, two);
        assert_eq!(Uuid::parse_str(&one[0].1).unwrap().get_version_num(), 4);
        assert_eq!(sent(&context, Method::GET), []);
    }
}
