//! Lowering: `OpenAPI` 3.1 becomes the 3.0 dialect that progenitor reads, without losing meaning.
//!
//! One small pass per concern, in the one list below. What no pass takes care of is refused by the
//! last one, with its place and the reason: nothing is dropped in silence.

mod arrays;
mod booleans;
mod component_names;
mod constants;
mod constraints;
mod cycles;
mod definitions;
mod diagnostics;
mod documentation;
mod errors;
mod inline_types;
mod limits;
mod media_types;
mod mocks;
mod nullable;
mod objects;
mod operation_names;
mod parameters;
mod path_items;
mod queries;
mod ref_siblings;
mod refuse;
mod tuples;
mod type_lists;
mod unions;
mod unknown_keywords;
mod version;
mod webhooks;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

pub use self::diagnostics::Diagnostic;
use self::diagnostics::Report;
use crate::document::operations::{self, Operation};
use crate::document::problem::{Problem, Problems};
use crate::document::walk;
use crate::names;

/// A pass: a verb's phrase, and the function that does it, which returns how many places it changed.
struct Pass {
    name: &'static str,
    run: fn(&mut Value, &mut Report) -> usize,
}

const PATH_ITEMS: Pass = Pass { name: "put path items in their place", run: path_items::place };

/// The passes, in the order in which they run.
const PASSES: &[Pass] = &[
    PATH_ITEMS,
    Pass { name: "leave out what others call", run: webhooks::leave_out },
    Pass { name: "clean documentation", run: documentation::clean },
    Pass { name: "shorten operation names", run: operation_names::shorten },
    Pass { name: "ignore unknown keywords", run: unknown_keywords::ignore },
    Pass { name: "lift definitions", run: definitions::lift },
    Pass { name: "choose media types", run: media_types::choose },
    Pass { name: "gather parameters", run: parameters::gather },
    Pass { name: "list the items of tuples", run: tuples::list_items },
    Pass { name: "open boolean schemas", run: booleans::open_up },
    Pass { name: "make enums of constants", run: constants::enumerate },
    Pass { name: "split type lists", run: type_lists::split },
    Pass { name: "leave checks to the server", run: constraints::leave_to_the_server },
    Pass { name: "make room beside references", run: ref_siblings::make_room },
    Pass { name: "tell limits and defaults in words", run: limits::tell },
    Pass { name: "turn null alternatives into nullable", run: nullable::fold },
    Pass { name: "leave null out of parameters", run: parameters::leave_out_null },
    Pass { name: "order unions", run: unions::order },
    Pass { name: "state the items of arrays", run: arrays::state_items },
    Pass { name: "keep unknown fields", run: objects::keep_unknown_fields },
    Pass { name: "shorten component names", run: component_names::shorten },
    Pass { name: "name inline types", run: inline_types::name },
    Pass { name: "state version 3.0.3", run: version::state },
];

/// The passes that only the client needs: the mocks are generated from the document before them.
const CLIENT_PASSES: &[Pass] = &[
    Pass { name: "gather errors", run: errors::gather },
    Pass { name: "gather query parameters", run: queries::gather },
    Pass { name: "indent what arguments say", run: documentation::indent },
    Pass { name: "refuse what is left", run: refuse::what_is_left },
];

/// The passes that only the mocks need.
const MOCK_PASSES: &[Pass] = &[Pass { name: "simplify mocks", run: mocks::simplify }];

/// A lowered document, and what the passes found in it.
#[derive(Debug, Clone, Default)]
pub struct Lowered {
    /// The document that the client is generated from, in the 3.0 dialect.
    pub document: Value,
    /// The document that the mocks are generated from: each response has the schema of its body.
    pub mocks: Value,
    /// The operations, ordered by id.
    pub operations: Vec<Operation>,
    /// For each PATCH operation, the fields of its body that may be absent, null or a value.
    pub patched_fields: BTreeMap<String, BTreeSet<String>>,
    /// The components that got another name, with that name.
    pub renamed: HashMap<String, String>,
    /// The passes that changed something, with the number of places.
    pub changes: Vec<(&'static str, usize)>,
    /// The document features that the client does not support.
    pub diagnostics: Vec<Diagnostic>,
}

impl Lowered {
    /// The name of the generated type for a component of the document before lowering, if it has one.
    pub fn type_name(&self, component: &str) -> String {
        names::type_name(self.renamed.get(component).map_or(component, String::as_str))
    }
}

/// The document as it came, with each operation where its path is.
pub(crate) fn with_path_items(document: &Value) -> Value {
    let mut document = document.clone();
    (PATH_ITEMS.run)(&mut document, &mut Report::default());
    document
}

/// Lowers a document.
///
/// # Errors
///
/// The places that hold something which cannot be kept, each with the reason and a hint.
pub fn lower(mut document: Value) -> Result<Lowered, Problems> {
    let misshapen = walk::misshapen(&document).into_iter().map(|(place, expected)| {
        Problem::new(&place, format!("{expected} was expected here"), "mend it with an overlay action")
    });
    Problems::none(misshapen.collect())?;
    let mut changes = Vec::new();
    let mut report = Report::default();
    cycles::refuse(&document, &mut report);
    ref_siblings::refuse(&document, &mut report);
    Problems::none(std::mem::take(&mut report.problems))?;
    let mut all = |passes: &[Pass], document: &mut Value| {
        for pass in passes {
            let count = (pass.run)(document, &mut report);
            if count > 0 {
                changes.push((pass.name, count));
            }
        }
    };
    all(PASSES, &mut document);
    let mut mocks = document.clone();
    all(MOCK_PASSES, &mut mocks);
    all(CLIENT_PASSES, &mut document);
    let Report { problems, diagnostics, renamed, mut responses, mut sent_as } = report;
    Problems::none(problems)?;
    let mut operations = operations::list(&document);
    for operation in &mut operations {
        let gathered = responses.remove(&operation.id).unwrap_or_default();
        operation.bodies = gathered.bodies;
        operation.errors = gathered.errors;
        operation.sent_as = sent_as.remove(&operation.id);
    }
    let patched_fields = operations::patched_fields(&document);
    Ok(Lowered { document, mocks, operations, patched_fields, renamed, changes, diagnostics })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What a pass makes of a schema, and what it refuses.
    #[allow(clippy::needless_pass_by_value)]
    pub(super) fn schema_after(pass: fn(&mut Value, &mut Report) -> usize, schema: Value) -> (Value, Report) {
        let mut report = Report::default();
        let mut document = json!({"components": {"schemas": {"S": schema}}});
        pass(&mut document, &mut report);
        (document["components"]["schemas"]["S"].take(), report)
    }
}
