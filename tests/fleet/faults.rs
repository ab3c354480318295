//! What sources do while a real Redis server fails, and afterwards.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chift_auth::store::RedisStore;
use chift_auth::{AccessToken, Credentials, TokenSource};
use chift_test_server::{Response, Server};
use chift_tests::{RedisServer, StandIn};

use crate::{connection, with_store};

/// A call takes this long at most while the server does not respond: one time limit of the store, and the token request.
const SHORT: Duration = Duration::from_secs(4);

/// A source of another process: with a connection of its own.
fn member(chift: &StandIn, redis: &RedisServer) -> TokenSource {
    with_store(TokenSource::for_stand_in(chift), RedisStore::new(&redis.url()).unwrap())
}

async fn token(source: &TokenSource) -> AccessToken {
    let started = Instant::now();
    let token = source.token().await.unwrap();
    assert!(started.elapsed() < SHORT, "a call took {:?}", started.elapsed());
    token
}

/// A new source shares its token with another new one.
async fn assert_shared(chift: &StandIn, redis: &RedisServer) {
    token(&member(chift, redis)).await;
    let requests = chift.token_requests();
    token(&member(chift, redis)).await;
    assert_eq!(chift.token_requests(), requests, "the token is shared");
}

/// The keys of the only entry and its lease.
async fn keys(redis: &RedisServer) -> (String, String) {
    let keys: Vec<String> = redis::cmd("KEYS").arg("*:token").query_async(&mut connection(redis).await).await.unwrap();
    assert_eq!(keys.len(), 1, "{keys:?}");
    (keys[0].clone(), keys[0].replace(":token", ":lease"))
}

#[tokio::test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
async fn a_server_that_is_killed_and_comes_back_empty() {
    let (chift, mut redis) = (StandIn::start(), RedisServer::start(&[]).unwrap());
    let source = member(&chift, &redis);
    let first = token(&source).await;
    assert_shared(&chift, &redis).await;
    redis.kill().unwrap();
    token(&member(&chift, &redis)).await;
    assert_eq!(chift.token_requests(), 2, "without the server, a source requests a token of its own");
    source.invalidate(&first);
    token(&source).await;
    assert_eq!(chift.token_requests(), 3);

    redis.restart().unwrap();
    assert_shared(&chift, &redis).await;
    // The first source uses its old connection, which is broken.
    let source = member(&chift, &redis);
    let old = token(&source).await;
    redis.kill().unwrap();
    redis.restart().unwrap();
    source.invalidate(&old);
    token(&source).await;
    let requests = chift.token_requests();
    token(&member(&chift, &redis)).await;
    assert_eq!(chift.token_requests(), requests, "it connected again, and stored its new token");
}

#[tokio::test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
async fn a_server_that_is_killed_while_a_source_has_the_lease() {
    let redis = Arc::new(Mutex::new(RedisServer::start(&[]).unwrap()));
    let store = RedisStore::new(&redis.lock().unwrap().url()).unwrap();
    let chift = Server::start(move |_| {
        redis.lock().unwrap().kill().unwrap();
        let token = r#"{"access_token": "a", "token_type": "bearer", "expires_in": 1800, "expires_on": 0}"#;
        Response::new(200).header("content-type", "application/json").body(token)
    })
    .unwrap();
    let credentials = Credentials::new("id", "s3cret", chift_tests::ACCOUNT_ID.parse().unwrap());
    let source = TokenSource::builder(credentials).base_url(chift.url("")).store(store).build().unwrap();
    assert_eq!(token(&source).await.secret().expose(), "a");
}

#[tokio::test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
async fn a_server_that_pauses() {
    let (chift, redis) = (StandIn::start(), RedisServer::start(&[]).unwrap());
    let source = member(&chift, &redis);
    let first = token(&source).await;
    assert_eq!(redis.command("CLIENT PAUSE 2000 ALL").unwrap(), "+OK");
    for number in 2..=4 {
        token(&member(&chift, &redis)).await;
        assert_eq!(chift.token_requests(), number);
    }
    source.invalidate(&first);
    token(&source).await;
    assert_eq!(redis.command("PING").unwrap(), "+PONG", "the response comes after the pause");
    assert_shared(&chift, &redis).await;
    let requests = chift.token_requests();
    let next = token(&source).await;
    source.invalidate(&next);
    token(&source).await;
    assert_eq!(chift.token_requests(), requests, "the source takes the token of the others");
}

