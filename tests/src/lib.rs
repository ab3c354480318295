//! The local stand-in for Chift, for tests and examples.
//!
//! ```
//! let chift = chift_tests::StandIn::start();
//! assert_eq!(chift.token_requests(), 0);
//! ```

mod faulty;
mod stand_in;

pub use faulty::{Answer, FaultyServer, Lie};
pub use stand_in::{ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, DEFAULT_LIFE, StandIn};

/// The README's code is compiled, too.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
