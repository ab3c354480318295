//! Replaces `progenitor_client`, the support library of the generated code, with `crate::runtime`.
//!
//! The error type of `progenitor_client` prints headers and bodies, and cannot contain the reason for a missing token.
//! The hand-written part of the crate has its own types with the same names.

use syn::visit_mut::{self, VisitMut};
use syn::{File, Item, ItemUse, Path, UseTree, parse_quote};

use super::unexpected_output;
use crate::client::source::{ENCODE_PATH, PRIVATE_IMPORTS, PUBLIC_IMPORTS, SUPPORT_CRATE};
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Replaces the imports and paths of `progenitor_client`, and returns their number.
///
/// Reports a problem if progenitor imports other names than expected.
pub(super) fn replace(client: &mut File, _: &Lowered, problems: &mut Vec<Problem>) -> usize {
    let mut imported = Vec::new();
    client.items.retain(|item| {
        let Item::Use(item) = item else { return true };
        let names = names(item);
        imported.extend(names.iter().flatten().cloned());
        names.is_none()
    });
    imported.sort();
    // `path_arguments` replaces the calls to `encode_path`, so the new import does not include it.
    let mut expected: Vec<String> =
        [&PUBLIC_IMPORTS[..], &PRIVATE_IMPORTS, &[ENCODE_PATH]].concat().iter().map(|it| (*it).to_owned()).collect();
    expected.sort();
    if imported != expected {
        problems.push(unexpected_output(format!(
            "progenitor's output imports {imported:?} from {SUPPORT_CRATE}, not {expected:?}"
        )));
    }
    let (public, private) = (PUBLIC_IMPORTS.map(ident), PRIVATE_IMPORTS.map(ident));
    client.items.insert(0, parse_quote! { pub use crate::runtime::{#(#public),*}; });
    client.items.insert(
        1,
        parse_quote! {
            #[allow(unused_imports)]
            use crate::runtime::{#(#private),*};
        },
    );
    let mut paths = Paths(0);
    paths.visit_file_mut(client);
    imported.len() + paths.0
}

fn ident(name: &str) -> syn::Ident {
    quote::format_ident!("{name}")
}

/// The names that an import takes from `progenitor_client`; `None` for an import from elsewhere.
fn names(item: &ItemUse) -> Option<Vec<String>> {
    let UseTree::Path(path) = &item.tree else { return None };
    if path.ident != SUPPORT_CRATE {
        return None;
    }
    let UseTree::Group(group) = &*path.tree else { return Some(vec!["a form other than a list".to_owned()]) };
    let name = |tree: &UseTree| match tree {
        UseTree::Name(name) => name.ident.to_string(),
        _ => "a form other than a name".to_owned(),
    };
    Some(group.items.iter().map(name).collect())
}

/// Replaces paths such as `progenitor_client::QueryParam`, and counts them.
struct Paths(usize);

impl VisitMut for Paths {
    fn visit_path_mut(&mut self, path: &mut Path) {
        if path.segments.len() > 1 && path.segments.first().is_some_and(|first| first.ident == SUPPORT_CRATE) {
            let rest = path.segments.iter().skip(1);
            *path = parse_quote!(crate::runtime::#(#rest)::*);
            self.0 += 1;
        }
        visit_mut::visit_path_mut(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{after, lowered};
    use super::*;

    #[test]
    fn imports_and_paths_refer_to_the_crates_own_runtime() {
        let (count, written) = after(
            replace,
            r#"pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
            use progenitor_client::{encode_path, ClientHooks, OperationInfo, RequestBuilderExt};
            impl Client { fn a(&self) { b(&progenitor_client::QueryParam::new("x", &x)) } }"#,
        );
        assert_eq!(count, 9);
        assert!(!written.contains("progenitor_client"), "{written}");
        assert!(written.contains("pub use crate::runtime::{ByteStream, Error, ResponseValue};"), "{written}");
        assert!(written.contains("crate::runtime::QueryParam::new(\"x\", &x)"), "{written}");
    }

    #[test]
    fn an_unexpected_import_is_a_problem() {
        for source in ["use progenitor_client::{encode_path, Novelty};", "use other::Thing;"] {
            let mut problems = Vec::new();
            replace(&mut syn::parse_str(source).unwrap(), &lowered(Vec::new()), &mut problems);
            assert_eq!(problems.len(), 1, "{source}");
        }
    }
}
