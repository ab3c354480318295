//! Which type an error's body is read as, by the operation and the name in its error type.

use std::collections::BTreeMap;

use syn::{File, Item, ItemEnum, Type};

use super::reach;

/// For each operation: the names in its error type, each with the Rust type behind it.
pub(super) fn list(client: &File) -> BTreeMap<String, BTreeMap<String, Type>> {
    let enums: BTreeMap<String, &ItemEnum> = reach::types(client)
        .iter()
        .filter_map(|item| match item {
            Item::Enum(item) => Some((item.ident.to_string(), item)),
            _ => None,
        })
        .collect();
    reach::methods(client)
        .filter_map(|method| {
            let error = reach::argument(&method.sig.output, "Error")?;
            let Type::Path(path) = &error else { return None };
            let choices = enums.get(&path.path.segments.last()?.ident.to_string())?;
            Some((method.sig.ident.to_string(), named(choices)))
        })
        .collect()
}

fn named(choices: &ItemEnum) -> BTreeMap<String, Type> {
    let of = |variant: &syn::Variant| {
        let name = reach::wire_name(&variant.attrs).unwrap_or_else(|| variant.ident.to_string());
        Some((name, variant.fields.iter().next()?.ty.clone()))
    };
    choices.variants.iter().filter_map(of).collect()
}
