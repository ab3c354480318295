//! A local server that forwards each request to another server, and records the exchange.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chift_test_server::{Request, Response, Server};
use reqwest::blocking::Client;
use reqwest::redirect::Policy;
use reqwest::{Method, StatusCode};

/// The longest time that the other server may take for a response.
const LIMIT: Duration = Duration::from_secs(60);

/// The headers that belong to one connection and are not forwarded (RFC 9110, section 7.6.1), and those that the HTTP
/// client writes itself.
const OWN: [&str; 4] = ["connection", "content-length", "host", "transfer-encoding"];

/// What the other server responded.
#[derive(Debug, Clone, Default)]
pub(super) struct Received {
    pub status: u16,
    /// The header in which the mock server lists what a request or its own response violates.
    pub violations: Option<String>,
    pub body: Vec<u8>,
}

/// The relay. It stops when it is dropped.
pub(super) struct Relay {
    server: Server,
    last: Arc<Mutex<Option<Result<Received, String>>>>,
}

impl Relay {
    /// Starts a relay to the server at `url` on a free port of the loopback interface.
    pub(super) fn start(url: &str) -> anyhow::Result<Self> {
        let client = Client::builder().no_proxy().redirect(Policy::none()).timeout(LIMIT).build()?;
        let url = url.trim_end_matches('/').to_owned();
        let last = Arc::new(Mutex::new(None));
        let recorded = last.clone();
        let server = Server::start(move |request| {
            let result = forward(&client, &url, request);
            let (received, response) = match result {
                Ok((received, media_type)) => {
                    let response = Response::new(received.status).body(received.body.clone());
                    let response = match media_type {
                        Some(media_type) => response.header("content-type", media_type),
                        None => response,
                    };
                    (Ok(received), response)
                }
                Err(error) => (Err(format!("{error:#}")), Response::none()),
            };
            *recorded.lock().unwrap_or_else(PoisonError::into_inner) = Some(received);
            response
        })?;
        Ok(Self { server, last })
    }

    /// The address, without a slash at the end.
    pub(super) fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// Takes the last exchange; `None` if no request arrived since.
    pub(super) fn take(&self) -> Option<Result<Received, String>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Sends a request to the other server; returns its response and the media type of the body.
fn forward(client: &Client, url: &str, request: &Request) -> anyhow::Result<(Received, Option<String>)> {
    let method = Method::from_bytes(request.method.as_bytes())?;
    let mut forwarded = client.request(method, format!("{url}{}", request.target)).body(request.body.clone());
    for (name, value) in request.headers.iter().filter(|(name, _)| !OWN.contains(&name.as_str())) {
        forwarded = forwarded.header(name, value);
    }
    let response = forwarded.send()?;
    let header = |name: &str| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
    let (violations, media_type) = (header("sl-violations"), header("content-type"));
    let status: StatusCode = response.status();
    let body = response.bytes()?.to_vec();
    Ok((Received { status: status.as_u16(), violations, body }, media_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_forwarded_unchanged_and_its_response_is_recorded() {
        let other = Server::start(|request| {
            let seen = format!("{} {} {}", request.method, request.target, request.header("x-batch").unwrap_or("none"));
            Response::json(207, [seen.as_bytes(), &request.body].concat())
        });
        let other = other.unwrap();
        let relay = Relay::start(&other.base_url()).unwrap();
        assert!(relay.take().is_none());
        let sent =
            Client::new().post(format!("{}/a%2Fb?c=%20d", relay.base_url())).header("x-batch", "7").body("flour");
        let received = sent.send().unwrap();
        assert_eq!(received.headers()["content-type"], "application/json");
        assert_eq!(received.text().unwrap(), "POST /a%2Fb?c=%20d 7flour");
        let recorded = relay.take().unwrap().unwrap();
        assert_eq!((recorded.status, recorded.body.as_slice()), (207, b"POST /a%2Fb?c=%20d 7flour".as_slice()));
        assert!(relay.take().is_none());
    }

    #[test]
    fn a_server_that_cannot_be_reached_is_reported() {
        let gone = Server::start(|_| Response::new(200)).unwrap();
        let relay = Relay::start(&gone.base_url()).unwrap();
        drop(gone);
        assert!(Client::new().get(relay.base_url()).send().is_err());
        assert!(relay.take().unwrap().is_err());
    }
}
