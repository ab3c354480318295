//! A store in the memory of one process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use chift_api::SharedClock;

use super::{Entry, Lease, StoreFuture, TokenStore, life_left, next_version};

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

/// What is stored for a key. Times are in microseconds since 1970.
#[derive(Debug, Default)]
struct Slot {
    entry: Option<Stored>,
    lease: Option<(String, u64)>,
}

#[derive(Debug)]
struct Stored {
    value: Vec<u8>,
    version: u64,
    end: u64,
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
        slot.entry.take_if(|entry| entry.end <= now);
        slot.lease.take_if(|(_, end)| *end <= now);
        let result = action(slot, now);
        Box::pin(std::future::ready(Ok(result)))
    }
}

impl TokenStore for MemoryStore {
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Entry>> {
        self.with(key, |slot, now| {
            let Stored { value, version, end } = slot.entry.as_ref()?;
            Some(Entry { value: value.clone(), version: *version, left: Duration::from_micros(end - now) })
        })
    }

    fn store<'a>(&'a self, key: &'a str, value: &'a [u8], version: u64, life: Duration) -> StoreFuture<'a, bool> {
        self.with(key, |slot, now| {
            let left = life_left(now, version, life);
            let is_newer = slot.entry.as_ref().is_none_or(|entry| entry.version < version);
            let is_stored = is_newer && !left.is_zero();
            if is_stored {
                slot.entry = Some(Stored { value: value.to_vec(), version, end: after(now, left) });
            }
            is_stored
        })
    }

    fn remove_if(&self, key: &str, version: u64) -> StoreFuture<'_, bool> {
        self.with(key, |slot, _| slot.entry.take_if(|entry| entry.version == version).is_some())
    }

    fn lease<'a>(&'a self, key: &'a str, owner: &'a str, span: Duration) -> StoreFuture<'a, Lease> {
        self.with(key, |slot, now| match &slot.lease {
            Some((holder, end)) if holder != owner => Lease::Taken { left: Duration::from_micros(end - now) },
            _ => {
                slot.lease = Some((owner.to_owned(), after(now, span)));
                Lease::Granted { version: next_version(now, slot.entry.as_ref().map(|entry| entry.version)) }
            }
        })
    }

    fn release<'a>(&'a self, key: &'a str, owner: &'a str) -> StoreFuture<'a, ()> {
        self.with(key, |slot, _| {
            slot.lease.take_if(|(holder, _)| holder == owner);
        })
    }
}

fn micros(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

fn after(micros: u64, span: Duration) -> u64 {
    micros.saturating_add(u64::try_from(span.as_micros()).unwrap_or(u64::MAX))
}
