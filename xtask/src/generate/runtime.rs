//! The generated code's support library: `crate::runtime` in place of `progenitor_client`.
//!
//! progenitor's own error type prints headers and bodies, and has no room for the reason that there was no token;
//! ours is in the hand-written half of the crate, under the same names.

use syn::visit_mut::{self, VisitMut};
use syn::{File, Item, ItemUse, Path, UseTree, parse_quote};

use super::missing;
use crate::document::problem::Problem;

/// Names that a caller needs.
const PUBLIC: [&str; 3] = ["ByteStream", "Error", "ResponseValue"];

/// Names that only the generated code needs.
const PRIVATE: [&str; 4] = ["ClientHooks", "ClientInfo", "OperationInfo", "RequestBuilderExt"];

/// What `path_arguments` replaces.
const REPLACED: &str = "encode_path";

/// Returns how many imports and paths were changed.
///
/// # Errors
///
/// Where progenitor imports something else than it did.
pub(super) fn replace(client: &mut File) -> Result<usize, Problem> {
    let mut imported = Vec::new();
    client.items.retain(|item| {
        let Item::Use(item) = item else { return true };
        let names = names(item);
        imported.extend(names.iter().flatten().cloned());
        names.is_none()
    });
    imported.sort();
    let mut expected: Vec<String> =
        [&PUBLIC[..], &PRIVATE, &[REPLACED]].concat().iter().map(|it| (*it).to_owned()).collect();
    expected.sort();
    if imported != expected {
        return Err(missing(format!("its code imports {imported:?} of progenitor_client, and not {expected:?}")));
    }
    let (public, private) = (PUBLIC.map(ident), PRIVATE.map(ident));
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
    Ok(imported.len() + paths.0)
}

fn ident(name: &str) -> syn::Ident {
    quote::format_ident!("{name}")
}

/// The names that are imported from `progenitor_client`; `None` where it is another import.
fn names(item: &ItemUse) -> Option<Vec<String>> {
    let UseTree::Path(path) = &item.tree else { return None };
    if path.ident != "progenitor_client" {
        return None;
    }
    let UseTree::Group(group) = &*path.tree else { return Some(vec!["something else than a list".to_owned()]) };
    let name = |tree: &UseTree| match tree {
        UseTree::Name(name) => name.ident.to_string(),
        _ => "something else than a name".to_owned(),
    };
    Some(group.items.iter().map(name).collect())
}

/// `progenitor_client::QueryParam` and the like.
struct Paths(usize);

impl VisitMut for Paths {
    fn visit_path_mut(&mut self, path: &mut Path) {
        if path.segments.len() == 2 && path.segments.first().is_some_and(|first| first.ident == "progenitor_client") {
            let last = path.segments.last();
            *path = parse_quote!(crate::runtime::#last);
            self.0 += 1;
        } else if path.segments.first().is_some_and(|first| first.ident == "progenitor_client") {
            let rest = path.segments.iter().skip(1);
            *path = parse_quote!(crate::runtime::#(#rest)::*);
            self.0 += 1;
        }
        visit_mut::visit_path_mut(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_and_paths_lead_to_the_crates_own_runtime() {
        let mut client: File = parse_quote! {
            pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
            use progenitor_client::{encode_path, ClientHooks, OperationInfo, RequestBuilderExt};
            impl Client { fn a(&self) { b(&progenitor_client::QueryParam::new("x", &x)) } }
        };
        assert_eq!(replace(&mut client).unwrap(), 9);
        let written = prettyplease::unparse(&client);
        assert!(!written.contains("progenitor_client"), "{written}");
        assert!(written.contains("pub use crate::runtime::{ByteStream, Error, ResponseValue};"), "{written}");
        assert!(written.contains("crate::runtime::QueryParam::new(\"x\", &x)"), "{written}");
    }

    #[test]
    fn an_import_that_is_not_expected_is_an_error() {
        let mut client: File = parse_quote! { use progenitor_client::{encode_path, Novelty}; };
        assert!(replace(&mut client).unwrap_err().to_string().contains("Novelty"));
        assert!(replace(&mut parse_quote! { use other::Thing; }).is_err());
    }
}
