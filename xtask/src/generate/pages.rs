//! Implements `ListPage` for the types that are a page of a list, so that `paging` can stream the items of any list
//! operation.

use quote::quote;
use syn::{Field, Fields, File, Item, ItemStruct, parse_quote};

use crate::client::{Client, source};

/// Implements `ListPage` for each type with a list `items` and an integer `total`, and returns their number.
pub(super) fn implement(file: &mut File, _: &Client) -> usize {
    let Some(types) = source::types_module(file) else { return 0 };
    let pages: Vec<Item> = types.iter().filter_map(page).collect();
    let count = pages.len();
    types.extend(pages);
    count
}

fn page(item: &Item) -> Option<Item> {
    let Item::Struct(ItemStruct { ident, fields: Fields::Named(fields), generics, .. }) = item else { return None };
    if !generics.params.is_empty() {
        return None;
    }
    let field = |name: &str| fields.named.iter().find(|field| field.ident.as_ref().is_some_and(|it| it == name));
    let kind = source::first_argument(&field("items")?.ty, "Vec")?;
    let total = number(field("total")?)?;
    let page = field("page").and_then(number).unwrap_or_else(|| quote!(::std::option::Option::None));
    Some(parse_quote! {
        impl crate::ListPage for #ident {
            type Item = #kind;

            fn total(&self) -> ::std::option::Option<u64> {
                #total
            }

            fn page(&self) -> ::std::option::Option<u64> {
                #page
            }

            fn into_items(self) -> ::std::vec::Vec<#kind> {
                self.items
            }
        }
    })
}

/// The field as an expression of the type `Option<u64>`; `None` if it is not an integer.
fn number(field: &Field) -> Option<proc_macro2::TokenStream> {
    let name = &field.ident;
    let is_integer = |kind| source::is_one_of(kind, &["Integer"]);
    if is_integer(&field.ty) {
        return Some(quote! { self.#name.to_u64() });
    }
    let inner = source::first_argument(&field.ty, "Option")?;
    is_integer(inner).then(|| quote! { self.#name.as_ref().and_then(crate::Integer::to_u64) })
}

#[cfg(test)]
mod tests {
    use super::super::tests::one_line;
    use super::*;

    fn added(types: &str) -> String {
        let mut file: File = syn::parse_str(&format!("pub mod types {{ {types} }}")).unwrap();
        implement(&mut file, &Client::default());
        one_line(&file)
    }

    #[test]
    fn a_type_with_items_and_a_total_is_a_page() {
        let written = added(
            "pub struct Page { pub items: ::std::vec::Vec<Invoice>, pub page: crate::Integer, pub total: crate::Integer }",
        );
        for expected in [
            "impl crate::ListPage for Page { type Item = Invoice;",
            "fn total(&self) -> ::std::option::Option<u64> { self.total.to_u64() }",
            "fn page(&self) -> ::std::option::Option<u64> { self.page.to_u64() }",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
        let written = added("pub struct Page { pub items: Vec<String>, pub total: Option<crate::Integer> }");
        assert!(written.contains("{ self.total.as_ref().and_then(crate::Integer::to_u64) }"), "{written}");
        assert!(written.contains("{ ::std::option::Option::None }"), "{written}");
    }

    #[test]
    fn no_other_type_is_a_page() {
        for other in [
            "pub struct Basket { pub items: Vec<Line> }",
            "pub struct Sum { pub items: Vec<Line>, pub total: crate::Decimal }",
            "pub struct Count { pub items: crate::Integer, pub total: crate::Integer }",
            "pub struct Empty;",
        ] {
            assert!(!added(other).contains("ListPage"), "{other}");
        }
    }
}
