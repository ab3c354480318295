//! Finds renamed types. A type counts as renamed if an operation or a field that used it now uses a new and similar
//! type, and the old one was removed.

use std::collections::BTreeMap;

use crate::client::{Client, Kind, Method, NamedType, names};

/// The new names of renamed types, by their old names.
#[derive(Debug, Default)]
pub(super) struct Renames(BTreeMap<String, String>);

impl Renames {
    /// Finds the renamed types, given the pairs of operations.
    pub(super) fn find(old: &Client, new: &Client, operations: &[(&Method, &Method)]) -> Self {
        let mut found = Self::default();
        // The fields of a renamed type may have renamed types too, so the search repeats until it finds none.
        loop {
            let before = found.0.len();
            for (was, is) in operations {
                found.align(&was.success.plain, &is.success.plain, old, new);
                found.align(&was.failure.plain, &is.failure.plain, old, new);
                for argument in &was.arguments {
                    if let Some(same) = is.arguments.iter().find(|it| it.name == argument.name) {
                        found.align(&argument.kind, &same.kind, old, new);
                    }
                }
            }
            for (name, kind) in &old.types {
                if let Some(same) = new.types.get(found.of(name)) {
                    found.align_parts(kind, same, old, new);
                }
            }
            if found.0.len() == before {
                return found;
            }
        }
    }

    /// The new name of a type, or its present name if it was not renamed.
    pub(super) fn of<'a>(&'a self, name: &'a str) -> &'a str {
        self.0.get(name).map_or(name, String::as_str)
    }

    /// A type, with renamed types replaced by their new names.
    pub(super) fn within(&self, kind: &str) -> String {
        let mut renamed = String::with_capacity(kind.len());
        let mut rest = kind;
        while let Some(start) = rest.find(|c: char| c.is_alphanumeric() || c == '_') {
            let (before, from) = rest.split_at(start);
            let end = from.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            renamed.push_str(before);
            renamed.push_str(self.of(word));
            rest = after;
        }
        renamed + rest
    }

    fn align_parts(&mut self, was: &NamedType, is: &NamedType, old: &Client, new: &Client) {
        match (&was.kind, &is.kind) {
            (Kind::Struct(before), Kind::Struct(after)) => {
                for (name, field) in before {
                    if let Some(same) = after.get(name) {
                        self.align(&field.kind, &same.kind, old, new);
                    }
                }
            }
            (Kind::Wrapper(before), Kind::Wrapper(after)) => self.align(before, after, old, new),
            (Kind::Enum(before), Kind::Enum(after)) => {
                for (name, variant) in before {
                    if let Some(same) = after.get(name) {
                        self.align(variant.holds().unwrap_or_default(), same.holds().unwrap_or_default(), old, new);
                    }
                }
            }
            _ => {}
        }
    }

    fn align(&mut self, was: &str, is: &str, old: &Client, new: &Client) {
        let (before, after): (Vec<&str>, Vec<&str>) = (names(was).collect(), names(is).collect());
        // Wrappers such as `Option` and `Open` come first, and the name last.
        for (a, b) in before.iter().rev().zip(after.iter().rev()) {
            let (Some(from), Some(to)) = (old.types.get(*a), new.types.get(*b)) else { continue };
            let is_free = !new.types.contains_key(*a)
                && !old.types.contains_key(*b)
                && !self.0.contains_key(*a)
                && self.0.values().all(|taken| taken != b);
            if is_free && are_similar(from, to) {
                self.0.insert((*a).to_owned(), (*b).to_owned());
            }
        }
    }
}

/// Whether two types share the names of at least half of the fields or variants of the larger one. Two unions must also
/// have the same number of variants: the errors of an operation are a union, and one more variant is a new error.
fn are_similar(one: &NamedType, other: &NamedType) -> bool {
    fn share<V, W>(one: &BTreeMap<String, V>, other: &BTreeMap<String, W>) -> bool {
        let common = one.keys().filter(|name| other.contains_key(*name)).count();
        common * 2 >= one.len().max(other.len())
    }
    match (&one.kind, &other.kind) {
        (Kind::Struct(one), Kind::Struct(other)) => share(one, other),
        (Kind::Enum(before), Kind::Enum(after)) => {
            share(before, after) && (one.kind.name() == "an enum" || before.len() == after.len())
        }
        (Kind::Wrapper(one), Kind::Wrapper(other)) => one == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_names_are_replaced() {
        let renames = Renames([("Item".to_owned(), "Thing".to_owned())].into());
        assert_eq!(renames.within("Option<Vec<Item>>"), "Option<Vec<Thing>>");
        assert_eq!(renames.within("&ItemList, crate::Item"), "&ItemList, crate::Item");
    }
}
