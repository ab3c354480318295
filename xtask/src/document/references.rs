//! Follows references, and reads and changes nodes for several stages.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::document::keywords::{self, Role};
use crate::document::pointer::Pointer;
use crate::document::walk::{self, Kind, Place};
use crate::document::{marker, media_types};

/// The maximum length of a chain of references; a longer chain is a cycle.
pub(crate) const HOPS: usize = 16;

/// The target of the `$ref` of `node`, if it has one in this document.
pub(crate) fn target<'a>(node: &Value, document: &'a Value) -> Option<&'a Value> {
    Pointer::from_reference(node.get("$ref")?.as_str()?)?.find(document)
}

/// Makes references absolute that are relative to a schema around them: a JSON schema that stands in an `OpenAPI`
/// document may contain `#/$defs/Part`, which leads to its own definitions.
pub(crate) fn make_absolute(document: &mut Value) {
    walk::replace(document, &mut |_, place, node, document| {
        let target = Pointer::from_reference(node.get("$ref")?.as_str()?)?;
        if target.find(document).is_some() {
            return None;
        }
        let around = std::iter::successors(Some(place.pointer()), Pointer::parent);
        let absolute = around
            .map(|outer| target.tokens().iter().fold(outer, |outer, token| outer.child(token)))
            .find(|target| target.find(document).is_some())?;
        let mut node = node.clone();
        node["$ref"] = json!(absolute.to_string());
        Some(node)
    });
}

/// `node`, or the target of its reference.
pub(crate) fn resolved<'a>(node: &'a Value, document: &'a Value) -> &'a Value {
    follow(node, document, target)
}

/// Like [`resolved`], for a schema, whose reference may be the first part of an `allOf`.
pub(crate) fn resolved_schema<'a>(schema: &'a Value, document: &'a Value) -> &'a Value {
    follow(schema, document, |schema, document| {
        target(schema, document).or_else(|| target(schema.get("allOf")?.get(0)?, document))
    })
}

/// Calls `next` on `node` and on each result, and returns the last result.
pub(crate) fn follow<'a>(
    node: &'a Value,
    document: &'a Value,
    next: impl Fn(&'a Value, &'a Value) -> Option<&'a Value>,
) -> &'a Value {
    std::iter::successors(Some(node), |node| next(node, document)).take(HOPS).last().unwrap_or(node)
}

/// All items that can be reached from `start` through `next`, including `start`.
pub(crate) fn reachable<T: Ord + Clone, I: IntoIterator<Item = T>>(
    start: impl IntoIterator<Item = T>,
    mut next: impl FnMut(&T) -> I,
) -> BTreeSet<T> {
    let mut open: Vec<T> = start.into_iter().collect();
    let mut reached = BTreeSet::new();
    while let Some(item) = open.pop() {
        if reached.insert(item.clone()) {
            open.extend(next(&item));
        }
    }
    reached
}

/// The component schema that a node refers to.
pub(crate) fn component(node: &Value) -> Option<&str> {
    node.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

/// The schema of the JSON body of a lowered response or request body, which may be a reference.
pub(crate) fn json_schema<'a>(node: &'a Value, document: &'a Value) -> Option<&'a Value> {
    let content = resolved(node, document).get("content")?.as_object()?;
    content.get(media_types::JSON)?.get("schema")
}

/// The path and the method of a node that is an operation of the client, and not of a webhook or a callback.
pub(crate) fn call<'a>(kind: Kind, place: &Place<'a>) -> Option<(&'a str, &'a str)> {
    let ["paths", path, method] = place.keys()? else { return None };
    (kind == Kind::Operation).then_some((path, method))
}

/// The names in braces in a path.
pub(crate) fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name)
}

/// The `operationId` of an operation.
pub(crate) fn operation_id(operation: &Value) -> &str {
    operation.get("operationId").and_then(Value::as_str).unwrap_or_default()
}

/// Whether the document is written in OpenAPI 3.0, where `nullable` is a keyword and an exclusive limit is a boolean.
pub(crate) fn is_3_0(document: &Value) -> bool {
    document["openapi"].as_str().is_some_and(|version| version.starts_with("3.0"))
}

/// Whether `schema` has the field `key` with the value `value`.
pub(crate) fn has_value(schema: &Value, key: &str, value: impl Into<Value>) -> bool {
    schema.get(key) == Some(&value.into())
}

/// Adds a paragraph to a description.
pub(crate) fn describe(schema: &mut Map<String, Value>, paragraph: String) {
    let description = match schema.get("description").and_then(Value::as_str) {
        Some(text) => format!("{}\n\n{paragraph}", text.trim_end()),
        None => paragraph,
    };
    schema.insert("description".to_owned(), json!(description));
}

/// Adds a schema to the `allOf`.
pub(crate) fn add_part(schema: &mut Map<String, Value>, part: Value) {
    match schema.get_mut("allOf") {
        Some(Value::Array(parts)) => parts.push(part),
        _ => {
            schema.insert("allOf".to_owned(), json!([part]));
        }
    }
}

/// Merges the only remaining alternative into the schema that contained it.
pub(crate) fn absorb(schema: &mut Map<String, Value>, alternative: Value) {
    // If both have the same annotation, such as a title, that of the schema describes the field better and stays. If
    // both have the same keyword of another kind, both apply, so the alternative becomes a part of an `allOf`.
    match alternative {
        Value::Object(fields)
            if !fields.contains_key("$ref")
                && fields.keys().all(|key| !schema.contains_key(key) || is_annotation(key)) =>
        {
            for (key, value) in fields {
                schema.entry(key).or_insert(value);
            }
        }
        other => add_part(schema, other),
    }
}

fn is_annotation(key: &str) -> bool {
    keywords::role(key) == Some(Role::Annotation) || key == marker::PLACE
}

/// Adds component schemas to the document.
pub(crate) fn add_components(document: &mut Value, schemas: impl IntoIterator<Item = (String, Value)>) {
    if !document["components"]["schemas"].is_object() {
        document["components"]["schemas"] = json!({});
    }
    if let Value::Object(all) = &mut document["components"]["schemas"] {
        all.extend(schemas);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_to_the_definitions_of_a_schema_around_it_becomes_absolute() {
        let part = json!({"properties": {"a": {"$ref": "#/$defs/A"}, "b": {"$ref": "#/$defs/B"}}, "$defs": {"A": {}}});
        let mut document = json!({"components": {"schemas": {"Whole": {"items": part}}}});
        make_absolute(&mut document);
        let fields = &document["components"]["schemas"]["Whole"]["items"]["properties"];
        assert_eq!(fields["a"]["$ref"], "#/components/schemas/Whole/items/$defs/A");
        assert_eq!(fields["b"]["$ref"], "#/$defs/B");
    }

    #[test]
    fn references_are_followed_to_their_end_and_cycles_stop() {
        let document = json!({"a": {"$ref": "#/b"}, "b": {"$ref": "#/c"}, "c": {"x": 1}, "d": {"$ref": "#/d"}});
        assert_eq!(resolved(&document["a"], &document), &json!({"x": 1}));
        assert_eq!(resolved(&document["d"], &document), &document["d"]);
        let beside = json!({"allOf": [{"$ref": "#/a"}], "nullable": true});
        assert_eq!(resolved(&beside, &document), &beside);
        assert_eq!(resolved_schema(&beside, &document), &json!({"x": 1}));
    }
}
