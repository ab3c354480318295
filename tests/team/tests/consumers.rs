//! The shops, with typed mocks.

use bakery::consumers;
use chift_auth::chift_api::StandIn;
use chift_auth::chift_api::httpmock::MockServerExt as _;
use chift_auth::prelude::*;

fn shop(email: Option<&str>) -> types::ConsumerItem {
    types::ConsumerItem { email: email.map(str::to_owned), ..types::ConsumerItem::new(Uuid::from_u128(1), "Old Mill") }
}

#[tokio::test]
async fn shops_are_found_by_name() -> Result<(), Box<dyn std::error::Error>> {
    let chift = StandIn::start();
    chift.server().consumers_get_consumers(|when, then| {
        when.search("Mill");
        then.ok(&[shop(None)]);
    });
    let client = TokenSource::for_stand_in(&chift).build()?.client();
    assert_eq!(consumers::shops(&client, "Mill").await?, [shop(None)]);
    Ok(())
}

#[tokio::test]
async fn muting_a_shop_removes_its_address_and_sends_nothing_else() -> Result<(), Box<dyn std::error::Error>> {
    let chift = StandIn::start();
    chift.server().consumers_patch_consumer(|when, then| {
        when.consumer_id(&shop(None).consumerid).into_inner().body(r#"{"email":null}"#);
        then.ok(&shop(None));
    });
    let client = TokenSource::for_stand_in(&chift).build()?.client();
    assert_eq!(consumers::mute(&client, shop(None).consumerid).await?, shop(None));
    Ok(())
}

#[tokio::test]
async fn a_call_without_a_mock_is_named() -> Result<(), Box<dyn std::error::Error>> {
    let chift = StandIn::start();
    let client = TokenSource::for_stand_in(&chift).build()?.client();
    let error = consumers::shops(&client, "Mill").await.unwrap_err();
    assert!(error.to_string().contains("no mock matches GET /consumers?search=Mill"), "{error}");
    Ok(())
}
