//! One source, used from several runtimes and from none.

use std::time::Duration;

use chift_tests::{Answer, FaultyServer};

use super::clock::TestClock;
use super::{Fake, credentials, source_on};
use crate::{AccessToken, AuthError, TokenSource};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn a_source_and_its_futures_go_anywhere() {
    fn anywhere<T: Clone + Send + Sync + 'static>() {}
    fn movable(_: &(impl Send + ?Sized)) {}
    anywhere::<TokenSource>();
    anywhere::<AccessToken>();
    anywhere::<AuthError>();
    let source = source_on(Fake::new(|_| Ok(Duration::from_secs(60))), TestClock::new());
    movable(&source.token());
}

#[test]
fn a_token_of_one_runtime_serves_another_and_threads_without_any() {
    let endpoint = Fake::new(|_| Ok(Duration::from_secs(1800)));
    let source = source_on(endpoint.clone(), TestClock::new());
    let first = runtime().block_on(source.token()).unwrap();
    let multi = tokio::runtime::Runtime::new().unwrap();
    assert_eq!(multi.block_on(source.token()).unwrap().secret(), first.secret());
    assert_eq!(futures_util::FutureExt::now_or_never(source.token()).unwrap().unwrap().secret(), first.secret());
    assert_eq!(endpoint.requests(), 1);
}

#[test]
fn without_a_runtime_a_token_that_must_be_fetched_is_an_error_and_no_panic() {
    let source = source_on(Fake::new(|_| Ok(Duration::from_secs(60))), TestClock::new());
    let error = futures_util::FutureExt::now_or_never(source.token()).unwrap().unwrap_err();
    assert!(matches!(error, AuthError::NoRuntime), "{error:?}");
    assert!(runtime().block_on(source.token()).is_ok(), "and the next caller gets one");
}

#[test]
fn a_runtime_dropped_in_the_middle_strands_nobody_on_another() {
    let server = FaultyServer::start();
    server.answer_token_requests_in_turn(vec![Answer::Silence, Answer::Token(chift_tests::Lie::default())]);
    let source = TokenSource::builder(credentials()).base_url(server.base_url()).build().unwrap();
    let first = runtime();
    first.block_on(async {
        let asking = source.clone();
        tokio::spawn(async move { asking.token().await });
        while server.token_requests() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    let (waiting, told) = (source.clone(), std::sync::mpsc::channel());
    let other = std::thread::spawn(move || {
        runtime().block_on(async {
            let call = tokio::spawn(async move { waiting.token().await });
            tokio::task::yield_now().await;
            told.0.send(()).unwrap();
            call.await.unwrap()
        })
    });
    told.1.recv().unwrap();
    drop(first);
    assert!(other.join().unwrap().is_ok());
    assert_eq!(server.token_requests(), 2);
}
