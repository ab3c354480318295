//! A typed call and its test. The test needs neither a network nor credentials.
//!
//! `cargo chift update --insert --example` wrote this file; change or delete it.

use chift_auth::chift_api::StandIn;
use chift_auth::chift_api::httpmock::MockServerExt as _;
use chift_auth::prelude::*;

/// The names of your consumers. In a program, the client is `TokenSource::new(Credentials::from_env()?)?.client()`.
async fn names(client: &Client) -> Result<Vec<String>, Error<types::ApiError>> {
    let consumers = client.consumers().get_consumers(None).await?;
    Ok(consumers.iter().map(|consumer| consumer.name.clone()).collect())
}

#[tokio::test]
async fn the_consumers_of_chift_are_listed_by_name() -> Result<(), Box<dyn std::error::Error>> {
    let chift = StandIn::start();
    let mock = chift.server().consumers_get_consumers(|_, then| {
        then.ok(&[types::ConsumerItem::new(Uuid::from_u128(1), "Bakery")]);
    });
    let client = TokenSource::for_stand_in(&chift).build()?.client();
    assert_eq!(names(&client).await?, ["Bakery"]);
    mock.assert();
    Ok(())
}
