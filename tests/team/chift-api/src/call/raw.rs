//! Requests to arbitrary paths.

use reqwest::header::{ACCEPT, HeaderName, HeaderValue};
use reqwest::{Body, Method, Request, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::CallError;
use super::exchange::{BodyType, exchange, is_error};
use super::operation::matching;
use super::path::below;
use super::runtime::{ClientInfo as _, RequestBuilderExt as _};
use crate::generated::operations::secret_response;
use crate::{ByteStream, Client, Error, Operation, RequestError, ResponseError, ResponseValue, Undocumented};

/// A request to an arbitrary path, with the bearer token, the context and the retry policy of its client. Returned by
/// [`Client::request`].
///
/// ```
/// # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use chift_api::Method;
/// let request = client.request(Method::GET, "/consumers").query(&[("page", 1)]);
/// let consumers = request.send::<serde_json::Value>().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a request does nothing until `send` is called"]
pub struct RawRequest<'a> {
    client: &'a Client,
    operation: Option<&'static Operation>,
    request: Result<RequestBuilder, RequestError>,
}

impl Client {
    /// A request to an arbitrary path, for example one that the document does not contain yet.
    ///
    /// `path` begins with a slash and is appended to the base URL; it may have a query. A URL is accepted if it is
    /// below the base URL. A path that could send the bearer token elsewhere makes [`send`](RawRequest::send) fail
    /// with [`Error::InvalidRequest`]: one with another host, or with a segment that is empty, `.` or `..`. Encode
    /// arguments with [`path_segment`](crate::path_segment).
    ///
    /// ```
    /// # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use chift_api::{Method, path_segment};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Consumer {
    ///     name: String,
    /// }
    ///
    /// let path = format!("/consumers/{}", path_segment("id", "17")?);
    /// match client.request(Method::GET, &path).query(&[("verbose", true)]).send::<Consumer>().await {
    ///     Ok(consumer) => println!("{}", consumer.name),
    ///     Err(error) => eprintln!("{error}"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: &str) -> RawRequest<'_> {
        let base = self.baseurl();
        let path = path.strip_prefix(base).unwrap_or(path);
        let end = path.bytes().position(|byte| byte == b'?').unwrap_or(path.len());
        let operation = matching(&method, &path[..end]);
        let request = below(base, path).map(|url| {
            let mut request = Request::new(method, url);
            request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
            RequestBuilder::from_parts(self.client().clone(), request)
        });
        RawRequest { client: self, operation, request }
    }
}

impl RawRequest<'_> {
    /// Adds query parameters from a struct, a map, or a list of pairs.
    pub fn query(mut self, parameters: &(impl Serialize + ?Sized)) -> Self {
        self.request = self.request.map(|request| request.query(parameters));
        self
    }

    /// Sets a JSON body.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        self.request = self.request.and_then(|request| request.json_body(body));
        self
    }

    /// Sets the body. A streaming body is never sent again, even if the client has a retry policy.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.request = self.request.map(|request| request.body(body));
        self
    }

    /// Adds a header that describes the content or the caller: one whose name begins with `x-`, `accept`, `content-`
    /// or `if-` (but not `content-length`), or is `cache-control`, `date`, `from`, `pragma`, `prefer`, `range`,
    /// `user-agent`, `idempotency-key`, `baggage`, `traceparent` or `tracestate`.
    ///
    /// With any other header, [`send`](Self::send) fails with [`Error::InvalidRequest`]: such a header could change
    /// where the request goes, where its body ends, or whom it authorizes (`Host`, `Transfer-Encoding`,
    /// `Authorization`).
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.request = self.request.and_then(|request| {
            if !is_allowed(&name) {
                return Err(RequestError::new(format!(
                    "the header `{name}` cannot be set; the client sets it itself or does not allow it"
                )));
            }
            Ok(request.header(name, value))
        });
        self
    }

    /// Sends the request and reads the response as a `T`: your own type, `serde_json::Value`, or `()` for an empty
    /// body.
    ///
    /// # Errors
    ///
    /// The same as for a generated operation. If the body cannot be read as `T`, the error is
    /// [`Error::InvalidResponse`], and [`Error::body`](crate::Error::body) returns the body.
    pub async fn send<T: DeserializeOwned>(self) -> Result<ResponseValue<T>, Error<Undocumented>> {
        let is_secret = self.operation.is_some_and(|operation| secret_response(operation.id).is_some());
        match ResponseValue::from_response_or_empty(self.success().await?).await {
            Err(CallError::InvalidResponse(status, ResponseError::Unreadable(error))) if is_secret => {
                Err(Error::InvalidResponse { status, error: ResponseError::Unreadable(error.without_body()) })
            }
            result => Ok(result?),
        }
    }

    /// Sends the request and returns the response's body as a stream of bytes.
    ///
    /// # Errors
    ///
    /// The same as for a generated operation.
    pub async fn send_for_bytes(self) -> Result<ResponseValue<ByteStream>, Error<Undocumented>> {
        Ok(ResponseValue::stream(self.success().await?))
    }

    /// Sends the request and returns the response if its status is a success.
    async fn success(self) -> Result<Response, Error<Undocumented>> {
        let Self { client, operation, request } = self;
        let response = exchange(client, request?.build()?, operation, BodyType::Any).await?;
        match response.status() {
            status if status.is_success() => Ok(response),
            status if is_error(status) => Err(Error::ErrorResponse(ResponseValue::from_response(response).await?)),
            _ => Err(Error::UnexpectedResponse(response)),
        }
    }
}

/// Whether a caller may set a header. The list contains the allowed headers, so that an unknown one is refused.
fn is_allowed(name: &HeaderName) -> bool {
    const NAMES: [&str; 11] = [
        "baggage",
        "cache-control",
        "date",
        "from",
        "idempotency-key",
        "pragma",
        "prefer",
        "range",
        "traceparent",
        "tracestate",
        "user-agent",
    ];
    let name = name.as_str();
    let is_descriptive = ["x-", "accept", "content-", "if-"].iter().any(|prefix| name.starts_with(prefix));
    NAMES.contains(&name) || is_descriptive && name != "content-length"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_accepted_only_below_the_base_url() {
        let client = Client::new("https://api.chift.eu/", crate::Session::anonymous()).unwrap();
        let url = |path: &str| {
            let request = client.request(Method::GET, path).request.ok();
            request.map(|request| request.build().unwrap().url().to_string())
        };
        assert_eq!(url("https://api.chift.eu/consumers").as_deref(), Some("https://api.chift.eu/consumers"));
        for path in
            ["https://api.chift.eu.evil.example/a", "https://api.chift.eu@evil.example/a", "http://api.chift.eu/a"]
        {
            assert_eq!(url(path), None, "{path}");
        }
    }

    #[test]
    fn only_headers_that_describe_the_content_or_the_caller_are_allowed() {
        let allowed = |name: &'static str| is_allowed(&HeaderName::from_static(name));
        for name in ["x-chift-syncid", "accept", "accept-language", "content-type", "if-none-match", "traceparent"] {
            assert!(allowed(name), "{name}");
        }
        for name in [
            "host",
            "content-length",
            "transfer-encoding",
            "connection",
            "proxy-authorization",
            "authorization",
            "cookie",
            "upgrade",
            "te",
            "trailer",
            "expect",
            "keep-alive",
            "forwarded",
            "via",
            "origin",
            "referer",
            "proxy-connection",
            "http2-settings",
        ] {
            assert!(!allowed(name), "{name}");
        }
    }
}
