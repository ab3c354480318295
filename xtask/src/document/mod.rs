//! The model of a document: pointers, traversal by kind of node, references, operations and problems.

pub(crate) mod keywords;
pub(crate) mod kind;
pub mod marker;
pub(crate) mod media_types;
pub mod operations;
pub mod origins;
pub(crate) mod parse;
pub mod pointer;
pub mod positions;
pub mod problem;
pub(crate) mod references;
pub(crate) mod security;
pub mod walk;
pub(crate) mod yaml_text;
