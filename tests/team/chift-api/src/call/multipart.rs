//! Multipart bodies: text and files in one form.

use std::fmt;

use reqwest::Body;
use reqwest::header::HeaderValue;
use uuid::Uuid;

/// The body of an operation that takes `multipart/form-data` (RFC 7578), built in memory.
///
/// Such an operation takes a body of bytes, and a `Multipart` converts into one; the operation's documentation lists
/// the parts. Bytes from another source work too, if they begin with the boundary.
///
/// `Debug` shows the names of the parts, not their content.
///
/// ```
/// use chift_api::Multipart;
/// let body = Multipart::new()
///     .text("kind", "invoice")
///     .file("file", "invoice.pdf", "application/pdf", b"%PDF-1.7");
/// # let _: reqwest::Body = body.into();
/// ```
#[derive(Clone)]
#[must_use = "a `Multipart` does nothing until it is passed to an operation"]
pub struct Multipart {
    boundary: String,
    names: Vec<String>,
    parts: Vec<u8>,
}

impl Multipart {
    /// A body without parts.
    pub fn new() -> Self {
        // A random boundary cannot be predicted, so that no part can contain it on purpose.
        Self { boundary: format!("parts-{}", Uuid::new_v4().simple()), names: Vec::new(), parts: Vec::new() }
    }

    /// Adds a part with text.
    pub fn text(self, name: &str, text: &str) -> Self {
        self.part(name, "", text.as_bytes())
    }

    /// Adds a part with a file: its name, its media type (`application/pdf`) and its content. Characters of the media
    /// type that a header cannot contain are removed.
    pub fn file(self, name: &str, file_name: &str, media_type: &str, bytes: impl AsRef<[u8]>) -> Self {
        let media_type: String = media_type.chars().filter(|it| it.is_ascii_graphic() || *it == ' ').collect();
        let more = format!("; filename=\"{}\"\r\nContent-Type: {media_type}", escaped(file_name));
        self.part(name, &more, bytes.as_ref())
    }

    fn part(mut self, name: &str, more: &str, bytes: &[u8]) -> Self {
        let head =
            format!("--{}\r\nContent-Disposition: form-data; name=\"{}\"{more}\r\n\r\n", self.boundary, escaped(name));
        self.parts.extend_from_slice(head.as_bytes());
        self.parts.extend_from_slice(bytes);
        self.parts.extend_from_slice(b"\r\n");
        self.names.push(name.to_owned());
        self
    }
}

impl Default for Multipart {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Multipart").field("names", &self.names).finish_non_exhaustive()
    }
}

impl From<Multipart> for Body {
    fn from(Multipart { boundary, mut parts, .. }: Multipart) -> Self {
        parts.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Self::from(parts)
    }
}

/// Escapes a name as browsers do (HTML, "multipart/form-data encoding algorithm").
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// The media type of a body; for a multipart body, with the boundary that the body begins with.
pub(crate) fn with_boundary(media_type: &'static str, body: Option<&Body>) -> HeaderValue {
    let boundary = body.and_then(Body::as_bytes).filter(|_| media_type == "multipart/form-data").and_then(|bytes| {
        let rest = bytes.strip_prefix(b"--")?;
        let line = rest.split(|byte| *byte == b'\r').next()?;
        // A body without parts begins with its last boundary.
        let has_parts = rest.len() > line.len() + b"\r\n".len();
        let boundary = if has_parts { line } else { line.strip_suffix(b"--").unwrap_or(line) };
        std::str::from_utf8(boundary).ok()
    });
    boundary
        .and_then(|boundary| HeaderValue::from_str(&format!("{media_type}; boundary={boundary}")).ok())
        .unwrap_or(HeaderValue::from_static(media_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_separate_parts_and_the_header_states_the_boundary() {
        let form =
            Multipart::new().text("kind", "in\"voice").file("a\"b\r\nc", "ü.pdf", "application/pdf\r\nX: 1", b"\xff");
        let boundary = form.boundary.clone();
        let shown = format!("{form:?}");
        assert!(shown.contains("kind") && !shown.contains("voice") && !shown.contains(&boundary), "{shown}");
        let body = Body::from(form);
        let header = with_boundary("multipart/form-data", Some(&body));
        assert_eq!(header, format!("multipart/form-data; boundary={boundary}"));
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nin\"voice\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"a%22b%0D%0Ac\"; filename=\"ü.pdf\"\r\n\
             Content-Type: application/pdfX: 1\r\n\r\n\u{fffd}\r\n--{boundary}--\r\n"
        );
        assert_eq!(String::from_utf8_lossy(body.as_bytes().unwrap()), expected);
    }

    #[test]
    fn a_form_without_parts_has_a_boundary_too() {
        let form = Multipart::new();
        let expected = format!("multipart/form-data; boundary={}", form.boundary);
        assert_eq!(with_boundary("multipart/form-data", Some(&Body::from(form))), expected);
    }

    #[test]
    fn other_bodies_keep_their_media_type() {
        assert_eq!(with_boundary("image/png", Some(&Body::from("--x\r\n"))), "image/png");
        assert_eq!(with_boundary("multipart/form-data", Some(&Body::from("no parts"))), "multipart/form-data");
        assert_eq!(with_boundary("multipart/form-data", None), "multipart/form-data");
    }
}
