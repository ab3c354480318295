//! Sending a request: with the session's headers and bearer token, with retries, and within time limits.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Method, Request, Response, StatusCode};
use tracing::Span;

use super::error::CallError;
use super::runtime::ClientInfo as _;
use super::{response, retry, span};
use crate::{Authorize, Bearer, Client, ErrorClass, ErrorDetails, RetryPolicy, Session, TransportError};

/// The body of an error response is read up to this many bytes (1 MiB), and truncated there.
pub(crate) const LARGEST_ERROR: usize = 1024 * 1024;

/// Sends `request` and records the result in `span`. The body of the response is limited.
pub(crate) async fn send(
    client: &Client,
    mut request: Request,
    needs_bearer: bool,
    span: &Span,
) -> Result<Response, CallError> {
    let sender = Sender { http: client.client(), session: client.inner() };
    let authorizer = sender.session.authorizer().filter(|_| needs_bearer);
    if let Some(context) = sender.session.context().filter(|_| needs_bearer) {
        context.apply(&mut request);
    }
    let (started, mut sent) = (span::started(span), 0);
    // Rare paths are boxed: the future of a usual call stays small, and each move copies it.
    let result = match sender.session.call_timeout() {
        Some(limit) => Box::pin(sender.limited(authorizer, limit, request, &mut sent)).await,
        None => sender.repeated(authorizer, request, &mut sent).await,
    };
    span::ended(span, sent, started, &result);
    result
}

/// The limit on the body of an error response, in bytes.
pub(crate) fn error_limit(session: &Session) -> usize {
    usize::try_from(session.response_limit()).unwrap_or(usize::MAX).min(LARGEST_ERROR)
}

struct Sender<'a> {
    http: &'a reqwest::Client,
    session: &'a Session,
}

impl Sender<'_> {
    /// Sends `request` within the call timeout. What is left of it limits the body of the response.
    async fn limited(
        &self,
        authorizer: Option<&dyn Authorize>,
        limit: Duration,
        request: Request,
        sent: &mut u32,
    ) -> Result<Response, CallError> {
        let clock = self.session.clock();
        let started = clock.now();
        let work = std::pin::pin!(self.repeated(authorizer, request, sent));
        let Some(result) = clock.within(limit, work).await else {
            return Err(CallError::Transport(TransportError::timed_out()));
        };
        let left = limit.saturating_sub(clock.now().saturating_duration_since(started));
        Ok(response::until(result?, clock.timeout(left)))
    }

    /// Sends `request`, and again after failures if there is a retry policy. The length of the response's body is
    /// limited.
    async fn repeated(
        &self,
        authorizer: Option<&dyn Authorize>,
        request: Request,
        sent: &mut u32,
    ) -> Result<Response, CallError> {
        let result = match self.session.retry().filter(|_| retry::is_repeatable(&request)) {
            Some(policy) => Box::pin(self.retried(authorizer, policy, request, sent)).await,
            None => self.once(authorizer, request, sent).await,
        };
        Ok(response::bounded(result?, self.session.response_limit()))
    }

    async fn retried(
        &self,
        authorizer: Option<&dyn Authorize>,
        policy: &RetryPolicy,
        mut request: Request,
        sent: &mut u32,
    ) -> Result<Response, CallError> {
        let (clock, budget) = (self.session.clock(), self.session.retry_budget());
        let started = clock.now();
        let mut attempt = 1;
        loop {
            // `None` if the body is a stream, which can be read only once.
            let again = request.try_clone();
            let result = self.once(authorizer, request, sent).await;
            let Some(asked) = retry::passing(&result) else {
                if result.is_ok() {
                    budget.succeeded(attempt - 1);
                }
                return result;
            };
            let elapsed = clock.now().saturating_duration_since(started);
            let wait = policy.next_pause(attempt, asked, elapsed, fastrand::f64());
            let (Some(next), Some(wait)) = (again, wait) else { return result };
            if !budget.take() {
                tracing::debug!("the retry budget is empty; the failed call is not retried");
                return result;
            }
            drop(result);
            clock.sleep(wait).await;
            request = next;
            attempt += 1;
        }
    }

    /// Sends `request`, with a bearer token if there is an authorizer. If Chift refuses the token, sends it once more
    /// with another token.
    async fn once(
        &self,
        authorizer: Option<&dyn Authorize>,
        mut request: Request,
        sent: &mut u32,
    ) -> Result<Response, CallError> {
        let Some(authorizer) = authorizer else { return self.execute(request, sent).await };
        let mut bearer = match authorizer.ready() {
            Some(bearer) => bearer,
            None => authorizer.bearer().await.map_err(CallError::NoToken)?,
        };
        // Copied before the bearer is added, because the second request gets another one.
        let again = Again::of(&request);
        request.headers_mut().insert(AUTHORIZATION, bearer.take_header().map_err(CallError::NoToken)?);
        let response = self.execute(request, sent).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        Box::pin(self.refused(authorizer, &bearer, again, response, sent)).await
    }

    /// Handles a 401: sends the request once more if Chift refused the token itself and there is another one; otherwise
    /// returns `response`.
    async fn refused(
        &self,
        authorizer: &dyn Authorize,
        bearer: &Bearer,
        again: Option<Again>,
        response: Response,
        sent: &mut u32,
    ) -> Result<Response, CallError> {
        let (body, response) = response::prefix(response, error_limit(self.session)).await;
        if !is_about_the_token(&body) {
            return Ok(response);
        }
        let second: Option<HeaderValue> =
            authorizer.refused(bearer).await.and_then(|mut bearer| bearer.take_header().ok());
        match (again, second) {
            (Some(again), Some(header)) => {
                let mut request = again.request(&response);
                request.headers_mut().insert(AUTHORIZATION, header);
                self.execute(request, sent).await
            }
            _ => Ok(response),
        }
    }

    /// Sends `request` once, within the header timeout.
    async fn execute(&self, request: Request, sent: &mut u32) -> Result<Response, CallError> {
        *sent += 1;
        let sending = std::pin::pin!(self.http.execute(request));
        let Some(result) = self.session.clock().within(self.session.header_timeout(), sending).await else {
            return Err(CallError::Transport(TransportError::timed_out()));
        };
        let response = result?;
        // Not followed: the bearer, the body and the headers are for this origin only.
        if response.status().is_redirection() && response.status() != StatusCode::NOT_MODIFIED {
            return Err(CallError::Redirect(response.status()));
        }
        Ok(response)
    }
}

