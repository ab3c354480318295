//! Replaces the integers in responses with `Integer`, so that a number such as `1.0` or 2⁶⁴ loses no response.
//!
//! Callers choose the integers of requests, so those keep the type of their format.
//!
//! Two alternatives of a union may have the same type then, and no conversion from it.

use std::collections::BTreeMap;

use quote::ToTokens as _;
use syn::visit_mut::VisitMut as _;
use syn::{File, GenericArgument, Item, ItemImpl, PathArguments, Type, parse_quote};

use super::replaced_types::Replaced;
use crate::client::{contained, source};
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// The types that typify chooses for integers.
const INTEGERS: [&str; 8] = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];

/// Replaces the integers in all types that a response contains, and returns their number.
pub(super) fn replace(client: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let received = contained::received(client);
    let is_received = |kind: &Type| matches!(kind, Type::Path(path) if path.path.get_ident().is_some_and(|name| received.contains(&name.to_string())));
    let mut replacing = Replaced::new(|kind: &Type| is_integer(kind).then(|| parse_quote!(crate::Integer)));
    for item in source::types_mut(client) {
        match item {
            Item::Struct(it) if received.contains(&it.ident.to_string()) => {
                replacing.visit_fields_mut(&mut it.fields);
            }
            Item::Enum(it) if received.contains(&it.ident.to_string()) => {
                it.variants.iter_mut().for_each(|variant| replacing.visit_variant_mut(variant));
            }
            // The conversions of a newtype or a union.
            Item::Impl(block)
                if is_received(&block.self_ty) && !is_integer(&block.self_ty)
                    || source_of(block).is_some_and(|it| is_received(it) && !is_integer(it)) =>
            {
                let count = replacing.count;
                replacing.visit_item_impl_mut(block);
                replacing.count = count;
            }
            _ => {}
        }
    }
    if let Some(items) = source::types_module(client) {
        remove_shared_conversions(items);
    }
    replacing.count
}

/// Removes each conversion that a type has twice: the number does not say which variant it is.
fn remove_shared_conversions(items: &mut Vec<Item>) {
    let conversion = |item: &Item| match item {
        Item::Impl(block) => {
            let (from, to) = (source_of(block)?, &block.self_ty);
            Some((from.to_token_stream().to_string(), to.to_token_stream().to_string()))
        }
        _ => None,
    };
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for types in items.iter().filter_map(conversion) {
        *counts.entry(types).or_default() += 1;
    }
    items.retain(|item| conversion(item).is_none_or(|types| counts.get(&types) == Some(&1)));
}

/// `T` in `impl From<T> for …`.
fn source_of(block: &ItemImpl) -> Option<&Type> {
    let last = block.trait_.as_ref()?.0.segments.last().filter(|last| last.ident == "From")?;
    match &last.arguments {
        PathArguments::AngleBracketed(list) => match list.args.first()? {
            GenericArgument::Type(kind) => Some(kind),
            _ => None,
        },
        _ => None,
    }
}

fn is_integer(kind: &Type) -> bool {
    matches!(kind, Type::Path(path) if INTEGERS.iter().any(|name| path.path.is_ident(name)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn integers_of_responses_are_replaced_and_those_of_requests_are_not() {
        let (count, written) = after(
            replace,
            "pub mod types {
                pub struct Order { pub id: i64, pub counts: ::std::option::Option<::std::vec::Vec<u32>>, pub of: Count, pub key: Key, pub sized: Sized }
                pub struct Count(pub i64);
                impl ::std::convert::From<Count> for i64 { fn from(value: Count) -> Self { value.0 } }
                impl ::std::convert::From<i64> for Count { fn from(value: i64) -> Self { Self(value) } }
                pub enum Key { Integer(i64), String(String) }
                pub enum Sized { Uint64(u64), Int64(i64) }
                impl ::std::convert::From<u64> for Sized { fn from(value: u64) -> Self { Self::Uint64(value) } }
                impl ::std::convert::From<i64> for Sized { fn from(value: i64) -> Self { Self::Int64(value) } }
                pub struct New { pub size: i64, pub limit: Limit }
                pub enum Limit { Integer(i64), All }
                pub struct Unused(pub i64);
                impl ::std::convert::From<Unused> for i64 { fn from(value: Unused) -> Self { value.0 } }
                impl ::std::convert::From<i64> for Limit { fn from(value: i64) -> Self { Self::Integer(value) } }
            }
            impl Client {
                pub async fn add(&self, size: i64, body: &types::New) -> Result<ResponseValue<types::Order>, Error<()>> {}
            }",
        );
        assert_eq!(count, 6);
        assert!(!written.contains("for Sized"), "{written}");
        for expected in [
            "pub id: crate::Integer, pub counts: ::std::option::Option<::std::vec::Vec<crate::Integer>>",
            "pub struct Count(pub crate::Integer);",
            "impl ::std::convert::From<Count> for crate::Integer",
            "impl ::std::convert::From<crate::Integer> for Count { fn from(value: crate::Integer) -> Self",
            "Integer(crate::Integer)",
            "pub struct New { pub size: i64, pub limit: Limit, }",
            "impl ::std::convert::From<Unused> for i64",
            "impl ::std::convert::From<i64> for Limit",
            "size: i64, body",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }
}
