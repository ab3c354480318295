//! Names the variants of an enum after the types that they contain. typify only numbers them if two would have the same
//! name or one would have none.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToPascalCase as _;
use quote::format_ident;
use syn::visit_mut::{self, VisitMut};
use syn::{Fields, File, GenericArgument, Ident, Item, ItemEnum, Path, PathArguments, Type};

use crate::client::source;
use crate::document::problem::Problem;
use crate::lower::Lowered;
use crate::names;

/// Renames the numbered variants of each enum, in its definition and its `impl` blocks, and returns their number.
pub(super) fn name(client: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let mut renames: BTreeMap<String, BTreeMap<String, Ident>> = BTreeMap::new();
    for item in source::types_mut(client) {
        if let Item::Enum(item) = item {
            let names = names(item);
            for variant in &mut item.variants {
                if let Some(name) = names.get(&variant.ident.to_string()) {
                    variant.ident = name.clone();
                }
            }
            if !names.is_empty() {
                renames.insert(item.ident.to_string(), names);
            }
        }
    }
    for item in source::types_mut(client) {
        if let Item::Impl(block) = item
            && let Type::Path(of) = &*block.self_ty
            && let Some(names) = of.path.get_ident().and_then(|of| renames.get(&of.to_string()))
        {
            Renaming { names }.visit_item_impl_mut(block);
        }
    }
    renames.values().map(BTreeMap::len).sum()
}

/// The new names of the numbered variants.
fn names(item: &ItemEnum) -> BTreeMap<String, Ident> {
    let numbered = source::has_numbered_variants(item);
    let mut taken = BTreeSet::new();
    let mut names = BTreeMap::new();
    for variant in item.variants.iter().filter(|_| numbered) {
        let Fields::Unnamed(fields) = &variant.fields else { return BTreeMap::new() };
        let preferred = match fields.unnamed.first() {
            Some(field) if fields.unnamed.len() == 1 => content_name(&field.ty, &item.ident.to_string()),
            _ => "Tuple".to_owned(),
        };
        let name = names::free_name(&preferred, |name| taken.contains(name));
        taken.insert(name.clone());
        names.insert(variant.ident.to_string(), format_ident!("{name}"));
    }
    names
}

/// A name for a value of this type, without the name of the enum in front of it.
fn content_name(kind: &Type, within: &str) -> String {
    let Type::Path(path) = kind else { return "Other".to_owned() };
    let Some(last) = path.path.segments.last() else { return "Other".to_owned() };
    let of = |index: usize| {
        let PathArguments::AngleBracketed(list) = &last.arguments else { return String::new() };
        let kinds = list.args.iter().filter_map(|argument| match argument {
            GenericArgument::Type(kind) => Some(kind),
            _ => None,
        });
        kinds.map(|kind| content_name(kind, within)).nth(index).unwrap_or_default()
    };
    match last.ident.to_string().as_str() {
        "bool" => "Boolean".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" => "Integer".to_owned(),
        "f32" | "f64" | "Decimal" | "Float" => "Number".to_owned(),
        "Value" => "Any".to_owned(),
        "Vec" => format!("{}List", of(0)),
        "IndexMap" | "Map" => format!("{}Map", of(1)),
        "Option" | "Box" => of(0),
        name => {
            let rest = name.strip_prefix(within).filter(|rest| rest.starts_with(char::is_uppercase));
            rest.unwrap_or(name).to_pascal_case()
        }
    }
}

struct Renaming<'a> {
    names: &'a BTreeMap<String, Ident>,
}

impl VisitMut for Renaming<'_> {
    fn visit_path_mut(&mut self, path: &mut Path) {
        let of_self = path.segments.len() == 2 && path.segments[0].ident == "Self";
        if let Some(last) = path.segments.last_mut().filter(|_| of_self)
            && let Some(name) = self.names.get(&last.ident.to_string())
        {
            last.ident = name.clone();
        }
        visit_mut::visit_path_mut(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn numbered_variants_are_named_after_the_types_that_they_contain() {
        let (count, written) = after(
            name,
            "pub mod types {
                pub enum Either {
                    Variant0(::std::vec::Vec<Item>), Variant1(::std::vec::Vec<Item>),
                    Variant2(::indexmap::IndexMap<::std::string::String, i64>), Variant3(::uuid::Uuid),
                }
                impl From<::uuid::Uuid> for Either { fn from(it: ::uuid::Uuid) -> Self { Self::Variant3(it) } }
                pub enum Version { Variant1(A), Other(B) }
                pub enum Order { Variant0(::indexmap::IndexMap<::std::string::String, OrderValue>), Variant1(Orders) }
            }",
        );
        assert_eq!(count, 6);
        for expected in [
            "ItemList(",
            "ItemList2(",
            "IntegerMap(",
            "Uuid(",
            "Self::Uuid(it)",
            "Variant1(A)",
            " ValueMap(",
            " Orders(",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }
}
