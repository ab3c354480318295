//! A store in the memory of one process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chift_api::SharedClock;

use super::slot::{Slot, micros};
use super::{Entry, Lease, StoreFuture, TokenStore};

/// A store in the memory of one process, for tests, and for a process with several sources of the same API key. Clones
/// share their content.
///
/// ```
/// use chift_auth::store::MemoryStore;
/// use chift_auth::{Credentials, TokenSource};
///
/// let store = MemoryStore::new();
/// let credentials = Credentials::new("id", "s3cret", uuid::Uuid::nil());
/// let one = TokenSource::builder(credentials.clone()).store(store.clone()).build()?;
/// let two = TokenSource::builder(credentials).store(store).build()?;
/// # Ok::<(), chift_auth::AuthError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    clock: SharedClock,
    content: Arc<Mutex<HashMap<String, Slot>>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store with another clock.
    #[cfg(test)]
    pub(crate) fn with_clock(clock: SharedClock) -> Self {
        Self { clock, ..Self::default() }
    }

    /// Removes everything, as a restart of a server does.
    pub fn clear(&self) {
        self.locked().clear();
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<String, Slot>> {
        // Nothing panics while the lock is held.
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `action` on what is stored for `key`, with the time.
    fn with<'a, T: Send + 'a>(&self, key: &str, action: impl FnOnce(&mut Slot, u64) -> T) -> StoreFuture<'a, T> {
        let now = micros(self.clock.moment().wall);
        let mut content = self.locked();
        let slot = content.entry(key.to_owned()).or_default();
        slot.expire(now);
        let result = action(slot, now);
        Box::pin(std::future::ready(Ok(result)))
    }
}

impl TokenStore for MemoryStore {
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Entry>> {
        self.with(key, |slot, now| slot.load(now))
    }

    fn store<'a>(&'a self, key: &'a str, value: &'a [u8], version: u64, life: Duration) -> StoreFuture<'a, bool> {
        self.with(key, |slot, now| slot.store(value, version, life, now))
    }

    fn remove_if(&self, key: &str, version: u64) -> StoreFuture<'_, bool> {
        self.with(key, |slot, _| slot.remove_if(version))
    }

    fn lease<'a>(&'a self, key: &'a str, owner: &'a str, span: Duration) -> StoreFuture<'a, Lease> {
        self.with(key, |slot, now| slot.lease(owner, span, now))
    }

    fn release<'a>(&'a self, key: &'a str, owner: &'a str) -> StoreFuture<'a, ()> {
        self.with(key, |slot, _| slot.release(owner))
    }
}
