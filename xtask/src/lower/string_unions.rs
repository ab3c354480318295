//! Joins the alternatives of a union that are all strings. If they have fixed values, the union becomes one enum: JSON
//! Schema has no other way to describe each value of an enum. If nothing that the client checks distinguishes them, such
//! as strings with different patterns, the union becomes a string: no value is read as an alternative that it is not.

use serde_json::{Map, Value, json};

use super::Report;
use super::unions::Noted;
use crate::document::keywords::{self, Role};
use crate::document::marker;
use crate::document::references;
use crate::document::walk::{self, Kind};

pub(super) fn join(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        if let (Kind::Schema, Value::Object(schema)) = (kind, node) {
            count += usize::from(join_one(schema));
        }
    });
    count
        + walk::replace(document, &mut |kind, _, node, document| {
            let noted = node.get(marker::PLACE).and_then(Value::as_str).and_then(|place| report.noted.get(place));
            let is_text = kind == Kind::Schema && noted.is_some_and(Noted::is_text);
            is_text.then(|| text(node, document)).flatten()
        })
}

/// The keyword of a schema that is a union, and states nothing else about its values.
fn keyword(schema: &Map<String, Value>) -> Option<&'static str> {
    let keyword = match (schema.contains_key("anyOf"), schema.contains_key("oneOf")) {
        (true, false) => "anyOf",
        (false, true) => "oneOf",
        _ => return None,
    };
    let is_plain = schema.get("type").is_none_or(|kind| kind == "string")
        && ["$ref", "allOf", "enum", "format"].iter().all(|key| !schema.contains_key(*key));
    is_plain.then_some(keyword)
}

/// The string that a union of strings becomes; `None` if an alternative is a secret, which stays one.
fn text(union: &Value, document: &Value) -> Option<Value> {
    let mut schema = union.as_object()?.clone();
    let alternatives = schema.shift_remove(keyword(&schema)?)?;
    let mut described = Vec::new();
    for alternative in alternatives.as_array()? {
        let whole = references::resolved_schema(alternative, document);
        let format = whole.get("format").and_then(Value::as_str).unwrap_or_default();
        if !references::has_value(whole, "type", "string") || format.eq_ignore_ascii_case("password") {
            return None;
        }
        let text = [alternative, whole].iter().find_map(|it| it.get("description")?.as_str());
        described.extend(text.map(item));
    }
    schema.insert("type".to_owned(), json!("string"));
    if !described.is_empty() {
        references::describe(&mut schema, described.join("\n"));
    }
    Some(Value::Object(schema))
}

/// A text as an item of a list in Markdown.
fn item(text: &str) -> String {
    format!("- {}", text.trim().replace('\n', "\n  "))
}

fn join_one(schema: &mut Map<String, Value>) -> bool {
    let Some(keyword) = keyword(schema) else { return false };
    let alternatives = schema.get(keyword).and_then(Value::as_array);
    let Some(lists) = alternatives.filter(|list| list.len() > 1).map(|list| list.iter().map(values)) else {
        return false;
    };
    let Some(lists) = lists.collect::<Option<Vec<(&[Value], Option<&str>)>>>() else { return false };
    let mut all: Vec<Value> = Vec::new();
    let mut described = Vec::new();
    for (values, description) in lists {
        if let Some(text) = description {
            let names: Vec<String> = values.iter().filter_map(Value::as_str).map(|it| format!("`{it}`")).collect();
            described.push(item(&format!("{}: {}", names.join(", "), text.trim())));
        }
        for value in values {
            if !all.contains(value) {
                all.push(value.clone());
            }
        }
    }
    schema.shift_remove(keyword);
    schema.insert("type".to_owned(), json!("string"));
    schema.insert("enum".to_owned(), Value::Array(all));
    if !described.is_empty() {
        references::describe(schema, described.join("\n"));
    }
    true
}

/// The fixed values of a string, and their description; `None` for any other schema.
fn values(schema: &Value) -> Option<(&[Value], Option<&str>)> {
    let fields = schema.as_object().filter(|fields| fields.get("type").is_some_and(|kind| kind == "string"))?;
    let is_known = |key: &String| {
        ["type", "enum"].contains(&key.as_str())
            || *key == marker::PLACE
            || key != "nullable" && keywords::role(key) == Some(Role::Annotation)
    };
    let values = fields.get("enum").and_then(Value::as_array).filter(|_| fields.keys().all(is_known))?;
    let text = |key: &str| fields.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    Some((values, text("description")))
}

#[cfg(test)]
mod tests {
    use super::super::unions;
    use super::*;

    /// A document with this union of two components, after the passes, and the report.
    #[allow(clippy::needless_pass_by_value)]
    fn joined(one: Value, other: Value) -> Value {
        let reference = |name: &str| json!({"allOf": [{"$ref": format!("#/components/schemas/{name}")}]});
        let mut document = json!({"components": {"schemas": {
            "One": one, "Other": other,
            "U": {"description": "A net.", "oneOf": [reference("One"), reference("Other")]},
        }}});
        let mut report = Report::default();
        unions::note(&mut document, &mut report);
        join(&mut document, &mut report);
        let mut union = document["components"]["schemas"]["U"].take();
        union.as_object_mut().unwrap().shift_remove(marker::PLACE);
        union
    }

    #[test]
    fn strings_that_only_a_pattern_distinguishes_are_one_string() {
        let text = |format: &str| json!({"type": "string", "format": format, "description": format});
        let expected = json!({"description": "A net.\n\n- net4\n- net6", "type": "string"});
        assert_eq!(joined(text("net4"), text("net6")), expected);
        let prefixed = |prefix: &str| json!({"type": "string", "pattern": format!("^{prefix}_")});
        for (one, other) in [
            (text("net4"), text("uuid")),
            (text("net4"), text("Password")),
            (text("net4"), json!({"type": "integer"})),
            (prefixed("tr"), prefixed("ch")),
        ] {
            assert!(joined(one.clone(), other.clone()).get("oneOf").is_some(), "{one} {other}");
        }
    }
    use crate::lower::tests::schema_after;

    #[test]
    fn a_union_of_strings_is_an_enum_that_describes_its_values() {
        let schema = json!({"type": "string", "description": "An event.", "oneOf": [
            {"type": "string", "enum": ["typing"], "title": "Typing", "description": "Somebody\ntypes."},
            {"type": "string", "enum": ["sent", "typing"], "title": "Sent"},
        ]});
        let expected = json!({
            "type": "string", "enum": ["typing", "sent"], "description": "An event.\n\n- `typing`: Somebody\n  types.",
        });
        assert_eq!(schema_after(join, schema).0, expected);
    }

    #[test]
    fn any_other_union_stays() {
        let string = json!({"type": "string", "enum": ["a"]});
        for schema in [
            json!({"oneOf": [string, {"type": "string"}]}),
            json!({"oneOf": [string, {"type": "integer", "enum": [1]}]}),
            json!({"oneOf": [string, {"$ref": "#/components/schemas/A"}]}),
            json!({"oneOf": [string, string], "format": "password"}),
            json!({"oneOf": [string, string], "anyOf": [string, string]}),
        ] {
            assert_eq!(schema_after(join, schema.clone()).0, schema);
        }
    }
}
