//! A walk through a document by position: what a node *is* follows from where it stands.
//!
//! A property may be called `const`, `$ref` or `examples`; and what stands in `default`, `enum` or
//! `example` is data, not schema. So nothing here looks at a key without knowing the object it is in.

use serde_json::Value;

use crate::document::pointer::Pointer;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The whole document.
    Document,
    /// `components`.
    Components,
    /// A path item, from `paths`, `webhooks`, `components/pathItems` or a callback.
    PathItem,
    /// An operation.
    Operation,
    /// A callback: a map of path items.
    Callback,
    /// A parameter.
    Parameter,
    /// A request body.
    RequestBody,
    /// A response.
    Response,
    /// A response header.
    Header,
    /// A media type: what stands behind `application/json` in `content`.
    MediaType,
    /// A schema.
    Schema,
}

enum Shape {
    One(Kind),
    List(Kind),
    Map(Kind),
}

use Shape::{List, Map, One};

/// The keys of `kind` behind which further nodes stand.
fn children(kind: Kind) -> &'static [(&'static str, Shape)] {
    const OPERATION: Shape = One(Kind::Operation);
    const SCHEMA: Shape = One(Kind::Schema);
    match kind {
        Kind::Document => {
            &[("paths", Map(Kind::PathItem)), ("webhooks", Map(Kind::PathItem)), ("components", One(Kind::Components))]
        }
        Kind::Components => &[
            ("schemas", Map(Kind::Schema)),
            ("responses", Map(Kind::Response)),
            ("parameters", Map(Kind::Parameter)),
            ("requestBodies", Map(Kind::RequestBody)),
            ("headers", Map(Kind::Header)),
            ("callbacks", Map(Kind::Callback)),
            ("pathItems", Map(Kind::PathItem)),
        ],
        Kind::PathItem => &[
            ("parameters", List(Kind::Parameter)),
            ("get", OPERATION),
            ("put", OPERATION),
            ("post", OPERATION),
            ("delete", OPERATION),
            ("options", OPERATION),
            ("head", OPERATION),
            ("patch", OPERATION),
            ("trace", OPERATION),
        ],
        Kind::Operation => &[
            ("parameters", List(Kind::Parameter)),
            ("requestBody", One(Kind::RequestBody)),
            ("responses", Map(Kind::Response)),
            ("callbacks", Map(Kind::Callback)),
        ],
        Kind::Callback => &[],
        Kind::Parameter | Kind::Header => &[("schema", SCHEMA), ("content", Map(Kind::MediaType))],
        Kind::RequestBody => &[("content", Map(Kind::MediaType))],
        Kind::Response => &[("headers", Map(Kind::Header)), ("content", Map(Kind::MediaType))],
        Kind::MediaType => &[("schema", SCHEMA)],
        Kind::Schema => &[
            ("properties", Map(Kind::Schema)),
            ("patternProperties", Map(Kind::Schema)),
            ("dependentSchemas", Map(Kind::Schema)),
            ("$defs", Map(Kind::Schema)),
            ("definitions", Map(Kind::Schema)),
            ("additionalProperties", SCHEMA),
            ("unevaluatedProperties", SCHEMA),
            ("propertyNames", SCHEMA),
            ("items", SCHEMA),
            ("prefixItems", List(Kind::Schema)),
            ("contains", SCHEMA),
            ("unevaluatedItems", SCHEMA),
            ("contentSchema", SCHEMA),
            ("allOf", List(Kind::Schema)),
            ("anyOf", List(Kind::Schema)),
            ("oneOf", List(Kind::Schema)),
            ("not", SCHEMA),
            ("if", SCHEMA),
            ("then", SCHEMA),
            ("else", SCHEMA),
        ],
    }
}

/// Calls `visit` on every node, outer nodes first.
pub fn visit(document: &Value, visit: &mut dyn FnMut(Kind, &Pointer, &Value)) {
    down(Kind::Document, &mut Pointer::root(), document, visit);
}

fn down(kind: Kind, place: &mut Pointer, node: &Value, visit: &mut dyn FnMut(Kind, &Pointer, &Value)) {
    visit(kind, place, node);
    if kind == Kind::Callback {
        for (key, item) in node.as_object().into_iter().flatten() {
            place.step_into(key, |place| down(Kind::PathItem, place, item, visit));
        }
    }
    for (key, shape) in children(kind) {
        let Some(value) = node.get(key) else { continue };
        place.step_into(*key, |place| match (shape, value) {
            (One(kind), value) => down(*kind, place, value, visit),
            (List(kind), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    place.step_into(index.to_string(), |place| down(*kind, place, item, visit));
                }
            }
            (Map(kind), Value::Object(fields)) => {
                for (name, item) in fields {
                    place.step_into(name, |place| down(*kind, place, item, visit));
                }
            }
            _ => {}
        });
    }
}

