//! A response: the value that a caller gets, the limit on its body, and why the body cannot be read.

use std::error::Error as StdError;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::{Stream, StreamExt as _, stream};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Body, Response, ResponseBuilderExt as _, StatusCode};
use serde::de::DeserializeOwned;

use super::error::{CallError, Error, find};
use crate::{ErrorDetails, Sleep, TransportError};

/// The content of a response with its status and headers. It dereferences to the content.
///
/// ```
/// # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use chift_api::Method;
/// let consumers = client.request(Method::GET, "/consumers").send::<Vec<serde_json::Value>>().await?;
/// println!("{}: {} consumers", consumers.status(), consumers.len());
/// let consumers: Vec<_> = consumers.into_inner();
/// # Ok(())
/// # }
/// ```
pub struct ResponseValue<T> {
    inner: T,
    status: StatusCode,
    headers: HeaderMap,
    error_details: Option<Arc<ErrorDetails>>,
}

impl<T> ResponseValue<T> {
    /// Creates a response, for tests.
    pub fn new(inner: T, status: StatusCode, headers: HeaderMap) -> Self {
        Self { inner, status, headers, error_details: None }
    }

    /// The content.
    pub fn into_inner(self) -> T {
        self.inner
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The error that Chift reports, if this is an error response.
    pub(crate) fn error_details(&self) -> Option<&ErrorDetails> {
        self.error_details.as_deref()
    }

    fn with(mut response: Response, inner: impl FnOnce(Response) -> T) -> Self {
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let error_details = response.extensions_mut().remove();
        Self { inner: inner(response), status, headers, error_details }
    }
}

impl<T: DeserializeOwned> ResponseValue<T> {
    pub(crate) async fn from_response<E>(response: Response) -> Result<Self, Error<E>> {
        Ok(Self::read(response, |body| body).await?)
    }

    /// Like [`from_response`](Self::from_response), but reads an empty body as `null`.
    pub(crate) async fn from_response_or_empty(response: Response) -> Result<Self, CallError> {
        Self::read(response, |body| if body.is_empty() { b"null" } else { body }).await
    }

    async fn read(response: Response, json: impl FnOnce(&[u8]) -> &[u8]) -> Result<Self, CallError> {
        let ResponseValue { inner: response, status, headers, error_details } = ResponseValue::with(response, |it| it);
        let body = response.bytes().await.map_err(|error| ResponseError::from_body(error).with(status))?;
        match serde_json::from_slice(json(&body)) {
            Ok(inner) => Ok(Self { inner, status, headers, error_details }),
            Err(error) => Err(ResponseError::unreadable(&error, Some(body.into())).with(status)),
        }
    }
}

impl ResponseValue<ByteStream> {
    pub(crate) fn stream(response: Response) -> Self {
        Self::with(response, |response| ByteStream(Box::pin(response.bytes_stream())))
    }
}

impl ResponseValue<()> {
    #[allow(dead_code)] // Unused if no operation of the document has an empty response.
    pub(crate) fn empty(response: Response) -> Self {
        Self::with(response, drop)
    }
}

impl<T> Deref for ResponseValue<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> DerefMut for ResponseValue<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

impl<T> AsRef<T> for ResponseValue<T> {
    fn as_ref(&self) -> &T {
        &self.inner
    }
}

/// The same as `Debug` of the content.
impl<T: fmt::Debug> fmt::Debug for ResponseValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// The body of a response as a stream of bytes.
///
/// ```
/// # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use chift_api::Method;
/// use futures_util::StreamExt as _;
/// let mut pdf = client.request(Method::GET, "/documents/17").send_for_bytes().await?.into_inner();
/// while let Some(bytes) = pdf.next().await {
///     println!("{} bytes", bytes?.len());
/// }
/// # Ok(())
/// # }
/// ```
pub struct ByteStream(Pin<Box<dyn Stream<Item = reqwest::Result<bytes::Bytes>> + Send + Sync>>);

impl Stream for ByteStream {
    type Item = Result<bytes::Bytes, ResponseError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context).map_err(ResponseError::from_body)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream").finish_non_exhaustive()
    }
}

