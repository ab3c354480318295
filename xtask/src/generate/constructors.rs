//! Adds the constructors of structs, which the [`Client`] value states: [`Construction`].

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Field, Fields, File, Item, ItemStruct, parse_quote};

use crate::client::construction::takes_into;
use crate::client::source;
use crate::client::{Client, Construction};

/// Adds `new` or `Default` to each struct with named fields, and returns their number.
pub(super) fn add(file: &mut File, client: &Client) -> usize {
    let Some(types) = source::types_module(file) else { return 0 };
    let mut count = 0;
    for item in std::mem::take(types) {
        let constructor = match &item {
            Item::Struct(item) => constructor(item, client),
            _ => None,
        };
        count += usize::from(constructor.is_some());
        types.push(item);
        types.extend(constructor);
    }
    count
}

/// The constructor of a struct; `None` if it derives `Default` or has no named fields.
fn constructor(item: &ItemStruct, client: &Client) -> Option<Item> {
    let Fields::Named(fields) = &item.fields else { return None };
    let name = &item.ident;
    let construction = &client.types.get(&name.to_string())?.construction;
    let is_required = |field: &&Field| field.ident.as_ref().is_some_and(|it| construction.requires(&it.to_string()));
    let (required, others): (Vec<&Field>, Vec<&Field>) = fields.named.iter().partition(is_required);
    let others = others.into_iter().map(|field| &field.ident);
    match construction {
        Construction::Literal => None,
        Construction::Default if source::derives(&item.attrs, "Default") => None,
        Construction::Default => Some(parse_quote! { crate::object::constructor! { #name default #(#others)* } }),
        Construction::New(_) => {
            let arguments = required.iter().map(|field| positional(field));
            Some(parse_quote! { crate::object::constructor! { #name new(#(#arguments),*) #(#others)* } })
        }
        Construction::Named { name: required_name, .. } => {
            let required_name = format_ident!("{required_name}");
            let fields = required.iter().map(|Field { ident, ty, .. }| quote!(#ident: #ty));
            Some(parse_quote! {
                crate::object::constructor! { #name new #required_name { #(#fields),* } #(#others)* }
            })
        }
    }
}

/// A field as an argument of `new`, with the value that the field gets.
fn positional(field: &Field) -> TokenStream {
    let Field { ident, ty, .. } = field;
    if takes_into(field) {
        quote!(#ident: impl ::std::convert::Into<#ty> = #ident.into())
    } else {
        quote!(#ident: #ty = #ident)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::tests::one_line;
    use super::*;
    use crate::client;

    fn added(types: &str) -> (usize, String) {
        let mut file: File = syn::parse_str(&format!("pub mod types {{ {types} }}")).unwrap();
        let client = client::read(&file, &Value::Null, &[]);
        (add(&mut file, &client), one_line(&file))
    }

    #[test]
    fn new_takes_the_required_fields_and_leaves_the_others_unset() {
        let (count, written) = added(
            "pub struct Order {
                pub id: i64, pub name: ::std::string::String, pub note: ::std::option::Option<i64>,
                #[serde(default)] pub lines: ::std::vec::Vec<Line>,
            }
            pub struct Line { pub price: f64, pub cost: f64, pub note: Option<String> }
            pub enum Kind { A(Line) }",
        );
        for expected in [
            "Order new(id : i64 = id, name : impl ::std::convert::Into < ::std::string::String > = name.into()) note lines }",
            "Line new LineRequired { price : f64, cost : f64 } note }",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
        assert_eq!(count, 2);
    }

    #[test]
    fn a_type_without_required_fields_implements_default() {
        let (_, written) = added(
            "#[derive(Clone, Default)] pub struct Has { pub note: Option<i64> }
            #[derive(Clone)] pub struct Lacks { pub note: Option<i64>, #[serde(flatten)] pub extra: Map }",
        );
        assert!(written.contains("constructor! { Lacks default note extra }"), "{written}");
        assert_eq!(written.matches("constructor!").count(), 1, "{written}");
    }
}
