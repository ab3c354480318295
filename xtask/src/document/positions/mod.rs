//! The lines and columns of places in the text of a document.
//!
//! `serde_json` and `yaml_serde`, which read the document, do not report the positions of values. JSON is therefore read
//! again as slices of its text, and YAML as the events of `granit-parser`, each with its position. That parser aims to
//! accept what libyaml accepts, and not to panic. JSON does not go through it, because it refuses some characters in
//! strings, such as U+007F.

mod json;
mod tree;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use self::tree::Tree;
use super::pointer::Pointer;
use crate::read;

/// A position in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1. A byte order mark has none.
    pub column: usize,
}

/// The positions of the places `wanted` in the text of a document.
///
/// The position of a field is that of its key, and the position of an item is that of its first character after an
/// anchor or a tag. The document starts where the text starts, or the block of a documentation page.
///
/// A place that the text does not have, for example because an overlay adds it, has the position of the innermost place
/// around it. The same applies to a place behind an alias of YAML.
///
/// ```
/// use std::collections::BTreeSet;
/// use xtask::document::pointer::Pointer;
/// use xtask::document::positions::{Position, positions};
///
/// let title = Pointer::root().child("info").child("title");
/// let found = positions("openapi: 3.1.0\ninfo:\n  title: T\n", &BTreeSet::from([title.clone()]));
/// assert_eq!(found[&title], Position { line: 3, column: 3 });
/// ```
pub fn positions(text: &str, wanted: &BTreeSet<Pointer>) -> BTreeMap<Pointer, Position> {
    let text = read::without_bom(text);
    let mut tree = Tree::new(wanted);
    if read::is_json(text) {
        json::find(text, &mut tree);
    } else {
        let block = read::fenced_document(text).ok().flatten().unwrap_or(text);
        yaml::find(block, offset(block, text), &mut tree);
    }
    let offsets: Vec<_> = wanted.iter().map(|pointer| (pointer, tree.offset(pointer))).collect();
    let positions = lines_and_columns(text, offsets.iter().map(|(_, offset)| *offset).collect());
    offsets.into_iter().map(|(pointer, offset)| (pointer.clone(), positions[&offset])).collect()
}

/// The offset of `part`, a slice of `text`, in bytes.
fn offset(part: &str, text: &str) -> usize {
    part.as_ptr().addr().saturating_sub(text.as_ptr().addr())
}

/// The positions of offsets in bytes, in one pass over the text.
fn lines_and_columns(text: &str, offsets: BTreeSet<usize>) -> BTreeMap<usize, Position> {
    let mut last = (0, Position { line: 1, column: 1 });
    let found = offsets.into_iter().map(|offset| {
        let (start, Position { mut line, mut column }) = last;
        let between = text.get(start..offset).unwrap_or_default();
        line += between.bytes().filter(|byte| *byte == b'\n').count();
        let rest = match between.rsplit_once('\n') {
            Some((_, rest)) => {
                column = 1;
                rest
            }
            None => between,
        };
        column += rest.chars().count();
        last = (offset, Position { line, column });
        last
    });
    found.collect()
}

#[cfg(test)]
mod tests;
