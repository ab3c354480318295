//! A request, parsed from the bytes of a connection.

use std::io::{self, ErrorKind, Read};

/// The number of header lines that a request may have.
const MAX_HEADERS: usize = 100;

/// A request as the client sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method, in capital letters.
    pub method: String,
    /// The path and query as sent, percent-encoding included.
    pub target: String,
    /// Header names in lower case, and their values, in the order sent.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// The target up to the query.
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(&self.target, |(path, _)| path)
    }

    /// The first header called `name`, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether the client closes the connection after this request.
    pub(crate) fn closes_connection(&self) -> bool {
        self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }

    /// Reads the next request of a connection. `unread` holds the bytes that were received and not yet parsed.
    /// Returns `None` when the client closes the connection before the request is complete.
    pub(crate) fn read(stream: &mut impl Read, unread: &mut Vec<u8>) -> io::Result<Option<Self>> {
        let (mut request, head_length) = loop {
            if let Some(parsed) = Self::parse_head(unread)? {
                break parsed;
            }
            if !receive(stream, unread)? {
                return Ok(None);
            }
        };
        unread.drain(..head_length);
        let is_chunked = request.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
        let body = if is_chunked { read_chunks(stream, unread)? } else { request.read_body(stream, unread)? };
        let Some(body) = body else { return Ok(None) };
        request.body = body;
        Ok(Some(request))
    }

    /// Reads a body of the stated length.
    fn read_body(&self, stream: &mut impl Read, unread: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
        let length = self.header("content-length").map_or(Ok(0), str::parse);
        let length: usize = length.map_err(|_| invalid("content-length is not a number"))?;
        Ok(receive_until(stream, unread, length)?.then(|| unread.drain(..length).collect()))
    }

    /// The request without its body, and the length of its head; `None` when the head is not complete.
    fn parse_head(bytes: &[u8]) -> io::Result<Option<(Self, usize)>> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut head = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(length) = head.parse(bytes).map_err(|error| invalid(&error.to_string()))? else {
            return Ok(None);
        };
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers =
            head.headers.iter().map(|header| (header.name.to_ascii_lowercase(), text(header.value))).collect();
        let [method, target] = [head.method, head.path].map(|part| part.unwrap_or_default().to_owned());
        Ok(Some((Self { method, target, headers, body: Vec::new() }, length)))
    }
}

/// Reads a chunked body without trailers (RFC 9112, section 7.1).
fn read_chunks(stream: &mut impl Read, unread: &mut Vec<u8>) -> io::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    loop {
        let parsed = httparse::parse_chunk_size(unread).map_err(|_| invalid("the size of a chunk is not a number"))?;
        let httparse::Status::Complete((start, length)) = parsed else {
            if receive(stream, unread)? {
                continue;
            }
            return Ok(None);
        };
        let end = start.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
        // A line end follows each chunk.
        if !receive_until(stream, unread, end.saturating_add(2))? {
            return Ok(None);
        }
        body.extend_from_slice(&unread[start..end]);
        unread.drain(..end + 2);
        if length == 0 {
            return Ok(Some(body));
        }
    }
}

/// Receives until `unread` has `length` bytes; returns whether it does when the client stops sending.
fn receive_until(stream: &mut impl Read, unread: &mut Vec<u8>, length: usize) -> io::Result<bool> {
    while unread.len() < length {
        if !receive(stream, unread)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Appends what arrives to `unread`; returns whether anything did.
fn receive(stream: &mut impl Read, unread: &mut Vec<u8>) -> io::Result<bool> {
    let mut chunk = [0; 8192];
    let count = stream.read(&mut chunk)?;
    unread.extend_from_slice(chunk.get(..count).unwrap_or_default());
    Ok(count > 0)
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn two_requests_of_one_connection_are_parsed_apart() {
        let mut sent: &[u8] =
            b"POST /token?a=b HTTP/1.1\r\nContent-Length: 2\r\nX-A: b c\r\n\r\n{}GET / HTTP/1.1\r\n\r\n";
        let mut unread = Vec::new();
        let first = Request::read(&mut sent, &mut unread).unwrap().unwrap();
        assert_eq!((first.method.as_str(), first.path(), first.body.as_slice()), ("POST", "/token", &b"{}"[..]));
        assert_eq!((first.target.as_str(), first.header("x-a")), ("/token?a=b", Some("b c")));
        let second = Request::read(&mut sent, &mut unread).unwrap().unwrap();
        assert_eq!((second.method.as_str(), second.target.as_str()), ("GET", "/"));
        assert_eq!(Request::read(&mut sent, &mut unread).unwrap(), None);
    }

    #[test]
    fn the_chunks_of_a_body_are_joined() {
        let sent = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nB\r\n0123456789a\r\n0\r\n\r\nGET";
        let mut unread = Vec::new();
        let request = Request::read(&mut sent.as_bytes(), &mut unread).unwrap().unwrap();
        assert_eq!(request.body, b"abc0123456789a");
        assert_eq!(unread, b"GET");
    }

    #[test]
    fn an_incomplete_request_is_none_and_a_malformed_one_is_an_error() {
        let chunked = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
        for sent in [
            "GET / HTTP/1.1\r\n",
            "POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\n{}",
            chunked,
            &format!("{chunked}3\r\nab"),
            &format!("{chunked}FFFFFFFFFFFFFFFF\r\nab"),
        ] {
            assert_eq!(Request::read(&mut sent.as_bytes(), &mut Vec::new()).unwrap(), None, "{sent}");
        }
        for sent in ["\0\r\n\r\n", "POST / HTTP/1.1\r\ncontent-length: many\r\n\r\n", &format!("{chunked}many\r\n")] {
            assert!(Request::read(&mut sent.as_bytes(), &mut Vec::new()).is_err(), "{sent}");
        }
    }
}
