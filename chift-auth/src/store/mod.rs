//! One token for a fleet of processes: a store that they share.
//!
//! Without a store, each process requests its own token: a function at each cold start, a fleet of pods once for each
//! pod. With one, the first process requests the token, and the others take it from the store. One process renews it,
//! and the others take the next one.
//!
//! ```no_run
//! # #[cfg(feature = "redis")]
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use chift_auth::store::RedisStore;
//! use chift_auth::{Credentials, TokenSource};
//!
//! let store = RedisStore::new("rediss://cache.example:6379/0")?;
//! let client = TokenSource::builder(Credentials::from_env()?).store(store).build()?.client();
//! # Ok(())
//! # }
//! ```
//!
//! # What is in the store
//!
//! One entry and one lease for each API key. The source seals the entry before the store gets it, with
//! XChaCha20-Poly1305 and a key that HKDF-SHA256 derives from the client secret. The name of an entry is a digest with
//! another such key, of the account, the client, the marketplace, the environment and the base URL. So a reader of the
//! store learns nothing but the number of API keys and the length of their tokens, an entry that was moved or changed
//! does not open, and a new client secret never opens an old entry. What does not open counts as missing: the
//! source removes it, and logs a warning.
//!
//! # What a source does
//!
//! - A call with a fresh token never touches the store.
//! - A source that needs a token loads the entry first. If there is no usable one, it takes the lease, requests a token,
//!   stores it, and releases the lease.
//! - A source that does not get the lease, and still has a valid token, goes on with it and looks again a little later.
//!   Without a valid token it waits for the holder, with random pauses. The lease lasts for half of the
//!   [`deadline`](crate::Builder::deadline), and the holder's requests end before it. So a holder that dies delays the
//!   others by at most half of the deadline, 5 s by default, and only those without a valid token. After three quarters
//!   of the deadline, or as soon as the requests of a holder fail, a source requests a token of its own.
//! - A token that Chift refused is removed if it is still the one in the store.
//!
//! # How long a token from the store is used
//!
//! An entry contains the time of the token request by the wall clock of the process that sent it, and the token's life.
//! A reader computes what is left of it by its own wall clock, compares that with the time to live of the entry by the
//! clock of the store, and trusts the shorter one, less an allowance for clocks that differ and drift: 5 s, and at most
//! a tenth of the life. So a machine whose clock is wrong by minutes uses a token for a shorter time, but not past its
//! end, as long as the store's clock runs at the right speed. Which of two tokens is newer is decided by the clock of
//! the store alone.
//!
//! # If the store fails
//!
//! The store can only help. Each operation has a time limit, [`store_timeout`](crate::Builder::store_timeout), 50 ms by
//! default. If the store is slow, full or gone, or returns something else, the source requests a token by itself, as if
//! there were no store. It logs one warning when that begins, and uses the store again as soon as it responds.
//!
//! # What it costs
//!
//! Measured with Redis 7.0 and a token of 1,000 characters, once the connection is open and the scripts are loaded:
//!
//! | a process | scripts that it sends | commands that Redis runs | bytes, both directions |
//! |---|---|---|---|
//! | requests a token for all | 5 | 17 | 2,000 |
//! | takes the token of another process | 1 | 3 | 1,300 |
//! | finds that another process renews it | 2 | 7 | 1,500 |
//!
//! An entry takes 1,400 bytes of the server's memory.
//! Each process has one connection, which is idle nearly all of the time.
//!
//! So 10,000 processes with one API key and tokens of 30 minutes, all of them busy, cost Redis this. Each takes a token from
//! the store every 25 minutes or a little less, because a renewal begins 300 s before the end: 10,000 scripts and 13 MB in
//! 25 minutes, 7 scripts and 9 kB a second on average. All of them look within 54 s, because that is how far the beginning
//! of the renewal is spread: 190 scripts and 240 kB a second then. A script takes Redis about 20 µs, so that is 0.4 % of one
//! processor.
//!
//! Processes that *start* at the same moment with an empty store cost more: each connects, and looks a few times until the
//! token is there. Tried on 2 cores that Redis shared with all processes: 100 made one token request; 2,000 did with a
//! [`store_timeout`](crate::Builder::store_timeout) of 1 s; of 5,000, most found Redis too slow and requested tokens of
//! their own, as without a store. Start a larger fleet over some seconds, and let Redis accept that many connections
//! (`maxclients`, 10,000 by default).
//!
//! # Stability
//!
//! [`TokenStore`] and the types in its methods can change in a minor version until they have proven themselves with more
//! stores. The rest of the module follows semantic versioning.

#[cfg(any(test, feature = "httpmock"))]
pub mod conformance;
#[cfg(feature = "file-store")]
mod file;
mod fleet;
mod memory;
#[cfg(feature = "redis")]
mod redis;
mod seal;
mod slot;

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "redis")]
pub use self::redis::RedisStore;
#[cfg(feature = "file-store")]
pub use file::FileStore;
pub(crate) use fleet::{Fleet, StoreSetting};
pub use memory::MemoryStore;
#[cfg(test)]
pub(crate) use seal::{Content, Seal};

