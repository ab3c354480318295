//! The task `diff`: lists the differences between the clients of two documents, and reports which of them break
//! callers.
//!
//! It compares the generated *clients*, not the documents: methods, and the fields, variants, constructors and
//! traits of types, as the value [`crate::client::Client`]. This is all that a caller uses. It also contains the
//! decisions of the generator that make a change breaking: names that come from titles and paths, parameters in a
//! struct, errors by status, `Open` around the enums of responses, `Nullable` in a PATCH, `new` for the types that a
//! request contains. A comparison of documents would repeat each of these decisions, and be wrong wherever it differs
//! from the generator. What the client does not show, such as the server, statuses, limits and descriptions, is compared
//! in the documents, so that every difference is reported.
//!
//! A verdict assumes that callers use the client as its documentation recommends: they pass arguments by position,
//! construct requests, and in tests responses, with `new` or `Default` and set fields, read fields of responses by name
//! without destructuring them in full, and match enums of strings with a wildcard arm. A test compiles callers of the
//! old client against the new one, and checks that they compile exactly if the verdict predicts it
//! (`xtask/tests/diff/callers.rs`).
//!
//! Each kind of change is a [`Rule`] with a stable id and a verdict. The steps are: the comparisons of operations, types
//! and documents list changes; `grouping` makes entries of them; `formats` print the entries.
//!
//! # Why not a library
//!
//! `drift` compares OpenAPI documents for teams that deploy servers and clients at different times, so its verdicts are
//! about JSON compatibility. By that measure, a request's field that becomes optional breaks no client, and a new enum
//! value in a response or a newly documented error status does. In Rust, the first changes a type, and `Open` accepts
//! the second. `drift` does not compare names and positions, and reads OpenAPI 3.0 only. `cargo-semver-checks` and
//! `public-api` compare Rust, but from rustdoc's JSON: they need two builds of the crate, which take minutes instead of
//! a second, and cannot attribute a change to an operation.

mod accepted;
mod args;
mod arguments;
mod change;
mod difference;
mod documents;
mod formats;
mod grouping;
mod level;
mod met;
mod operations;
mod places;
mod renames;
mod rules;
mod section;
mod types;
mod verdict;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use anyhow::bail;
use serde_json::Value;

pub use self::args::Args;
use self::change::Finding;
pub use self::difference::{
    Consequence, Difference, Document, Entry, Place, Schemas, Sides, Site, Subject, SubjectKind,
};
pub use self::formats::{Format, changelog, markdown, schema, text, written};
pub use self::level::FailOn;
use self::places::Places;
use self::renames::Renames;
pub use self::rules::{Rule, table};
pub use self::verdict::{Step, Verdict};
use crate::callers::Folders;
use crate::client::Method;
use crate::document::operations::base_url;
use crate::options::Options;
use crate::pipeline::{self, Input, Outcome};
use crate::template::Template;
use crate::{progress, select};

/// Compares the old client and its document with the new ones.
pub fn compare(old: &Outcome, new: &Outcome) -> Difference {
    let pairs = operations::pair(&old.client, &new.client);
    let methods: Vec<_> = pairs.iter().map(|((_, was), (_, is))| (*was, *is)).collect();
    let renames = Renames::find(&old.client, &new.client, &methods);
    let methods = old.client.methods.values().chain(new.client.methods.values());
    let queries: BTreeSet<&str> = methods.filter_map(Method::query).collect();
    let (old_places, new_places) = (Places::new(old), Places::new(new));

    let mut findings: Vec<Finding> = Vec::new();
    let bases = [old, new].map(|outcome| base_url(&outcome.lowered.document).unwrap_or_default());
    let sides = ((&old.client, &old.left_out), (&new.client, &new.left_out));
    for (methods @ (was, is), change) in operations::compare(sides.0, sides.1, (&bases[0], &bases[1]), &pairs, &renames)
    {
        findings.extend(operations::subject(methods).map(|subject| Finding {
            subject,
            old: was.and_then(|was| old_places.of_operation(was, &change.old)),
            new: is.and_then(|is| new_places.of_operation(is, &change.new)),
            change,
        }));
    }
    let changed = types::compare(&old.client, &new.client, &renames, &queries);
    let names = changed.iter().filter_map(|((was, is), _)| is.or(*was)).map(str::to_owned).collect();
    let forms = types::compare_forms(&old.client, &new.client, &renames, &names);
    for (names @ (was, is), change) in changed.into_iter().chain(forms) {
        findings.extend(types::subject(names).map(|subject| Finding {
            subject,
            old: was.and_then(|was| old_places.of_type(was, &change.old)),
            new: is.and_then(|is| new_places.of_type(is, &change.new)),
            change,
        }));
    }
    let sides = documents::Sides { old, new, old_places: &old_places, new_places: &new_places };
    let differences = documents::compare(&sides, &pairs, &renames, &findings);
    findings.extend(differences);
    findings.extend(documents::left_out(old, new));

    let (before, after) = (schemas(&old.document), schemas(&new.document));
    let only = |one: &BTreeSet<&String>, other: &BTreeSet<&String>| -> Vec<String> {
        one.difference(other).map(|name| (*name).clone()).collect()
    };
    let document = |outcome: &Outcome| Document {
        name: String::new(),
        version: outcome.document["info"]["version"].as_str().map(str::to_owned),
    };
    Difference {
        old: document(old),
        new: document(new),
        entries: grouping::entries(findings),
        schemas: Schemas { added: only(&after, &before), removed: only(&before, &after) },
        left_out: Sides { old: old.left_out.operations.clone(), new: new.left_out.operations.clone() },
        documents_differ: documents::whole(old) != documents::whole(new),
        callers: None,
    }
}

fn schemas(document: &Value) -> BTreeSet<&String> {
    let schemas = document.get("components").and_then(|all| all.get("schemas")).and_then(Value::as_object);
    schemas.into_iter().flatten().map(|(name, _)| name).collect()
}

/// Runs the task: compares the clients of the documents in two files, prints the difference to `out`, and
/// returns whether the command fails because of it.
///
/// The program of `--callers` is compiled in `folders`.
///
/// # Errors
///
/// When a file cannot be read, when no client can be generated from it, or when an accepted change does not apply.
pub fn run(template: &Template, args: &Args, folders: &Folders, out: &mut dyn Write) -> anyhow::Result<bool> {
    let read = |path: &Path| Input::read_file_or_revision(Path::new(""), path);
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    // A tag may be new, or gone.
    let options = Options { unknown_tags: true, ..args.options.options(template)? };
    let (old_outcome, new_outcome) = progress::during("generating both clients", || {
        pipeline::both(|| pipeline::run(&old, &options), || pipeline::run(&new, &options))
    });
    let (old_outcome, new_outcome) = (old_outcome?, new_outcome?);
    select::require_one(&old_outcome, &new_outcome)?;
    if args.fail_on == FailOn::Met && args.callers.is_none() {
        bail!("--fail-on met needs a program: --callers DIR");
    }
    let mut difference = compare(&old_outcome, &new_outcome);
    difference.locate(&old, &new);
    if let Some(file) = &args.accepted {
        accepted::apply(&Input::read(Path::new(""), file)?, &mut difference)?;
    }
    if let Some(dir) = &args.callers {
        met::add(template, dir, folders, (&old_outcome, &new_outcome), &mut difference)?;
    }
    write!(out, "{}", written(&difference, args.format, args.fail_on)?)?;
    Ok(args.fail_on.fails(&difference))
}
