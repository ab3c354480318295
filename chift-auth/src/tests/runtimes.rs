//! One source, used in several runtimes and outside of any.

use std::time::Duration;

use chift_tests::{Behavior, FaultyServer};

use super::clock::TestClock;
use super::{Fake, credentials, source_on};
use crate::{AccessToken, AuthError, TokenSource};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn a_source_and_its_futures_can_move_between_threads() {
    fn shareable<T: Clone + Send + Sync + 'static>() {}
    fn movable(_: &(impl Send + ?Sized)) {}
    shareable::<TokenSource>();
    shareable::<AccessToken>();
    shareable::<AuthError>();
    let source = source_on(Fake::new(|_| Ok(Duration::from_secs(60))).endpoint(), TestClock::new());
    movable(&source.token());
}

#[test]
fn a_token_is_shared_between_runtimes_and_threads_without_a_runtime() {
    let endpoint = Fake::new(|_| Ok(Duration::from_secs(1800)));
    let source = source_on(endpoint.endpoint(), TestClock::new());
    let first = runtime().block_on(source.token()).unwrap();
    let multi = tokio::runtime::Runtime::new().unwrap();
    assert_eq!(multi.block_on(source.token()).unwrap().secret(), first.secret());
    assert_eq!(futures_util::FutureExt::now_or_never(source.token()).unwrap().unwrap().secret(), first.secret());
    assert_eq!(endpoint.requests(), 1);
}

#[test]
fn without_a_runtime_and_without_a_token_the_result_is_an_error_and_no_panic() {
    let source = source_on(Fake::new(|_| Ok(Duration::from_secs(60))).endpoint(), TestClock::new());
    let error = futures_util::FutureExt::now_or_never(source.token()).unwrap().unwrap_err();
    assert!(matches!(error, AuthError::NoRuntime), "{error:?}");
    assert!(runtime().block_on(source.token()).is_ok(), "the next caller gets a token");
}

#[test]
fn when_the_runtime_of_a_renewal_is_dropped_callers_on_another_get_a_token() {
    let server = FaultyServer::start();
    server.set_token_responses(vec![Behavior::Silence, Behavior::Token(chift_tests::TokenFields::default())]);
    let source = TokenSource::builder(credentials()).base_url(server.base_url()).build().unwrap();
    let first = runtime();
    first.block_on(async {
        let caller = source.clone();
        tokio::spawn(async move { caller.token().await });
        let limit = std::time::Instant::now() + Duration::from_secs(10);
        while server.token_requests() == 0 {
            assert!(std::time::Instant::now() < limit, "no token request arrives");
            tokio::task::yield_now().await;
        }
    });
    let (waiting, is_waiting) = (source.clone(), std::sync::mpsc::channel());
    let other = std::thread::spawn(move || {
        runtime().block_on(async {
            let call = tokio::spawn(async move { waiting.token().await });
            tokio::task::yield_now().await;
            is_waiting.0.send(()).unwrap();
            call.await.unwrap()
        })
    });
    is_waiting.1.recv().unwrap();
    drop(first);
    assert!(other.join().unwrap().is_ok());
    assert_eq!(server.token_requests(), 2);
}

/// Runtimes that cannot run a renewal, and what they lack.
fn incomplete_runtimes() -> Vec<(&'static str, tokio::runtime::Runtime)> {
    let build = |builder: &mut tokio::runtime::Builder| builder.build().unwrap();
    vec![
        ("time", build(tokio::runtime::Builder::new_current_thread().enable_io())),
        ("io", build(tokio::runtime::Builder::new_current_thread().enable_time())),
        ("both", build(&mut tokio::runtime::Builder::new_current_thread())),
        ("both, on several threads", build(tokio::runtime::Builder::new_multi_thread().worker_threads(1))),
    ]
}

#[test]
fn a_runtime_without_timers_or_io_is_an_error_and_no_panic() {
    let server = FaultyServer::start();
    for (lacks, incomplete) in incomplete_runtimes() {
        let source = TokenSource::builder(credentials()).base_url(server.base_url()).build().unwrap();
        for _ in 0..2 {
            let result = incomplete.block_on(source.token());
            assert!(matches!(result, Err(AuthError::NoRuntime)), "without {lacks}: {result:?}");
        }
        let token = runtime().block_on(source.token()).expect("the next caller gets a token");
        assert_eq!(incomplete.block_on(source.token()).unwrap().secret(), token.secret(), "the token is shared");
    }
}

#[test]
fn while_a_renewal_is_under_way_elsewhere_a_caller_without_a_runtime_does_not_wait() {
    let server = FaultyServer::start();
    server.set_token_response(Behavior::Silence);
    let source = TokenSource::builder(credentials()).base_url(server.base_url()).build().unwrap();
    let elsewhere = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let caller = source.clone();
    elsewhere.spawn(async move { caller.token().await });
    while server.token_requests() == 0 {
        std::thread::yield_now();
    }
    for (lacks, incomplete) in incomplete_runtimes() {
        let result = incomplete.block_on(source.token());
        assert!(matches!(result, Err(AuthError::NoRuntime)), "without {lacks}: {result:?}");
    }
    let result = futures_util::FutureExt::now_or_never(source.token()).expect("the caller does not wait");
    assert!(matches!(result, Err(AuthError::NoRuntime)), "{result:?}");
    assert!(source.state().is_renewing, "the renewal continues");
}

#[test]
fn without_a_runtime_a_token_in_its_early_or_margin_phase_is_still_returned() {
    let (endpoint, clock) = (Fake::new(|_| Ok(Duration::from_secs(1800))), TestClock::new());
    let source = source_on(endpoint.endpoint(), clock.clone());
    let token = runtime().block_on(source.token()).unwrap();
    for span in [1_501, 270] {
        clock.advance(Duration::from_secs(span));
        let result = futures_util::FutureExt::now_or_never(source.token()).unwrap();
        assert_eq!(result.unwrap().secret(), token.secret());
    }
    assert_eq!(endpoint.requests(), 1);
}

#[test]
fn a_runtime_that_has_been_shut_down_is_an_error_and_no_endless_loop() {
    let source = source_on(Fake::new(|_| Ok(Duration::from_secs(60))).endpoint(), TestClock::new());
    let shut_down = runtime();
    let handle = shut_down.handle().clone();
    drop(shut_down);
    let error = handle.block_on(source.token()).unwrap_err();
    assert!(matches!(error, AuthError::Lost | AuthError::NoRuntime), "{error:?}");
}
