//! The fourth stage: generates Rust source from the lowered document, with progenitor and passes over the syntax tree
//! of its output.
//!
//! Each pass has a file, and the list `PASSES` shows their order. Each pass returns the number of places that it
//! changed. `xtask/tests/mutations/passes.txt` records these counts for a document that has every construct, so that a
//! test fails when a release of progenitor writes a construct differently.

mod constant_variants;
mod construction;
mod constructors;
mod conversion_errors;
mod enum_values;
mod equal_arms;
mod equality;
mod error_sections;
mod error_types;
mod field_names;
mod groups;
mod hooks;
mod integers;
mod json_bodies;
mod mock_bodies;
mod mock_paths;
mod nullable_fields;
mod objects;
mod open_enums;
mod operation_table;
mod optional_bodies;
mod optional_collections;
mod ordered_maps;
mod pages;
mod parameter_values;
mod path_arguments;
mod progenitor;
mod query_arguments;
mod references;
mod refusals;
mod repeated_names;
mod replaced_types;
mod request_methods;
mod runtime;
mod schemas;
mod text_enums;
mod type_uses;
mod unions;
mod variants;
mod version_header;
mod views;

use std::collections::BTreeMap;
use std::panic;
use std::thread;

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;
use syn::File;

pub use self::progenitor::is_guarded;
use crate::client::{self, Client};
use crate::document::operations;
use crate::document::pointer::Pointer;
use crate::document::problem::{Problem, Problems};
use crate::lower::Lowered;
use crate::skip::LeftOut;

/// Rust source by file name, formatted, without the header.
pub type Sources = BTreeMap<&'static str, String>;

