//! Ten thousand callers at once.

use std::sync::Arc;
use std::time::Duration;

use super::clock::TestClock;
use super::{Fake, refusal, source_on};
use crate::{AuthError, TokenSource};

const CROWD: usize = 10_000;
const LIFE: Duration = Duration::from_secs(1800);

fn source() -> (TokenSource, Arc<Fake>, Arc<TestClock>) {
    let (endpoint, clock) = (Fake::new(|_| Ok(LIFE)), TestClock::new());
    (source_on(endpoint.endpoint(), clock.clone()), endpoint, clock)
}

async fn all_call(source: &TokenSource) -> Vec<Result<crate::AccessToken, AuthError>> {
    let callers: Vec<_> = (0..CROWD)
        .map(|_| {
            let source = source.clone();
            tokio::spawn(async move { source.token().await })
        })
        .collect();
    let mut results = Vec::with_capacity(CROWD);
    for caller in callers {
        results.push(caller.await.unwrap());
    }
    results
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_first_callers_make_one_request() {
    let (source, endpoint, _) = source();
    let results = all_call(&source).await;
    let first = results[0].clone().unwrap();
    assert!(results.iter().all(|result| Arc::ptr_eq(&result.as_ref().unwrap().0, &first.0)));
    assert_eq!(endpoint.requests(), 1);
}

#[tokio::test]
async fn cancelled_callers_do_not_cancel_the_others() {
    let (source, endpoint, _) = source();
    let callers: Vec<_> = (0..CROWD)
        .map(|_| {
            let source = source.clone();
            tokio::spawn(async move { source.token().await.unwrap() })
        })
        .collect();
    // On this single thread, every caller now waits and none has a token.
    tokio::task::yield_now().await;
    let mut cancelled = std::collections::HashSet::from([0]);
    while cancelled.len() < 100 {
        cancelled.insert(fastrand::usize(..CROWD));
    }
    for index in &cancelled {
        callers[*index].abort();
    }
    let mut served = 0;
    for caller in callers {
        match caller.await {
            Ok(_) => served += 1,
            Err(error) => assert!(error.is_cancelled()),
        }
    }
    assert!(served >= CROWD - 100, "{served} callers got a token");
    assert_eq!(endpoint.requests(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_refusals_of_one_token_make_one_renewal() {
    let (source, endpoint, _) = source();
    let token = source.token().await.unwrap();
    let callers: Vec<_> = (0..CROWD)
        .map(|_| {
            let (source, generation) = (source.clone(), token.0.bearer.generation());
            tokio::spawn(async move {
                let refused = chift_api::Bearer::new(&"t".into()).with_generation(generation);
                chift_api::Authorize::refused(&source, &refused).await.unwrap().generation()
            })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), token.0.bearer.generation() + 1);
    }
    assert_eq!(endpoint.requests(), 2);
}

#[tokio::test]
async fn all_callers_share_one_error() {
    let (endpoint, clock) = (Fake::new(|_| Err(refusal())), TestClock::new());
    let source = source_on(endpoint.endpoint(), clock);
    assert!(all_call(&source).await.iter().all(|result| result.as_ref().is_err_and(AuthError::is_rejected)));
    assert_eq!(endpoint.requests(), 1);
}

/// A caller can be dropped at each point at which it waits.
#[tokio::test]
async fn a_caller_can_be_dropped_at_any_point() {
    for polls in 0..6 {
        let (source, endpoint, _) = source();
        {
            let mut call = Box::pin(source.token());
            for _ in 0..polls {
                if futures_util::poll!(&mut call).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        source.token().await.unwrap();
        assert_eq!(endpoint.requests(), 1, "after {polls} polls");
        assert!(!source.state().is_renewing);
    }
}

#[tokio::test]
async fn callers_that_wait_for_old_credentials_get_a_token_for_new_ones() {
    let (source, endpoint, _) = source();
    let waiting = {
        let source = source.clone();
        tokio::spawn(async move { source.token().await.unwrap() })
    };
    tokio::task::yield_now().await;
    source.replace_credentials(super::credentials());
    let token = waiting.await.unwrap();
    assert_eq!(endpoint.requests(), 2, "one for the old credentials, one for the new");
    assert_eq!(token.secret().expose(), "token-2");
}
