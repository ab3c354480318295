//! Safe paths: an argument is exactly one segment, and a raw path stays below the base URL.

use std::fmt::Write as _;

use reqwest::Url;

use crate::RequestError;

/// Encodes `text` as one segment of a path: `order 7/a` becomes `order%207%2Fa`. Use it for the paths of
/// [`Client::request`](crate::Client::request); generated operations encode their arguments themselves.
///
/// All characters except the unreserved ones of RFC 3986 (letters, digits, `-`, `.`, `_`, `~`) are percent-encoded. So
/// the server receives a `\` or a `%2e` in `text` as it is, and neither changes the path.
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
/// If `text` is empty, `.` or `..`. Such a segment changes the path and cannot be encoded, because the
/// [URL standard](https://url.spec.whatwg.org/#double-dot-path-segment) reads `%2e` as a dot. The error names
/// `parameter`.
pub fn path_segment(parameter: &'static str, text: &str) -> Result<String, RequestError> {
    refuse_dots(parameter, text)?;
    Ok(encode(text))
}

/// Refuses an argument that cannot be a segment of a path.
pub(crate) fn refuse_dots(parameter: &'static str, text: &str) -> Result<(), RequestError> {
    match text {
        "" => Err(RequestError::parameter_refused(parameter, "is empty, which would change the path")),
        "." => Err(RequestError::parameter_refused(parameter, "is `.`, which would change the path")),
        ".." => Err(RequestError::parameter_refused(parameter, "is `..`, which would change the path")),
        _ => Ok(()),
    }
}

/// Percent-encodes all characters except the unreserved ones of RFC 3986.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// A regular expression for mocks: it matches the segment that [`path_segment`] returns for `text`, and nothing if
/// that is an error. The delimiters of a list or an object may be encoded or not.
#[cfg(feature = "httpmock")]
// Unused if no path of the document has parameters.
#[allow(dead_code)]
pub(crate) fn segment_pattern(text: &str) -> String {
    const NEVER: &str = r"[^\s\S]";
    let Ok(segment) = path_segment("", text) else { return NEVER.to_owned() };
    let pattern = regex::escape(&segment);
    [("%2C", ","), ("%3B", ";"), ("%3D", "=")]
        .iter()
        .fold(pattern, |pattern, (encoded, plain)| pattern.replace(encoded, &format!("(?:{encoded}|{plain})")))
}

/// Whether a URL parser reads a segment as `.` or `..`; it reads `%2e` as a dot.
fn is_dots(segment: &[u8]) -> bool {
    let (mut rest, mut dots) = (segment, 0);
    while !rest.is_empty() {
        let after = rest.strip_prefix(b".").or_else(|| {
            let (head, tail) = rest.split_at_checked(3)?;
            head.eq_ignore_ascii_case(b"%2e").then_some(tail)
        });
        let Some(after) = after else { return false };
        (rest, dots) = (after, dots + 1);
    }
    dots <= 2
}

/// The URL of `path` below `base`.
pub(crate) fn below(base: &str, path: &str) -> Result<Url, RequestError> {
    let refused = |problem: &str| Err(RequestError::new(format!("the path {problem}")));
    let Some(relative) = path.strip_prefix('/') else {
        return refused("neither begins with a slash nor is a URL below the base URL");
    };
    // Anything beyond ASCII is percent-encoded by the URL parser.
    if path.bytes().any(|byte| byte <= b' ' || matches!(byte, b'\\' | b'#' | 0x7f)) {
        return refused(
            "has a space, a backslash, a `#` or a control character; such a character must be percent-encoded",
        );
    }
    // The same rules as in `path_segment`.
    let end = relative.bytes().position(|byte| byte == b'?').unwrap_or(relative.len());
    for segment in relative.as_bytes()[..end].split(|byte| *byte == b'/') {
        if segment.is_empty() {
            return refused("has an empty segment; check that no id in it is empty");
        }
        if is_dots(segment) {
            return refused("has a segment `.` or `..`, which would change the path");
        }
    }
    let Ok(url) = Url::parse(&[base, path].concat()) else {
        return refused("is not a valid URL after the base URL");
    };
    // The checks above give clear errors; this is the rule itself. The base URL was normalized when the client was
    // built, so it is a prefix of each URL below it.
    let stays = url.as_str().strip_prefix(base).is_some_and(|rest| rest.starts_with('/'));
    if stays { Ok(url) } else { refused("leads to a URL that is not below the base URL") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The segments that a server receives for `text` between two others.
    fn segments(text: &str) -> Option<Vec<String>> {
        let segment = path_segment("id", text).ok()?;
        let url = Url::parse(&format!("https://api.example/base/consumers/{segment}/clients?a=b")).unwrap();
        Some(url.path().split('/').map(str::to_owned).collect())
    }

    fn decoded(segment: &str) -> Vec<u8> {
        percent_encoding::percent_decode_str(segment).collect()
    }

    /// Strings of parts that can change a path.
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
        fn an_argument_is_refused_or_arrives_as_one_segment(text in prop_oneof![hostile(), any::<String>()]) {
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
    fn an_error_names_the_parameter_and_the_problem() {
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
    fn a_pattern_matches_only_its_segment() {
        for (text, path, matches) in [
            ("a.b", "a.b", true),
            ("a.b", "axb", false),
            ("a b", "a%20b", true),
            ("a,b", "a,b", true),
            ("a,b", "a%2Cb", true),
            ("..", "..", false),
            ("..", "", false),
        ] {
            let pattern = regex::Regex::new(&format!("^{}$", segment_pattern(text))).unwrap();
            assert_eq!(pattern.is_match(path), matches, "{text} {path}");
        }
    }

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
        ] {
            assert_eq!(below(base, path).unwrap().as_str(), expected);
        }
    }

    #[test]
    fn paths_that_leave_the_base_url_are_refused() {
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
            "/a//b",
            "/consumers/",
            "/",
        ] {
            assert!(below("https://api.chift.eu/v1", path).is_err(), "{path:?}");
        }
    }

    #[test]
    fn dot_segments_are_recognized_in_every_spelling() {
        for segment in [".", "..", "%2e", "%2E.", ".%2e", "%2e%2E"] {
            assert!(is_dots(segment.as_bytes()), "{segment}");
        }
        for segment in ["...", "a.", "%2", "%2f", "%2e%2e%2e", "é", ".é"] {
            assert!(!is_dots(segment.as_bytes()), "{segment}");
        }
    }
}
