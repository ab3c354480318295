//! Which generated types a type contains, read from the syntax tree.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};
use syn::{File, Item, Type, TypePath};

use super::source::{failure, methods, name, success, types};
use crate::document::references;

/// Collects the last segment of every path: the names of the types that a type contains.
#[derive(Default)]
pub(crate) struct Names(pub(crate) BTreeSet<String>);

impl Names {
    /// The names in a type.
    pub(crate) fn of(kind: &Type) -> BTreeSet<String> {
        let mut names = Self::default();
        names.visit_type(kind);
        names.0
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_type_path(&mut self, path: &'ast TypePath) {
        if let Some(last) = path.path.segments.last() {
            self.0.insert(last.ident.to_string());
        }
        visit::visit_type_path(self, path);
    }
}

/// The names of all types that responses of success or of errors contain, including types that are not generated.
pub(crate) fn received(client: &File) -> BTreeSet<String> {
    let parts = parts(types(client));
    let results = methods(client).flat_map(|method| [success(method), failure(method)]);
    references::reachable(results.flatten().flat_map(Names::of), |name| parts.get(name).cloned().unwrap_or_default())
}

/// For each generated struct and enum, the names of the types that it contains.
pub(crate) fn parts<'a>(types: impl IntoIterator<Item = &'a Item>) -> BTreeMap<String, BTreeSet<String>> {
    let parts = types.into_iter().filter_map(|item| {
        let mut names = Names::default();
        match item {
            Item::Struct(item) => names.visit_fields(&item.fields),
            Item::Enum(item) => item.variants.iter().for_each(|variant| names.visit_fields(&variant.fields)),
            _ => return None,
        }
        Some((name(item)?, names.0))
    });
    parts.collect()
}
