//! Derives `JsonSchema`, behind the feature `schemars`, for the types that derive `Serialize`. A struct whose fields
//! are listed by `object!` gets it from the pass `objects`.

use syn::{Attribute, File, Item, parse_quote};

use crate::client::{Client, source};

/// Adds the derive to each enum and struct that derives `Serialize`, and returns their number.
pub(super) fn derive(file: &mut File, _: &Client) -> usize {
    let derive = attribute();
    let mut count = 0;
    for item in source::types_mut(file) {
        let attributes = match item {
            Item::Struct(item) => &mut item.attrs,
            Item::Enum(item) => &mut item.attrs,
            _ => continue,
        };
        if source::derives(attributes, "Serialize") {
            attributes.push(derive.clone());
            count += 1;
        }
    }
    count
}

/// The attribute that derives the schema.
pub(super) fn attribute() -> Attribute {
    parse_quote! { #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_derives_serialize_derives_a_schema() {
        let mut client: File = parse_quote! {
            pub mod types {
                #[derive(::serde::Serialize, Clone)]
                pub enum Kind { A }
                #[derive(Clone)]
                pub struct Listed { pub a: i64 }
                #[derive(Clone, ::serde::Serialize)]
                #[serde(transparent)]
                pub struct Id(pub i64);
            }
        };
        assert_eq!(derive(&mut client, &Client::default()), 2);
        let written = prettyplease::unparse(&client);
        assert_eq!(written.matches("cfg_attr(feature = \"schemars\"").count(), 2, "{written}");
    }
}
