//! Which types were renamed: an operation that took or brought, or a field that held, a type that is gone
//! takes, brings or holds one that is new, and the two are alike.

use std::collections::BTreeMap;

use super::surface::{Call, Kind, Shape, Surface, names};

/// The new names of renamed types, by the old ones.
#[derive(Debug, Default)]
pub(super) struct Renames(BTreeMap<String, String>);

impl Renames {
    /// Finds them, given which operation became which.
    pub(super) fn find(old: &Surface, new: &Surface, operations: &[(&Call, &Call)]) -> Self {
        let mut found = Self::default();
        // A renamed type leads to others, so this is done until nothing more is found.
        loop {
            let before = found.0.len();
            for (was, is) in operations {
                found.align(&was.answer, &is.answer, old, new);
                found.align(&was.failure, &is.failure, old, new);
                for argument in &was.arguments {
                    if let Some(same) = is.arguments.iter().find(|it| it.name == argument.name) {
                        found.align(&argument.kind, &same.kind, old, new);
                    }
                }
            }
            for (name, shape) in &old.types {
                if let Some(same) = new.types.get(found.of(name)) {
                    found.align_parts(shape, same, old, new);
                }
            }
            if found.0.len() == before {
                return found;
            }
        }
    }

    /// The new name of a type; its own where it was not renamed.
    pub(super) fn of<'a>(&'a self, name: &'a str) -> &'a str {
        self.0.get(name).map_or(name, String::as_str)
    }

    /// A type with the new names in it.
    pub(super) fn within(&self, kind: &str) -> String {
        let mut told = String::with_capacity(kind.len());
        let mut rest = kind;
        while let Some(start) = rest.find(|c: char| c.is_alphanumeric() || c == '_') {
            let (before, from) = rest.split_at(start);
            let end = from.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            told.push_str(before);
            told.push_str(self.of(word));
            rest = after;
        }
        told + rest
    }

    fn align_parts(&mut self, was: &Shape, is: &Shape, old: &Surface, new: &Surface) {
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
                        self.align(&variant.content, &same.content, old, new);
                    }
                }
            }
            _ => {}
        }
    }

    fn align(&mut self, was: &str, is: &str, old: &Surface, new: &Surface) {
        let (before, after): (Vec<&str>, Vec<&str>) = (names(was).collect(), names(is).collect());
        // An `Option` or `Open` more or less stands around the name, which is the last word.
        for (a, b) in before.iter().rev().zip(after.iter().rev()) {
            let (Some(from), Some(to)) = (old.types.get(*a), new.types.get(*b)) else { continue };
            let is_free = !new.types.contains_key(*a)
                && !old.types.contains_key(*b)
                && !self.0.contains_key(*a)
                && self.0.values().all(|taken| taken != b);
            if is_free && are_alike(from, to) {
                self.0.insert((*a).to_owned(), (*b).to_owned());
            }
        }
    }
}

/// Whether at least half of the parts of the larger one have the same names in the other; a choice, which is
/// how errors are gathered, has as many alternatives besides: with one more it tells something new.
fn are_alike(one: &Shape, other: &Shape) -> bool {
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
    fn a_name_is_replaced_where_it_stands_alone() {
        let renames = Renames([("Item".to_owned(), "Thing".to_owned())].into());
        assert_eq!(renames.within("Option<Vec<Item>>"), "Option<Vec<Thing>>");
        assert_eq!(renames.within("&ItemList, crate::Item"), "&ItemList, crate::Item");
    }
}
