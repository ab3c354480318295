//! Renames fields that would share a name. Two names in JSON can be the same in Rust, and a field `extra` in the
//! document has the name of the field that keeps unlisted fields. The first field keeps the name.

use std::collections::{BTreeMap, BTreeSet};

use quote::format_ident;
use syn::visit_mut::{self, VisitMut};
use syn::{ExprStruct, Field, Fields, File, Ident, Item, Member, Type, parse_quote};

use crate::client::source::{self, Presence};
use crate::document::problem::Problem;
use crate::lower::Lowered;
use crate::names;

/// Gives the fields of each struct distinct names, also where the struct is constructed; returns the number of changed
/// structs.
pub(super) fn separate(client: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let mut separated: BTreeMap<String, Vec<Ident>> = BTreeMap::new();
    for item in source::types_mut(client) {
        match item {
            Item::Struct(item) => {
                let Fields::Named(fields) = &mut item.fields else { continue };
                if separate_fields(fields.named.iter_mut().collect()) {
                    let names = fields.named.iter().filter_map(|field| field.ident.clone()).collect();
                    separated.insert(item.ident.to_string(), names);
                }
            }
            Item::Impl(block) => {
                let Type::Path(of) = &*block.self_ty else { continue };
                if let Some(names) = of.path.get_ident().and_then(|name| separated.get(&name.to_string())) {
                    InOrder { names }.visit_item_impl_mut(block);
                }
            }
            _ => {}
        }
    }
    separated.len()
}

/// Gives the fields distinct names, and returns whether one changed.
fn separate_fields(mut fields: Vec<&mut Field>) -> bool {
    // The listed fields come first, so that they keep their names.
    fields.sort_by_key(|field| is_unlisted(field));
    let mut taken: BTreeSet<String> =
        fields.iter().filter_map(|field| field.ident.as_ref().map(ToString::to_string)).collect();
    let mut seen = BTreeSet::new();
    let mut changed = false;
    for field in fields {
        let Some(name) = field.ident.as_ref().map(ToString::to_string) else { continue };
        if seen.insert(name.clone()) {
            continue;
        }
        let preferred = if is_unlisted(field) { "other_fields" } else { name.trim_end_matches('_') };
        let free = names::free_name(preferred, |name| taken.contains(name) || syn::parse_str::<Ident>(name).is_err());
        if !is_unlisted(field) && source::wire_name(&field.attrs).is_none() {
            field.attrs.push(parse_quote!(#[serde(rename = #name)]));
        }
        field.ident = Some(format_ident!("{free}"));
        taken.insert(free);
        changed = true;
    }
    changed
}

fn is_unlisted(field: &Field) -> bool {
    // The type costs less than the attributes.
    source::is_map(&field.ty) && source::presence(field) == Presence::Unlisted
}

/// Renames the fields of a struct expression that lists all of them in the order of the definition.
struct InOrder<'a> {
    names: &'a [Ident],
}

impl VisitMut for InOrder<'_> {
    fn visit_expr_struct_mut(&mut self, expression: &mut ExprStruct) {
        if expression.fields.len() == self.names.len() {
            for (field, name) in expression.fields.iter_mut().zip(self.names) {
                field.member = Member::Named(name.clone());
            }
        }
        visit_mut::visit_expr_struct_mut(self, expression);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn the_fields_of_a_struct_have_distinct_names() {
        let (count, written) = after(
            separate,
            r#"pub mod types {
                pub struct Thing {
                    #[serde(rename = "Type")] pub type_: String,
                    #[serde(rename = "type")] pub type_: String,
                    pub a: i64,
                    #[serde(rename = "A")] pub a: i64,
                    #[serde(flatten)] pub extra: Map<K, V>,
                    pub extra: String,
                }
                impl Default for Thing {
                    fn default() -> Self { Self { type_: x(), type_: y(), a: 0, a: 1, extra: m(), extra: t() } }
                }
            }"#,
        );
        assert_eq!(count, 1);
        for expected in [
            "#[serde(rename = \"type\")] pub type2: String",
            "#[serde(rename = \"A\")] pub a2: i64",
            "#[serde(flatten)] pub other_fields: Map<K, V>, pub extra: String",
            "type_: x(), type2: y(), a: 0, a2: 1, other_fields: m(), extra: t(),",
        ] {
            assert!(written.contains(expected), "{expected} is not in {written}");
        }
    }
}
