//! The local stand-in for Chift, for tests and examples.
//!
//! ```
//! let chift = chift_tests::StandIn::start();
//! assert_eq!(chift.token_requests(), 0);
//! ```

mod faulty;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use chift_api::StandIn;
pub use chift_api::stand_in::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, DEFAULT_LIFE};
pub use faulty::{Behavior, FaultyServer, TokenFields};

/// Compiles the code in the README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// Locks a mutex. A test that panicked while it held the lock left a usable value.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
