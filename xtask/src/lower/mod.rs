//! Lowering: converts a document of `OpenAPI` 3.1 to the dialect of 3.0 that progenitor reads, without losing meaning.
//!
//! Each concern has a small pass, and the list below shows their order. What is left after them is refused with its place
//! and the reason, so that no construct is dropped silently.

mod all_of;
mod arguments;
mod arrays;
mod booleans;
mod checks;
mod component_names;
mod constants;
mod constraints;
mod credentials;
mod cycles;
mod diagnostics;
mod documentation;
mod enum_names;
mod errors;
mod inheritance;
mod inline_types;
mod limits;
mod media_types;
mod mocks;
mod nullable;
mod nullable_components;
pub(crate) mod numbers;
mod objects;
mod operation_names;
mod parameters;
mod parts;
mod path_items;
mod queries;
mod ref_siblings;
mod refuse;
mod repair;
mod responses;
mod scalars;
mod secret_names;
mod secrets;
mod servers;
mod statuses;
mod string_unions;
mod tuples;
mod type_lists;
pub mod unions;
mod unknown_keywords;
mod version;
mod webhooks;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

pub use self::arguments::{Form, Parameter, Parameters};
pub use self::diagnostics::Diagnostic;
use self::diagnostics::Report;
pub use self::enum_names::EnumValues;
pub use self::unions::Union;
use crate::document::operations::{self, Operation};
use crate::document::origins::Origins;
use crate::document::problem::Problems;
use crate::names;

/// A pass over the document.
struct Pass {
    /// The name that the command line prints, which states what the pass does.
    name: &'static str,
    /// Changes the document, and returns the number of places that changed.
    run: fn(&mut Value, &mut Report) -> usize,
    #[cfg_attr(not(test), expect(dead_code, reason = "stated for the reader; a test measures it"))]
    serves: Serves,
}

/// The vendors whose documents need a pass. The test `serves_states_which_passes_change_chifts_documents` measures it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Serves {
    /// It changes at least one published version of Chift's document.
    Chift,
    /// It changes none of Chift's published documents, only documents of other vendors.
    Others,
}

use Serves::{Chift, Others};

