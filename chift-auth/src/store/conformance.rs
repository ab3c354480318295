//! Tests of an implementation of [`TokenStore`].

// A test fails by a panic. `check` is for tests only.
#![allow(clippy::panic, clippy::missing_panics_doc)]

use std::time::Duration;

use chift_api::SharedClock;
use uuid::Uuid;

use super::{Entry, Lease, StoreError, TokenStore};

const MINUTE: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);

/// Checks that a store does what [`TokenStore`] states, under random keys that it leaves behind for at most a minute. For
/// tests of your own store; it needs the feature `httpmock`.
///
/// It waits up to a second for short times to live to end.
///
/// ```
/// use chift_auth::store::{MemoryStore, conformance};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), chift_auth::store::StoreError> {
/// conformance::check(&MemoryStore::new()).await
/// # }
/// ```
///
/// # Errors
///
/// If an operation of the store fails.
///
/// # Panics
///
/// If the store does something else. The message says what.
pub async fn check(store: &impl TokenStore) -> Result<(), StoreError> {
    check_with(store, &SharedClock::default()).await
}

/// Like [`check`], with a clock whose `sleep` lets time pass for the store.
pub(crate) async fn check_with(store: &impl TokenStore, clock: &SharedClock) -> Result<(), StoreError> {
    nothing_is_there(store, &key()).await?;
    one_owner_has_the_lease(store, &key()).await?;
    a_lease_ends(store, &key(), clock).await?;
    an_entry_is_returned_as_it_was_stored(store, &key()).await?;
    only_a_newer_entry_replaces_another(store, &key(), clock).await?;
    an_entry_ends(store, &key(), clock).await?;
    a_life_begins_with_the_lease(store, &key()).await?;
    an_entry_is_removed_by_its_version(store, &key()).await?;
    keys_are_independent(store, &key(), &key()).await?;
    one_of_several_gets_the_lease(store, &key()).await
}

fn key() -> String {
    Uuid::new_v4().simple().to_string()
}

/// Takes the lease, which must be free.
async fn granted(store: &impl TokenStore, key: &str, owner: &str, span: Duration) -> Result<u64, StoreError> {
    match store.lease(key, owner, span).await? {
        Lease::Granted { version } => Ok(version),
        Lease::Taken { left } => panic!("the lease is taken for {left:?}, but it must be free for {owner}"),
    }
}

async fn is_taken(store: &impl TokenStore, key: &str, owner: &str, span: Duration) -> Result<bool, StoreError> {
    Ok(match store.lease(key, owner, span).await? {
        Lease::Granted { .. } => false,
        Lease::Taken { left } => {
            assert!(left <= span, "the lease was taken for {span:?}, and {left:?} of it are left");
            true
        }
    })
}

async fn nothing_is_there(store: &impl TokenStore, key: &str) -> Result<(), StoreError> {
    assert_eq!(store.load(key).await?, None, "a key that was never used has an entry");
    assert!(!store.remove_if(key, 1).await?, "an entry that does not exist was removed");
    store.release(key, "nobody").await
}

async fn one_owner_has_the_lease(store: &impl TokenStore, key: &str) -> Result<(), StoreError> {
    granted(store, key, "one", MINUTE).await?;
    assert!(is_taken(store, key, "two", MINUTE).await?, "two owners have the lease");
    granted(store, key, "one", MINUTE).await?; // The owner gets it again.
    store.release(key, "two").await?;
    assert!(is_taken(store, key, "two", MINUTE).await?, "another owner released the lease");
    store.release(key, "one").await?;
    granted(store, key, "two", MINUTE).await?;
    assert_eq!(store.load(key).await?, None, "a lease created an entry");
    store.release(key, "two").await
}

async fn a_lease_ends(store: &impl TokenStore, key: &str, clock: &SharedClock) -> Result<(), StoreError> {
    let span = Duration::from_millis(50);
    granted(store, key, "one", span).await?;
    clock.sleep(2 * span).await;
    granted(store, key, "two", MINUTE).await?;
    store.release(key, "one").await?; // Too late: it belongs to another owner.
    assert!(is_taken(store, key, "three", MINUTE).await?, "an earlier owner released the lease");
    store.release(key, "two").await
}

async fn an_entry_is_returned_as_it_was_stored(store: &impl TokenStore, key: &str) -> Result<(), StoreError> {
    for value in [Vec::new(), (0..=u8::MAX).collect(), vec![b'\n'; 64 * 1024]] {
        let version = granted(store, key, "one", MINUTE).await?;
        assert!(store.store(key, &value, version, MINUTE).await?, "a newer entry was not stored");
        let Some(entry) = store.load(key).await? else { panic!("an entry is missing that was just stored") };
        assert!(entry.value == value, "{} bytes were changed", value.len());
        assert_eq!(entry.version, version);
        let expected = 40 * SECOND..=MINUTE;
        assert!(expected.contains(&entry.left), "{:?} of {MINUTE:?} are left", entry.left);
        store.release(key, "one").await?;
    }
    Ok(())
}

