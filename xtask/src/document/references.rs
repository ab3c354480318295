//! What several stages ask of a document's nodes, and do to them.

use serde_json::{Map, Value, json};

use crate::document::media_types;
use crate::document::pointer::Pointer;
use crate::document::walk::Kind;

/// How many references in a row are followed; a longer row is a circle.
pub(crate) const HOPS: usize = 16;

/// What the `$ref` of `node` leads to, if it has one into the document.
pub(crate) fn target<'a>(node: &Value, document: &'a Value) -> Option<&'a Value> {
    Pointer::from_reference(node.get("$ref")?.as_str()?)?.find(document)
}

/// `node`, or what its reference leads to.
pub(crate) fn resolved<'a>(node: &'a Value, document: &'a Value) -> &'a Value {
    follow(node, document, target)
}

/// The same for a schema, whose reference may stand in an `allOf`, where there is room beside it.
pub(crate) fn resolved_schema<'a>(schema: &'a Value, document: &'a Value) -> &'a Value {
    follow(schema, document, |schema, document| {
        target(schema, document).or_else(|| target(schema.get("allOf")?.get(0)?, document))
    })
}

/// Follows `next` from `node` to its end.
pub(crate) fn follow<'a>(
    node: &'a Value,
    document: &'a Value,
    next: impl Fn(&'a Value, &'a Value) -> Option<&'a Value>,
) -> &'a Value {
    std::iter::successors(Some(node), |node| next(node, document)).take(HOPS).last().unwrap_or(node)
}

/// The schema of the JSON body of a lowered response or request body, which may be a reference.
pub(crate) fn json_schema<'a>(node: &'a Value, document: &'a Value) -> Option<&'a Value> {
    let content = resolved(node, document).get("content")?.as_object()?;
    content.get(media_types::JSON)?.get("schema")
}

/// Whether a node is an operation that a client can call: not a webhook, not a callback.
pub(crate) fn is_call(kind: Kind, place: &Pointer) -> bool {
    kind == Kind::Operation && place.tokens().len() == 3 && place.tokens()[0] == "paths"
}

/// The `operationId` of an operation.
pub(crate) fn operation_id(operation: &Value) -> &str {
    operation.get("operationId").and_then(Value::as_str).unwrap_or_default()
}

/// Whether `schema` has the field `key` with the value `value`.
pub(crate) fn says(schema: &Value, key: &str, value: impl Into<Value>) -> bool {
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

/// Adds a schema to those that must all hold.
pub(crate) fn add_part(schema: &mut Map<String, Value>, part: Value) {
    match schema.get_mut("allOf") {
        Some(Value::Array(parts)) => parts.push(part),
        _ => {
            schema.insert("allOf".to_owned(), json!([part]));
        }
    }
}

/// Puts the one alternative that is left into the schema that held it.
pub(crate) fn absorb(schema: &mut Map<String, Value>, alternative: Value) {
    // What the schema says of itself, its title above all, is nearer to the field than what its
    // alternative says, so it stays; only where both state a rule must they stand side by side.
    const ANNOTATIONS: [&str; 3] = ["title", "description", "nullable"];
    match alternative {
        Value::Object(fields)
            if !fields.contains_key("$ref")
                && fields.keys().all(|key| !schema.contains_key(key) || ANNOTATIONS.contains(&key.as_str())) =>
        {
            for (key, value) in fields {
                schema.entry(key).or_insert(value);
            }
        }
        other => add_part(schema, other),
    }
}

/// Adds to the document's component schemas.
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
    fn references_are_followed_to_their_end_and_circles_end() {
        let document = json!({"a": {"$ref": "#/b"}, "b": {"$ref": "#/c"}, "c": {"x": 1}, "d": {"$ref": "#/d"}});
        assert_eq!(resolved(&document["a"], &document), &json!({"x": 1}));
        assert_eq!(resolved(&document["d"], &document), &document["d"]);
        let beside = json!({"allOf": [{"$ref": "#/a"}], "nullable": true});
        assert_eq!(resolved(&beside, &document), &beside);
        assert_eq!(resolved_schema(&beside, &document), &json!({"x": 1}));
    }
}
