//! Calls of paths that the document does not have.

use progenitor_client::{ByteStream, ClientInfo as _, Error, ResponseValue};
use reqwest::header::{ACCEPT, HeaderName, HeaderValue};
use reqwest::{Body, Method, RequestBuilder, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::Instrument as _;

use crate::generated::operations::secret_answer;
use crate::hooks::{LARGEST_ERROR, as_json, readable};
use crate::operation::matching;
use crate::{AnswerError, Client, Operation, Undocumented, answer, call, span};

/// As the generated operations send it.
const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// A call of a path of yours, with the bearer, the context and the retries of its client; made by
/// [`Client::request`].
#[derive(Debug)]
#[must_use = "it is sent by `send`"]
pub struct RawRequest<'a> {
    client: &'a Client,
    operation: Option<&'static Operation>,
    request: Result<RequestBuilder, &'static str>,
}

impl Client {
    /// A call of a path that the document does not have yet.
    ///
    /// `path` begins with a slash and is appended to the base URL; it may have a query. A whole URL is taken
    /// if it is below the base URL. Anything that could lead elsewhere, and so take the bearer there, is
    /// refused when it is sent ([`Error::InvalidRequest`]): another host, `//`, `.` and `..` between slashes, also in
    /// an id that you put into the path.
    ///
    /// ```
    /// # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use chift_api::{ErrorExt as _, Method};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Consumer {
    ///     name: String,
    /// }
    ///
    /// let call = client.request(Method::GET, "/consumers/17").query(&[("verbose", true)]);
    /// match call.send::<Consumer>().await {
    ///     Ok(consumer) => println!("{}", consumer.name),
    ///     Err(error) => eprintln!("{:?}", error.chift()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: &str) -> RawRequest<'_> {
        let base = self.baseurl().trim_end_matches('/');
        let path = path.strip_prefix(base).unwrap_or(path);
        let operation = matching(&method, path.split('?').next().unwrap_or_default());
        let request = below(base, path).map(|url| {
            let request = self.client().request(method, url);
            let request = request.header(API_VERSION, HeaderValue::from_static(Self::api_version()));
            request.header(ACCEPT, HeaderValue::from_static("application/json"))
        });
        RawRequest { client: self, operation, request }
    }
}

impl RawRequest<'_> {
    /// Adds query parameters: a struct, a map, or a list of pairs.
    pub fn query(mut self, parameters: &(impl Serialize + ?Sized)) -> Self {
        self.request = self.request.map(|request| request.query(parameters));
        self
    }

    /// The body, as JSON.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        self.request = self.request.map(|request| request.json(body));
        self
    }

    /// The body, as it is. One that is a stream cannot be sent again, whatever the policy of the client.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.request = self.request.map(|request| request.body(body));
        self
    }

    /// Adds a header. `Authorization` is the client's own matter, and replaced.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.request = self.request.map(|request| request.header(name, value));
        self
    }

    /// Sends it, and reads the answer as a `T`: a type of yours, `serde_json::Value`, or `()` where there is
    /// no body.
    ///
    /// # Errors
    ///
    /// As any operation; [`ErrorExt::chift`](crate::ErrorExt::chift) tells what Chift said. An answer that is
    /// no `T` is [`Error::InvalidResponsePayload`].
    pub async fn send<T: DeserializeOwned>(self) -> Result<ResponseValue<T>, Error<Undocumented>> {
        let secret = self.operation.is_some_and(|operation| secret_answer(operation.id).is_some());
        let response = self.sent().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(Error::ResponseBodyError)?;
        let json = if body.is_empty() { b"null".as_slice() } else { &body };
        match serde_json::from_slice(json) {
            Ok(value) => Ok(ResponseValue::new(value, status, headers)),
            Err(error) if secret => {
                let error = AnswerError::Unreadable { line: error.line(), column: error.column() };
                Err(answer::failed(error).await.map_or_else(Error::ResponseBodyError, Error::UnexpectedResponse))
            }
            Err(error) => Err(Error::InvalidResponsePayload(body, error)),
        }
    }

    /// Sends it, and gives the answer's body as it comes, whatever it is.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_for_bytes(self) -> Result<ResponseValue<ByteStream>, Error<Undocumented>> {
        Ok(ResponseValue::stream(self.sent().await?))
    }

    /// The answer, if it is a success.
    async fn sent(self) -> Result<Response, Error<Undocumented>> {
        let Self { client, operation, request } = self;
        let request = request.map_err(|problem| Error::InvalidRequest(format!("the path {problem}")))?.build()?;
        // A path that the document does have is called as the document says.
        let needs_bearer = operation.is_none_or(|operation| operation.needs_bearer);
        let span = span::span(&request, operation);
        async {
            let response = call::send(client, request, needs_bearer).await?;
            let status = response.status();
            if status.is_client_error() || status.is_server_error() {
                let headers = response.headers().clone();
                let (body, _) = answer::read_ahead(response, LARGEST_ERROR).await.map_err(Error::ResponseBodyError)?;
                span::refused(&body);
                return match serde_json::from_str(&as_json(&body)) {
                    Ok(said) => Err(Error::ErrorResponse(ResponseValue::new(said, status, headers))),
                    Err(error) => Err(Error::InvalidResponsePayload(body.into(), error)),
                };
            }
            if !status.is_success() {
                return Err(Error::UnexpectedResponse(response));
            }
            let id = operation.map_or("", |operation| operation.id);
            readable(response, id).await.map_err(Error::ResponseBodyError)
        }
        .instrument(span)
        .await
    }
}