/// A copy of a request, to send it once more.
enum Again {
    /// Most requests have no body, and the response has their URL. A full clone needs three more allocations.
    WithoutBody(Method, HeaderMap),
    Whole(Request),
}

impl Again {
    /// `None` if the body is a stream, which can be read only once.
    fn of(request: &Request) -> Option<Self> {
        match request.body() {
            None => Some(Self::WithoutBody(request.method().clone(), request.headers().clone())),
            Some(_) => request.try_clone().map(Self::Whole),
        }
    }

    /// The request; `response` is the response to the first one.
    fn request(self, response: &Response) -> Request {
        match self {
            Self::WithoutBody(method, headers) => {
                let mut request = Request::new(method, response.url().clone());
                *request.headers_mut() = headers;
                request
            }
            Self::Whole(request) => request,
        }
    }
}

/// Whether a 401 concerns the bearer token. With another `error_code`, it means that the customer's software refused
/// the customer's credentials. A 401 without a code concerns the token, as HTTP defines it.
fn is_about_the_token(body: &[u8]) -> bool {
    ErrorDetails::read(StatusCode::UNAUTHORIZED.as_u16(), body).class() == ErrorClass::Credentials
}

impl Client {
    /// A view of this client whose calls take at most `limit`: from the wait for a token to the last byte of the response,
    /// including all retries. A call that takes longer fails with an error whose
    /// [`is_transient`](crate::Error::is_transient) is true. Chift may have executed it.
    ///
    /// The other time limits apply as well: with the defaults, a call fails after 60 s without response headers
    /// ([`Session::with_header_timeout`]).
    ///
    /// ```
    /// # async fn call(client: chift_api::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use chift_api::Method;
    /// use std::time::Duration;
    /// let quick = client.with_timeout(Duration::from_secs(5));
    /// let consumers = quick.request(Method::GET, "/consumers").send::<serde_json::Value>().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_timeout(&self, limit: Duration) -> Self {
        let session = self.inner().clone().with_call_timeout(limit);
        Self::new_with_client(self.baseurl(), self.client().clone(), session)
    }
}
