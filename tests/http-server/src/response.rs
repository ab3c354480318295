//! A response, complete or broken on purpose.

use std::io::{self, Read, Write};

/// The number of bytes that a broken response announces and does not send.
const MISSING: usize = 500;

/// A response. It keeps the connection open unless [`close`](Self::close) or a fault closes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    ending: Ending,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    KeepAlive,
    Close,
    CutOff,
    Stall,
    NoResponse,
    Silence,
}

impl Response {
    /// A response with this status, no headers and an empty body.
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), ending: Ending::KeepAlive }
    }

    /// A response with this status and a JSON body.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status).header("content-type", "application/json").body(body)
    }

    /// Closes the connection without a response.
    pub fn none() -> Self {
        Self { ending: Ending::NoResponse, ..Self::new(0) }
    }

    /// Sends nothing and keeps the connection open until the client closes it.
    pub fn silence() -> Self {
        Self { ending: Ending::Silence, ..Self::new(0) }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Closes the connection after the response.
    #[must_use]
    pub fn close(self) -> Self {
        Self { ending: Ending::Close, ..self }
    }

    /// Announces a longer body than it sends, and closes the connection.
    #[must_use]
    pub fn cut_off(self) -> Self {
        Self { ending: Ending::CutOff, ..self }
    }

    /// Announces a longer body than it sends, and keeps the connection open until the client closes it.
    #[must_use]
    pub fn stall(self) -> Self {
        Self { ending: Ending::Stall, ..self }
    }

    /// Sends the response; returns whether the connection stays open.
    pub(crate) fn send(&self, stream: &mut (impl Read + Write)) -> io::Result<bool> {
        if !matches!(self.ending, Ending::NoResponse | Ending::Silence) {
            // In one write, so that the client receives the whole of a small response at once.
            stream.write_all(&self.bytes())?;
            stream.flush()?;
        }
        if matches!(self.ending, Ending::Stall | Ending::Silence) {
            // Returns when the client closes its side, or after the read timeout.
            stream.read(&mut [0; 1]).map(drop)?;
        }
        Ok(self.ending == Ending::KeepAlive)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} \r\n", self.status);
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        // Responses with these statuses have no body (RFC 9110, sections 15.3.5 and 15.4.5).
        if !matches!(self.status, 204 | 304) {
            let missing = if matches!(self.ending, Ending::CutOff | Ending::Stall) { MISSING } else { 0 };
            head.extend(["content-length: ", &(self.body.len() + missing).to_string(), "\r\n"]);
        }
        if self.ending == Ending::Close {
            head.push_str("connection: close\r\n");
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(response: &Response) -> String {
        String::from_utf8_lossy(&response.bytes()).into_owned()
    }

    #[test]
    fn a_complete_response_states_its_length_unless_it_has_no_body() {
        let response = Response::json(200, "{}").close();
        assert_eq!(
            text(&response),
            "HTTP/1.1 200 \r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"
        );
        assert_eq!(text(&Response::new(204)), "HTTP/1.1 204 \r\n\r\n");
    }

    #[test]
    fn a_broken_response_announces_more_than_it_sends() {
        for response in [Response::new(200).body("ab").cut_off(), Response::new(200).body("ab").stall()] {
            assert_eq!(text(&response), "HTTP/1.1 200 \r\ncontent-length: 502\r\n\r\nab");
        }
    }
}
