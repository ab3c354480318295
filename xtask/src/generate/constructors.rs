//! Adds constructors to the types that callers construct.
//!
//! A struct literal must name every field, so it stops compiling when Chift adds an optional one. `new` takes the
//! fields that the document requires and leaves the others unset, so callers keep compiling. Only the types in request
//! bodies get a constructor; callers do not construct the others.

use quote::quote;
use syn::{Field, Fields, File, Item, ItemStruct, parse_quote};

use crate::client::source::{self, Names};
use crate::document::problem::Problem;
use crate::document::references;
use crate::lower::Lowered;

/// Adds `new` or `Default` to each struct that a request body contains, and returns their number.
pub(super) fn add(client: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let bodies = source::methods(client).filter_map(source::body).flat_map(Names::of);
    let parts = source::parts(source::types(client));
    let sent = references::reachable(bodies, |name| parts.get(name).cloned().unwrap_or_default());
    let Some(types) = source::types_module(client) else { return 0 };
    let mut structs: Vec<&ItemStruct> = types
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) if sent.contains(&item.ident.to_string()) => Some(item),
            _ => None,
        })
        .collect();
    structs.sort_by_cached_key(|item| item.ident.to_string());
    let constructors: Vec<Item> = structs.into_iter().filter_map(constructor).collect();
    let count = constructors.len();
    types.extend(constructors);
    count
}

/// `new`, or `Default` for a type without required fields; `None` if the type already derives `Default` or has no named
/// fields.
fn constructor(item: &ItemStruct) -> Option<Item> {
    let Fields::Named(fields) = &item.fields else { return None };
    let required: Vec<&Field> = fields.named.iter().filter(|field| !source::has_empty_value(field)).collect();
    let name = &item.ident;
    if required.is_empty() && source::derives(&item.attrs, "Default") {
        return None;
    }
    let inputs = required.iter().map(|field| {
        let (name, kind) = (&field.ident, &field.ty);
        if takes_literal(field) { quote!(#name: impl ::std::convert::Into<#kind>) } else { quote!(#name: #kind) }
    });
    let values = fields.named.iter().map(|field| {
        let name = &field.ident;
        if source::has_empty_value(field) {
            quote!(#name: ::std::default::Default::default())
        } else if takes_literal(field) {
            quote!(#name: #name.into())
        } else {
            quote!(#name)
        }
    });
    if required.is_empty() {
        return Some(parse_quote! {
            impl ::std::default::Default for #name {
                fn default() -> Self {
                    Self { #(#values),* }
                }
            }
        });
    }
    Some(parse_quote! {
        impl #name {
            /// Creates a value with the fields that the document requires; all others are unset.
            pub fn new(#(#inputs),*) -> Self {
                Self { #(#values),* }
            }
        }
    })
}

/// Whether a field is a string or a number that `new` takes as `impl Into` so that callers can pass a literal.
fn takes_literal(field: &Field) -> bool {
    source::is_one_of(&field.ty, &["String", "Secret", "Decimal", "Integer"])
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn new_takes_the_required_fields_and_leaves_the_others_unset() {
        let (count, written) = after(
            add,
            "pub mod types {
                pub struct Order {
                    pub id: i64, pub name: ::std::string::String, pub note: ::std::option::Option<i64>,
                    #[serde(default)] pub lines: ::std::vec::Vec<Line>,
                }
                pub struct Line { pub price: f64 }
                pub struct Created { pub id: i64 }
            }
            impl Client { pub async fn send(&self, body: &types::Order) -> types::Created {} }",
        );
        for expected in [
            "pub fn new( id: i64, name: impl ::std::convert::Into<::std::string::String>, ) -> Self",
            "note: ::std::default::Default::default()",
            "lines: ::std::default::Default::default()",
            "pub fn new(price: f64) -> Self",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
        assert_eq!((count, written.matches("fn new").count()), (2, 2), "a response needs none:\n{written}");
    }

    #[test]
    fn a_type_without_required_fields_implements_default() {
        let (_, written) = after(
            add,
            "pub mod types {
                #[derive(Clone, Default)] pub struct Has { pub note: Option<i64> }
                #[derive(Clone)] pub struct Lacks { pub note: Option<i64>, #[serde(flatten)] pub extra: Map }
            }
            impl Client { pub fn send(&self, body: &types::Has) {} pub fn put(&self, body: &types::Lacks) {} }",
        );
        assert!(written.contains("impl ::std::default::Default for Lacks"), "{written}");
        assert!(!written.contains("Default for Has") && !written.contains("fn new"), "{written}");
    }

    #[test]
    fn a_type_that_contains_itself_gets_one_constructor() {
        let (count, _) = after(
            add,
            "pub mod types { pub struct Tree { pub children: Vec<Tree> } }
            impl Client { pub fn send(&self, body: &types::Tree) {} }",
        );
        assert_eq!(count, 1);
    }
}
