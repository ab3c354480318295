//! The extensions that this project adds to a document. One marks a schema whose Rust type is hand-written and that
//! no standard keyword can express. progenitor matches schemas by value, so the mark must be in the schema itself.
//!
//! The overlay and the lowering passes write it. A lowering pass removes every other `x-…` key of a schema.

use serde_json::Value;

/// The key of the mark.
pub const KEY: &str = "x-chift-type";

/// The mark of a schema for any value, which `Debug` does not print.
pub const REDACTED: &str = "redacted";

/// The mark of a schema for the body of a response that the document does not describe.
pub const UNDOCUMENTED: &str = "undocumented";

/// The key of the place that a union and its alternatives had. Only the passes between `note` and `decide` see it.
pub(crate) const PLACE: &str = "x-chift-place";

/// Whether an entry of a schema is one of these marks, and not the vendor's own entry under the same key.
pub(crate) fn is_mark(key: &str, value: &Value) -> bool {
    key == KEY && [REDACTED, UNDOCUMENTED].iter().any(|mark| value == mark)
}
