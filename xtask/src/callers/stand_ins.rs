//! Stand-ins for the types that a new client no longer has.
//!
//! The compiler resolves names before it checks the bodies of functions. A missing type can hide all later errors, so a
//! program with such errors is checked once more with a client that has these names. They are deprecated, so the
//! compiler reports each place that uses them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use proc_macro2::Span;
use syn::{Ident, Item, parse_quote};

use super::attribute::{Concerns, Name};
use super::diagnostics::{self, Diagnostic};
use crate::client::{Client, Construction, source};

/// The codes of the errors about names that do not exist.
const UNRESOLVED: [&str; 9] = ["E0405", "E0412", "E0422", "E0423", "E0425", "E0432", "E0433", "E0531", "E0574"];

/// Whether an error is about the name of one of these types, so that the compiler may not have looked for others.
pub(super) fn hides_others(error: &Diagnostic, missing: &BTreeSet<String>) -> bool {
    let is_unresolved = error.code.as_deref().is_some_and(|code| UNRESOLVED.contains(&code));
    is_unresolved && is_about(error, missing)
}

/// The names of the types that only the old client has.
pub(super) fn missing(old: &Client, new: &Client) -> BTreeSet<String> {
    &names(old) - &names(new)
}

/// The names of all types, including the structs of required fields.
fn names(client: &Client) -> BTreeSet<String> {
    let required = client.types.values().filter_map(|kind| match &kind.construction {
        Construction::Named { name, .. } => Some(name.clone()),
        _ => None,
    });
    client.types.keys().cloned().chain(required).collect()
}

/// The source of a client with stand-ins: an alias for a type that has another name now, according to `renamed`, and an
/// empty struct for each other one.
///
/// # Errors
///
/// When the source is not that of a client.
pub(super) fn with(
    client: &str,
    missing: &BTreeSet<String>,
    renamed: &BTreeMap<String, String>,
) -> anyhow::Result<String> {
    let mut file = syn::parse_file(client).context("the generated client is not Rust")?;
    let types = source::types_module(&mut file).context("the generated client has no types")?;
    types.extend(missing.iter().map(|name| stand_in(name, renamed.get(name))));
    Ok(prettyplease::unparse(&file))
}

fn stand_in(name: &str, renamed: Option<&String>) -> Item {
    let ident = |name: &str| Ident::new(name, Span::call_site());
    let old = ident(name);
    match renamed.map(|new| ident(new)) {
        Some(new) => parse_quote! {
            #[deprecated]
            pub type #old = #new;
        },
        None => parse_quote! {
            #[deprecated]
            #[derive(Clone, Debug, Default, PartialEq)]
            pub struct #old {}
        },
    }
}

/// Adds the errors that the removed types hid, and each use of a removed type.
pub(super) fn add_hidden(
    errors: &mut Vec<Diagnostic>,
    hidden: Vec<Diagnostic>,
    uses: Vec<Diagnostic>,
    missing: &BTreeSet<String>,
) {
    for mut error in uses {
        let Some(name) = missing.iter().find(|name| error.concerns.quoted.contains(*name)) else { continue };
        let is_known = errors.iter().any(|other| {
            (&other.file, other.line) == (&error.file, error.line) && other.concerns.quoted.contains(name)
        });
        if !is_known {
            error.message = format!("the new client has no type `{name}`");
            error.code = None;
            errors.push(error);
        }
    }
    for error in hidden {
        // A stand-in has neither the fields nor the methods of its type.
        let is_known = errors.iter().any(|other| other.is_same(&error));
        if !is_known && !error.is_deprecation() && !is_about(&error, missing) {
            errors.push(error);
        }
    }
    diagnostics::sort(errors);
}

/// Whether an error is about one of these types.
fn is_about(error: &Diagnostic, names: &BTreeSet<String>) -> bool {
    let Concerns { quoted, defined, .. } = &error.concerns;
    names.iter().any(|name| quoted.contains(name) || defined.contains(&Name::of_type(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_missing_type_gets_a_deprecated_stand_in() {
        let missing = ["Receipt", "Gone"].map(str::to_owned).into();
        let renamed = [("Receipt".to_owned(), "Slip".to_owned())].into();
        let source = with("pub mod types {\n    pub struct Slip {}\n}\n", &missing, &renamed).unwrap();
        assert!(source.contains("    #[deprecated]\n    pub type Receipt = Slip;\n"), "{source}");
        assert!(source.contains("    pub struct Gone {}\n"), "{source}");
        assert!(with("fn main() {}", &missing, &renamed).is_err());
    }

    fn error(line: usize, code: Option<&str>, quoted: &[&str]) -> Diagnostic {
        let quoted = quoted.iter().map(|word| (*word).to_owned()).collect();
        Diagnostic {
            file: "src/lib.rs".to_owned(),
            line,
            column: 1,
            code: code.map(str::to_owned),
            message: String::new(),
            concerns: Concerns { quoted, ..Concerns::default() },
        }
    }

    #[test]
    fn only_an_error_about_the_name_of_a_missing_type_hides_others() {
        let missing = ["Receipt".to_owned()].into();
        assert!(hides_others(&error(1, Some("E0432"), &["Receipt"]), &missing));
        for other in [error(1, Some("E0308"), &["Receipt"]), error(1, Some("E0432"), &["Own"]), error(1, None, &[])] {
            assert!(!hides_others(&other, &missing));
        }
    }

    #[test]
    fn hidden_errors_and_uses_are_added_once_and_errors_of_a_stand_in_are_not() {
        let missing = ["Receipt".to_owned()].into();
        let import = error(1, Some("E0432"), &["Receipt"]);
        let hidden = error(7, Some("E0609"), &["note", "Invoice"]);
        let mut errors = vec![import.clone()];
        let uses = [1, 4].map(|line| error(line, Some("deprecated"), &["Receipt"]));
        let of_stand_in = error(5, Some("E0609"), &["number", "Receipt"]);
        let denied = error(4, Some("deprecated"), &["Receipt"]);
        add_hidden(&mut errors, vec![hidden.clone(), of_stand_in, denied], uses.to_vec(), &missing);
        let places: Vec<_> = errors.iter().map(|error| (error.line, error.message.as_str())).collect();
        assert_eq!(places, [(1, ""), (4, "the new client has no type `Receipt`"), (7, "")]);
        assert_eq!((&errors[0], &errors[2]), (&import, &hidden));
    }
}