/// The generated client, and the changes that the passes made.
#[derive(Debug, Clone)]
pub struct Generated {
    /// The client as a value.
    pub client: Client,
    /// The files of `src/generated/`.
    pub sources: Sources,
    /// Each pass with the number of places that it changed.
    pub changes: Vec<(&'static str, usize)>,
}

/// A pass: its name, which states what it does, and a function that returns the number of places that it changed.
struct Pass {
    name: &'static str,
    run: Run,
}

enum Run {
    /// Changes the API that callers see. The [`Client`] is read after the last of these passes.
    Shape(fn(&mut File, &Lowered, &mut Vec<Problem>) -> usize),
    /// Adds code and documentation that follow from the API.
    Finish(fn(&mut File, &Client) -> usize),
}

use Run::{Finish, Shape};

/// The passes over the client, in the order in which they run.
const PASSES: &[Pass] = &[
    Pass { name: "import the crate's own runtime", run: Shape(runtime::replace) },
    Pass { name: "restrict construction of the client", run: Shape(construction::restrict) },
    Pass { name: "remove the version header", run: Shape(version_header::remove) },
    Pass { name: "name the methods that reqwest has no function for", run: Shape(request_methods::name) },
    Pass { name: "leave out hooks that do nothing", run: Shape(hooks::remove) },
    Pass { name: "join arms with the same body", run: Shape(equal_arms::join) },
    Pass { name: "write JSON bodies into wiped memory", run: Shape(json_bodies::wipe) },
    // After the pass above, which makes the runtime write the body.
    Pass { name: "make bodies optional that are not required", run: Shape(optional_bodies::wrap) },
    Pass { name: "encode path arguments as one segment", run: Shape(path_arguments::encode) },
    Pass { name: "restore the values of enums", run: Shape(enum_values::restore) },
    Pass { name: "write recorded queries and headers", run: Shape(parameter_values::write) },
    // Names change before the passes that find types by name.
    Pass { name: "name numbered variants", run: Shape(variants::name) },
    Pass { name: "rename fields that share a name", run: Shape(field_names::separate) },
    Pass { name: "distinguish empty collections from absent ones", run: Shape(optional_collections::wrap) },
    Pass { name: "open the enums in responses", run: Shape(open_enums::wrap) },
    Pass { name: "keep any integer in responses", run: Shape(integers::replace) },
    Pass { name: "keep the order of free-form objects", run: Shape(ordered_maps::replace) },
    Pass { name: "make constants in unions variants without content", run: Shape(constant_variants::fold) },
    Pass { name: "keep unknown values of unions", run: Shape(unions::keep_unknown) },
    // After typify and `optional_collections`, which add the `Option` that this pass replaces.
    Pass { name: "make fields of PATCH bodies nullable", run: Shape(nullable_fields::wrap) },
    Pass { name: "name the value and the type in errors", run: Shape(conversion_errors::name) },
    Pass { name: "let callers expect more errors", run: Shape(error_types::mark) },
    Pass { name: "remove documentation that repeats a name", run: Shape(repeated_names::remove) },
    Pass { name: "derive equality", run: Shape(equality::derive) },
    // After all passes that change the bodies of methods.
    Pass { name: "pass arguments by reference", run: Shape(references::pass) },
    Pass { name: "add constructors", run: Finish(constructors::add) },
    Pass { name: "implement pages", run: Finish(pages::implement) },
    Pass { name: "document errors", run: Finish(error_sections::add) },
    Pass { name: "decide unions by tags and forms", run: Finish(unions::decide) },
    Pass { name: "list fields in place of derives", run: Finish(objects::list_fields) },
    Pass { name: "list strings in place of derives", run: Finish(text_enums::list_texts) },
    // After the passes above, which remove the derives from types with a list.
    Pass { name: "derive schemas", run: Finish(schemas::derive) },
    Pass { name: "accept queries in any form", run: Finish(query_arguments::accept_none) },
    Pass { name: "name the operations of each type", run: Finish(type_uses::name) },
    // They look for the operations in `impl Client`, from which the last pass moves them.
    Pass { name: "set the consumer in views", run: Finish(views::add) },
    Pass { name: "group operations by their tags", run: Finish(groups::separate) },
];

/// The passes over the mocks, in the order in which they run.
const MOCK_PASSES: &[Pass] = &[
    Pass { name: "match encoded path segments in mocks", run: Shape(mock_paths::encode) },
    Pass { name: "restore names of parameters in mocks", run: Shape(parameter_values::restore_in_mocks) },
    Pass { name: "write bodies in mocks exactly", run: Shape(mock_bodies::write_exactly) },
];

/// Generates the client of a lowered document, and documents what it leaves out.
///
/// # Errors
///
/// When progenitor refuses the document or panics on it, with the place if it can be found; and when progenitor's
/// output is not what a pass expects.
pub fn generate(lowered: &Lowered, left_out: &LeftOut) -> Result<Generated, Problems> {
    // In parallel: the client and the mocks are independent of each other, and progenitor is slow for both.
    let (client, mocks) = thread::scope(|scope| {
        let mocks = scope.spawn(|| mocks(lowered));
        (client(lowered), mocks.join())
    });
    let (client, file, mut changes) = client?;
    let (mocks, mock_changes) = mocks.unwrap_or_else(|payload| panic::resume_unwind(payload))?;
    changes.extend(mock_changes);
    let sources = BTreeMap::from([
        ("client.rs", file),
        ("httpmock.rs", mocks),
        (
            "mod.rs",
            formatted("mod.rs", module(operations::base_url(&lowered.document).as_deref().unwrap_or_default()))?,
        ),
        (
            "operations.rs",
            formatted("operations.rs", operation_table::source(&lowered.operations, left_out, &client)?)?,
        ),
    ]);
    Ok(Generated { client, sources, changes })
}

type Changes = Vec<(&'static str, usize)>;

fn client(lowered: &Lowered) -> Result<(Client, String, Changes), Problems> {
    let document = &lowered.document;
    let mut file = made(document, |spec| parsed("client.rs", progenitor::client(spec)?))?;
    let mut changes = Vec::new();
    shape(PASSES, &mut file, lowered, &mut changes)?;
    let mut client = client::read(&file, document, &lowered.operations);
    client.unions.clone_from(&lowered.unions);
    for Pass { name, run } in PASSES {
        if let Finish(run) = run {
            changes.push((*name, run(&mut file, &client)));
        }
    }
    Ok((client, prettyplease::unparse(&file), changes))
}

/// What `make` generates from a document.
fn made(document: &Value, make: refusals::Make) -> Result<File, Problems> {
    let spec = progenitor::read(document).map_err(|error| refusals::misread(document, &error))?;
    make(&spec).map_err(|problem| refusals::locate(document, make, problem))
}

fn mocks(lowered: &Lowered) -> Result<(String, Changes), Problems> {
    let mut file = made(&lowered.mocks, |spec| parsed("httpmock.rs", progenitor::mocks(spec)?))?;
    let mut changes = Vec::new();
    shape(MOCK_PASSES, &mut file, lowered, &mut changes)?;
    Ok((prettyplease::unparse(&file), changes))
}

fn shape(passes: &[Pass], file: &mut File, lowered: &Lowered, changes: &mut Changes) -> Result<(), Problems> {
    let mut problems = Vec::new();
    for Pass { name, run } in passes {
        if let Shape(run) = run {
            changes.push((*name, run(file, lowered, &mut problems)));
        }
    }
    Problems::none(problems)
}

/// The source of the parent of the generated modules.
fn module(base_url: &str) -> TokenStream {
    quote! {
        #[allow(
            clippy::all, clippy::pedantic, clippy::restriction,
            missing_docs, unreachable_pub, unused_imports
        )]
        pub mod client;
        #[cfg(feature = "httpmock")]
        #[allow(
            clippy::all, clippy::pedantic, clippy::restriction,
            missing_docs, unreachable_pub, unused_imports, unused_mut
        )]
        pub mod httpmock;
        #[allow(clippy::all, clippy::pedantic, unreachable_pub, unused_variables)]
        pub mod operations;

        /// The base URL in the document: the first of its `servers`, without a trailing slash.
        pub const DEFAULT_BASE_URL: &str = #base_url;
    }
}

