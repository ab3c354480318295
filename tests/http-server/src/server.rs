//! The server: a thread that accepts connections, and a thread per connection.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::{Request, Response};

/// A connection on which nothing arrives for this long is closed, so that no thread outlives its test for long.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// A server on a free port of the loopback interface. It stops accepting connections when it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    is_closing: Arc<AtomicBool>,
}

impl Server {
    /// Starts a server that responds to each request with what `respond` returns.
    ///
    /// # Errors
    ///
    /// When there is no loopback interface.
    pub fn start(respond: impl Fn(&Request) -> Response + Send + Sync + 'static) -> io::Result<Self> {
        Self::start_over(Ok, respond)
    }

    /// Starts a server that wraps each connection first, for example in TLS. A connection for which `wrap` fails
    /// is closed.
    ///
    /// # Errors
    ///
    /// When there is no loopback interface.
    pub fn start_over<S: Read + Write>(
        wrap: impl Fn(TcpStream) -> io::Result<S> + Send + Sync + 'static,
        respond: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let is_closing = Arc::new(AtomicBool::new(false));
        let closing = is_closing.clone();
        let handle = Arc::new(move |stream: TcpStream| -> io::Result<()> {
            stream.set_read_timeout(Some(IDLE_TIMEOUT))?;
            stream.set_nodelay(true)?;
            serve(&mut wrap(stream)?, &respond)
        });
        thread::spawn(move || {
            for stream in listener.incoming() {
                if closing.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), handle) = (stream, handle.clone()) else { continue };
                // An error means that the client closed the connection, which its test expects or notices.
                thread::spawn(move || drop(handle(stream)));
            }
        });
        Ok(Self { address, is_closing })
    }

    /// The address, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The URL of a path that starts with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_closing.store(true, Ordering::SeqCst);
        // Wakes the accepting thread. When the connection fails, that thread has ended already.
        drop(TcpStream::connect(self.address));
    }
}

/// Responds to the requests of one connection until either side closes it.
fn serve(stream: &mut (impl Read + Write), respond: &impl Fn(&Request) -> Response) -> io::Result<()> {
    let mut unread = Vec::new();
    loop {
        let request = match Request::read(stream, &mut unread) {
            Ok(Some(request)) => request,
            Ok(None) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                return Response::new(400).body(error.to_string()).close().send(stream).map(drop);
            }
            Err(error) => return Err(error),
        };
        let stays_open = respond(&request).send(stream)?;
        if !stays_open || request.closes_connection() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The bytes that the server sends for `requests`, until it closes the connection.
    fn exchange(server: &Server, requests: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
        stream.write_all(requests.as_bytes()).unwrap();
        let mut received = String::new();
        stream.read_to_string(&mut received).unwrap();
        received
    }

    #[test]
    fn a_connection_serves_requests_until_a_response_or_a_fault_closes_it() {
        let server = Server::start(|request| match request.path() {
            "/cut" => Response::new(200).body("a").cut_off(),
            "/none" => Response::none(),
            "/close" => Response::new(200).close(),
            path => Response::new(200).body(path),
        })
        .unwrap();
        let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n");
        let kept = "HTTP/1.1 200 \r\ncontent-length: 2\r\n\r\n/a";
        for (path, last) in [
            ("/cut", "HTTP/1.1 200 \r\ncontent-length: 501\r\n\r\na"),
            ("/none", ""),
            ("/close", "HTTP/1.1 200 \r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
        ] {
            let received = exchange(&server, &[get("/a"), get(path), get("/a")].concat());
            assert_eq!(received, format!("{kept}{last}"), "{path}");
        }
    }

    #[test]
    fn a_request_that_the_server_cannot_read_is_refused_with_the_reason() {
        let server = Server::start(|_| Response::new(200)).unwrap();
        let received = exchange(&server, "POST / HTTP/1.1\r\ncontent-length: many\r\n\r\n");
        assert!(received.starts_with("HTTP/1.1 400 ") && received.ends_with("is not a number"), "{received}");
    }

    #[test]
    fn silence_and_a_stall_last_until_the_client_closes_the_connection() {
        let server = Server::start(|request| match request.path() {
            "/silence" => Response::silence(),
            _ => Response::new(200).body("a").stall(),
        })
        .unwrap();
        for (path, sent) in [("/silence", ""), ("/stall", "HTTP/1.1 200 \r\ncontent-length: 501\r\n\r\na")] {
            let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
            stream.write_all(format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes()).unwrap();
            // Closing the client's side ends the connection; until then the server would block here.
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut received = String::new();
            stream.read_to_string(&mut received).unwrap();
            assert_eq!(received, sent, "{path}");
        }
    }

    #[test]
    fn a_server_that_is_dropped_responds_to_no_request() {
        let server = Server::start(|_| Response::new(200).body("from a dropped server")).unwrap();
        let address = ("127.0.0.1", server.port());
        drop(server);
        let mut received = Vec::new();
        // The kernel may establish a connection that the listener no longer accepts, and says so only when something is
        // sent on it. Another test's server may have the port by now.
        let _ = TcpStream::connect(address).and_then(|mut stream| {
            stream.set_read_timeout(Some(Duration::from_secs(10)))?;
            stream.write_all(b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n")?;
            stream.read_to_end(&mut received)
        });
        assert!(!String::from_utf8_lossy(&received).contains("dropped"));
    }
}
