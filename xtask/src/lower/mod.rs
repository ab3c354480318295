//! Lowering: `OpenAPI` 3.1 becomes the 3.0 dialect that progenitor reads, without losing meaning.
//!
//! One small pass per concern, in the one list below. What no pass takes care of is refused by the
//! last one, with its place and the reason: nothing is dropped in silence.

mod nullable;
mod operation_names;
mod refuse;
mod version;

use serde_json::Value;

use crate::problem::{Problem, Problems};

/// A pass: a verb's phrase, and the function that does it, which returns how many places it changed.
struct Pass {
    name: &'static str,
    run: fn(&mut Value, &mut Vec<Problem>) -> usize,
}

/// The passes, in the order in which they run.
const PASSES: &[Pass] = &[
    Pass { name: "shorten operation names", run: operation_names::shorten },
    Pass { name: "turn null alternatives into nullable", run: nullable::fold },
    Pass { name: "state version 3.0.3", run: version::state },
    Pass { name: "refuse what is left", run: refuse::what_is_left },
];

/// A lowered document, and what was done to get it.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// The document, in the 3.0 dialect.
    pub value: Value,
    /// The passes that changed something, with the number of places.
    pub changes: Vec<(&'static str, usize)>,
}

/// Lowers a document.
///
/// # Errors
///
/// The places that hold something which cannot be kept, each with the reason and a hint.
pub fn lower(mut value: Value) -> Result<Lowered, Problems> {
    let mut changes = Vec::new();
    let mut problems = Vec::new();
    for pass in PASSES {
        let count = (pass.run)(&mut value, &mut problems);
        if count > 0 {
            changes.push((pass.name, count));
        }
    }
    Problems::none(problems)?;
    Ok(Lowered { value, changes })
}
