//! What a document is: places in it, typed traversal, references, operations, and problems.

pub mod marker;
pub(crate) mod media_types;
pub mod operations;
pub mod pointer;
pub mod problem;
pub(crate) mod reachable;
pub(crate) mod references;
pub mod walk;