/// The return type of the methods of [`TokenStore`].
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Keeps small values by key, for all processes that share it.
///
/// [`RedisStore`](crate::store::RedisStore) and [`FileStore`](crate::store::FileStore) implement it. A source seals the
/// values itself, limits the time of each method, and does not trust what a store returns. A method that is dropped
/// before it ends may take effect or not.
///
/// Each method is atomic. The time is that of the store; if it has no clock of its own, the wall clock of the machine
/// that all processes share. See [`MemoryStore`] for a complete implementation. With the feature `httpmock`,
/// [`conformance`](crate::store::conformance) tests an implementation.
///
/// **Not covered by semantic versioning yet**: methods can be added or changed in a minor version.
///
/// ```
/// use chift_auth::store::{Lease, MemoryStore, TokenStore as _};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), chift_auth::store::StoreError> {
/// let (store, second) = (MemoryStore::new(), Duration::from_secs(1));
/// let Lease::Granted { version } = store.lease("key", "process 1", second).await? else { unreachable!() };
/// assert!(matches!(store.lease("key", "process 2", second).await?, Lease::Taken { .. }));
/// assert!(store.store("key", b"value", version, 60 * second).await?);
/// store.release("key", "process 1").await?;
/// assert_eq!(store.load("key").await?.map(|entry| entry.value), Some(b"value".to_vec()));
/// # Ok(())
/// # }
/// ```
pub trait TokenStore: Send + Sync + 'static {
    /// Returns the entry, unless its time to live is over.
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Entry>>;

    /// Stores `value`, unless there is already an entry of this or a later `version`. Returns whether it did.
    ///
    /// `version` comes from [`lease`](Self::lease), and is the time of that call. The time to live begins then: what is
    /// left of `life`, and never more than `life`. If nothing is left, nothing is stored.
    fn store<'a>(&'a self, key: &'a str, value: &'a [u8], version: u64, life: Duration) -> StoreFuture<'a, bool>;

    /// Removes the entry if it has this `version`. Returns whether it did.
    fn remove_if(&self, key: &str, version: u64) -> StoreFuture<'_, bool>;

    /// Takes the lease of `key` for `span`, if nobody or `owner` itself has it. It ends after `span` even if nobody
    /// releases it.
    fn lease<'a>(&'a self, key: &'a str, owner: &'a str, span: Duration) -> StoreFuture<'a, Lease>;

    /// Ends the lease if `owner` has it.
    fn release<'a>(&'a self, key: &'a str, owner: &'a str) -> StoreFuture<'a, ()>;
}

impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn load<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Entry>> {
        (**self).load(key)
    }

    fn store<'a>(&'a self, key: &'a str, value: &'a [u8], version: u64, life: Duration) -> StoreFuture<'a, bool> {
        (**self).store(key, value, version, life)
    }

    fn remove_if(&self, key: &str, version: u64) -> StoreFuture<'_, bool> {
        (**self).remove_if(key, version)
    }

    fn lease<'a>(&'a self, key: &'a str, owner: &'a str, span: Duration) -> StoreFuture<'a, Lease> {
        (**self).lease(key, owner, span)
    }

    fn release<'a>(&'a self, key: &'a str, owner: &'a str) -> StoreFuture<'a, ()> {
        (**self).release(key, owner)
    }
}

/// What a store has for a key.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The value, as it was stored.
    pub value: Vec<u8>,
    /// Its version, as it was stored.
    pub version: u64,
    /// What is left of its time to live.
    pub left: Duration,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value, version, left } = self;
        f.debug_struct("Entry")
            .field("value", &format_args!("[{} bytes]", value.len()))
            .field("version", version)
            .field("left", left)
            .finish()
    }
}

/// The result of [`TokenStore::lease`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lease {
    /// The caller has the lease.
    Granted {
        /// The time by the clock of the store, in microseconds since 1970; or one more than the version of the entry, if
        /// that is not earlier.
        version: u64,
    },
    /// Another owner has it.
    Taken {
        /// The time until it ends, if it is not released before.
        left: Duration,
    },
}

/// Why an operation of a store failed.
///
/// The message is logged, so it must not contain secrets, such as the password in the address of the store.
///
/// ```
/// let error = chift_auth::store::StoreError::new("the disk is full");
/// assert_eq!(error.to_string(), "the disk is full");
/// ```
#[derive(Debug)]
pub struct StoreError(Box<dyn StdError + Send + Sync + 'static>);

impl StoreError {
    /// Wraps the error of a store.
    pub fn new(source: impl Into<Box<dyn StdError + Send + Sync + 'static>>) -> Self {
        Self(source.into())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for StoreError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // `Display` already shows the error itself.
        self.0.source()
    }
}
