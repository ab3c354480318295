//! Which type a body is read as, by the operation and the name that the body has among those of its kind.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit_mut::{self, VisitMut};
use syn::{File, Item, ItemEnum, Type, TypePath, parse_quote};

use super::reach;

/// For each operation: the names in its error type and in its type of success, each with the Rust type behind it.
pub(super) fn list(client: &File) -> BTreeMap<String, BTreeMap<String, Type>> {
    let types = reach::types(client);
    let enums: BTreeMap<String, &ItemEnum> = types
        .iter()
        .filter_map(|item| match item {
            Item::Enum(item) => Some((item.ident.to_string(), item)),
            _ => None,
        })
        .collect();
    let mut qualify = Qualify { known: types.iter().filter_map(reach::name).collect() };
    let mut named = |kind: Type| -> Option<Vec<(String, Type)>> {
        let Type::Path(path) = &kind else { return None };
        let choices = enums.get(&path.path.segments.last()?.ident.to_string())?;
        let of = |variant: &syn::Variant| {
            let name = reach::wire_name(&variant.attrs).unwrap_or_else(|| variant.ident.to_string());
            let mut kind = variant.fields.iter().next()?.ty.clone();
            qualify.visit_type_mut(&mut kind);
            Some((name, kind))
        };
        Some(choices.variants.iter().filter_map(of).collect())
    };
    reach::methods(client)
        .map(|method| {
            let of = ["ResponseValue", "Error"];
            let bodies = of.iter().filter_map(|of| named(reach::argument(&method.sig.output, of)?)).flatten();
            (method.sig.ident.to_string(), bodies.collect())
        })
        .collect()
}

/// Writes `types::` before the names of generated types.
struct Qualify {
    known: BTreeSet<String>,
}

impl VisitMut for Qualify {
    fn visit_type_path_mut(&mut self, path: &mut TypePath) {
        visit_mut::visit_type_path_mut(self, path);
        if let Some(name) = path.path.get_ident().filter(|name| self.known.contains(&name.to_string())) {
            path.path = parse_quote!(types::#name);
        }
    }
}
