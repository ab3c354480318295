//! Checks that a base URL may receive credentials.

use std::net::{IpAddr, Ipv6Addr};

use reqwest::Url;

use crate::BuildError;

/// A base URL that may receive credentials.
pub(crate) struct BaseUrl {
    /// Without a trailing slash.
    pub(crate) text: String,
    /// The host, if it is a loopback host.
    pub(crate) loopback: Option<String>,
}

/// Checks `stated`. Errors show at most its scheme, host, port and path.
pub(crate) fn checked(stated: &str, allow_plain_http: bool) -> Result<BaseUrl, BuildError> {
    let refused = |reason: String| Err(BuildError::base_url(reason));
    let url = match Url::parse(stated) {
        Ok(url) => url,
        Err(error) => return refused(format!("it is not a URL ({error})")),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return refused("it contains a user name or a password".to_owned());
    }
    let shown = shown(&url);
    if url.query().is_some() || url.fragment().is_some() {
        return refused(format!(
            "{shown} has a query or a fragment; remove it, because operations' paths are appended to the base URL"
        ));
    }
    let host = url.host_str().unwrap_or_default();
    let is_loopback = is_loopback(host);
    match url.scheme() {
        "https" => {}
        "http" if is_loopback || allow_plain_http => {}
        "http" => {
            return refused(format!(
                "{shown} is plain http, and credentials are sent over https only; use https, or allow plain http explicitly"
            ));
        }
        other => return refused(format!("its scheme is {other}, not https")),
    }
    let loopback = is_loopback.then(|| host.to_owned());
    Ok(BaseUrl { text: url.as_str().trim_end_matches('/').to_owned(), loopback })
}

/// The scheme, host, port and path of a URL, for logs and errors. The other parts (user name, password, query and
/// fragment) can contain secrets.
///
/// ```
/// assert_eq!(chift_api::shown_url("https://me:pw@api.chift.eu/v1?key=s3cret#x"), "https://api.chift.eu/v1");
/// assert_eq!(chift_api::shown_url("no URL"), "[not a URL]");
/// ```
pub fn shown_url(url: &str) -> String {
    Url::parse(url).map_or_else(|_| "[not a URL]".to_owned(), |url| shown(&url))
}

fn shown(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let path = url.path().trim_end_matches('/');
    format!("{}://{}{port}{path}", url.scheme(), url.host_str().unwrap_or_default())
}

/// `localhost` and its subdomains are loopback hosts (RFC 6761, section 6.3).
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback(),
        Ok(IpAddr::V6(address)) => address == Ipv6Addr::LOCALHOST,
        Err(_) => {
            let name = host.strip_suffix('.').unwrap_or(host);
            name == "localhost" || name.ends_with(".localhost")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_and_loopback_are_accepted() {
        for (stated, expected, loopback) in [
            ("https://api.chift.eu", "https://api.chift.eu", None),
            ("https://proxy.example/chift/", "https://proxy.example/chift", None),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", Some("127.0.0.1")),
            ("http://[::1]:8080/", "http://[::1]:8080", Some("[::1]")),
            ("http://LocalHost", "http://localhost", Some("localhost")),
            ("https://a.localhost:1", "https://a.localhost:1", Some("a.localhost")),
            // The URL standard reads these as 127.0.0.1.
            ("http://2130706433", "http://127.0.0.1", Some("127.0.0.1")),
            ("http://0x7f.1", "http://127.0.0.1", Some("127.0.0.1")),
        ] {
            let url = checked(stated, false).unwrap();
            assert_eq!((url.text.as_str(), url.loopback.as_deref()), (expected, loopback));
        }
        assert!(checked("http://api.chift.eu", true).is_ok());
    }

    #[test]
    fn other_urls_are_refused_without_showing_a_secret() {
        for (stated, expected) in [
            ("", "not a URL"),
            ("api.chift.eu", "not a URL"),
            ("http://api.chift.eu", "plain http"),
            ("http://127.0.0.1.example.com", "plain http"),
            ("http://localhost.example.com", "plain http"),
            ("http://[::ffff:10.0.0.1]", "plain http"),
            ("ftp://api.chift.eu", "scheme is ftp"),
            ("https://me:hunter2@api.chift.eu", "user name or a password"),
            ("https://api.chift.eu/v1?key=hunter2", "https://api.chift.eu/v1 has a query"),
            ("https://api.chift.eu#hunter2", "https://api.chift.eu has a query or a fragment"),
        ] {
            let message = checked(stated, false).err().unwrap().to_string();
            assert!(message.contains(expected) && !message.contains("hunter2"), "{stated}: {message}");
        }
    }
}