/// A problem for output of progenitor that a pass does not expect.
fn unexpected_output(what: String) -> Problem {
    const HINT: &str = "the format of progenitor's output has changed; adapt xtask/src/client/source.rs and the pass";
    Problem::new(&Pointer::root(), what, HINT)
}

/// A text for documentation that puts it between backticks.
fn code(text: &str) -> String {
    text.replace('`', "'")
}

fn formatted(name: &str, tokens: TokenStream) -> Result<String, Problems> {
    Ok(prettyplease::unparse(&parsed(name, tokens)?))
}

fn parsed(name: &str, tokens: TokenStream) -> Result<File, Problem> {
    syn::parse2(tokens).map_err(|error| {
        let what = format!("the generated {name} is not valid Rust: {error}");
        let hint = "a name in the document may be invalid in Rust; change it with an overlay action";
        Problem::new(&Pointer::root(), what, hint)
    })
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    /// A lowered document with only these operations.
    pub(super) fn lowered(operations: Vec<operations::Operation>) -> Lowered {
        let document = json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {}});
        Lowered { operations, ..crate::lower::lower(document).unwrap() }
    }

    /// Runs a pass over `source`; returns the number of places that it changed, and the result on one line.
    pub(super) fn after(pass: fn(&mut File, &Lowered, &mut Vec<Problem>) -> usize, source: &str) -> (usize, String) {
        let mut file: File = syn::parse_str(source).unwrap();
        let mut problems = Vec::new();
        let count = pass(&mut file, &lowered(Vec::new()), &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        (count, one_line(&file))
    }

    /// The source on one line, without the line breaks of the formatter.
    pub(super) fn one_line(file: &File) -> String {
        prettyplease::unparse(file).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
