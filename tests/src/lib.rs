//! The local stand-in for Chift, for tests and examples.
//!
//! ```
//! let chift = chift_tests::StandIn::start();
//! assert_eq!(chift.token_requests(), 0);
//! ```

mod faulty;
mod redis_server;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use chift_api::StandIn;
pub use chift_api::stand_in::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, DEFAULT_LIFE};
use chift_api::types::{AuthItem, AuthItemRequired};
pub use faulty::{Behavior, FaultyServer, TokenFields};
pub use redis_server::RedisServer;
use uuid::Uuid;

/// The body of a token request.
///
/// ```
/// let body = chift_tests::auth_item(uuid::Uuid::nil(), chift_tests::CLIENT_ID, chift_tests::CLIENT_SECRET);
/// assert!(body.marketplace_id.is_none());
/// ```
pub fn auth_item(account_id: Uuid, client_id: &str, client_secret: &str) -> AuthItem {
    AuthItem::new(AuthItemRequired { account_id, client_id: client_id.into(), client_secret: client_secret.into() })
}

/// Locks a mutex. A test that panicked while it held the lock left a usable value.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
