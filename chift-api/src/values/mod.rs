//! The types of values in requests and responses, and how a generated struct is read and written.

pub(crate) mod dates;
pub(crate) mod decimal;
pub(crate) mod nullable;
// A document need not have fields of every kind.
#[allow(dead_code)]
pub(crate) mod object;
pub(crate) mod open;
pub(crate) mod redacted;
#[cfg(feature = "schemars")]
mod schemas;
pub(crate) mod secret;
pub(crate) mod timestamp;
pub(crate) mod wiped;
