//! `new` for the types that a caller has to make.
//!
//! A struct literal must name every field, so it stops compiling on the day Chift adds an optional one.
//! `new` takes what the document requires and leaves the rest unset: what a caller wrote keeps
//! compiling. Only types that a request's body reaches get one; nobody makes the others.

use syn::{Field, Fields, File, FnArg, Item, ItemStruct, Type, parse_quote};

use super::reach::{self, Names};

/// Adds the constructors to the module `types` of a client that progenitor generated.
pub(super) fn add(client: &mut File) {
    let mut bodies = Names::default();
    for method in reach::methods(client) {
        reach::bodies(method, &mut bodies);
    }
    let Some(types) = reach::types_module(client) else { return };
    let made: Vec<Item> = reach::structs(types, bodies.0).into_iter().filter_map(constructor).collect();
    types.extend(made);
}

/// `Default` for a type that needs nothing, unless the generator gave it one; `None` for one without named
/// fields.
fn constructor(item: &ItemStruct) -> Option<Item> {
    let Fields::Named(fields) = &item.fields else { return None };
    let needed: Vec<&Field> = fields.named.iter().filter(|field| matches!(filling(field), Filling::Given)).collect();
    let name = &item.ident;
    if needed.is_empty() && derives_default(item) {
        return None;
    }
    let inputs = needed.iter().map(|field| -> FnArg {
        let (name, kind) = (&field.ident, &field.ty);
        if into(kind) { parse_quote!(#name: impl ::std::convert::Into<#kind>) } else { parse_quote!(#name: #kind) }
    });
    let values = fields.named.iter().map(|field| -> syn::FieldValue {
        let name = &field.ident;
        match filling(field) {
            Filling::Given if into(&field.ty) => parse_quote!(#name: #name.into()),
            Filling::Given => parse_quote!(#name),
            Filling::Empty => parse_quote!(#name: ::std::default::Default::default()),
            Filling::Stated(default) => parse_quote!(#name: #default()),
        }
    });
    if needed.is_empty() {
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
            /// A value with what the document requires; the other fields are unset, or have the default
            /// that the document states.
            pub fn new(#(#inputs),*) -> Self {
                Self { #(#values),* }
            }
        }
    })
}

fn derives_default(item: &ItemStruct) -> bool {
    // What a derive cannot be read for is the compiler's to tell.
    reach::derived(&item.attrs).iter().any(|path| reach::is_named(path, "Default"))
}

/// Texts are taken as whatever becomes one.
fn into(kind: &Type) -> bool {
    matches!(kind, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "String" || last.ident == "Secret"))
}

/// Where the value of a field comes from.
enum Filling {
    /// From the caller.
    Given,
    /// `None`, or an empty list or map.
    Empty,
    /// From the function that serde calls when the field is absent.
    Stated(syn::Path),
}

fn filling(field: &Field) -> Filling {
    let mut filling = match &field.ty {
        Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Option") => Filling::Empty,
        _ => Filling::Given,
    };
    for said in reach::serde(&field.attrs).filter(|said| said.word == "default" || said.word == "flatten") {
        filling = match said.text {
            Some(function) => syn::parse_str(&function).map_or(Filling::Given, Filling::Stated),
            None => Filling::Empty,
        };
    }
    filling
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(client: &str) -> String {
        let mut file: File = syn::parse_str(client).unwrap();
        add(&mut file);
        // On one line, wherever the formatter breaks it.
        prettyplease::unparse(&file).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn new_takes_what_is_required_and_fills_the_rest() {
        let told = added(
            r#"pub mod types {
                pub struct Order {
                    pub id: i64, pub name: ::std::string::String, pub note: ::std::option::Option<i64>,
                    #[serde(default)] pub lines: ::std::vec::Vec<Line>,
                    #[serde(default = "defaults::order_kind")] pub kind: ::std::string::String,
                }
                pub struct Line { pub price: f64 }
                pub struct Answer { pub id: i64 }
            }
            impl Client { pub async fn send(&self, body: &types::Order) -> types::Answer {} }"#,
        );
        for expected in [
            "pub fn new( id: i64, name: impl ::std::convert::Into<::std::string::String>, ) -> Self",
            "note: ::std::default::Default::default()",
            "lines: ::std::default::Default::default()",
            "kind: defaults::order_kind()",
            "pub fn new(price: f64) -> Self",
        ] {
            assert!(told.contains(expected), "{expected} is missing in\n{told}");
        }
        assert_eq!(told.matches("fn new").count(), 2, "an answer needs none:\n{told}");
    }

    #[test]
    fn what_needs_nothing_has_default() {
        let told = added(
            "pub mod types {
                #[derive(Clone, Default)] pub struct Has { pub note: Option<i64> }
                #[derive(Clone)] pub struct Lacks { pub note: Option<i64>, #[serde(flatten)] pub extra: Map }
            }
            impl Client { pub fn send(&self, body: &types::Has) {} pub fn put(&self, body: &types::Lacks) {} }",
        );
        assert!(told.contains("impl ::std::default::Default for Lacks"), "{told}");
        assert!(!told.contains("Default for Has") && !told.contains("fn new"), "{told}");
    }

    #[test]
    fn a_type_that_contains_itself_ends() {
        let told = added(
            "pub mod types { pub struct Tree { pub children: Vec<Tree> } }
            impl Client { pub fn send(&self, body: &types::Tree) {} }",
        );
        assert_eq!(told.matches("fn new").count(), 1);
    }
}