/// A step before the passes that read schemas.
enum Step {
    Do(Pass),
    /// Refuses the document if one of these reports a problem.
    Check(&'static [fn(&Value, &mut Report)]),
}

use Step::{Check, Do};

impl Step {
    fn pass(&self) -> Option<&Pass> {
        match self {
            Do(pass) => Some(pass),
            Check(_) => None,
        }
    }
}

/// The steps that decide which paths the client requests and which responses it distinguishes, with the checks of what
/// later passes rely on.
const STEPS: &[Step] = &[
    // Before the next pass, which removes `x-secret`.
    Do(Pass { name: "make strings secrets by their names", run: secrets::hide, serves: Chift }),
    // Before all checks: a vendor's `x-…` entry may stand where a path or a response is expected.
    Do(Pass { name: "ignore unknown keywords", run: unknown_keywords::ignore, serves: Chift }),
    Do(Pass { name: "repair entries whose meaning is clear", run: repair::repair, serves: Others }),
    Check(&[checks::refuse_shapes]),
    Check(&[checks::refuse_references]),
    // Before the check that expects each target among the components.
    Do(Pass { name: "remove the headers of responses", run: responses::remove_headers, serves: Others }),
    Do(Pass { name: "move referenced parts to components", run: parts::lift, serves: Others }),
    Do(Pass { name: "let variants extend the fields of their base", run: inheritance::break_cycles, serves: Others }),
    Do(Pass { name: "note the forms of alternatives", run: unions::note, serves: Chift }),
    // The references again, for the parts that have only now become schemas by their position.
    Check(&[checks::refuse_references, cycles::refuse, ref_siblings::refuse]),
    Do(Pass { name: "inline path items", run: path_items::inline, serves: Others }),
    Do(Pass { name: "make the servers of operations parts of paths", run: servers::lower, serves: Others }),
    Do(Pass { name: "normalize statuses", run: statuses::normalize, serves: Others }),
    Do(Pass { name: "add a success to each operation", run: responses::add_success, serves: Others }),
    Do(Pass { name: "choose media types of responses", run: media_types::choose_for_responses, serves: Chift }),
    Do(Pass { name: "unify the media types of successes", run: statuses::unify, serves: Others }),
];

/// The passes after these steps, in the order in which they run.
const PASSES: &[Pass] = &[
    Pass { name: "remove webhooks and callbacks", run: webhooks::remove, serves: Others },
    Pass { name: "rewrite documentation for rustdoc", run: documentation::rewrite_for_rustdoc, serves: Chift },
    Pass { name: "shorten operation names", run: operation_names::shorten, serves: Chift },
    Pass { name: "choose media types of requests", run: media_types::choose_for_requests, serves: Others },
    Pass { name: "gather parameters", run: parameters::gather, serves: Others },
    Pass { name: "leave checks to the server", run: constraints::leave_to_the_server, serves: Chift },
    Pass { name: "turn tuples into arrays", run: tuples::list_items, serves: Others },
    Pass { name: "replace boolean schemas", run: booleans::replace, serves: Others },
    Pass { name: "turn constants into enums", run: constants::enumerate, serves: Chift },
    Pass { name: "split type lists", run: type_lists::split, serves: Others },
    Pass { name: "move references with siblings into allOf", run: ref_siblings::move_references, serves: Chift },
    Pass { name: "document limits and defaults", run: limits::describe, serves: Chift },
    Pass { name: "turn null alternatives into nullable", run: nullable::fold, serves: Chift },
    Pass { name: "join unions of strings", run: string_unions::join, serves: Others },
    Pass { name: "merge the parts of allOf", run: all_of::merge, serves: Others },
    Pass { name: "reduce schemas to the keywords of their type", run: scalars::reduce, serves: Others },
    Pass {
        name: "move nullable from components to references",
        run: nullable_components::move_to_references,
        serves: Others,
    },
    Pass { name: "make nullable parameters optional", run: parameters::leave_out_null, serves: Chift },
    Pass { name: "choose number types", run: numbers::choose, serves: Others },
    Pass { name: "order unions", run: unions::order, serves: Chift },
    Pass { name: "add items to arrays", run: arrays::state_items, serves: Others },
    Pass { name: "accept unknown fields", run: objects::keep_unknown_fields, serves: Chift },
    Pass { name: "shorten component names", run: component_names::shorten, serves: Others },
    Pass { name: "name inline types", run: inline_types::name, serves: Chift },
    Pass { name: "decide unions", run: unions::decide, serves: Chift },
    // After all passes that name types: the values are recorded by type.
    Pass { name: "name the values of enums", run: enum_names::spell, serves: Others },
    Pass { name: "set version 3.0.3", run: version::state, serves: Chift },
];

/// The passes that only the client needs: the mocks are generated from the document before them.
const CLIENT_PASSES: &[Pass] = &[
    Pass { name: "gather responses", run: errors::gather, serves: Chift },
    Pass { name: "gather query parameters", run: queries::gather, serves: Chift },
    Pass { name: "record names and styles of arguments", run: arguments::of_client, serves: Chift },
    Pass { name: "indent the documentation of arguments", run: documentation::indent, serves: Others },
];

/// The passes that only the mocks need.
const MOCK_PASSES: &[Pass] = &[
    Pass { name: "record names and styles in mocks", run: arguments::of_mocks, serves: Chift },
    Pass { name: "simplify mocks", run: mocks::simplify, serves: Chift },
    Pass { name: "remove fields in mocks", run: mocks::remove_fields, serves: Chift },
    Pass { name: "move statuses without a reason to their range", run: statuses::name_in_mocks, serves: Others },
];

/// A lowered document, and the information that the passes collected.
#[derive(Debug, Clone, Default)]
pub struct Lowered {
    /// The document that the client is generated from, in the 3.0 dialect.
    pub document: Value,
    /// The document that the mocks are generated from: each response has the schema of its body.
    pub mocks: Value,
    /// The operations, ordered by id.
    pub operations: Vec<Operation>,
    /// The parameters that progenitor cannot write itself.
    pub parameters: Parameters,
    /// The same for the mocks.
    pub mock_parameters: Parameters,
    /// For each PATCH operation, the fields of its body that may be absent, null or a value.
    pub patched_fields: BTreeMap<String, BTreeSet<String>>,
    /// The new names of renamed components, by their old names.
    pub renamed: HashMap<String, String>,
    /// The values of enums that have a name in their place in `document`.
    pub enum_values: EnumValues,
    /// How the client decides each union, by the name of its type.
    pub unions: BTreeMap<String, Union>,
    /// The passes, each with the number of places that it changed.
    pub changes: Vec<(&'static str, usize)>,
    /// The document features that the client does not support.
    pub diagnostics: Vec<Diagnostic>,
    /// The places that are secrets because of their name or `x-secret`.
    pub secrets: Vec<Diagnostic>,
    /// Where the nodes of the lowered document come from, unless they are where they were.
    pub origins: Origins,
}

impl Lowered {
    /// The name of the generated type for a component of the document before lowering, if it has one.
    pub fn type_name(&self, component: &str) -> String {
        names::type_name(self.renamed.get(component).map_or(component, String::as_str))
    }

