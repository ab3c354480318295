//! The rules of sharing, with a real Redis server, whose clock no test can move. `.ci/fleet` runs the ignored tests.

use chift_tests::RedisServer;

use super::super::script::{Reply, Script};
use super::*;
use crate::store::RedisStore;

#[tokio::test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
async fn a_wrong_clock_shortens_the_use_of_a_token_from_redis() {
    let redis = RedisServer::start(&[]).unwrap();
    for (issuer, reader, expected) in
        [(0, 0, 1795), (300, 0, 1795), (0, -300, 1795), (-300, 0, 1495), (-300, 300, 1195)]
    {
        assert_eq!(redis.command("FLUSHALL").unwrap(), "+OK");
        let clocks = [TestClock::new(), TestClock::new()];
        clocks[0].step_wall(issuer);
        clocks[1].step_wall(reader);
        let script = Script::new(&clocks[0], [Reply::Token(LIFE)]);
        let mut left = Duration::ZERO;
        for clock in &clocks {
            // The time limit is by the test's clock, which does not move while the server responds.
            let source = member(script.endpoint(), clock, RedisStore::new(&redis.url()).unwrap());
            let token = source.token().await.unwrap();
            left = token.0.remaining(clock.moment());
        }
        assert_eq!(script.received().len(), 1, "issuer {issuer} s, reader {reader} s");
        let expected = Duration::from_secs(expected);
        let is_expected = left <= expected && left + Duration::from_secs(2) > expected;
        assert!(is_expected, "issuer {issuer} s, reader {reader} s: {left:?}");
    }
}

#[tokio::test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
async fn a_holder_of_a_lease_in_redis_that_dies_delays_the_others() {
    let redis = RedisServer::start(&[]).unwrap();
    let (clock, store) = (TestClock::new(), RedisStore::new(&redis.url()).unwrap());
    store.lease(&seal().key, "a dead process", Duration::from_millis(300)).await.unwrap();
    let script = Script::new(&clock, [Reply::Token(LIFE)]);
    let source = TokenSource::on(
        Deps {
            fleet: Some(Fleet::new(Box::new(store), TIMEOUT)),
            clock: SharedClock::default(),
            ..deps(script.endpoint(), clock.clone())
        },
        Rules::default(),
        credentials(),
        api(),
    );
    let started = std::time::Instant::now();
    source.token().await.unwrap();
    let waited = started.elapsed();
    assert!(waited >= Duration::from_millis(250) && waited < Duration::from_secs(2), "{waited:?}");
    assert_eq!(script.received().len(), 1);
}

#[tokio::test]
async fn an_address_that_cannot_be_used_is_an_error_that_does_not_show_it() {
    for address in
        ["", "http://user:hunter2@cache.example", "redis://user:hunter2@", "rediss://:hunter2@cache.example/x"]
    {
        let error = RedisStore::new(address).map(|_| ()).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("redis://HOST:PORT/DATABASE") && !shown.contains("hunter2"), "{shown}");
    }
    let store = RedisStore::new("redis://user:hunter2@127.0.0.1:1/").unwrap();
    let shown = format!("{store:?} {:?}", store.load("key").await);
    assert!(shown.contains("refused") && !shown.contains("hunter2"), "{shown}");
}
