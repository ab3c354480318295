//! Traverses a document by position: the position of a node determines its kind.
//!
//! A property may be called `const`, `$ref` or `examples`, and the values of `default`, `enum` and `example` are data,
//! not schemas. So the traversal interprets a key only if it knows the kind of the object that contains it.

use serde_json::{Map, Value};

use crate::document::keywords;
pub use crate::document::kind::Kind;
use crate::document::kind::Shape::{self, List, One};
use crate::document::kind::{MAX_CHILDREN, children};
use crate::document::pointer::Pointer;

/// The place of a node during a traversal. Each step refers to the previous one, so a place allocates no memory until a
/// caller converts it to a pointer.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    token: Token<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Token<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    const ROOT: Self = Self { parent: None, token: Token::Index(0) };

    fn key(&'a self, key: &'a str) -> Self {
        Self { parent: Some(self), token: Token::Key(key) }
    }

    fn index(&'a self, index: usize) -> Self {
        Self { parent: Some(self), token: Token::Index(index) }
    }

    /// The pointer to this place.
    pub fn pointer(&self) -> Pointer {
        let Some(parent) = self.parent else { return Pointer::root() };
        let mut pointer = parent.pointer();
        match self.token {
            Token::Key(key) => pointer.push(key),
            Token::Index(index) => pointer.push(index.to_string()),
        }
        pointer
    }

    /// The pointer one step further down.
    #[allow(clippy::needless_pass_by_value)] // so that callers write `child(0)` and `child("a")`
    pub fn child(&self, token: impl ToString) -> Pointer {
        let mut pointer = self.pointer();
        pointer.push(token.to_string());
        pointer
    }

    /// The key of this node, if it is not in a list.
    pub fn last(&self) -> Option<&'a str> {
        match (self.parent, self.token) {
            (Some(_), Token::Key(key)) => Some(key),
            _ => None,
        }
    }

    /// The keys from the root, if there are exactly `N` steps and none of them is an index of a list.
    pub fn keys<const N: usize>(&self) -> Option<[&'a str; N]> {
        let mut keys = [""; N];
        let mut next = *self;
        for slot in keys.iter_mut().rev() {
            *slot = next.last()?;
            next = *next.parent?;
        }
        next.parent.is_none().then_some(keys)
    }
}

/// Calls `visit` on every node, outer nodes first.
pub fn visit(document: &Value, visit: &mut dyn FnMut(Kind, &Place<'_>, &Value)) {
    down(Kind::Document, &Place::ROOT, document, visit);
}

fn down(kind: Kind, place: &Place<'_>, node: &Value, visit: &mut dyn FnMut(Kind, &Place<'_>, &Value)) {
    visit(kind, place, node);
    let Some(fields) = node.as_object() else { return };
    let mut each = |key: &str, shape: Shape, value: &Value| {
        let place = place.key(key);
        match (shape, value) {
            (One(kind), value) => down(kind, &place, value, visit),
            (List(kind), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    down(kind, &place.index(index), item, visit);
                }
            }
            (Shape::Map(kind), Value::Object(fields)) => {
                for (name, item) in fields {
                    down(kind, &place.key(name), item, visit);
                }
            }
            _ => {}
        }
    };
    each_part(kind, fields, &mut each);
}

/// Calls `each` on every entry of a node of this kind that contains nodes, with its key and its shape.
fn each_part(kind: Kind, fields: &Map<String, Value>, each: &mut dyn FnMut(&str, Shape, &Value)) {
    match kind {
        Kind::Callback => fields.iter().for_each(|(key, item)| each(key, One(Kind::PathItem), item)),
        Kind::Schema => {
            for (key, value) in fields {
                if let Some(shape) = keywords::shape(key) {
                    each(key, *shape, value);
                }
            }
        }
        _ => {
            for ((key, shape), value) in children(kind).iter().zip(values(kind, fields)) {
                if let Some(value) = value {
                    each(key, *shape, value);
                }
            }
        }
    }
}

/// The values of a node of this kind, each at the position of its key in `children(kind)`. A node has few fields, so
/// comparing them costs less than a lookup of each key that it could have.
fn values<'a, V>(kind: Kind, fields: impl IntoIterator<Item = (&'a String, V)>) -> [Option<V>; MAX_CHILDREN] {
    let mut values = [const { None }; MAX_CHILDREN];
    for (key, value) in fields {
        let position = children(kind).iter().position(|(name, _)| name == key);
        if let Some(slot) = position.and_then(|position| values.get_mut(position)) {
            *slot = Some(value);
        }
    }
    values
}

/// The places with a JSON type that their position does not allow, each with the expected type.
pub fn misshapen(document: &Value) -> Vec<(Pointer, &'static str)> {
    let mut found = Vec::new();
    visit(document, &mut |kind, place, node| {
        // `additionalProperties` and, since 3.1, all schemas may be true or false.
        if !(node.is_object() || kind == Kind::Schema && node.is_boolean()) {
            found.push((place.pointer(), "an object"));
        }
        let Some(fields) = node.as_object() else { return };
        each_part(kind, fields, &mut |key, shape, value| {
            let expected = match shape {
                List(_) if !value.is_array() => "a list",
                Shape::Map(_) if !value.is_object() => "an object",
                _ => return,
            };
            found.push((place.child(key), expected));
        });
    });
    found
}

