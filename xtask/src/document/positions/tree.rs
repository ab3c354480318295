//! The places whose positions are wanted, as a tree that a reader of the text descends.

use std::collections::{BTreeSet, HashMap};

use super::super::pointer::Pointer;

/// A node of a [`Tree`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Node(usize);

/// The wanted places and those around them, each with its offset in the text.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    places: Vec<Place<'a>>,
}

#[derive(Debug, Default)]
struct Place<'a> {
    offset: Option<usize>,
    inner: HashMap<&'a str, Node>,
}

impl<'a> Tree<'a> {
    /// The whole document.
    pub(super) const ROOT: Node = Node(0);

    pub(super) fn new(wanted: &'a BTreeSet<Pointer>) -> Self {
        let mut places = vec![Place { offset: Some(0), ..Place::default() }];
        for pointer in wanted {
            let mut outer = Self::ROOT;
            for token in pointer.tokens() {
                let next = Node(places.len());
                let node = *places[outer.0].inner.entry(token).or_insert(next);
                if node.0 == next.0 {
                    places.push(Place::default());
                }
                outer = node;
            }
        }
        Self { places }
    }

    /// Records that the text has the place `token` of `outer`, and returns it if it is wanted or around a wanted one.
    pub(super) fn found(&mut self, outer: Node, token: &str, offset: usize) -> Option<Node> {
        let node = *self.places[outer.0].inner.get(token)?;
        self.places[node.0].offset.get_or_insert(offset);
        Some(node)
    }

    /// Sets the offset of the document.
    pub(super) fn start(&mut self, offset: usize) {
        self.places[Self::ROOT.0].offset = Some(offset);
    }

    /// Whether a wanted place is inside of this one.
    pub(super) fn has_inner(&self, node: Node) -> bool {
        !self.places[node.0].inner.is_empty()
    }

    /// The offset of the innermost place that the text has, of this place and those around it.
    pub(super) fn offset(&self, pointer: &Pointer) -> usize {
        let root = &self.places[Self::ROOT.0];
        let mut offset = root.offset.unwrap_or_default();
        let mut place = root;
        for token in pointer.tokens() {
            let Some(node) = place.inner.get(token.as_str()) else { break };
            place = &self.places[node.0];
            let Some(inner) = place.offset else { break };
            offset = inner;
        }
        offset
    }
}