/// Why the body of a response cannot be read. `Display` and `Debug` show nothing of the body.
///
/// ```
/// # async fn call(client: chift_api::Client) {
/// use chift_api::{Error, Method, ResponseError};
/// match client.request(Method::GET, "/consumers").send::<Vec<String>>().await {
///     Err(Error::InvalidResponse { error: ResponseError::TooLong { limit }, .. }) => {
///         eprintln!("more than {limit} bytes");
///     }
///     Err(error) => eprintln!("{error}; the body has {} bytes", error.body().unwrap_or_default().len()),
///     Ok(_) => {}
/// }
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum ResponseError {
    /// The body is longer than [`Session::with_response_limit`](crate::Session::with_response_limit) allows.
    TooLong {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The connection broke, or the next chunk of the body did not arrive in time.
    Interrupted(TransportError),
    /// The body does not match the document.
    Unreadable(Unreadable),
}

/// Where a body does not match the document.
///
/// ```
/// # fn show(error: chift_api::Unreadable) {
/// eprintln!("line {}, column {}", error.line(), error.column());
/// # }
/// ```
pub struct Unreadable {
    line: usize,
    column: usize,
    body: Option<Vec<u8>>,
}

impl Unreadable {
    /// The line, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column, from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// The body; `None` if it contains a secret. It contains your customer's data: keep it out of logs.
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }
}

impl Unreadable {
    pub(crate) fn without_body(self) -> Self {
        Self { body: None, ..self }
    }
}

impl fmt::Debug for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unreadable").field("line", &self.line).field("column", &self.column).finish_non_exhaustive()
    }
}

impl ResponseError {
    fn from_body(error: reqwest::Error) -> Self {
        match find::<BodyLimit>(&error) {
            Some(BodyLimit::Bytes(limit)) => Self::TooLong { limit: *limit },
            Some(BodyLimit::Time) => Self::Interrupted(TransportError::timed_out()),
            None => Self::Interrupted(TransportError::from(error)),
        }
    }

    /// Keeps only the position of the parser's error, because its message can contain values of the body.
    pub(crate) fn unreadable(error: &serde_json::Error, body: Option<Vec<u8>>) -> Self {
        Self::Unreadable(Unreadable { line: error.line(), column: error.column(), body })
    }

    pub(crate) fn with(self, status: StatusCode) -> CallError {
        CallError::InvalidResponse(status, self)
    }
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { limit } => write!(f, "its body is longer than the limit of {limit} bytes"),
            Self::Interrupted(error) => error.fmt(f),
            Self::Unreadable(Unreadable { line, column, .. }) => {
                write!(f, "its body is not the expected JSON (line {line}, column {column})")
            }
        }
    }
}

impl StdError for ResponseError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Interrupted(error) => error.source(),
            _ => None,
        }
    }
}

/// A body exceeds its limit. It is the source of the `reqwest::Error` that reading the body returns.
#[derive(Debug)]
enum BodyLimit {
    Bytes(u64),
    Time,
}

impl fmt::Display for BodyLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(limit) => write!(f, "more than {limit} bytes"),
            Self::Time => f.write_str("the time limit of the call was exceeded"),
        }
    }
}

impl StdError for BodyLimit {}

/// Limits the body of `response`: reading more than `limit` bytes is an error.
pub(crate) fn bounded(response: Response, limit: u64) -> Response {
    if response.content_length().is_some_and(|length| length <= limit) {
        return response;
    }
    let head = head(&response);
    let stated = response.content_length();
    let mut left = Some(limit);
    let body = response.bytes_stream().map(move |chunk| -> Result<_, Box<dyn StdError + Send + Sync>> {
        let chunk = chunk?;
        left = left
            .and_then(|left| left.checked_sub(chunk.len() as u64))
            .filter(|_| stated.is_none_or(|length| length <= limit));
        if left.is_some() { Ok(chunk) } else { Err(Box::new(BodyLimit::Bytes(limit))) }
    });
    joined(head, Body::wrap_stream(body))
}

/// Limits the time in which the body of `response` must arrive: reading it later than `end` is an error.
pub(crate) fn until(response: Response, end: Sleep) -> Response {
    let head = head(&response);
    let (mut body, mut end) = (Box::pin(response.bytes_stream()), Some(end));
    let limited = stream::poll_fn(move |context| -> Poll<Option<Result<_, Box<dyn StdError + Send + Sync>>>> {
        let Some(limit) = &mut end else { return Poll::Ready(None) };
        if let Poll::Ready(chunk) = body.as_mut().poll_next(context) {
            return Poll::Ready(chunk.map(|chunk| chunk.map_err(Into::into)));
        }
        ready!(limit.as_mut().poll(context));
        end = None;
        Poll::Ready(Some(Err(Box::new(BodyLimit::Time))))
    });
    joined(head, Body::wrap_stream(limited))
}

