//! A server on loopback with one list: 100 pages of 100 products. The pages are built in advance, so that the benchmark
//! measures the client.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use chift_test_server::{Request, Response, Server};
use serde_json::{Value, json};

const PAGES: usize = 100;
const SIZE: usize = 100;

struct List {
    pages: Vec<String>,
    /// The page after the last one.
    empty: String,
    requests: AtomicUsize,
}

/// Prints the base URL and serves until the process is killed. `GET /requests` returns the number of pages requested
/// since the previous `GET /requests`.
pub(crate) fn run() -> anyhow::Result<()> {
    let page = |number: usize, items: Vec<Value>| {
        json!({"items": items, "total": PAGES * SIZE, "page": number, "size": SIZE}).to_string()
    };
    let pages = (1..=PAGES).map(|number| page(number, ((number - 1) * SIZE..number * SIZE).map(product).collect()));
    let list = List { pages: pages.collect(), empty: page(PAGES + 1, Vec::new()), requests: AtomicUsize::new(0) };
    let server = Server::start(move |request| Response::json(200, list.respond(request)))?;
    println!("{}", server.base_url());
    loop {
        thread::park();
    }
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

impl List {
    fn respond(&self, request: &Request) -> String {
        match request.path() {
            "/token" => {
                let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
                json!({"access_token": "t", "token_type": "bearer", "expires_in": 1800, "expires_on": now + 1800})
                    .to_string()
            }
            "/requests" => self.requests.swap(0, Ordering::SeqCst).to_string(),
            path if path.ends_with("/products") => {
                self.requests.fetch_add(1, Ordering::SeqCst);
                let query = request.target.split_once('?').map_or("", |(_, query)| query);
                let page =
                    query.split('&').find_map(|pair| pair.strip_prefix("page=")?.parse().ok()).unwrap_or(1_usize);
                self.pages.get(page.wrapping_sub(1)).unwrap_or(&self.empty).clone()
            }
            // The consumer, which the other clients fetch first.
            _ => json!({"consumerid": "00000000-0000-0000-0000-000000000000", "name": "Bakery"}).to_string(),
        }
    }
}
