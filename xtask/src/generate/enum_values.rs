//! Writes the values of enums into the generated code, where the lowered document has names in their place.

use std::collections::BTreeMap;

use syn::visit_mut::{self, VisitMut};
use syn::{File, Item, ItemEnum, LitStr, Type, parse_quote};

use crate::client::source;
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Replaces the names that stand for values, in each enum and in its `impl` blocks; returns the number of enums.
pub(super) fn restore(client: &mut File, lowered: &Lowered, _: &mut Vec<Problem>) -> usize {
    let mut count = 0;
    for item in source::types_mut(client) {
        match item {
            Item::Enum(item) => {
                if let Some(values) = lowered.enum_values.get(&item.ident.to_string()) {
                    rename_variants(item, values);
                    count += 1;
                }
            }
            Item::Impl(block) => {
                if let Type::Path(of) = &*block.self_ty
                    && let Some(values) = of.path.get_ident().and_then(|of| lowered.enum_values.get(&of.to_string()))
                {
                    Strings { values }.visit_item_impl_mut(block);
                }
            }
            _ => {}
        }
    }
    count
}

fn rename_variants(item: &mut ItemEnum, values: &BTreeMap<String, String>) {
    for variant in &mut item.variants {
        let name = source::wire_name(&variant.attrs).unwrap_or_else(|| variant.ident.to_string());
        if let Some(value) = values.get(&name) {
            variant.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
            variant.attrs.push(parse_quote!(#[serde(rename = #value)]));
        }
    }
}

struct Strings<'a> {
    values: &'a BTreeMap<String, String>,
}

impl VisitMut for Strings<'_> {
    fn visit_lit_str_mut(&mut self, text: &mut LitStr) {
        if let Some(value) = self.values.get(&text.value()) {
            *text = LitStr::new(value, text.span());
        }
        visit_mut::visit_lit_str_mut(self, text);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{lowered, one_line};
    use super::*;

    #[test]
    fn the_value_stands_in_the_attribute_and_in_the_conversions() {
        let mut file: File = syn::parse_str(
            r#"pub mod types {
                pub enum Mark { Dot, #[serde(rename = "self")] Self_ }
                impl Display for Mark { fn fmt(&self) { match *self { Self::Dot => f.write_str("Dot"), Self::Self_ => f.write_str("self") } } }
                impl Display for Other { fn fmt(&self) { f.write_str("Dot") } }
            }"#,
        )
        .unwrap();
        let values = BTreeMap::from([("Dot".to_owned(), ".".to_owned()), ("self".to_owned(), "self!".to_owned())]);
        let mut lowered = lowered(Vec::new());
        lowered.enum_values.insert("Mark".to_owned(), values);
        assert_eq!(restore(&mut file, &lowered, &mut Vec::new()), 1);
        let written = one_line(&file);
        for expected in [
            r#"#[serde(rename = ".")] Dot, #[serde(rename = "self!")] Self_"#,
            r#"Self::Dot => f.write_str("."), Self::Self_ => f.write_str("self!")"#,
            r#"for Other { fn fmt(&self) { f.write_str("Dot")"#,
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }
}
