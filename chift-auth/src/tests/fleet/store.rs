//! A store that fails on demand.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::store::{Entry, Lease, MemoryStore, StoreError, StoreFuture, TokenStore};

/// How a store fails.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fault {
    None,
    /// It does not respond.
    Hangs,
    /// Each operation is an error.
    Fails,
    /// Reading works, and each write is an error, as in a server without memory.
    IsFull,
    /// Each operation panics.
    Panics,
    /// Each entry has other bytes.
    Garbles,
    /// Each lease is taken, and there is never an entry.
    Refuses,
    /// Each lease is granted, and nothing is kept.
    Forgets,
    /// Entries are not removed.
    Keeps,
}

/// A store in memory with a fault, and with a count of its operations.
#[derive(Clone)]
pub(super) struct FaultyStore(Arc<Inner>);

struct Inner {
    store: MemoryStore,
    fault: Mutex<Fault>,
    operations: AtomicUsize,
}

impl FaultyStore {
    pub(super) fn new(store: MemoryStore) -> Self {
        Self(Arc::new(Inner { store, fault: Mutex::new(Fault::None), operations: AtomicUsize::new(0) }))
    }

    pub(super) fn set(&self, fault: Fault) {
        *self.0.fault.lock().unwrap() = fault;
    }

    pub(super) fn operations(&self) -> usize {
        self.0.operations.load(Ordering::SeqCst)
    }

    /// Counts an operation, and fails it if it has to.
    fn operation<'a, T: Send + 'a>(
        &'a self,
        is_write: bool,
        run: impl FnOnce(&'a MemoryStore, Fault) -> StoreFuture<'a, T>,
    ) -> StoreFuture<'a, T> {
        self.0.operations.fetch_add(1, Ordering::SeqCst);
        let fault = *self.0.fault.lock().unwrap();
        match fault {
            Fault::Hangs => Box::pin(std::future::pending()),
            Fault::Fails => Box::pin(async { Err(StoreError::new("the cable is cut")) }),
            Fault::IsFull if is_write => Box::pin(async { Err(StoreError::new("out of memory")) }),
            Fault::Panics => panic!("a defect in the store"),
            fault => run(&self.0.store, fault),
        }
    }
}

fn ready<'a, T: Send + 'a>(result: T) -> StoreFuture<'a, T> {
    Box::pin(std::future::ready(Ok(result)))
}

impl TokenStore for FaultyStore {
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Entry>> {
        self.operation(false, |store, fault| match fault {
            Fault::Garbles => {
                let entry = Entry { value: b"garbage".to_vec(), version: 0, left: Duration::from_secs(60) };
                ready(Some(entry))
            }
            Fault::Refuses | Fault::Forgets => ready(None),
            _ => store.load(key),
        })
    }

    fn store<'a>(&'a self, key: &'a str, value: &'a [u8], version: u64, life: Duration) -> StoreFuture<'a, bool> {
        self.operation(true, |store, fault| match fault {
            Fault::Forgets => ready(true),
            _ => store.store(key, value, version, life),
        })
    }

    fn remove_if(&self, key: &str, version: u64) -> StoreFuture<'_, bool> {
        let key = key.to_owned();
        self.operation(false, move |store, fault| match fault {
            Fault::Keeps => ready(false),
            _ => Box::pin(async move { store.remove_if(&key, version).await }),
        })
    }

    fn lease<'a>(&'a self, key: &'a str, owner: &'a str, span: Duration) -> StoreFuture<'a, Lease> {
        self.operation(true, |store, fault| match fault {
            Fault::Refuses => ready(Lease::Taken { left: span }),
            _ => store.lease(key, owner, span),
        })
    }

    fn release<'a>(&'a self, key: &'a str, owner: &'a str) -> StoreFuture<'a, ()> {
        self.operation(false, |store, _| store.release(key, owner))
    }
}
