//! Where the nodes of a changed document come from, so that a message names the place in the document as it was read.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::pointer::Pointer;

/// The moves of nodes, in the order in which they happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(Vec<BTreeMap<Pointer, Pointer>>);

impl Origins {
    /// Records that nodes moved at the same time; each pair is the new place and the old one.
    pub(crate) fn record(&mut self, moves: impl IntoIterator<Item = (Pointer, Pointer)>) {
        let moves: BTreeMap<Pointer, Pointer> = moves.into_iter().collect();
        if !moves.is_empty() {
            self.0.push(moves);
        }
    }

    /// The place that the node at `place` had before all moves.
    pub(crate) fn of(&self, place: &Pointer) -> Pointer {
        self.0.iter().rev().fold(place.clone(), |place, moves| before(&place, moves))
    }

    /// Like [`Origins::of`], for the document before the moves: if there is no such place in it, because a pass added
    /// the node, the place of the innermost node around it.
    pub(crate) fn within(&self, place: &Pointer, document: &Value) -> Pointer {
        self.of(place).existing(document)
    }
}

/// The place of a node before moves; the node may be inside one that moved.
fn before(place: &Pointer, moves: &BTreeMap<Pointer, Pointer>) -> Pointer {
    let outer = std::iter::successors(Some(place.clone()), Pointer::parent);
    let found = outer.into_iter().find_map(|outer| Some((outer.tokens().len(), moves.get(&outer)?)));
    let Some((moved, old)) = found else { return place.clone() };
    place.tokens()[moved..].iter().fold(old.clone(), |old, token| old.child(token))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pointer(text: &str) -> Pointer {
        Pointer::from_reference(text).unwrap()
    }

    #[test]
    fn the_origin_of_a_node_inside_a_moved_one_is_found_through_all_moves() {
        let mut origins = Origins::default();
        origins.record([(pointer("#/c/Lifted"), pointer("#/c/A/$defs/Lifted"))]);
        // Two nodes that change places.
        origins.record([(pointer("#/c/Short"), pointer("#/c/Lifted")), (pointer("#/c/Lifted"), pointer("#/c/Short"))]);
        assert_eq!(origins.of(&pointer("#/c/Short/items/type")), pointer("#/c/A/$defs/Lifted/items/type"));
        assert_eq!(origins.of(&pointer("#/c/Lifted")), pointer("#/c/Short"));
        assert_eq!(origins.of(&pointer("#/c/Shorter")), pointer("#/c/Shorter"));
    }

    #[test]
    fn the_place_of_an_added_node_is_that_of_the_node_around_it() {
        let document = json!({"c": {"A": {"anyOf": [{"type": "string"}]}}});
        let origins = Origins::default();
        assert_eq!(origins.within(&pointer("#/c/A/allOf/0"), &document), pointer("#/c/A"));
        assert_eq!(origins.within(&pointer("#/c/A/anyOf/0/type"), &document), pointer("#/c/A/anyOf/0/type"));
    }
}
