//! A server on loopback with one list: 100 pages of 100 products. The pages are built in advance, so that the benchmark
//! measures the client.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

const PAGES: usize = 100;
const SIZE: usize = 100;

struct Server {
    pages: Vec<String>,
    /// The page after the last one.
    empty: String,
    requests: AtomicUsize,
}

/// Prints the base URL and serves until the process is killed. `GET /requests` returns the number of pages requested
/// since the previous `GET /requests`.
pub(crate) fn run() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    let page = |number: usize, items: Vec<Value>| {
        json!({"items": items, "total": PAGES * SIZE, "page": number, "size": SIZE}).to_string()
    };
    let pages = (1..=PAGES).map(|number| page(number, ((number - 1) * SIZE..number * SIZE).map(product).collect()));
    let empty = page(PAGES + 1, Vec::new());
    let server = Arc::new(Server { pages: pages.collect(), empty, requests: AtomicUsize::new(0) });
    for stream in listener.incoming() {
        let (stream, server) = (stream?, server.clone());
        // The thread ends when the client closes the connection.
        thread::spawn(move || server.serve(stream));
    }
    Ok(())
}

fn product(number: usize) -> Value {
    json!({
        "id": format!("product-{number:08}"),
        "source_ref": {"id": number.to_string(), "model": "product.product"},
        "name": format!("Wholemeal bread, sliced, no. {number}"),
        "unit_price": 4.25 + f64::from(u8::try_from(number % 100).unwrap_or_default()) / 100.0,
        "tax_id": "tax-21",
        "code": format!("BREAD-{number}"),
        "unit": "piece",
        "category": "Bread",
        "currency": "EUR",
        "description": "Baked this morning, sliced in the shop; keeps for three days in its paper.",
        "cost": 1.75,
        "available_quantity": 12,
    })
}

impl Server {
    fn serve(&self, stream: TcpStream) -> anyhow::Result<()> {
        stream.set_nodelay(true)?;
        let mut writer = stream.try_clone()?;
        let mut reader = BufReader::new(stream);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
            let mut length = 0;
            loop {
                let mut header = String::new();
                reader.read_line(&mut header)?;
                if header.trim().is_empty() {
                    break;
                }
                if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse()?;
                }
            }
            reader.by_ref().take(length).read_to_end(&mut Vec::new())?;
            let body = self.body(&target);
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
            writer.write_all(head.as_bytes())?;
            writer.write_all(body.as_bytes())?;
        }
    }

    fn body(&self, target: &str) -> String {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if path == "/token" {
            let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
            let token =
                json!({"access_token": "t", "token_type": "bearer", "expires_in": 1800, "expires_on": now + 1800});
            return token.to_string();
        }
        if path == "/requests" {
            return self.requests.swap(0, Ordering::SeqCst).to_string();
        }
        if path.ends_with("/products") {
            self.requests.fetch_add(1, Ordering::SeqCst);
            let page = query.split('&').find_map(|pair| pair.strip_prefix("page=")?.parse::<usize>().ok()).unwrap_or(1);
            return self.pages.get(page.wrapping_sub(1)).unwrap_or(&self.empty).clone();
        }
        // The other clients fetch the consumer first.
        json!({"consumerid": "00000000-0000-0000-0000-000000000000", "name": "Bakery"}).to_string()
    }
}
