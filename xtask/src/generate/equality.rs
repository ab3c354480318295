//! Derives `PartialEq` for every type, so that tests compare what they read with what they expect.

use syn::{File, Item, parse_quote};

use crate::client::source;
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Adds the derive to each struct and enum that does not have it, and returns their number.
pub(super) fn derive(client: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let mut count = 0;
    for item in source::types_mut(client) {
        let attributes = match item {
            Item::Struct(item) => &mut item.attrs,
            Item::Enum(item) => &mut item.attrs,
            _ => continue,
        };
        if source::derives(attributes, "PartialEq") {
            continue;
        }
        // Without derives, it is the error of a conversion.
        let Some(at) = attributes.iter().position(|attribute| attribute.path().is_ident("derive")) else { continue };
        let mut derived = source::derived(attributes);
        derived.push(parse_quote!(PartialEq));
        attributes.retain(|attribute| !attribute.path().is_ident("derive"));
        // In the same place: the attributes of a derive stand after it.
        attributes.insert(at, parse_quote! { #[derive(#(#derived),*)] });
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn each_type_can_be_compared() {
        let (count, written) = after(
            derive,
            "pub mod types {
                #[derive(Clone, Debug)] #[serde(transparent)] pub struct Order { pub id: i64 }
                #[derive(Clone, PartialEq)] pub enum Kind { A }
                pub struct ConversionError(String);
            }",
        );
        assert_eq!(count, 1);
        assert!(
            written.contains("#[derive(Clone, Debug, PartialEq)] #[serde(transparent)] pub struct Order"),
            "{written}"
        );
        assert!(written.contains("#[derive(Clone, PartialEq)] pub enum Kind"), "{written}");
    }
}
