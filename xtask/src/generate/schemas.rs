//! `JsonSchema` for the types that derive what they are to `serde`, where the user's feature `schemars` asks for it;
//! a struct with a list of fields has it from that list.

use syn::{File, Item, parse_quote};

use super::reach;

/// Adds the derive to each enum and struct that derives `Serialize`; returns to how many.
pub(super) fn derive(client: &mut File) -> usize {
    let mut count = 0;
    for item in reach::types_mut(client) {
        let attributes = match item {
            Item::Struct(item) => &mut item.attrs,
            Item::Enum(item) => &mut item.attrs,
            _ => continue,
        };
        if reach::derived(attributes).iter().any(|path| reach::is_named(path, "Serialize")) {
            attributes.push(parse_quote! { #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))] });
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_derives_serialize_derives_a_schema() {
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
        assert_eq!(derive(&mut client), 2);
        let written = prettyplease::unparse(&client);
        assert_eq!(written.matches("cfg_attr(feature = \"schemars\"").count(), 2, "{written}");
    }
}
