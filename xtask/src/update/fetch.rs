//! Getting a text from where a person says it is: a file or an address.
//!
//! Proxies are taken from the environment and TLS roots from the platform; redirects are followed as far as
//! browsers do. All patience has an end, and what is no text of reasonable size is refused.

use std::fs;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::blocking::{Client, Response};
use reqwest::header::{ACCEPT, ETAG, IF_NONE_MATCH};
use reqwest::{StatusCode, Url};

/// The largest text that is taken; Chift's whole document has about two megabytes.
const LARGEST: u64 = 32 * 1024 * 1024;

/// How long to wait for a server.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For the whole answer.
    pub whole: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), whole: Duration::from_secs(60) }
    }
}

/// What came from a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fetched {
    /// A text, and the name that the server gives to this version of it.
    Text { text: String, etag: Option<String> },
    /// The text has still the version that was named.
    Unchanged,
}

/// Gets the text at `source`: an address that begins with `http://` or `https://`, or a file. With `etag`, a
/// server may say that it has not changed.
///
/// # Errors
///
/// When it cannot be had, is too large, or is not text; each names the source.
pub(super) fn fetch(source: &str, etag: Option<&str>, patience: Patience) -> anyhow::Result<Fetched> {
    if !is_url(source) {
        let bytes = fs::read(Path::new(source)).with_context(|| format!("cannot read {source}"))?;
        return Ok(Fetched::Text { text: text(source, bytes)?, etag: None });
    }
    let url = Url::parse(source).with_context(|| format!("{source} is not an address"))?;
    let mut request = client(&url, patience)?.get(url).header(ACCEPT, "application/json, */*;q=0.5");
    if let Some(etag) = etag {
        request = request.header(IF_NONE_MATCH, etag);
    }
    let answer = request.send().with_context(|| format!("cannot fetch {source}"))?;
    if answer.status() == StatusCode::NOT_MODIFIED && etag.is_some() {
        return Ok(Fetched::Unchanged);
    }
    if answer.status() != StatusCode::OK {
        bail!("cannot fetch {source}: the server answers {}; is the address right?", answer.status());
    }
    let etag = answer.headers().get(ETAG).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let bytes = body(source, answer)?;
    Ok(Fetched::Text { text: text(source, bytes)?, etag })
}

/// Whether a source is an address and not a file.
fn is_url(source: &str) -> bool {
    source.starts_with("http://") || source.starts_with("https://")
}

fn client(url: &Url, patience: Patience) -> anyhow::Result<Client> {
    let mut client = Client::builder()
        .user_agent(concat!("chift-rs xtask/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(patience.connect)
        .timeout(patience.whole);
    let is_loopback = url.host_str().is_some_and(|host| host == "localhost" || host == "127.0.0.1" || host == "[::1]");
    if is_loopback {
        client = client.no_proxy();
    }
    client.build().context("cannot set up TLS")
}

/// The body, with its progress on a terminal.
fn body(source: &str, mut answer: Response) -> anyhow::Result<Vec<u8>> {
    let promised = answer.content_length();
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 64 * 1024];
    let mut terminal = io::stderr().is_terminal().then(io::stderr);
    loop {
        let count = answer.read(&mut chunk).with_context(|| {
            let had = bytes.len();
            format!("{source} breaks off after {had} bytes, or is too slow; try again")
        })?;
        bytes.extend_from_slice(&chunk[..count]);
        if let Some(terminal) = &mut terminal {
            let whole = promised.map(|whole| format!(" of {} KB", whole / 1024)).unwrap_or_default();
            let end = if count == 0 { "\n" } else { "" };
            write!(terminal, "\r    fetch  {source}: {} KB{whole}{end}", bytes.len() / 1024)?;
        }
        if count == 0 {
            return Ok(bytes);
        }
        if bytes.len() as u64 > LARGEST {
            bail!("{source} is larger than {} MB; this is no OpenAPI document", LARGEST / 1024 / 1024);
        }
    }
}

fn text(source: &str, bytes: Vec<u8>) -> anyhow::Result<String> {
    let text = String::from_utf8(bytes).map_err(|_| anyhow::anyhow!("{source} is not UTF-8 text"))?;
    if text.trim_start().starts_with('<') {
        bail!(
            "{source} is HTML and not a document; a page of Chift's documentation is had as Markdown with `.md` at \
             the end of its address"
        );
    }
    Ok(text)
}
