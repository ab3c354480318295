//! Reads a source: a file or a URL.
//!
//! Proxies come from the environment and TLS roots from the platform; redirects are followed. Time and size are
//! limited.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::blocking::{Client, Response};
use reqwest::header::{ACCEPT, ETAG, IF_NONE_MATCH};
use reqwest::{StatusCode, Url};

use crate::{progress, read};

/// The size limit for a response. Chift's whole document has about two megabytes.
const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// How long to wait for a server.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For the whole response.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), total: Duration::from_secs(60) }
    }
}

/// The content of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fetched {
    /// A text, and the ETag of this version if the server sent one.
    Text { text: String, etag: Option<String> },
    /// The source still has the version that the request named.
    NotModified,
}

/// Reads the text at `source`: a URL that begins with `http://` or `https://`, or a file. A server whose document still
/// has the version `etag` does not send it again.
///
/// # Errors
///
/// When the source cannot be read, is too large, or is not text. Each error names the source.
pub(super) fn fetch(source: &str, etag: Option<&str>, timeouts: Timeouts) -> anyhow::Result<Fetched> {
    let (address, source) = (source, &*shown(source));
    if !is_url(address) {
        let bytes = fs::read(Path::new(source)).with_context(|| format!("cannot read {source}"))?;
        return Ok(Fetched::Text { text: text(source, bytes)?, etag: None });
    }
    let url = Url::parse(address).context("a source that begins with http:// or https:// is not a valid URL")?;
    let mut request = client(&url, timeouts)?.get(url).header(ACCEPT, "application/json, */*;q=0.5");
    if let Some(etag) = etag {
        request = request.header(IF_NONE_MATCH, etag);
    }
    let response = request.send().map_err(reqwest::Error::without_url);
    let response = response.with_context(|| format!("cannot fetch {source}"))?;
    if response.status() == StatusCode::NOT_MODIFIED && etag.is_some() {
        return Ok(Fetched::NotModified);
    }
    if response.status() != StatusCode::OK {
        bail!("cannot fetch {source}: the server responded with status {}; check the URL", response.status());
    }
    let etag = response.headers().get(ETAG).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let bytes = body(source, response)?;
    Ok(Fetched::Text { text: text(source, bytes)?, etag })
}

/// A source for messages and files: a URL without the parts that can be secrets (user name, password, query and
/// fragment), or the path of a file.
pub(crate) fn shown(source: &str) -> String {
    if !is_url(source) {
        return source.to_owned();
    }
    let Ok(mut url) = Url::parse(source) else { return "[invalid URL]".to_owned() };
    // They fail only for a URL without a host, and one with `http` has a host.
    let _ = (url.set_username(""), url.set_password(None));
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

pub(super) fn is_url(source: &str) -> bool {
    source.starts_with("http://") || source.starts_with("https://")
}

fn client(url: &Url, timeouts: Timeouts) -> anyhow::Result<Client> {
    let mut client = Client::builder()
        .user_agent(concat!("chift-rs xtask/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.total);
    let is_loopback = url.host_str().is_some_and(|host| host == "localhost" || host == "127.0.0.1" || host == "[::1]");
    if is_loopback {
        client = client.no_proxy();
    }
    client.build().context("cannot set up TLS")
}

/// Reads the body, and shows the progress on a terminal.
fn body(source: &str, mut response: Response) -> anyhow::Result<Vec<u8>> {
    let length = response.content_length();
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 64 * 1024];
    let progress = progress::of_download(source, length);
    loop {
        let count = response.read(&mut chunk).with_context(|| {
            let received = bytes.len();
            format!("the response from {source} stopped after {received} bytes; try again")
        })?;
        bytes.extend_from_slice(&chunk[..count]);
        progress.inc(count as u64);
        if count == 0 {
            return Ok(bytes);
        }
        if bytes.len() as u64 > MAX_BYTES {
            bail!("{source} is larger than {} MB; check that it is an OpenAPI document", MAX_BYTES / 1024 / 1024);
        }
    }
}

fn text(source: &str, bytes: Vec<u8>) -> anyhow::Result<String> {
    let text = String::from_utf8(bytes).map_err(|_| anyhow::anyhow!("{source} is not UTF-8 text"))?;
    if read::without_bom(&text).trim_start().starts_with('<') {
        bail!(
            "{source} is HTML and not an OpenAPI document; for the Markdown of a page of Chift's documentation, add \
             `.md` to its URL"
        );
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_about_a_url_has_no_secret() {
        // No server listens on this port.
        let source = "http://me:pw-s3cret@127.0.0.1:1/openapi.json?key=s3cret#s3cret";
        let message = format!("{:#}", fetch(source, None, Timeouts::default()).unwrap_err());
        assert!(message.starts_with("cannot fetch http://127.0.0.1:1/openapi.json: "), "{message}");
        assert!(!message.contains("s3cret"), "{message}");
        let invalid = fetch("https://me:pw-s3cret@host:port/?key=s3cret", None, Timeouts::default()).unwrap_err();
        let message = format!("{invalid:#}");
        assert!(message.contains("invalid port number") && !message.contains("s3cret"), "{message}");
        assert_eq!(shown("a/b.json?c"), "a/b.json?c");
    }
}
