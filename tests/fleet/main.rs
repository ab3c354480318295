//! One token for a fleet, with a real Redis server and with processes. `.ci/fleet` runs these tests; they need
//! `redis-server`, so that `cargo test` reports them as ignored.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod chift;
mod conformance;
mod cost;
mod faults;
mod member;
mod processes;
mod soak;

use std::time::Duration;

use chift_auth::store::RedisStore;
use chift_auth::{Builder, TokenSource};
use chift_tests::RedisServer;
use redis::aio::MultiplexedConnection;

/// A source with more time for the store than the default, because other tests run at the same time.
fn with_store(source: Builder, store: RedisStore) -> TokenSource {
    source.store(store).store_timeout(Duration::from_millis(500)).build().unwrap()
}

/// A connection of the test's own, for commands.
async fn connection(redis: &RedisServer) -> MultiplexedConnection {
    redis::Client::open(redis.url()).unwrap().get_multiplexed_async_connection().await.unwrap()
}
