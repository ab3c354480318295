//! Webhooks and terminals: what contains secrets.

use bakery::{terminals, webhooks};
use chift_auth::chift_api::StandIn;
use chift_auth::chift_api::httpmock::MockServerExt as _;
use chift_auth::prelude::*;

const EVENT: &str = "account.connection.created";
const ID: Uuid = Uuid::from_u128(7);

type TestResult = Result<(), Box<dyn std::error::Error>>;

fn subscription() -> types::Subscription {
    let url = "https://bakery.example/events".to_owned();
    types::Subscription::new(types::SubscriptionRequired { event: EVENT.to_owned(), url, webhook_id: ID })
}

#[tokio::test]
async fn a_webhook_is_registered_once_with_its_secret() -> TestResult {
    let chift = StandIn::start();
    let mut list = chift.server().webhooks_list_subscriptions(|_, then| {
        then.ok(&Vec::new());
    });
    let subscribe = chift.server().webhooks_subscribe(|when, then| {
        when.into_inner().json_body_includes(r#"{"signingsecret": "s3cret"}"#);
        then.ok(&subscription());
    });
    let client = TokenSource::for_stand_in(&chift).build()?.client();
    let url = subscription().url;
    assert_eq!(webhooks::subscribe(&client, EVENT, &url, "s3cret".into()).await?, ID);

    list.delete();
    chift.server().webhooks_list_subscriptions(|_, then| {
        then.ok(&[subscription()]);
    });
    assert_eq!(webhooks::subscribe(&client, EVENT, &url, "s3cret".into()).await?, ID);
    subscribe.assert_calls(1);
    Ok(())
}

#[tokio::test]
async fn a_webhook_is_cancelled() -> TestResult {
    let chift = StandIn::start();
    let mock = chift.server().webhooks_unsubscribe(|when, then| {
        when.webhook_id(&ID);
        then.no_content();
    });
    let client = TokenSource::for_stand_in(&chift).build()?.client();
    webhooks::unsubscribe(&client, ID).await?;
    mock.assert();
    Ok(())
}

#[tokio::test]
async fn the_key_of_a_terminal_is_not_printed() -> TestResult {
    let terminal = types::Terminal::new("k3y", ID);
    assert!(!format!("{terminal:?}").contains("k3y"));
    let chift = StandIn::start();
    chift.server().terminals_register_terminal(|_, then| {
        then.created(&terminal);
    });
    let client = TokenSource::for_stand_in(&chift).build()?.client();
    let key = terminals::register(&client, Uuid::from_u128(1)).await?;
    assert_eq!((key.expose(), format!("{key:?}").contains("k3y")), ("k3y", false));
    Ok(())
}
