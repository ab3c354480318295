//! The one extension of ours in a document: it marks a schema whose Rust type is written by hand and that no
//! standard keyword can name. progenitor matches schemas by value, so the mark must be in the schema itself.
//!
//! The overlay and the passes of lowering write it. Every other `x-…` key of a schema is removed first.

/// The key.
pub const KEY: &str = "x-chift-type";

/// Any value, which `Debug` does not print.
pub const REDACTED: &str = "redacted";

/// The body of a response that the document does not describe.
pub const UNDOCUMENTED: &str = "undocumented";
