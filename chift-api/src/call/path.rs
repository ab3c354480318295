//! An argument as exactly one segment of a path.

use std::fmt::Write as _;

use crate::RequestError;

/// Encodes `text` as one segment of a path: `order 7/a` becomes `order%207%2Fa`. For paths of
/// [`Client::request`](crate::Client::request); generated operations do it by themselves.
///
/// Everything but the unreserved characters of RFC 3986 (letters, digits, `-`, `.`, `_`, `~`) is percent-encoded,
/// so a `\` or a `%2e` in `text` arrives as it is and changes no path.
///
/// ```
/// assert_eq!(chift_api::path_segment("client_id", r"a\b %2e")?, "a%5Cb%20%252e");
/// let error = chift_api::path_segment("client_id", "..").unwrap_err();
/// assert_eq!(error.parameter(), Some("client_id"));
/// # Ok::<(), chift_api::RequestError>(())
/// ```
///
/// # Errors
///
/// When `text` is empty, `.` or `..`: such a segment changes the path, and it cannot be encoded, because the
/// [URL standard](https://url.spec.whatwg.org/#double-dot-path-segment) reads `%2e` as a dot. The error names
/// `parameter`.
pub fn path_segment(parameter: &'static str, text: &str) -> Result<String, RequestError> {
    match text {
        "" => return Err(RequestError::parameter_refused(parameter, "is empty, which would change the path")),
        "." => return Err(RequestError::parameter_refused(parameter, "is `.`, which would change the path")),
        ".." => return Err(RequestError::parameter_refused(parameter, "is `..`, which would change the path")),
        _ => {}
    }
    let mut segment = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            segment.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(segment, "%{byte:02X}");
        }
    }
    Ok(segment)
}

/// A regular expression that matches the segment which [`path_segment`] makes of `text`, and nothing where it
/// refuses: for mocks.
#[cfg(feature = "httpmock")]
// A document need not have parameters in its paths.
#[allow(dead_code)]
pub(crate) fn segment_pattern(text: &str) -> String {
    const NEVER: &str = r"[^\s\S]";
    path_segment("", text).map_or_else(|_| NEVER.to_owned(), |segment| regex::escape(&segment))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::Url;

    use super::*;

    /// What a server sees of `text` between two other segments.
    fn segments(text: &str) -> Option<Vec<String>> {
        let segment = path_segment("id", text).ok()?;
        let url = Url::parse(&format!("https://api.example/base/consumers/{segment}/clients?a=b")).unwrap();
        Some(url.path().split('/').map(str::to_owned).collect())
    }

    fn decoded(segment: &str) -> Vec<u8> {
        percent_encoding::percent_decode_str(segment).collect()
    }

    /// Texts that consist of what changes paths, more often than by chance.
    fn hostile() -> impl Strategy<Value = String> {
        let parts = prop::sample::select(vec![
            ".", "..", "/", "\\", "%", "%2e", "%2E", "%5c", "%2f", "?", "#", ";", ":", "@", "\t", "\n", "\r", "\0",
            " ", "a", "é", "\u{ff0e}", "\u{2024}", "//", "http:",
        ]);
        prop::collection::vec(parts, 0..6).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_text_is_refused_or_arrives_as_one_segment(text in prop_oneof![hostile(), any::<String>()]) {
            match segments(&text) {
                None => prop_assert!(["", ".", ".."].contains(&text.as_str())),
                Some(seen) => {
                    prop_assert_eq!(seen.len(), 5, "{:?}", seen);
                    prop_assert_eq!(&seen[..3], ["", "base", "consumers"]);
                    prop_assert_eq!(decoded(&seen[3]), text.as_bytes());
                    prop_assert_eq!(&seen[4], "clients");
                }
            }
        }
    }

    #[test]
    fn a_refusal_names_the_parameter_and_the_problem() {
        for (text, expected) in [
            ("", "the path parameter `client_id` is empty, which would change the path"),
            (".", "the path parameter `client_id` is `.`, which would change the path"),
            ("..", "the path parameter `client_id` is `..`, which would change the path"),
        ] {
            assert_eq!(path_segment("client_id", text).unwrap_err().to_string(), expected);
        }
    }

    #[cfg(feature = "httpmock")]
    #[test]
    fn a_pattern_matches_its_own_segment_only() {
        for (text, path, matches) in [
            ("a.b", "a.b", true),
            ("a.b", "axb", false),
            ("a b", "a%20b", true),
            ("..", "..", false),
            ("..", "", false),
        ] {
            let pattern = regex::Regex::new(&format!("^{}$", segment_pattern(text))).unwrap();
            assert_eq!(pattern.is_match(path), matches, "{text} {path}");
        }
    }
}
