//! Sources that share a store, on clocks that a test moves.

mod faults;
mod files;
mod model;
mod redis;
mod sharing;
mod skew;
mod store;

use std::sync::Arc;
use std::time::Duration;

use chift_api::SharedClock;

use super::clock::TestClock;
use super::{api, credentials, deps};
use crate::endpoint::Endpoint;
use crate::renewal::Deps;
use crate::rules::Rules;
use crate::store::{Fleet, MemoryStore, Seal, TokenStore, conformance};
use crate::{Credentials, TokenSource};

use store::{Fault, FaultyStore};

const MINUTE: Duration = Duration::from_secs(60);
const LIFE: u64 = 1800;
const TIMEOUT: Duration = Duration::from_millis(50);

/// A source of one process.
fn member(endpoint: Endpoint, clock: &Arc<TestClock>, store: impl TokenStore) -> TokenSource {
    member_with(credentials(), endpoint, clock, store)
}

fn member_with(
    credentials: Credentials,
    endpoint: Endpoint,
    clock: &Arc<TestClock>,
    store: impl TokenStore,
) -> TokenSource {
    let fleet = Some(Fleet::new(Box::new(store), TIMEOUT));
    let deps = Deps { fleet, ..deps(endpoint, clock.clone()) };
    TokenSource::on(deps, Rules::default(), credentials, api())
}

/// A store on the clock of a test.
fn memory(clock: &Arc<TestClock>) -> MemoryStore {
    MemoryStore::with_clock(SharedClock::new(clock.clone()))
}

fn seal() -> Seal {
    Seal::new(&credentials(), api().base_url()).unwrap()
}

#[tokio::test]
async fn the_store_in_memory_conforms() {
    let clock = TestClock::new();
    conformance::check_with(&memory(&clock), &SharedClock::new(clock)).await.unwrap();
}
