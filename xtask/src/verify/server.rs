//! A server on loopback that keeps the request and answers what it was told.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// A request as it arrived.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrived {
    pub(super) method: String,
    /// The path with its query, as they were sent.
    pub(super) target: String,
    /// Names in small letters.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Arrived {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct Shared {
    answer: (u16, String),
    arrived: Option<Arrived>,
}

/// One request at a time: the tester and the client take turns.
pub(super) struct Server {
    pub(super) base_url: String,
    shared: Arc<Mutex<Shared>>,
}

impl Server {
    /// Starts on a free port. It ends with the process.
    pub(super) fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Mutex::new(Shared::default()));
        let serving = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                thread::spawn(move || serve(stream, &serving));
            }
        });
        Ok(Self { base_url, shared })
    }

    /// What the next requests are answered with.
    pub(super) fn answer(&self, status: u16, body: String) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.answer = (status, body);
        shared.arrived = None;
    }

    /// The request that arrived since.
    pub(super) fn arrived(&self) -> Option<Arrived> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).arrived.take()
    }
}

/// Answers requests on one connection until the client closes it.
fn serve(mut stream: TcpStream, shared: &Mutex<Shared>) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
    let _ = stream.set_nodelay(true);
    let mut read = Vec::new();
    while let Some(arrived) = request(&mut stream, &mut read) {
        let (status, body) = {
            let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
            shared.arrived = Some(arrived);
            shared.answer.clone()
        };
        let kind = if body.is_empty() { "" } else { "content-type: application/json\r\n" };
        let head = format!("HTTP/1.1 {status} Told\r\n{kind}content-length: {}\r\n\r\n", body.len());
        let head = if status == 204 { "HTTP/1.1 204 Told\r\n\r\n".to_owned() } else { head };
        if stream.write_all(format!("{head}{body}").as_bytes()).is_err() {
            return;
        }
    }
}

fn request(stream: &mut TcpStream, read: &mut Vec<u8>) -> Option<Arrived> {
    let mut chunk = [0; 8192];
    let mut more = |read: &mut Vec<u8>| match stream.read(&mut chunk) {
        Ok(count) if count > 0 => {
            read.extend_from_slice(&chunk[..count]);
            true
        }
        _ => false,
    };
    let end = loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if !more(read) {
            return None;
        }
    };
    let text = String::from_utf8_lossy(&read[..end]).into_owned();
    let mut lines = text.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let length: usize = length.unwrap_or(0);
    while read.len() < end + length {
        if !more(read) {
            return None;
        }
    }
    let body = read[end..end + length].to_vec();
    read.drain(..end + length);
    Some(Arrived { method, target, headers, body })
}
