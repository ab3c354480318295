//! Which of the generated types are made of which.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{File, ImplItem, ImplItemFn, Item, ItemStruct, TypePath};

/// The content of the module `types` of a client that progenitor generated.
pub(super) fn types_module(item: &mut Item) -> Option<&mut Vec<Item>> {
    match item {
        Item::Mod(module) if module.ident == "types" => module.content.as_mut().map(|(_, items)| items),
        _ => None,
    }
}

/// The methods of the client: its operations, and a few of its own.
pub(super) fn methods(client: &File) -> impl Iterator<Item = &ImplItemFn> {
    let blocks = client.items.iter().filter_map(|item| match item {
        Item::Impl(block) if block.trait_.is_none() => Some(&block.items),
        _ => None,
    });
    blocks.flatten().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    })
}

/// Collects the last segment of every path: the names of the types that a type is made of.
#[derive(Default)]
pub(super) struct Names(pub(super) BTreeSet<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_type_path(&mut self, path: &'ast TypePath) {
        if let Some(last) = path.path.segments.last() {
            self.0.insert(last.ident.to_string());
        }
        visit::visit_type_path(self, path);
    }
}

/// The structs that values of the types `from` are made of.
pub(super) fn structs(types: &[Item], from: BTreeSet<String>) -> Vec<&ItemStruct> {
    let by_name: BTreeMap<String, &Item> = types
        .iter()
        .filter_map(|item| match item {
            Item::Struct(it) => Some((it.ident.to_string(), item)),
            Item::Enum(it) => Some((it.ident.to_string(), item)),
            _ => None,
        })
        .collect();
    let mut open: Vec<String> = from.into_iter().collect();
    let mut seen = BTreeSet::new();
    let mut found = BTreeMap::new();
    while let Some(name) = open.pop() {
        let Some(item) = by_name.get(&name).filter(|_| seen.insert(name.clone())) else { continue };
        let mut parts = Names::default();
        match item {
            Item::Struct(it) => {
                parts.visit_fields(&it.fields);
                found.insert(name, it);
            }
            Item::Enum(it) => it.variants.iter().for_each(|variant| parts.visit_fields(&variant.fields)),
            _ => {}
        }
        open.extend(parts.0);
    }
    found.into_values().collect()
}
