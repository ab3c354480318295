//! Reads a paged list as a stream of items. Uses the local stand-in; needs no credentials.

#![allow(clippy::print_stdout)]

use std::process::ExitCode;

use chift_auth::TokenSource;
use chift_auth::chift_api::paging::{self, Page};
use chift_auth::chift_api::{Method, StandIn};
use serde::Deserialize;
use serde_json::json;

/// Your own type. For an operation of the OpenAPI document, call the generated method in the closure below; it has
/// its own type.
#[derive(Debug, Deserialize)]
struct Product {
    id: u64,
    name: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line with all causes. If `main` returned the error, a backtrace could follow.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<()> {
    let chift = StandIn::start();
    answer_with_products(&chift, 230);
    let client = TokenSource::for_stand_in(&chift).build()?.client();

    let fetch = |page, size| {
        let call = client.request(Method::GET, "/products").query(&[("page", page), ("size", size)]);
        call.send::<Page<Product>>()
    };

    println!("1. Item by item, with two pages prefetched");
    let mut products = paging::items(100, fetch).ahead(2);
    let mut count = 0;
    while let Some(Product { id, name }) = products.try_next().await? {
        count += 1;
        if id % 100 == 0 {
            println!("   {name}");
        }
    }
    println!("   {count} products in {} calls", chift.accepted_calls());

    println!("2. Collect at most 1000 items");
    println!("   {} products", paging::items(100, fetch).collect_all(1000).await?.len());

    println!("3. Collect at most 50 items");
    match paging::items(100, fetch).collect_all(50).await {
        Ok(products) => println!("   {} products", products.len()),
        Err(error) => println!("   {error}"),
    }
    Ok(())
}

fn answer_with_products(chift: &StandIn, total: u64) {
    chift.server().mock(|when, then| {
        when.method("GET").path("/products");
        then.respond_with(move |request| {
            let uri = request.uri();
            let number = |name: &str| {
                let mut pairs = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
                pairs.find(|(key, _)| *key == name).and_then(|(_, value)| value.parse::<u64>().ok()).unwrap_or(1)
            };
            let (page, size) = (number("page"), number("size"));
            let items: Vec<_> = ((page - 1) * size..total.min(page * size))
                .map(|id| json!({"id": id, "name": format!("Product {id}")}))
                .collect();
            let body = json!({"items": items, "total": total, "page": page, "size": size});
            httpmock::HttpMockResponse::builder().status(200).body(body.to_string()).build()
        });
    });
}
