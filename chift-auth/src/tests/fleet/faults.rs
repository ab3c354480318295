//! A store that fails: the source goes on alone, logs one warning, and comes back by itself.

use super::super::log::Log;
use super::super::script::{Reply, Script, drive};
use super::*;

const FAULTS: [Fault; 7] =
    [Fault::Hangs, Fault::Fails, Fault::IsFull, Fault::Panics, Fault::Garbles, Fault::Refuses, Fault::Forgets];

/// How long a call without a token takes at most.
fn longest_delay(fault: Fault) -> Duration {
    match fault {
        // One operation, of which the source waits for the time limit.
        Fault::Hangs => Duration::from_millis(100),
        // Three quarters of the deadline.
        Fault::Refuses => Duration::from_secs(8),
        _ => Duration::ZERO,
    }
}

#[tokio::test]
async fn a_store_that_fails_delays_a_call_and_never_fails_it() {
    for fault in FAULTS {
        let clock = TestClock::new();
        let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), FaultyStore::new(memory(&clock)));
        store.set(fault);
        let source = member(script.endpoint(), &clock, store.clone());
        let (token, waited) = drive(&clock, source.token()).await;
        assert!(token.is_ok() && waited <= longest_delay(fault), "{fault:?}: {token:?} after {waited:?}");
        assert_eq!(script.received().len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_source_comes_back_after_an_outage_and_logs_one_warning() {
    for fault in [Fault::Hangs, Fault::Fails, Fault::IsFull, Fault::Panics] {
        let (log, _guard) = Log::begin();
        let clock = TestClock::new();
        let (script, store) = (Script::new(&clock, [Reply::Token(60)]), FaultyStore::new(memory(&clock)));
        store.set(fault);
        let source = member(script.endpoint(), &clock, store.clone());
        for _ in 0..5 {
            drive(&clock, source.token()).await.0.unwrap();
            clock.advance(MINUTE);
        }
        assert_eq!(log.count("the token store failed"), 1, "{fault:?}: {}", log.text());
        store.set(Fault::None);
        drive(&clock, source.token()).await.0.unwrap();
        assert_eq!(log.count("the token store responds again"), 1, "{fault:?}: {}", log.text());
        let requests = script.received().len();
        let other = member(script.endpoint(), &clock, store.clone());
        drive(&clock, other.token()).await.0.unwrap();
        assert_eq!(script.received().len(), requests, "{fault:?}: the token is in the store again");
        store.set(fault);
        clock.advance(MINUTE);
        drive(&clock, source.token()).await.0.unwrap();
        assert_eq!(log.count("the token store failed"), 2, "{fault:?}: {}", log.text());
    }
}

#[tokio::test]
async fn an_entry_that_does_not_open_is_replaced_with_a_warning() {
    let (log, _guard) = Log::begin();
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), memory(&clock));
    let rotated = Credentials::new("stand-in-client", "rotated", credentials().request.account_id);
    let other = Seal::new(&rotated, api().base_url()).unwrap();
    member_with(rotated, script.endpoint(), &clock, store.clone()).token().await.unwrap();
    let entry = store.load(&other.key).await.unwrap().unwrap();
    for value in [b"".to_vec(), b"\x01".to_vec(), b"stand-in-token".to_vec(), vec![0xff; 4096], entry.value] {
        store.clear();
        assert!(store.store(&seal().key, &value, entry.version, MINUTE).await.unwrap());
        let requests = script.received().len();
        for _ in 0..2 {
            let source = member(script.endpoint(), &clock, store.clone());
            drive(&clock, source.token()).await.0.unwrap();
        }
        assert_eq!(script.received().len(), requests + 1, "the first process replaces it");
    }
    assert!(log.count("does not open with this API key") >= 5, "{}", log.text());
}

#[tokio::test]
async fn a_store_that_hangs_while_a_token_is_stored_does_not_lose_the_token() {
    let clock = TestClock::new();
    let (script, store) = (Script::new(&clock, [Reply::Late { life: LIFE, latency_ms: 100 }]), memory(&clock));
    let store = FaultyStore::new(store);
    let source = member(script.endpoint(), &clock, store.clone());
    let call = tokio::spawn(async move { source.token().await });
    super::super::script::settle().await;
    store.set(Fault::Hangs);
    let (token, waited) = drive(&clock, call).await;
    assert!(token.unwrap().is_ok() && waited <= Duration::from_millis(250), "{waited:?}");
}

#[tokio::test]
async fn no_secret_reaches_a_log_or_an_entry() {
    let (log, _guard) = Log::begin();
    for fault in [Fault::None].into_iter().chain(FAULTS) {
        let clock = TestClock::new();
        let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), FaultyStore::new(memory(&clock)));
        store.set(fault);
        let source = member(script.endpoint(), &clock, store.clone());
        let token = drive(&clock, source.token()).await.0.unwrap();
        store.set(Fault::None);
        let entry = store.load(&seal().key).await.unwrap();
        let shown = format!("{} {entry:?} {source:?}", log.text());
        for secret in [token.secret().expose(), chift_tests::CLIENT_SECRET] {
            assert!(!shown.contains(secret), "{fault:?}: {shown}");
        }
    }
}
