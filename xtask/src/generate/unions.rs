//! Reads unions by their tags and forms, and keeps the values that are none of the alternatives.
//!
//! `serde`'s `untagged` tries the alternatives in order and takes the first that can be read, which may be the wrong one.
//! `union!` in `chift-api/src/values/union` takes the alternative that the document means.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Arm, Attribute, ExprMatch, Fields, File, Ident, Item, ItemEnum, Type, parse_quote};

use super::schemas;
use crate::client::{Client, source};
use crate::document::problem::Problem;
use crate::lower::{Lowered, Union};
use crate::names;

/// The name of the variant for values that are none of the alternatives.
const UNKNOWN: &str = "Unknown";

/// Adds a variant for unknown values to each union, and returns the number of unions.
pub(super) fn keep_unknown(client: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let Some(types) = source::types_module(client) else { return 0 };
    let mut unions: Vec<(Ident, Ident)> = Vec::new();
    for item in types.iter_mut() {
        if let Item::Enum(item) = item
            && alternatives(item).is_some()
        {
            let name = names::free_name(UNKNOWN, |name| item.variants.iter().any(|variant| variant.ident == name));
            let name = format_ident!("{name}");
            item.variants.push(parse_quote! {
                /// A value that is none of the alternatives that the document lists.
                #name(crate::RawJson)
            });
            unions.push((item.ident.clone(), name));
        }
    }
    for item in types {
        if let Item::Impl(block) = item
            && let Type::Path(of) = &*block.self_ty
            && let Some((_, unknown)) = unions.iter().find(|(name, _)| of.path.is_ident(name))
        {
            Matching { unknown }.visit_item_impl_mut(block);
        }
    }
    unions.len()
}

/// Adds the arm for the variant to each `match self`.
struct Matching<'a> {
    unknown: &'a Ident,
}

impl VisitMut for Matching<'_> {
    fn visit_expr_match_mut(&mut self, expression: &mut ExprMatch) {
        if matches!(&*expression.expr, syn::Expr::Path(path) if path.path.is_ident("self")) {
            let unknown = self.unknown;
            let arm: Arm = parse_quote!(Self::#unknown(x) => x.fmt(f),);
            expression.arms.push(arm);
        }
        visit_mut::visit_expr_match_mut(self, expression);
    }
}

/// The variants of a union, each with the content that `union!` reads: a type, or one string. `None` if the enum is no
/// union.
fn alternatives(item: &ItemEnum) -> Option<Vec<(Ident, TokenStream)>> {
    if !source::is_untagged(item) {
        return None;
    }
    let variants = item.variants.iter().map(|variant| {
        let content = match &variant.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                let kind = &fields.unnamed.first()?.ty;
                quote!((#kind))
            }
            Fields::Unit => {
                let text = source::wire_name(&variant.attrs)?;
                quote!(= #text)
            }
            _ => return None,
        };
        Some((variant.ident.clone(), content))
    });
    variants.collect()
}

/// Replaces serde's derives of each union, and returns the number of unions.
pub(super) fn decide(file: &mut File, client: &Client) -> usize {
    let Some(types) = source::types_module(file) else { return 0 };
    let mut count = 0;
    for mut item in std::mem::take(types) {
        let decided = match &mut item {
            Item::Enum(item) => decided(item, client),
            _ => None,
        };
        count += usize::from(decided.is_some());
        types.push(item);
        types.extend(decided);
    }
    count
}

fn decided(item: &mut ItemEnum, client: &Client) -> Option<Item> {
    let variants = alternatives(item)?;
    let ((unknown, _), known) = variants.split_last()?;
    let union = client.unions.get(&item.ident.to_string()).filter(|union| union.alternatives.len() == known.len());
    // The order alone decides a union of which nothing is known.
    let nothing = Union::default();
    let union = union.unwrap_or(&nothing);
    let rows = known.iter().enumerate().map(|(index, (variant, content))| {
        let forms = union.alternatives.get(index).map(|it| it.forms.as_slice()).unwrap_or_default();
        let forms = if forms.is_empty() { quote!(Form::Any) } else { quote!(#(#forms),*) };
        quote! { #variant #content [#forms]; }
    });
    let (name, tags) = (&item.ident, &union.tags);
    let implementation = parse_quote! { crate::union::union! { #name #unknown [#(#tags)*] { #(#rows)* } } };

    let unlisted: Attribute = parse_quote! { #[cfg_attr(feature = "schemars", schemars(skip))] };
    item.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
    source::remove_derives(&mut item.attrs, &["Deserialize", "Serialize"]);
    item.attrs.push(schemas::attribute());
    item.attrs.push(parse_quote! { #[cfg_attr(feature = "schemars", schemars(untagged))] });
    for variant in &mut item.variants {
        if let Some(text) = source::wire_name(&variant.attrs) {
            variant.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
            variant.attrs.push(parse_quote! {
                #[cfg_attr(feature = "schemars", schemars(with = "::std::string::String", extend("const" = #text)))]
            });
        }
    }
    item.variants.last_mut()?.attrs.push(unlisted);
    Some(implementation)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::tests::{after, one_line};
    use super::*;
    use crate::lower::unions::{Alternative, Form};

    const UNIONS: &str = r"pub mod types {
        #[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug)]
        #[serde(untagged)]
        pub enum Key { Integer(i64), String(::std::string::String) }
        impl ::std::fmt::Display for Key {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self { Self::Integer(x) => x.fmt(f), Self::String(x) => x.fmt(f), }
            }
        }
        #[derive(::serde::Deserialize, ::serde::Serialize, Clone)]
        pub enum Tagged { Unknown(i64) }
    }";

    #[test]
    fn an_unknown_value_has_a_variant() {
        let (count, written) = after(keep_unknown, UNIONS);
        assert_eq!(count, 1);
        for expected in
            ["Unknown(crate::RawJson), }", "Self::Unknown(x) => x.fmt(f), }", "pub enum Tagged { Unknown(i64), }"]
        {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }

    #[test]
    fn a_name_that_is_taken_is_not_used_again() {
        let union = "pub mod types { #[serde(untagged)] pub enum A { Unknown(B) } }";
        let (_, written) = after(keep_unknown, union);
        assert!(written.contains("Unknown2(crate::RawJson)"), "{written}");
    }

    #[test]
    fn the_forms_replace_the_derives() {
        let mut file: File = syn::parse_str(UNIONS).unwrap();
        keep_unknown(&mut file, &super::super::tests::lowered(Vec::new()), &mut Vec::new());
        let alternative = |form| Alternative { forms: vec![form], place: None };
        let alternatives = vec![alternative(Form::Integer), alternative(Form::String(None))];
        let union = Union { tags: vec!["t".to_owned()], alternatives, ..Union::default() };
        let client = Client { unions: BTreeMap::from([("Key".to_owned(), union)]), ..Client::default() };
        assert_eq!(decide(&mut file, &client), 1);
        let written = one_line(&file);
        for expected in [
            "#[derive(Clone, Debug)] #[cfg_attr(feature = \"schemars\", derive(::schemars::JsonSchema))]",
            "schemars(untagged))] pub enum Key",
            "Key Unknown[\"t\"] { Integer(i64) [Form::Integer]; String(::std::string::String) [Form::String];",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }
}
