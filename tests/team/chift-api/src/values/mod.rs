//! The types of values in requests and responses, and how a generated struct is read and written.

pub(crate) mod dates;
#[cfg(test)]
mod equality;
pub(crate) mod nullable;
pub(crate) mod number;
// A document need not have fields of every kind.
#[allow(dead_code)]
pub(crate) mod object;
pub(crate) mod open;
pub(crate) mod raw_json;
pub(crate) mod redacted;
#[cfg(feature = "schemars")]
mod schemas;
pub(crate) mod secret;
// A document need not have enums.
#[allow(dead_code)]
pub(crate) mod text_enum;
pub(crate) mod timestamp;
// A document need not have unions, or forms of every kind.
#[allow(dead_code)]
pub(crate) mod union;
pub(crate) mod wiped;
