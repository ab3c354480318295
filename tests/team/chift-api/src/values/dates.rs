//! Response headers with times: `Date` and `Retry-After`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

/// The time of the response by the server's clock (`Date`); `None` if the header is missing or invalid.
///
/// ```
/// # fn show(response: &chift_api::ResponseValue<()>) {
/// if let Some(date) = chift_api::server_date(response.headers()) {
///     println!("responded at {date}");
/// }
/// # }
/// ```
pub fn server_date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    http_date(text(headers, DATE)?)
}

/// How long the server asks clients to wait (`Retry-After`); `None` if the header is missing or invalid. The header
/// contains seconds or a date (RFC 9110, section 10.2.3). A date is compared with the server's `Date`, or with the
/// local clock if there is none.
///
/// ```
/// # async fn call(client: chift_api::Client, body: chift_api::types::AuthItem) {
/// use chift_api::Error;
/// if let Err(Error::ErrorResponse(response)) = client.generate_access_token(&body).await
///     && let Some(wait) = chift_api::retry_after(response.headers())
/// {
///     eprintln!("again in {} s", wait.as_secs());
/// }
/// # }
/// ```
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = text(headers, RETRY_AFTER)?;
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let from = server_date(headers).unwrap_or_else(Utc::now);
    Some((http_date(text)? - from).to_std().unwrap_or_default())
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// Parses the date format that servers must send (RFC 9110, section 5.6.7).
fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        list.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let date = ("date", "Mon, 23 Nov 2026 12:00:00 GMT");
        for (list, expected) in [
            (headers(&[("retry-after", "7")]), Some(7)),
            (headers(&[date, ("retry-after", "Mon, 23 Nov 2026 12:02:00 GMT")]), Some(120)),
            (headers(&[date, ("retry-after", "Mon, 23 Nov 2026 11:00:00 GMT")]), Some(0)),
            (headers(&[("retry-after", "soon")]), None),
            (headers(&[("retry-after", "-1")]), None),
            (headers(&[]), None),
        ] {
            assert_eq!(retry_after(&list), expected.map(Duration::from_secs), "{list:?}");
        }
    }
}
