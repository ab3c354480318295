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
        if request.header("transfer-encoding").is_some() {
            return Err(invalid("the test server reads bodies with a content-length only"));
        }
        let length = request.header("content-length").map_or(Ok(0), str::parse);
        let length: usize = length.map_err(|_| invalid("content-length is not a number"))?;
        while unread.len() < head_length + length {
            if !receive(stream, unread)? {
                return Ok(None);
            }
        }
        request.body = unread.drain(..head_length + length).skip(head_length).collect();
        Ok(Some(request))
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
    fn an_incomplete_request_is_none_and_a_malformed_one_is_an_error() {
        for sent in ["GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\n{}"] {
            assert_eq!(Request::read(&mut sent.as_bytes(), &mut Vec::new()).unwrap(), None, "{sent}");
        }
        for sent in ["\0\r\n\r\n", "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"] {
            assert!(Request::read(&mut sent.as_bytes(), &mut Vec::new()).is_err(), "{sent}");
        }
    }
}
