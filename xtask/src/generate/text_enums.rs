//! Replaces serde's derives and typify's conversions of each enum of strings with a list of the strings.
//!
//! As with the lists of fields, `text_enum!` in `chift-api/src/values/text_enum.rs` has the code once.

use std::collections::BTreeSet;

use quote::quote;
use syn::{Fields, File, Item, ItemEnum, ItemImpl, Type, parse_quote};

use super::schemas;
use crate::client::{Client, source};

/// The derives that the list replaces.
const DERIVES: [&str; 2] = ["Deserialize", "Serialize"];

/// The traits that the list implements.
const TRAITS: [&str; 3] = ["Display", "FromStr", "TryFrom"];

/// Adds a list of strings to each enum whose variants are strings, and returns the number of these enums.
pub(super) fn list_texts(file: &mut File, _: &Client) -> usize {
    let Some(types) = source::types_module(file) else { return 0 };
    let mut listed = BTreeSet::new();
    for mut item in std::mem::take(types) {
        let list = match &mut item {
            Item::Enum(item) => list(item),
            Item::Impl(block) if implements(block, &listed) => continue,
            _ => None,
        };
        let boolean = match &item {
            Item::Enum(item) if list.is_some() => from_bool(item),
            _ => None,
        };
        if list.is_some() {
            listed.extend(source::name(&item));
        }
        types.push(item);
        types.extend(list);
        types.extend(boolean);
    }
    listed.len()
}

fn list(item: &mut ItemEnum) -> Option<Item> {
    let derived = source::derived(&item.attrs);
    let derives_all = DERIVES.iter().all(|name| derived.iter().any(|path| source::is_named(path, name)));
    let is_copy = derived.iter().any(|path| source::is_named(path, "Copy"));
    let has_attributes = source::serde(&item.attrs).next().is_some();
    let is_plain = item.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit));
    if !derives_all || !is_copy || has_attributes || !is_plain {
        return None;
    }
    let mut rows = Vec::new();
    for variant in &mut item.variants {
        let name = &variant.ident;
        let text = source::wire_name(&variant.attrs).unwrap_or_else(|| name.to_string());
        variant.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
        if name != &text {
            variant.attrs.push(parse_quote! { #[cfg_attr(feature = "schemars", schemars(rename = #text))] });
        }
        rows.push(quote! { #name #text; });
    }
    source::remove_derives(&mut item.attrs, &DERIVES);
    item.attrs.push(schemas::attribute());
    let name = &item.ident;
    Some(parse_quote! { crate::text_enum::text_enum! { #name { #(#rows)* } } })
}

/// The conversion of an enum whose strings are `true` and `false`, as some documents write a boolean parameter.
fn from_bool(item: &ItemEnum) -> Option<Item> {
    let variants: BTreeSet<String> = item.variants.iter().map(|variant| variant.ident.to_string()).collect();
    if variants != BTreeSet::from(["True".to_owned(), "False".to_owned()]) {
        return None;
    }
    let name = &item.ident;
    Some(parse_quote! {
        impl ::std::convert::From<bool> for #name {
            fn from(value: bool) -> Self {
                if value { Self::True } else { Self::False }
            }
        }
    })
}

/// Whether a block implements one of [`TRAITS`] for an enum in `listed`. It follows the enum.
fn implements(block: &ItemImpl, listed: &BTreeSet<String>) -> bool {
    let of = match &*block.self_ty {
        Type::Path(of) => of.path.get_ident().map(ToString::to_string),
        _ => None,
    };
    of.is_some_and(|of| listed.contains(&of))
        && block.trait_.as_ref().is_some_and(|(path, _)| TRAITS.iter().any(|name| source::is_named(path, name)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::one_line;
    use super::*;

    #[test]
    fn an_enum_of_true_and_false_is_made_from_a_boolean() {
        let mut file: File = syn::parse_str(
            r#"pub mod types {
                #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Copy)]
                pub enum Flag { #[serde(rename = "true")] True, #[serde(rename = "false")] False }
                #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Copy)]
                pub enum Answer { True, False, Maybe }
            }"#,
        )
        .unwrap();
        assert_eq!(list_texts(&mut file, &Client::default()), 2);
        let written = one_line(&file);
        assert_eq!(written.matches("From<bool>").count(), 1, "{written}");
        assert!(written.contains("impl ::std::convert::From<bool> for Flag"), "{written}");
    }

    #[test]
    fn the_strings_replace_the_derives_and_the_conversions() {
        let mut file: File = syn::parse_str(
            r#"pub mod types {
                #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Copy, Debug)]
                pub enum Oven { Gas, #[serde(rename = "wood-fired")] WoodFired }
                impl ::std::fmt::Display for Oven {}
                impl ::std::str::FromStr for Oven {}
                impl ::std::convert::TryFrom<&str> for Oven {}
                impl ::std::default::Default for Oven {}
                #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
                pub enum Other { Text(String) }
                impl ::std::fmt::Display for Other {}
            }"#,
        )
        .unwrap();
        assert_eq!(list_texts(&mut file, &Client::default()), 1);
        let written = one_line(&file);
        for expected in [
            "#[derive(Clone, Copy, Debug)] #[cfg_attr(feature = \"schemars\", derive(::schemars::JsonSchema))] pub enum Oven",
            "Gas, #[cfg_attr(feature = \"schemars\", schemars(rename = \"wood-fired\"))] WoodFired,",
            r#"crate::text_enum::text_enum! { Oven { Gas "Gas"; WoodFired "wood-fired"; } }"#,
            "impl ::std::default::Default for Oven",
            "impl ::std::fmt::Display for Other",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
        assert!(!written.contains("for Oven {} impl") && !written.contains("FromStr"), "{written}");
    }
}
