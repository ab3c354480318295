//! An answer on its way to the generated code: bounded, and read ahead where that must be.

use std::fmt;

use futures_util::{StreamExt as _, stream};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Body, Response, ResponseBuilderExt as _, Result};

/// What is wrong with an answer that the client itself refuses to read.
///
/// ```
/// # async fn call(client: chift_api::Client, body: chift_api::types::AuthItem) {
/// use chift_api::AnswerError;
/// if let Err(error) = client.generate_access_token(&body).await
///     && let Some(AnswerError::TooLong { limit }) = AnswerError::of(&error)
/// {
///     eprintln!("more than {limit} bytes");
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerError {
    /// It is longer than the session allows.
    TooLong {
        /// How many bytes the session allows.
        limit: u64,
    },
    /// It holds a secret and cannot be read; so it is told where, and nothing of the body.
    Unreadable {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
}

impl AnswerError {
    /// This error among `error` and its sources, if it is why a call failed.
    pub fn of<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Self> {
        find(error)
    }
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { limit } => write!(f, "the answer is longer than the {limit} bytes that the session allows"),
            Self::Unreadable { line, column } => {
                write!(f, "the answer is not the JSON that the document promises (line {line}, column {column})")
            }
        }
    }
}

impl std::error::Error for AnswerError {}

/// `response`, whose body ends with an error where it becomes longer than `limit` bytes.
pub(crate) fn bounded(response: Response, limit: u64) -> Response {
    if response.content_length().is_some_and(|length| length <= limit) {
        return response;
    }
    let head = head(&response);
    let stated = response.content_length();
    let mut left = Some(limit);
    let body =
        response.bytes_stream().map(move |chunk| -> std::result::Result<_, Box<dyn std::error::Error + Send + Sync>> {
            let chunk = chunk?;
            left = left
                .and_then(|left| left.checked_sub(chunk.len() as u64))
                .filter(|_| stated.is_none_or(|length| length <= limit));
            if left.is_some() { Ok(chunk) } else { Err(Box::new(AnswerError::TooLong { limit })) }
        });
    joined(head, Body::wrap_stream(body))
}

/// The answer's body, and the same answer with that body still in it.
///
/// # Errors
///
/// When the body breaks off, or is longer than `limit` bytes.
pub(crate) async fn read_ahead(response: Response, limit: u64) -> Result<(Vec<u8>, Response)> {
    whole(bounded(response, limit)).await
}

/// The same for an answer that is bounded already.
///
/// # Errors
///
/// When the body breaks off, or reaches its bound.
pub(crate) async fn whole(response: Response) -> Result<(Vec<u8>, Response)> {
    let head = head(&response);
    let body = response.bytes().await?;
    Ok((body.to_vec(), joined(head, Body::from(body))))
}

/// The same answer with another body, of JSON.
pub(crate) fn with_body(response: &Response, body: String) -> Response {
    let mut head = head(response);
    if let Some(headers) = head.headers_mut() {
        headers.remove(CONTENT_LENGTH);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    joined(head, Body::from(body))
}

/// An error of our own as reqwest's, from which [`find`] gets it back.
///
/// progenitor's error type has no room for an error of somebody else's, except as a text; but a
/// `reqwest::Error` keeps the error of a body that fails while it is read.
pub(crate) async fn failed<E>(error: E) -> Result<Response>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let body = Body::wrap_stream(stream::iter([Err::<Vec<u8>, E>(error)]));
    match Response::from(http::Response::new(body)).bytes().await {
        Err(error) => Err(error.without_url()),
        // The body consists of one error. Should reqwest ever overlook it, an empty answer with a
        // status that no operation documents is refused as well.
        Ok(_) => Ok(joined(http::response::Builder::new().status(599), Body::from(Vec::new()))),
    }
}

/// The error of type `E` among `error` and its sources.
pub(crate) fn find<'a, E: std::error::Error + 'static>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
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
    // The head's parts come from an answer that was parsed, so there is nothing in it to be refused.
    head.body(body).map_or_else(|_| Response::from(http::Response::new(Body::from(Vec::new()))), Response::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(chunks: &[&'static str]) -> Response {
        let chunks: Vec<_> = chunks.iter().map(|chunk| Ok::<_, std::io::Error>(*chunk)).collect();
        http::Response::builder()
            .status(201)
            .header("x-a", "b")
            .body(Body::wrap_stream(stream::iter(chunks)))
            .unwrap()
            .into()
    }

    #[tokio::test]
    async fn a_body_within_the_limit_is_as_it_was() {
        let (body, response) = read_ahead(answer(&["ab", "cd"]), 4).await.unwrap();
        assert_eq!((body.as_slice(), response.status().as_u16()), (b"abcd".as_slice(), 201));
        assert_eq!(response.headers()["x-a"], "b");
        assert_eq!(response.text().await.unwrap(), "abcd");
    }

    #[tokio::test]
    async fn a_longer_body_is_an_error_that_tells_the_limit() {
        let error = bounded(answer(&["ab", "cd"]), 3).bytes().await.unwrap_err();
        assert_eq!(AnswerError::of(&error), Some(&AnswerError::TooLong { limit: 3 }));
        assert!(read_ahead(answer(&["abcd"]), 3).await.is_err());
    }
}