/// The URL of `path` below `base`, or what is wrong with the path.
fn below(base: &str, path: &str) -> Result<Url, &'static str> {
    if !path.starts_with('/') {
        return Err("neither begins with a slash nor is a URL below the base URL");
    }
    if path.starts_with("//") {
        return Err("begins with two slashes, as the name of another host does");
    }
    if path.contains(|it: char| it.is_control() || it.is_whitespace() || it == '\\' || it == '#') {
        return Err("has a space, a backslash, a `#` or a control character; what is meant so must be encoded");
    }
    let steps = path.split('?').next().unwrap_or_default().split('/');
    if steps.map(|step| step.to_ascii_lowercase().replace("%2e", ".")).any(|step| step == "." || step == "..") {
        return Err("has a step `.` or `..`, which leads elsewhere");
    }
    let url = Url::parse(&format!("{base}{path}")).map_err(|_| "does not make a URL with the client's base URL")?;
    let base = Url::parse(base).map_err(|_| "does not make a URL with the client's base URL")?;
    // What was refused above cannot lead elsewhere; this is the rule itself.
    let stem = base.path().trim_end_matches('/');
    let stays = url.path().strip_prefix(stem).is_some_and(|rest| rest.starts_with('/'));
    if url.origin() == base.origin() && url.username().is_empty() && url.password().is_none() && stays {
        Ok(url)
    } else {
        Err("leads away from the base URL")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_below_the_base_url() {
        for (base, path, expected) in [
            ("https://api.chift.eu", "/consumers", "https://api.chift.eu/consumers"),
            ("https://proxy.example/chift", "/consumers?page=2", "https://proxy.example/chift/consumers?page=2"),
            ("http://127.0.0.1:1", "/a/b..c/...", "http://127.0.0.1:1/a/b..c/..."),
            (
                "https://api.chift.eu",
                "/a?next=https://b.example//../c",
                "https://api.chift.eu/a?next=https://b.example//../c",
            ),
            ("https://api.chift.eu", "/@b.example", "https://api.chift.eu/@b.example"),
            ("https://api.chift.eu", "/a//b", "https://api.chift.eu/a//b"),
        ] {
            assert_eq!(below(base, path).unwrap().as_str(), expected);
        }
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        for path in [
            "",
            "consumers",
            "https://evil.example/consumers",
            "//evil.example/consumers",
            "/\\evil.example",
            "@evil.example/",
            ".evil.example/",
            ":80@evil.example/",
            "/consumers/../token",
            "/consumers/..",
            "/./a",
            "/consumers/%2e%2E/token",
            "/consumers/.%2e/token",
            "/a\t/b",
            "/\n/evil.example",
            "/a b",
            "/a#b",
        ] {
            assert!(below("https://api.chift.eu/v1", path).is_err(), "{path:?}");
        }
    }

    #[test]
    fn a_whole_url_is_taken_below_the_base_url_only() {
        let client = Client::new("https://api.chift.eu/", crate::Session::anonymous());
        let url = |path: &str| {
            let request = client.request(Method::GET, path).request;
            request.map(|request| request.build().unwrap().url().to_string())
        };
        assert_eq!(url("https://api.chift.eu/consumers"), Ok("https://api.chift.eu/consumers".to_owned()));
        for path in
            ["https://api.chift.eu.evil.example/a", "https://api.chift.eu@evil.example/a", "http://api.chift.eu/a"]
        {
            assert!(url(path).is_err(), "{path}");
        }
    }
}
