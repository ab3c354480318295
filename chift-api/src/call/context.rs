//! What a call carries besides its own content: Chift's request headers.

use std::fmt;
use std::sync::Arc;

use reqwest::Request;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

use super::runtime::ClientInfo as _;
use crate::Client;

const CONNECTION: HeaderName = HeaderName::from_static("x-chift-connectionid");
const INTEGRATION: HeaderName = HeaderName::from_static("x-chift-integrationid");
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("x-chift-client-requestid");
const RAW_DATA: HeaderName = HeaderName::from_static("x-chift-raw-data");
const DATALAYER: HeaderName = HeaderName::from_static("x-chift-datalayer");
const CHAIN_EXECUTION: HeaderName = HeaderName::from_static("x-chift-relatedchainexecutionid");
const SYNC: HeaderName = HeaderName::from_static("x-chift-syncid");
const IGNORED_ERROR_CODES: HeaderName = HeaderName::from_static("x-chift-ignored-error-codes");

/// Chift keeps a key in a column of this many characters.
const LONGEST_KEY: usize = 255;

/// The Chift headers of the calls made through a view of a client; see [`Client::with`].
///
/// ```
/// use chift_api::{Client, Context, DEFAULT_BASE_URL, Datalayer, IdempotencyKey, Session};
///
/// let client = Client::new(DEFAULT_BASE_URL, Session::anonymous())?;
/// let books = client.with(&Context::new().connection(uuid::Uuid::nil()).datalayer(Datalayer::IfAvailable));
/// // A view of a view: the connection and the key.
/// let once = books.with(&Context::new().idempotency_key(IdempotencyKey::new("invoice-2026-0042")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq)]
#[must_use]
pub struct Context {
    headers: HeaderMap,
    key_for_each_call: bool,
}

impl Context {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The connection that a call is meant for, where a consumer has several.
    pub fn connection(self, id: Uuid) -> Self {
        self.set(CONNECTION, text(id))
    }

    /// The integration (the connector) that a call is meant for.
    pub fn integration(self, id: i64) -> Self {
        self.set(INTEGRATION, HeaderValue::from(id))
    }

    /// The idempotency key of *one* call: Chift carries out the first request that has it, and answers any
    /// other with a 409 that [`ChiftError::repeat`](crate::ChiftError::repeat) recognizes, for six months.
    pub fn idempotency_key(mut self, key: IdempotencyKey) -> Self {
        self.key_for_each_call = false;
        self.set(IDEMPOTENCY_KEY, key.0)
    }

    /// Each call that changes something gets a key of its own, a UUID of version 4: for
    /// [retries](crate::RetryPolicy) that never do a thing twice. A key that you want to repeat a call with after
    /// a crash is one you have to make and [keep](Self::idempotency_key).
    pub fn key_for_each_call(mut self) -> Self {
        self.key_for_each_call = true;
        self.headers.remove(IDEMPOTENCY_KEY);
        self
    }

    /// Answers also hold what the connected software said, as it said it.
    pub fn raw_data(self) -> Self {
        self.set(RAW_DATA, HeaderValue::from_static("true"))
    }

    /// Whether answers come from Chift's data layer.
    pub fn datalayer(self, mode: Datalayer) -> Self {
        let text = match mode {
            Datalayer::Required => "true",
            Datalayer::IfAvailable => "if_available",
        };
        self.set(DATALAYER, HeaderValue::from_static(text))
    }

    /// The execution of a chain that a call belongs to.
    ///
    /// # Errors
    ///
    /// When the id is empty, or has characters that cannot stand in a header.
    pub fn related_chain_execution(self, id: &str) -> Result<Self, ContextError> {
        let value = visible("the id of a chain execution", id)?;
        Ok(self.set(CHAIN_EXECUTION, value))
    }

    /// The sync that a call belongs to.
    pub fn sync(self, id: Uuid) -> Self {
        self.set(SYNC, text(id))
    }

