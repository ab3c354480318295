//! Compares limits, defaults and deprecations, which the client does not enforce.
//!
//! The server enforces them for every version of the client, so a change breaks no caller at compile time. It is still
//! reported, because it can affect callers that send the field.

use std::collections::BTreeMap;

use serde_json::Value;

use super::difference::{Change, Verdict};
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::document::walk;

const KEYWORDS: [&str; 16] = [
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "pattern",
    "uniqueItems",
    "const",
    "default",
    "deprecated",
];

/// The part of a document that a limit applies to: a component or one of its fields, or an operation or one of its
/// parameters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    Component { name: String, field: Option<String> },
    Operation { method: String, path: String, parameter: Option<String> },
}

/// Lists the changes of the subjects that both documents have.
pub(super) fn compare(old: &Value, new: &Value) -> Vec<(Subject, Change)> {
    let (before, after) = (stated(old), stated(new));
    let mut changes = Vec::new();
    for (subject, was) in &before {
        let Some(is) = after.get(subject) else { continue };
        for keyword in KEYWORDS {
            let what = match (was.get(keyword), is.get(keyword)) {
                (Some(a), Some(b)) if !are_the_same(a, b) => format!("has `{keyword}` {b} now, was {a}"),
                (None, Some(b)) => format!("has `{keyword}` {b} now"),
                (Some(a), None) => format!("no longer has `{keyword}`, was {a}"),
                _ => continue,
            };
            let why = if keyword == "deprecated" {
                "calls work as before"
            } else {
                "the server enforces it for every version of the client"
            };
            let part = match subject {
                Subject::Component { field: Some(field), .. } => format!("field `{field}`"),
                Subject::Operation { parameter: Some(parameter), .. } => format!("parameter `{parameter}`"),
                _ => String::new(),
            };
            changes.push((subject.clone(), Change::new(Verdict::Note, part, what, why)));
        }
    }
    changes
}

/// Whether two values are equal. `1` and `1.0` are the same number.
fn are_the_same(a: &Value, b: &Value) -> bool {
    a == b || a.as_f64().is_some_and(|a| b.as_f64().is_some_and(|b| a.total_cmp(&b).is_eq()))
}

/// The keywords that a document states for a subject.
type Stated<'a> = BTreeMap<&'static str, &'a Value>;

fn stated(document: &Value) -> BTreeMap<Subject, Stated<'_>> {
    let mut places: Vec<(Subject, Pointer)> = Vec::new();
    walk::visit(document, &mut |kind, place, value| {
        let pointer = place.pointer();
        let subject = match pointer.tokens() {
            [first, second, name] if first == "components" && second == "schemas" => {
                Some(Subject::Component { name: name.clone(), field: None })
            }
            [first, second, name, third, field]
                if first == "components" && second == "schemas" && third == "properties" =>
            {
                Some(Subject::Component { name: name.clone(), field: Some(field.clone()) })
            }
            [_, path, method] if references::call(kind, place).is_some() => {
                Some(Subject::Operation { method: method.to_uppercase(), path: path.clone(), parameter: None })
            }
            [first, path, method, third, _] if first == "paths" && third == "parameters" => {
                let parameter = references::resolved(value, document)["name"].as_str().map(str::to_owned);
                Some(Subject::Operation { method: method.to_uppercase(), path: path.clone(), parameter })
            }
            _ => None,
        };
        places.extend(subject.map(|subject| (subject, pointer.clone())));
    });
    places
        .into_iter()
        .filter_map(|(subject, place)| Some((subject, keywords(place.find(document)?, document))))
        .collect()
}

/// The keywords of a node, including those of a parameter's schema, and those of the other alternative of a union with
/// null.
fn keywords<'a>(holder: &'a Value, document: &'a Value) -> Stated<'a> {
    let holder = if holder.get("in").is_some() || holder.get("$ref").is_none() {
        holder
    } else {
        references::resolved(holder, document)
    };
    let mut nodes = vec![holder];
    nodes.extend(holder.get("schema").filter(|_| holder.get("in").is_some()));
    for index in 0..nodes.len() {
        let alternatives = ["anyOf", "oneOf"].iter().filter_map(|key| nodes[index].get(*key)?.as_array());
        nodes.extend(alternatives.filter(|list| list.len() <= 2).flatten().collect::<Vec<_>>());
    }
    let mut stated = Stated::new();
    for keyword in KEYWORDS {
        let found = nodes.iter().find_map(|node| node.get(keyword));
        // A default of null is the same as no default.
        if let Some(value) = found.filter(|value| {
            !value.is_null() && **value != Value::Bool(false) || keyword == "default" && value.is_boolean()
        }) {
            stated.insert(keyword, value);
        }
    }
    stated
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn limits_and_defaults_of_fields_and_parameters_are_reported() {
        let document = |most: u32, default: &Value| {
            json!({
                "paths": {"/a": {"get": {"parameters": [{"name": "page", "in": "query", "schema": {"default": default}}]}}},
                "components": {"schemas": {"A": {"properties": {
                    "b": {"anyOf": [{"type": "string", "maxLength": most}, {"type": "null"}]},
                }}}},
            })
        };
        let changes = compare(&document(5, &json!(1)), &document(3, &json!(null)));
        let reported: Vec<_> = changes.iter().map(|(_, change)| format!("{} {}", change.part, change.what)).collect();
        assert_eq!(
            reported,
            ["field `b` has `maxLength` 3 now, was 5", "parameter `page` no longer has `default`, was 1"]
        );
        assert!(compare(&document(5, &json!(1)), &document(5, &json!(1))).is_empty());
    }
}