async fn only_a_newer_entry_replaces_another(
    store: &impl TokenStore,
    key: &str,
    clock: &SharedClock,
) -> Result<(), StoreError> {
    let first = granted(store, key, "one", MINUTE).await?;
    store.release(key, "one").await?;
    clock.sleep(Duration::from_millis(2)).await;
    let second = granted(store, key, "two", MINUTE).await?;
    assert!(second > first, "a later lease has version {second}, an earlier one {first}");
    assert!(store.store(key, b"second", second, MINUTE).await?);
    assert!(!store.store(key, b"first", first, MINUTE).await?, "an older entry was stored");
    assert!(!store.store(key, b"again", second, MINUTE).await?, "the same version was stored twice");
    assert_eq!(store.load(key).await?.map(|entry| entry.value), Some(b"second".to_vec()));
    // As if the clock of the store had been set back since.
    let ahead = second + 10_000_000;
    assert!(store.store(key, b"ahead", ahead, MINUTE).await?);
    let third = granted(store, key, "two", MINUTE).await?;
    assert!(third > ahead, "a lease has version {third}, although there is an entry of version {ahead}");
    assert!(store.store(key, b"third", third, MINUTE).await?);
    let left = store.load(key).await?.map(|entry| entry.left);
    assert!(left.is_some_and(|left| left <= MINUTE), "{left:?} are left of a life of {MINUTE:?}");
    Ok(())
}

async fn an_entry_ends(store: &impl TokenStore, key: &str, clock: &SharedClock) -> Result<(), StoreError> {
    let life = Duration::from_millis(300);
    let version = granted(store, key, "one", MINUTE).await?;
    assert!(store.store(key, b"value", version, life).await?);
    let left = store.load(key).await?.map(|entry| entry.left);
    assert!(left.is_some_and(|left| left <= life), "{left:?} are left of {life:?}");
    clock.sleep(2 * life).await;
    assert_eq!(store.load(key).await?, None, "an entry was returned after its end");
    let version = granted(store, key, "one", MINUTE).await?;
    assert!(store.store(key, b"value", version, MINUTE).await?);
    Ok(())
}

async fn a_life_begins_with_the_lease(store: &impl TokenStore, key: &str) -> Result<(), StoreError> {
    let version = granted(store, key, "one", MINUTE).await?;
    let earlier = version - 40_000_000;
    assert!(!store.store(key, b"value", earlier, 30 * SECOND).await?, "an entry was stored after its end");
    assert!(store.store(key, b"value", earlier, MINUTE).await?);
    let left = store.load(key).await?.map(|entry| entry.left);
    assert!(left.is_some_and(|left| left <= 20 * SECOND), "{left:?} are left of a minute that began 40 s ago");
    Ok(())
}

async fn an_entry_is_removed_by_its_version(store: &impl TokenStore, key: &str) -> Result<(), StoreError> {
    let version = granted(store, key, "one", MINUTE).await?;
    assert!(store.store(key, b"value", version, MINUTE).await?);
    assert!(!store.remove_if(key, version - 1).await?, "an entry of another version was removed");
    assert!(store.load(key).await?.is_some(), "an entry of another version was removed");
    assert!(store.remove_if(key, version).await?, "an entry was not removed");
    assert_eq!(store.load(key).await?, None, "an entry was returned after its removal");
    assert!(is_taken(store, key, "two", MINUTE).await?, "the removal of an entry ended the lease");
    Ok(())
}

async fn keys_are_independent(store: &impl TokenStore, one: &str, two: &str) -> Result<(), StoreError> {
    let version = granted(store, one, "owner", MINUTE).await?;
    granted(store, two, "another", MINUTE).await?;
    assert!(store.store(one, b"value", version, MINUTE).await?);
    let found: Option<Entry> = store.load(two).await?;
    assert_eq!(found, None, "an entry was returned for another key");
    Ok(())
}

async fn one_of_several_gets_the_lease(store: &impl TokenStore, key: &str) -> Result<(), StoreError> {
    let lease = |owner| store.lease(key, owner, MINUTE);
    let leases = tokio::try_join!(lease("one"), lease("two"), lease("three"), lease("four"))?;
    let granted = [leases.0, leases.1, leases.2, leases.3].map(|lease| matches!(lease, Lease::Granted { .. }));
    assert_eq!(granted.iter().filter(|is_granted| **is_granted).count(), 1, "{leases:?} at the same time");
    Ok(())
}