    /// The name of the argument for a parameter of the document before lowering.
    pub fn argument(&self, operation: &str, position: &str, parameter: &str) -> String {
        let recorded = self.parameters.get(operation).into_iter().flatten();
        let mut found = recorded.filter(|(_, it)| it.position == position && it.wire == parameter);
        names::argument_name(found.next().map_or(parameter, |(name, _)| name))
    }
}

/// The document with its path items inlined, without any other change.
pub(crate) fn with_path_items(document: &Value) -> Value {
    let mut document = document.clone();
    for run in [parts::lift, path_items::inline] {
        run(&mut document, &mut Report::default());
    }
    document
}

/// The document with the paths and the responses that the client distinguishes, and with references to components only. The schemas
/// are as the vendor wrote them.
pub(crate) fn with_responses(document: &Value) -> Value {
    let mut document = document.clone();
    let passes = STEPS.iter().filter_map(Step::pass);
    run(passes, &mut document, &mut Report::default(), &mut Vec::new());
    document
}

/// Lowers a document.
///
/// # Errors
///
/// The places that cannot be lowered, each with the reason and a hint.
pub fn lower(mut document: Value) -> Result<Lowered, Problems> {
    let mut changes = Vec::new();
    let mut report = Report::default();
    for step in STEPS {
        match step {
            Do(pass) => run([pass], &mut document, &mut report, &mut changes),
            Check(checks) => {
                checks.iter().for_each(|check| check(&document, &mut report));
                Problems::none(std::mem::take(&mut report.problems))?;
            }
        }
    }
    run(PASSES, &mut document, &mut report, &mut changes);
    let mut mocks = document.clone();
    run(MOCK_PASSES, &mut mocks, &mut report, &mut changes);
    run(CLIENT_PASSES, &mut document, &mut report, &mut changes);
    refuse::rest(&document, &mut report);
    credentials::report(&document, &mut report);
    let Report {
        problems,
        diagnostics,
        secrets,
        renamed,
        enum_values,
        unions,
        mut responses,
        mut sent_as,
        parameters,
        mock_parameters,
        origins,
        ..
    } = report;
    Problems::none(problems)?;
    let mut operations = operations::list(&document);
    for operation in &mut operations {
        let gathered = responses.remove(&operation.id).unwrap_or_default();
        operation.bodies = gathered.bodies;
        operation.errors = gathered.errors;
        operation.sent_as = sent_as.remove(&operation.id);
    }
    let patched_fields = operations::patched_fields(&document);
    Ok(Lowered {
        document,
        mocks,
        operations,
        parameters,
        mock_parameters,
        patched_fields,
        renamed,
        enum_values,
        unions,
        changes,
        diagnostics,
        secrets,
        origins,
    })
}

/// Runs passes, and adds their numbers of changed places to `changes`.
fn run<'a>(
    passes: impl IntoIterator<Item = &'a Pass>,
    document: &mut Value,
    report: &mut Report,
    changes: &mut Vec<(&'static str, usize)>,
) {
    for pass in passes {
        changes.push((pass.name, (pass.run)(document, report)));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Runs a pass over a schema; returns the schema and the report of the pass.
    #[allow(clippy::needless_pass_by_value)]
    pub(super) fn schema_after(pass: fn(&mut Value, &mut Report) -> usize, schema: Value) -> (Value, Report) {
        let mut report = Report::default();
        let mut document = json!({"components": {"schemas": {"S": schema}}});
        pass(&mut document, &mut report);
        (document["components"]["schemas"]["S"].take(), report)
    }

    /// Measures `serves` on the published documents. Set `CHIFT_SHARED` to the folder that contains `specs` to run it.
    #[test]
    #[ignore = "needs Chift's published documents, which are not in the repository"]
    fn serves_states_which_passes_change_chifts_documents() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let shared = std::env::var("CHIFT_SHARED").unwrap_or_else(|_| "../shared".to_owned());
        let mut changing = BTreeSet::new();
        for entry in std::fs::read_dir(root.join(shared).join("specs")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let document = crate::read::read("document", &std::fs::read_to_string(&path).unwrap()).unwrap();
                let changes = lower(document.value).unwrap().changes;
                changing.extend(changes.into_iter().filter(|(_, count)| *count > 0).map(|(name, _)| name));
            }
        }
        let chift = |pass: &&Pass| pass.serves == Chift;
        let passes = [PASSES, CLIENT_PASSES, MOCK_PASSES].into_iter().flatten();
        let stated = STEPS.iter().filter_map(Step::pass).chain(passes).filter(chift).map(|pass| pass.name);
        assert_eq!(changing, stated.collect());
    }

    #[test]
    fn a_secret_stays_a_secret_beside_an_extension_of_the_vendor() {
        let document = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {}, "components": {"schemas": {
            "A": {"type": "object", "properties": {"key": {"type": "string", "format": "password", "x-vendor": {"a": 1}}}},
        }}});
        let lowered = lower(document).unwrap();
        let key = &lowered.document["components"]["schemas"]["A"]["properties"]["key"];
        assert_eq!(key, &json!({"type": "string", "format": "password"}));
    }
}
