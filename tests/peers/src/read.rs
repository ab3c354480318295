//! Reads all products of a consumer with this client.

use std::fs;

use chift_auth::chift_api::{Decimal, Method, paging};
use chift_auth::{Credentials, TokenSource};
use serde::Deserialize;

/// Has the fields of a generated type.
#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Product {
    id: String,
    source_ref: Ref,
    name: String,
    unit_price: Option<Decimal>,
    tax_id: Option<String>,
    code: Option<String>,
    unit: Option<String>,
    category: Option<String>,
    currency: Option<String>,
    description: Option<String>,
    cost: Option<Decimal>,
    available_quantity: Option<Decimal>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Ref {
    id: Option<String>,
    model: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run(base_url: &str) -> anyhow::Result<()> {
    let credentials = Credentials::new("id", "secret", uuid::Uuid::nil());
    let client = TokenSource::builder(credentials).base_url(base_url).build()?.client();
    let consumer = uuid::Uuid::nil();
    let path = format!("/consumers/{consumer}/invoicing/products");
    let fetch = |page, size| {
        let call = client.request(Method::GET, &path).query(&[("page", page), ("size", size)]);
        call.send::<paging::Page<Product>>()
    };
    let products = paging::items(100, fetch).collect_all(1_000_000).await?;
    println!("{} {}", products.len(), peak_kib());
    Ok(())
}

/// The peak memory of this process, as counted by the kernel.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    peak.and_then(|peak| peak.parse().ok()).unwrap_or_default()
}