/// Calls `change` on every node, inner nodes first, so that the parts of a node are already changed.
pub fn change(document: &mut Value, change: &mut dyn FnMut(Kind, &Place<'_>, &mut Value)) {
    up(Kind::Document, &Place::ROOT, document, change);
}

/// Like [`change`], for a node of the given kind and the nodes below it. Places are relative to that node.
pub fn change_from(kind: Kind, node: &mut Value, change: &mut dyn FnMut(Kind, &Place<'_>, &mut Value)) {
    up(kind, &Place::ROOT, node, change);
}

fn up(kind: Kind, place: &Place<'_>, node: &mut Value, change: &mut dyn FnMut(Kind, &Place<'_>, &mut Value)) {
    if let Some(fields) = node.as_object_mut() {
        let mut each = |key: &str, shape: Shape, value: &mut Value| {
            let place = place.key(key);
            match (shape, value) {
                (One(kind), value) => up(kind, &place, value, change),
                (List(kind), Value::Array(items)) => {
                    for (index, item) in items.iter_mut().enumerate() {
                        up(kind, &place.index(index), item, change);
                    }
                }
                (Shape::Map(kind), Value::Object(fields)) => {
                    for (name, item) in fields {
                        up(kind, &place.key(name), item, change);
                    }
                }
                _ => {}
            }
        };
        match kind {
            Kind::Callback => fields.iter_mut().for_each(|(key, item)| each(key, One(Kind::PathItem), item)),
            Kind::Schema => {
                for (key, value) in fields {
                    if let Some(shape) = keywords::shape(key) {
                        each(key, *shape, value);
                    }
                }
            }
            _ => {
                for ((key, shape), value) in children(kind).iter().zip(values(kind, fields)) {
                    if let Some(value) = value {
                        each(key, *shape, value);
                    }
                }
            }
        }
    }
    change(kind, place, node);
}

/// Calls `change` on every operation under `paths` with its path, its method, and the document without `paths`.
pub(crate) fn change_operations(document: &mut Value, change: &mut dyn FnMut(&str, &str, &mut Value, &Value)) {
    let Some(paths) = document.get_mut("paths") else { return };
    let mut paths = paths.take();
    for (path, item) in paths.as_object_mut().into_iter().flatten() {
        for (method, shape) in children(Kind::PathItem) {
            // Another value is refused when the lowered document is read.
            if let (One(Kind::Operation), Some(operation @ Value::Object(_))) = (shape, item.get_mut(*method)) {
                change(path, method, operation, document);
            }
        }
    }
    document["paths"] = paths;
}

/// Replaces each node for which `replacement` returns a value, outer nodes first. `replacement` gets the document
/// before any replacement. Returns the number of replaced nodes.
pub(crate) fn replace(
    document: &mut Value,
    replacement: &mut dyn FnMut(Kind, &Place<'_>, &Value, &Value) -> Option<Value>,
) -> usize {
    let mut replacements = Vec::new();
    visit(document, &mut |kind, place, node| {
        replacements.extend(replacement(kind, place, node, document).map(|new| (place.pointer(), new)));
    });
    let count = replacements.len();
    for (place, new) in replacements {
        if let Some(node) = place.find_mut(document) {
            *node = new;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_property_named_like_a_keyword_is_a_schema_and_data_is_not() {
        let document = json!({"components": {"schemas": {"Trap": {
            "properties": {"properties": {"type": "string"}, "default": {"type": "integer"}},
            "default": {"properties": {"not": {"a": "schema"}}},
            "enum": [{"items": {}}],
        }}}});
        let mut seen = Vec::new();
        visit(&document, &mut |kind, place, _| {
            if kind == Kind::Schema {
                seen.push(place.pointer().to_string());
            }
        });
        let trap = "#/components/schemas/Trap";
        assert_eq!(
            seen,
            [trap.to_owned(), format!("{trap}/properties/properties"), format!("{trap}/properties/default")]
        );
    }

    #[test]
    fn misshapen_nodes_are_found() {
        let document = json!({"paths": {"/a": {"get": "text", "parameters": {}}}, "components": {"schemas": {
            "A": true, "B": 7, "C": {"properties": [], "items": false},
        }}});
        let found: Vec<String> =
            misshapen(&document).iter().map(|(place, expected)| format!("{place}: {expected}")).collect();
        assert_eq!(
            found,
            [
                "#/paths/~1a/parameters: a list",
                "#/paths/~1a/get: an object",
                "#/components/schemas/B: an object",
                "#/components/schemas/C/properties: an object",
            ]
        );
    }

    #[test]
    fn change_visits_inner_nodes_first() {
        let mut document = json!({"components": {"schemas": {"A": {"items": {"items": {}}}}}});
        let mut depths = Vec::new();
        change(&mut document, &mut |_, place, _| depths.push(place.pointer().tokens().len()));
        assert_eq!(depths, [5, 4, 3, 1, 0]);
    }

    #[test]
    fn the_keys_of_a_place_are_returned_only_if_their_number_matches() {
        let document = json!({"paths": {"/a": {"get": {"parameters": [{}]}}}});
        let mut operations = Vec::new();
        visit(&document, &mut |kind, place, _| {
            assert_eq!(place.keys::<3>().is_some(), kind == Kind::Operation);
            operations.extend(place.keys::<3>().map(|[_, path, method]| format!("{method} {path}")));
        });
        assert_eq!(operations, ["get /a"]);
    }

    #[test]
    fn a_replacement_gets_the_document_before_any_replacement() {
        let mut document = json!({"components": {"schemas": {"A": {"type": "string"}, "B": {"type": "integer"}}}});
        let count = replace(&mut document, &mut |kind, _, _, before| {
            (kind == Kind::Schema).then(|| before["components"]["schemas"]["A"].clone())
        });
        assert_eq!(count, 2);
        assert_eq!(document["components"]["schemas"]["B"]["type"], "string");
    }
}
