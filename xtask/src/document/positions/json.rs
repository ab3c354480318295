//! The places of JSON, as slices of its text.
//!
//! `serde_json` skips values in which no place is wanted. It reads the other values once for each list or object around
//! them, which costs little, because it only skips them.

use std::fmt;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::offset;
use super::tree::{Node, Tree};

/// Finds the places of the tree in a JSON text.
pub(super) fn find(text: &str, tree: &mut Tree<'_>) {
    Inside { text, tree, node: Tree::ROOT }.read(text);
}

/// A list or an object whose places are wanted.
struct Inside<'a, 'tree, 'wanted> {
    text: &'a str,
    tree: &'tree mut Tree<'wanted>,
    node: Node,
}

impl<'a> Inside<'a, '_, '_> {
    /// Reads a value. The text was already read without an error; an error would leave the rest of the places out.
    fn read(self, value: &'a str) {
        let _ = serde_json::Deserializer::from_str(value).deserialize_any(self);
    }

    /// Records a place, and looks for others inside of its value.
    fn found(&mut self, token: &str, offset: usize, value: &'a RawValue) {
        let Some(node) = self.tree.found(self.node, token, offset) else { return };
        if self.tree.has_inner(node) {
            Inside { text: self.text, tree: self.tree, node }.read(value.get());
        }
    }
}

impl<'a> Visitor<'a> for Inside<'a, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or an object")
    }

    fn visit_seq<A: SeqAccess<'a>>(mut self, mut items: A) -> Result<(), A::Error> {
        let mut index = 0;
        while let Some(item) = items.next_element::<&RawValue>()? {
            self.found(&index.to_string(), offset(item.get(), self.text), item);
            index += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut fields: A) -> Result<(), A::Error> {
        while let Some(key) = fields.next_key::<&RawValue>()? {
            match serde_json::from_str::<String>(key.get()) {
                Ok(name) => self.found(&name, offset(key.get(), self.text), fields.next_value()?),
                Err(_) => drop(fields.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}
