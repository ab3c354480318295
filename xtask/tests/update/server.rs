//! A server that serves a document, and misbehaves by path.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A server on a free port, for as long as the test runs.
pub(crate) struct Server {
    pub(crate) base_url: String,
    /// The status of each answer, in order.
    pub(crate) answered: Arc<Mutex<Vec<u16>>>,
}

impl Server {
    pub(crate) fn start(document: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let answered = Arc::new(Mutex::new(Vec::new()));
        let (document, log) = (document.to_owned(), Arc::clone(&answered));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (document, log) = (document.clone(), Arc::clone(&log));
                // A client that goes away is the test's business.
                thread::spawn(move || answer(stream?, &document, &log));
            }
        });
        Self { base_url, answered }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }
}

fn answer(mut stream: TcpStream, document: &str, log: &Mutex<Vec<u16>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut knows = false;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        knows |= line.to_lowercase().starts_with("if-none-match: \"v1\"");
        if line.trim().is_empty() {
            break;
        }
    }
    let (status, headers, body, promised): (u16, &str, Vec<u8>, Option<usize>) = match path.as_str() {
        "/document" if knows => (304, "ETag: \"v1\"\r\n", Vec::new(), None),
        "/document" => (200, "ETag: \"v1\"\r\n", document.into(), None),
        "/moved" => (302, "Location: /document\r\n", Vec::new(), None),
        "/loop" => (302, "Location: /loop\r\n", Vec::new(), None),
        "/html" => (200, "", b"<!doctype html><title>Docs</title>".to_vec(), None),
        "/truncated" => (200, "", document[..500].into(), Some(document.len())),
        "/noise" => (200, "", noise(5 * 1024 * 1024), None),
        "/bytes" => (200, "", vec![0xff, 0xfe, 0x00], None),
        "/huge" => (200, "", vec![b'a'; 33 * 1024 * 1024], None),
        "/empty" => (200, "", Vec::new(), None),
        "/slow" => {
            // Until the client has had enough.
            let _ = reader.read(&mut [0]);
            return Ok(());
        }
        "/slow-body" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nopenapi")?;
            let _ = reader.read(&mut [0]);
            return Ok(());
        }
        _ => (404, "", b"{\"detail\": \"Not Found\"}".to_vec(), None),
    };
    log.lock().unwrap().push(status);
    let mut head = format!("HTTP/1.1 {status} Status\r\n{headers}");
    write!(head, "Content-Length: {}\r\nConnection: close\r\n\r\n", promised.unwrap_or(body.len())).unwrap();
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)
}

/// Letters and signs without a sense, the same every time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b" !\"#$%&'()*+,-./0123456789:;=?@AZ[]_az{|}~\n"[(state >> 24) as usize % 44]
    };
    std::iter::repeat_with(next).take(length).collect()
}