/// Reads the whole body of a bounded response; returns it, and the response with the same body.
///
/// # Errors
///
/// If the body is interrupted or exceeds its limit.
pub(crate) async fn whole(response: Response) -> Result<(Vec<u8>, Response), CallError> {
    let (head, status) = (head(&response), response.status());
    let body = response.bytes().await.map_err(|error| ResponseError::from_body(error).with(status))?;
    Ok((body.to_vec(), joined(head, Body::from(body))))
}

/// Reads up to `limit` bytes of the body of an error response; returns them, and the response with them as its body. A
/// longer or interrupted body is not an error, so that the caller gets the status.
pub(crate) async fn prefix(response: Response, limit: usize) -> (Vec<u8>, Response) {
    let head = head(&response);
    let mut stream = response.bytes_stream();
    let mut body = Vec::new();
    while let Some(Ok(chunk)) = stream.next().await {
        body.extend_from_slice(&chunk[..chunk.len().min(limit - body.len())]);
        if body.len() == limit {
            break;
        }
    }
    let response = joined(head, Body::from(body.clone()));
    (body, response)
}

/// The response with another body, of JSON.
pub(crate) fn with_body(response: &Response, body: String) -> Response {
    let mut head = head(response);
    if let Some(headers) = head.headers_mut() {
        headers.remove(CONTENT_LENGTH);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    joined(head, Body::from(body))
}

/// The response with another status and a JSON body.
#[cfg(feature = "httpmock")]
pub(crate) fn replaced(response: &Response, status: StatusCode, body: String) -> Response {
    let head = with_body(response, String::new());
    joined(self::head(&head).status(status), Body::from(body))
}

fn head(response: &Response) -> http::response::Builder {
    let mut head =
        http::Response::builder().status(response.status()).version(response.version()).url(response.url().clone());
    if let Some(headers) = head.headers_mut() {
        headers.clone_from(response.headers());
    }
    head
}

fn joined(head: http::response::Builder, body: Body) -> Response {
    // The head comes from a valid response, so the builder accepts it.
    head.body(body).map_or_else(|_| Response::from(http::Response::new(Body::from(Vec::new()))), Response::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(chunks: &[&'static str]) -> Response {
        let chunks: Vec<_> = chunks.iter().map(|chunk| Ok::<_, std::io::Error>(*chunk)).collect();
        http::Response::builder()
            .status(201)
            .header("x-a", "b")
            .body(Body::wrap_stream(stream::iter(chunks)))
            .unwrap()
            .into()
    }

    #[tokio::test]
    async fn a_body_within_the_limit_is_unchanged() {
        let (body, response) = whole(bounded(response(&["ab", "cd"]), 4)).await.unwrap();
        assert_eq!((body.as_slice(), response.status().as_u16()), (b"abcd".as_slice(), 201));
        assert_eq!(response.headers()["x-a"], "b");
        assert_eq!(response.text().await.unwrap(), "abcd");
    }

    #[tokio::test]
    async fn a_longer_body_is_an_error_with_the_limit() {
        let error = bounded(response(&["ab", "cd"]), 3).bytes().await.unwrap_err();
        assert!(matches!(ResponseError::from_body(error), ResponseError::TooLong { limit: 3 }));
        let error = ResponseValue::<u8>::from_response::<()>(bounded(response(&["abcd"]), 3)).await.unwrap_err();
        assert!(
            matches!(error, Error::InvalidResponse { error: ResponseError::TooLong { limit: 3 }, .. }),
            "{error:?}"
        );
        assert_eq!(error.status().map(|status| status.as_u16()), Some(201));
    }

    #[tokio::test]
    async fn an_errors_body_is_read_up_to_the_limit_or_the_interruption() {
        for (limit, expected) in [(3, "abc"), (4, "abcd"), (5, "abcd")] {
            let (body, response) = prefix(response(&["ab", "cd"]), limit).await;
            assert_eq!((body.as_slice(), response.status().as_u16()), (expected.as_bytes(), 201));
            assert_eq!(response.text().await.unwrap(), expected);
        }
        let chunks = [Ok("ab"), Err(std::io::Error::other("broken"))];
        let broken = http::Response::new(Body::wrap_stream(stream::iter(chunks)));
        assert_eq!(prefix(broken.into(), 10).await.0, b"ab");
    }

    #[tokio::test]
    async fn an_unreadable_body_is_kept_and_is_not_shown() {
        let error = ResponseValue::<u8>::from_response::<()>(response(&["\"customer\""])).await.unwrap_err();
        assert_eq!(error.body(), Some(b"\"customer\"".as_slice()));
        let shown = format!("{error} {error:?} {error:#?}");
        assert!(!shown.contains("customer") && shown.contains("line 1, column 10"), "{shown}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(201));
    }
}
