//! The only extension that this project adds to a document: it marks a schema whose Rust type is hand-written and that
//! no standard keyword can express. progenitor matches schemas by value, so the mark must be in the schema itself.
//!
//! The overlay and the lowering passes write it. A lowering pass removes every other `x-…` key of a schema.

/// The key of the mark.
pub const KEY: &str = "x-chift-type";

/// The mark of a schema for any value, which `Debug` does not print.
pub const REDACTED: &str = "redacted";

/// The mark of a schema for the body of a response that the document does not describe.
pub const UNDOCUMENTED: &str = "undocumented";
