//! Where credentials may be sent.

use url::{Host, Url};

use crate::AuthError;

/// `stated` without a slash at the end, if credentials may be sent there.
pub(crate) fn checked(stated: &str, allow_plain_http: bool) -> Result<String, AuthError> {
    let refused = |reason: String| Err(AuthError::BaseUrl { reason });
    let url = match Url::parse(stated) {
        Ok(url) => url,
        Err(error) => return refused(format!("it is not a URL ({error})")),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return refused("it holds a user name or a password".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refused(format!("{url} has a query or a fragment; operations' paths are appended to it"));
    }
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback || allow_plain_http => {}
        "http" => {
            return refused(format!(
                "{url} is plain http, and credentials are sent over https only, unless the builder allows it"
            ));
        }
        other => return refused(format!("{other} is not https")),
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_and_loopback_are_taken() {
        for (stated, expected) in [
            ("https://api.chift.eu", "https://api.chift.eu"),
            ("https://proxy.example/chift/", "https://proxy.example/chift"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
            ("http://localhost", "http://localhost"),
        ] {
            assert_eq!(checked(stated, false).unwrap(), expected);
        }
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        for (stated, expected) in [
            ("", "not a URL"),
            ("api.chift.eu", "not a URL"),
            ("http://api.chift.eu", "plain http"),
            ("http://127.0.0.1.example.com", "plain http"),
            ("http://localhost.example.com", "plain http"),
            ("ftp://api.chift.eu", "ftp is not https"),
            ("https://me:hunter2@api.chift.eu", "user name or a password"),
            ("https://api.chift.eu?a=b", "query"),
        ] {
            let message = checked(stated, false).unwrap_err().to_string();
            assert!(message.contains(expected) && !message.contains("hunter2"), "{stated}: {message}");
        }
    }
}
