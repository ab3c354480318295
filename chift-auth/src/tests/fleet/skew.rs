//! Machines whose clocks are wrong by minutes. The store and the server that issues tokens have the right time.

use super::super::script::{Reply, Script, drive};
use super::*;

/// The clock of a machine that is wrong by so many seconds, and moves with `advance`.
fn skewed(seconds: i64) -> Arc<TestClock> {
    let clock = TestClock::new();
    clock.step_wall(seconds);
    clock
}

fn advance(clocks: &[&Arc<TestClock>], span: Duration) {
    for clock in clocks {
        clock.advance(span);
    }
}

/// A second process, with another skew, uses a token from the store. Returns for how long, and the number of requests.
async fn used_for(life: u64, issuer: i64, reader: i64) -> (Duration, usize) {
    let (right, one, two) = (TestClock::new(), skewed(issuer), skewed(reader));
    let (script, store) = (Script::new(&right, [Reply::Token(life)]), memory(&right));
    let first = member(script.endpoint(), &one, store.clone());
    let second = member(script.endpoint(), &two, store);
    drive(&one, first.token()).await.0.unwrap();
    let token = drive(&two, second.token()).await.0.unwrap();
    if script.received().len() > 1 {
        return (Duration::ZERO, script.received().len());
    }
    let mut used = Duration::ZERO;
    while token.0.phase(two.moment()) < crate::Phase::Expired {
        used += Duration::from_secs(1);
        advance(&[&right, &one, &two], Duration::from_secs(1));
    }
    (used, 1)
}

#[tokio::test]
async fn a_token_is_never_used_past_its_end_and_a_wrong_clock_shortens_its_use() {
    const SKEW: i64 = 300;
    for (issuer, reader, expected) in [
        (0, 0, 1795),
        (SKEW, 0, 1795),  // The issuer is ahead: the store knows better.
        (0, -SKEW, 1795), // The reader is behind.
        (-SKEW, 0, 1495), // The issuer is behind, so its token looks older.
        (0, SKEW, 1495),  // The reader is ahead.
        (-SKEW, SKEW, 1195),
        (SKEW, -SKEW, 1795),
        (SKEW, SKEW, 1795),
        (-4, 0, 1791),
        (4, 0, 1795),
    ] {
        let (used, requests) = used_for(LIFE, issuer, reader).await;
        assert_eq!((used.as_secs(), requests), (expected, 1), "issuer {issuer} s, reader {reader} s");
    }
}

#[tokio::test]
async fn a_short_life_that_is_over_by_the_clock_of_a_reader_costs_one_request() {
    for (issuer, reader) in [(-300, 0), (0, 300)] {
        assert_eq!(used_for(60, issuer, reader).await, (Duration::ZERO, 2));
    }
}

#[tokio::test]
async fn a_store_whose_clock_is_set_does_not_extend_a_life() {
    for seconds in [-3600, 3600] {
        let (clock, store_clock) = (TestClock::new(), TestClock::new());
        let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), memory(&store_clock));
        let source = member(script.endpoint(), &clock, store.clone());
        drive(&clock, source.token()).await.0.unwrap();
        store_clock.step_wall(seconds);
        advance(&[&clock, &store_clock], 10 * MINUTE);
        let other = member(script.endpoint(), &clock, store);
        let token = drive(&clock, other.token()).await.0.unwrap();
        let left = token.0.remaining(clock.moment());
        let (expected, requests) = if seconds < 0 { (20 * MINUTE, 1) } else { (30 * MINUTE, 2) };
        assert!(left <= expected && left + Duration::from_secs(6) > expected, "{seconds} s: {left:?}");
        assert_eq!(script.received().len(), requests, "{seconds} s");
    }
}

#[tokio::test]
async fn a_token_is_not_taken_again_because_clocks_were_set_back() {
    let (clock, other, store_clock) = (TestClock::new(), TestClock::new(), TestClock::new());
    let (script, store) = (Script::new(&clock, [Reply::Token(LIFE)]), memory(&store_clock));
    drive(&other, member(script.endpoint(), &other, store.clone()).token()).await.0.unwrap();
    let source = member(script.endpoint(), &clock, store);
    drive(&clock, source.token()).await.0.unwrap();
    advance(&[&clock, &store_clock], 26 * MINUTE);
    clock.step_wall(-10);
    store_clock.step_wall(-10);
    source.token().await.unwrap();
    super::super::script::settle().await;
    assert_eq!(script.received().len(), 2, "it is renewed");
}