#[tokio::test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
async fn an_entry_or_a_lease_with_other_content() {
    let (chift, redis) = (StandIn::start(), RedisServer::start(&[]).unwrap());
    token(&member(&chift, &redis)).await;
    let (entry, lease) = keys(&redis).await;
    let mut connection = connection(&redis).await;
    for commands in [
        format!("SET {entry} garbage"),
        format!("SET {entry} 0000000000000001garbage EX 600"),
        format!("SET {entry} 9999999999999999"),
        format!("SET {entry} \u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
        format!("DEL {entry}\nLPUSH {entry} 1"),
        format!("DEL {entry}\nHSET {entry} field value"),
        format!("DEL {entry}\nSET {lease} another-owner-without-an-end"),
        format!("DEL {entry}\nDEL {lease}\nLPUSH {lease} 1"),
        format!("PERSIST {entry}\nAPPEND {entry} x"),
    ] {
        for command in commands.lines() {
            let mut words = command.split(' ');
            let mut command = redis::cmd(words.next().unwrap());
            command.arg(words.collect::<Vec<_>>()).exec_async(&mut connection).await.unwrap();
        }
        let requests = chift.token_requests();
        token(&member(&chift, &redis)).await;
        token(&member(&chift, &redis)).await;
        assert_eq!(chift.token_requests(), requests + 1, "{commands}: the first source repairs it");
    }
}

#[tokio::test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
async fn an_entry_that_was_copied_from_another_api_key() {
    let (chift, redis) = (StandIn::start(), RedisServer::start(&[]).unwrap());
    token(&member(&chift, &redis)).await;
    let (entry, _) = keys(&redis).await;
    let mut connection = connection(&redis).await;
    redis::cmd("RENAME").arg(&entry).arg("kept").exec_async(&mut connection).await.unwrap();
    // The stand-in ignores the environment, which is a part of the name of an entry.
    let account = chift_tests::ACCOUNT_ID.parse().unwrap();
    let other = Credentials::new(chift_tests::CLIENT_ID, chift_tests::CLIENT_SECRET, account).env_id("7");
    token(&with_store(TokenSource::builder(other).base_url(chift.base_url()), RedisStore::new(&redis.url()).unwrap()))
        .await;
    let (others, _) = keys(&redis).await;
    assert_ne!(others, entry);
    redis::cmd("RENAME").arg(&others).arg(&entry).exec_async(&mut connection).await.unwrap();
    let requests = chift.token_requests();
    assert_shared(&chift, &redis).await;
    assert_eq!(chift.token_requests(), requests + 1, "the copy does not open");

    let names: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut connection).await.unwrap();
    let sealed: Vec<u8> = redis::cmd("GET").arg("kept").query_async(&mut connection).await.unwrap();
    let shown = format!("{names:?} {}", String::from_utf8_lossy(&sealed));
    for readable in [chift_tests::CLIENT_ID, chift_tests::CLIENT_SECRET, chift_tests::ACCOUNT_ID, "stand-in-token"] {
        assert!(!shown.contains(readable), "{shown}");
    }
}

#[tokio::test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
async fn a_server_whose_memory_is_full() {
    let (chift, redis) = (StandIn::start(), RedisServer::start(&[]).unwrap());
    token(&member(&chift, &redis)).await;
    assert_eq!(redis.command("CONFIG SET maxmemory 1").unwrap(), "+OK");
    token(&member(&chift, &redis)).await;
    assert_eq!(chift.token_requests(), 1, "reading works");
    assert_eq!(redis.command("FLUSHALL").unwrap(), "+OK");
    for number in 2..=3 {
        token(&member(&chift, &redis)).await;
        assert_eq!(chift.token_requests(), number);
    }
    assert_eq!(redis.command("CONFIG SET maxmemory 0").unwrap(), "+OK");
    assert_shared(&chift, &redis).await;
}

#[tokio::test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
async fn a_server_without_the_scripts_or_without_permissions() {
    let (chift, redis) = (StandIn::start(), RedisServer::start(&[]).unwrap());
    assert_shared(&chift, &redis).await;
    assert_eq!(redis.command("SCRIPT FLUSH").unwrap(), "+OK");
    assert_shared(&chift, &redis).await;
    assert_eq!(redis.command("ACL SETUSER default -@scripting").unwrap(), "+OK");
    let requests = chift.token_requests();
    token(&member(&chift, &redis)).await;
    assert_eq!(chift.token_requests(), requests + 1);
}

/// Each runtime is dropped before the next one uses the same source.
#[test]
#[ignore = "Redis is not tried: it needs redis-server, which .ci/fleet installs"]
fn a_source_that_moves_from_one_runtime_to_the_next() {
    let (chift, redis) = (StandIn::start(), RedisServer::start(&[]).unwrap());
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let source = member(&chift, &redis);
    for _ in 0..3 {
        let token = runtime().block_on(token(&source));
        source.invalidate(&token);
    }
    assert_eq!(chift.token_requests(), 2, "the second renewal that is forced within ten seconds is refused");
    runtime().block_on(async { token(&member(&chift, &redis)).await });
    assert_eq!(chift.token_requests(), 2, "the token of the second runtime is in the store");
}