    /// Errors with these codes are expected, and Chift need not record them as issues.
    ///
    /// # Errors
    ///
    /// When there is no code, or one is empty, or has a comma or characters that cannot stand in a header.
    pub fn ignored_error_codes<'a>(self, codes: impl IntoIterator<Item = &'a str>) -> Result<Self, ContextError> {
        const WHAT: &str = "an ignored error code";
        let codes: Vec<&str> = codes.into_iter().collect();
        for code in &codes {
            visible(WHAT, code)?;
            if code.contains(',') {
                return Err(ContextError { what: WHAT, problem: "has a comma, which parts one code from the next" });
            }
        }
        let value = visible("the list of ignored error codes", &codes.join(","))?;
        Ok(self.set(IGNORED_ERROR_CODES, value))
    }

    fn set(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// This with what `later` sets; where both set something, `later` holds.
    fn joined(&self, later: &Self) -> Self {
        let mut both = self.clone();
        if later.key_for_each_call {
            both = both.key_for_each_call();
        }
        later.put_on(&mut both.headers);
        both
    }

    fn put_on(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
    }

    /// Puts the headers on a request.
    pub(crate) fn apply(&self, request: &mut Request) {
        let keyed = self.key_for_each_call && !request.method().is_safe();
        let headers = request.headers_mut();
        self.put_on(headers);
        if keyed && !headers.contains_key(IDEMPOTENCY_KEY) {
            headers.insert(IDEMPOTENCY_KEY, IdempotencyKey::random().0);
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

/// Whether answers come from Chift's data layer, which holds copies, or from the connected software.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Datalayer {
    /// From the data layer; an error where it cannot serve.
    Required,
    /// From the data layer where it can serve, and from the connected software elsewhere.
    IfAvailable,
}

/// Identifies a request so that Chift executes it at most once.
///
/// It must be unique among all your requests of six months, whatever the operation.
///
/// ```
/// use chift_api::IdempotencyKey;
/// let key = IdempotencyKey::random();
/// assert_eq!(IdempotencyKey::new(key.as_str())?, key);
/// assert!(IdempotencyKey::new(&"x".repeat(256)).is_err());
/// # Ok::<(), chift_api::ContextError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(HeaderValue);

impl IdempotencyKey {
    /// A key of yours.
    ///
    /// # Errors
    ///
    /// When it is empty, has more than 255 characters, or others than visible ASCII and inner spaces.
    pub fn new(key: &str) -> Result<Self, ContextError> {
        const WHAT: &str = "an idempotency key";
        if key.chars().count() > LONGEST_KEY {
            return Err(ContextError { what: WHAT, problem: "has more than 255 characters" });
        }
        visible(WHAT, key).map(Self)
    }

    /// A new key: a UUID of version 4.
    pub fn random() -> Self {
        Self(text(Uuid::new_v4()))
    }

    /// The key as it is sent.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What was set cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextError {
    what: &'static str,
    problem: &'static str,
}

impl fmt::Display for ContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.what, self.problem)
    }
}

impl std::error::Error for ContextError {}

fn visible(what: &'static str, text: &str) -> Result<HeaderValue, ContextError> {
    if text.is_empty() {
        return Err(ContextError { what, problem: "is empty" });
    }
    // A space at either end would be lost on the way.
    let sent = text.trim() == text && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    let refused = ContextError { what, problem: "has characters that cannot stand in a header" };
    HeaderValue::from_str(text).ok().filter(|_| sent).ok_or(refused)
}

fn text(id: Uuid) -> HeaderValue {
    let mut buffer = Uuid::encode_buffer();
    // Hexadecimal digits and hyphens can stand in any header.
    HeaderValue::from_str(id.hyphenated().encode_lower(&mut buffer)).unwrap_or(HeaderValue::from_static(""))
}

impl Client {
    /// A view of this client whose calls carry `context` as well. This client is as it was; what both set,
    /// the view has from `context`. Cheap: connections and tokens are shared.
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
    fn each_setting_is_its_header() {
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
            .unwrap();
        let expected = [
            ("x-chift-client-requestid", "order 7"),
            ("x-chift-connectionid", "00000000-0000-0000-0000-000000000000"),
            ("x-chift-datalayer", "true"),
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
    fn what_cannot_be_sent_is_refused_when_it_is_set() {
        for (key, expected) in [
            (String::new(), "an idempotency key is empty"),
            ("x".repeat(256), "an idempotency key has more than 255 characters"),
            ("ä".repeat(256), "an idempotency key has more than 255 characters"),
            ("a\r\nx-evil: 1".to_owned(), "an idempotency key has characters that cannot stand in a header"),
            (" a".to_owned(), "an idempotency key has characters that cannot stand in a header"),
            ("é".to_owned(), "an idempotency key has characters that cannot stand in a header"),
        ] {
            assert_eq!(IdempotencyKey::new(&key).unwrap_err().to_string(), expected);
        }
        assert_eq!(IdempotencyKey::new(&"x".repeat(255)).unwrap().as_str().len(), 255);
        assert!(Context::new().ignored_error_codes([]).is_err());
        assert!(Context::new().ignored_error_codes(["A", ""]).is_err());
        assert!(Context::new().ignored_error_codes(["A,B"]).unwrap_err().to_string().contains("comma"));
        assert!(Context::new().related_chain_execution("a\nb").is_err());
    }

    #[test]
    fn of_two_contexts_the_later_one_holds() {
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
    fn a_key_for_each_call_is_another_one_each_time_and_none_where_nothing_is_changed() {
        let context = Context::new().key_for_each_call();
        let (one, two) = (sent(&context, Method::POST), sent(&context, Method::PATCH));
        assert_ne!(one, two);
        assert_eq!(Uuid::parse_str(&one[0].1).unwrap().get_version_num(), 4);
        assert_eq!(sent(&context, Method::GET), []);
    }
}
