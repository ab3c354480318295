//! Credentials that are replaced while callers wait.

use std::sync::Arc;

use chift_tests::{ACCOUNT_ID, CLIENT_SECRET};

use tracing_subscriber::prelude::*;

use super::clock::TestClock;
use super::script::{Reply, Script, drive, settle};
use super::source_on;
use crate::Credentials;

fn numbered(number: usize) -> Credentials {
    Credentials::new(format!("client{number}"), CLIENT_SECRET, ACCOUNT_ID.parse().unwrap())
}

#[tokio::test]
async fn callers_get_a_token_for_the_newest_credentials_after_ten_replacements() {
    let clock = TestClock::new();
    let script = Script::new(&clock, [Reply::Hang]);
    let source = source_on(script.endpoint(), clock.clone());
    let waiters: Vec<_> = (0..4)
        .map(|_| {
            let source = source.clone();
            tokio::spawn(async move { source.token().await })
        })
        .collect();
    settle().await;
    for number in 1..=10 {
        source.replace_credentials(numbered(number));
        settle().await;
        assert_eq!(script.under_way(), 1, "the older request was dropped");
    }
    script.set_replies([Reply::Token(60)]);
    source.replace_credentials(numbered(11));
    for waiter in waiters {
        let token = drive(&clock, waiter).await.0.unwrap().unwrap();
        assert!(token.secret().expose().starts_with("client11-"), "{}", token.secret().expose());
    }
    assert_eq!(script.most_under_way(), 1);
    let ids: Vec<_> = script.received().into_iter().skip(1).map(|received| received.client_id).collect();
    assert_eq!(ids, (1..=11).map(|number| format!("client{number}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_renewal_for_older_credentials_is_cancelled_and_publishes_nothing() {
    let clock = TestClock::new();
    let script = Script::new(&clock, [Reply::Late { life: 60, latency_ms: 500 }]);
    let source = source_on(script.endpoint(), clock.clone());
    let waiter = {
        let source = source.clone();
        tokio::spawn(async move { source.token().await })
    };
    settle().await;
    waiter.abort();
    settle().await;
    assert_eq!(script.under_way(), 1, "a caller that is dropped does not cancel it");
    source.replace_credentials(numbered(1));
    settle().await;
    assert_eq!(script.under_way(), 0);
    clock.advance(std::time::Duration::from_secs(1));
    settle().await;
    let state = source.state();
    assert!(state.expires_at.is_none() && state.last_error.is_none() && !state.is_renewing, "{state:?}");
}

/// Replaces the credentials of a source while the first result of a renewal is being logged, before its callers run.
struct ReplaceWhenIssued(Arc<std::sync::Mutex<Option<crate::TokenSource>>>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for ReplaceWhenIssued {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        if event.metadata().fields().field("expires_at").is_some()
            && let Some(source) = self.0.lock().unwrap().take()
        {
            source.replace_credentials(numbered(1));
        }
    }
}

#[tokio::test]
async fn a_token_for_old_credentials_is_not_returned_after_they_were_replaced() {
    let clock = TestClock::new();
    let script = Script::new(&clock, [Reply::Token(60)]);
    let source = source_on(script.endpoint(), clock.clone());
    let layer = ReplaceWhenIssued(Arc::new(std::sync::Mutex::new(Some(source.clone()))));
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let token = drive(&clock, source.token()).await.0.unwrap();
    assert_eq!(token.secret().expose(), "client1-2");
}
