//! The local stand-in for Chift, for tests and examples.
//!
//! ```
//! let chift = chift_tests::StandIn::start();
//! assert_eq!(chift.token_requests(), 0);
//! ```

mod faulty;
mod stand_in;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use faulty::{Answer, FaultyServer, Lie};
pub use stand_in::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, DEFAULT_LIFE, StandIn};

/// The README's code is compiled, too.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// What a test that fails while it holds a lock leaves in it is as good as any.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