/// The places that hold another kind of value than what their position asks for, each with what was expected.
pub fn misshapen(document: &Value) -> Vec<(Pointer, &'static str)> {
    let mut found = Vec::new();
    let mut containers = |kind: Kind, place: &Pointer, node: &Value| {
        // `additionalProperties` and, since 3.1, all schemas may be true or false.
        if !(node.is_object() || kind == Kind::Schema && node.is_boolean()) {
            found.push((place.clone(), "an object"));
        }
        for (key, shape) in children(kind) {
            let expected = match (shape, node.get(key)) {
                (List(_), Some(value)) if !value.is_array() => "a list",
                (Map(_), Some(value)) if !value.is_object() => "an object",
                _ => continue,
            };
            found.push((place.child(key), expected));
        }
    };
    visit(document, &mut containers);
    found
}

/// Calls `change` on every node, inner nodes first, so that a node sees its parts already changed.
pub fn change(document: &mut Value, change: &mut dyn FnMut(Kind, &Pointer, &mut Value)) {
    up(Kind::Document, &mut Pointer::root(), document, change);
}

/// The same for a node of that kind and what is below it; places are counted from there.
pub fn change_from(kind: Kind, node: &mut Value, change: &mut dyn FnMut(Kind, &Pointer, &mut Value)) {
    up(kind, &mut Pointer::root(), node, change);
}

fn up(kind: Kind, place: &mut Pointer, node: &mut Value, change: &mut dyn FnMut(Kind, &Pointer, &mut Value)) {
    if kind == Kind::Callback {
        for (key, item) in node.as_object_mut().into_iter().flatten() {
            place.step_into(key, |place| up(Kind::PathItem, place, item, change));
        }
    }
    for (key, shape) in children(kind) {
        let Some(value) = node.get_mut(key) else { continue };
        place.step_into(*key, |place| match (shape, value) {
            (One(kind), value) => up(*kind, place, value, change),
            (List(kind), Value::Array(items)) => {
                for (index, item) in items.iter_mut().enumerate() {
                    place.step_into(index.to_string(), |place| up(*kind, place, item, change));
                }
            }
            (Map(kind), Value::Object(fields)) => {
                for (name, item) in fields {
                    place.step_into(name, |place| up(*kind, place, item, change));
                }
            }
            _ => {}
        });
    }
    change(kind, place, node);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_property_called_like_a_keyword_is_a_schema_and_data_is_not() {
        let document = json!({"components": {"schemas": {"Trap": {
            "properties": {"properties": {"type": "string"}, "default": {"type": "integer"}},
            "default": {"properties": {"not": {"a": "schema"}}},
            "enum": [{"items": {}}],
        }}}});
        let mut seen = Vec::new();
        visit(&document, &mut |kind, place, _| {
            if kind == Kind::Schema {
                seen.push(place.to_string());
            }
        });
        let trap = "#/components/schemas/Trap";
        assert_eq!(
            seen,
            [trap.to_owned(), format!("{trap}/properties/properties"), format!("{trap}/properties/default")]
        );
    }

    #[test]
    fn what_is_of_another_kind_is_found() {
        let document = json!({"paths": {"/a": {"get": "text", "parameters": {}}}, "components": {"schemas": {
            "A": true, "B": 7, "C": {"properties": [], "items": false},
        }}});
        let told: Vec<String> =
            misshapen(&document).iter().map(|(place, expected)| format!("{place}: {expected}")).collect();
        assert_eq!(
            told,
            [
                "#/paths/~1a/parameters: a list",
                "#/paths/~1a/get: an object",
                "#/components/schemas/B: an object",
                "#/components/schemas/C/properties: an object",
            ]
        );
    }

    #[test]
    fn changing_goes_from_the_inside_out() {
        let mut document = json!({"components": {"schemas": {"A": {"items": {"items": {}}}}}});
        let mut depths = Vec::new();
        change(&mut document, &mut |_, place, _| depths.push(place.tokens().len()));
        assert_eq!(depths, [5, 4, 3, 1, 0]);
    }
}
