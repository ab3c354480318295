//! Prints what the customers of each shop have paid this year.

use std::process::ExitCode;

use bakery::invoices;
use chift_auth::prelude::*;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let client = TokenSource::new(Credentials::from_env()?)?.client();
    let since = "2026-01-01".parse()?;
    for shop in client.consumers().get_consumers(None).await?.iter() {
        let paid = invoices::sum(&client, shop.consumerid, since, types::PaymentState::Paid).await?;
        println!("{}: {paid}", shop.name);
    }
    Ok(())
}
