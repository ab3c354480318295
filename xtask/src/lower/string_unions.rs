//! Turns a union whose alternatives are all strings with fixed values into one enum. JSON Schema has no other way to
//! describe each value of an enum.

use serde_json::{Map, Value, json};

use super::Report;
use crate::document::keywords::{self, Role};
use crate::document::marker;
use crate::document::references;
use crate::document::walk::{self, Kind};

pub(super) fn join(document: &mut Value, _: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        if let (Kind::Schema, Value::Object(schema)) = (kind, node) {
            count += usize::from(join_one(schema));
        }
    });
    count
}

fn join_one(schema: &mut Map<String, Value>) -> bool {
    let keyword = match (schema.contains_key("anyOf"), schema.contains_key("oneOf")) {
        (true, false) => "anyOf",
        (false, true) => "oneOf",
        _ => return false,
    };
    let is_plain = schema.get("type").is_none_or(|kind| kind == "string")
        && ["$ref", "allOf", "enum", "format"].iter().all(|key| !schema.contains_key(*key));
    let alternatives = schema.get(keyword).and_then(Value::as_array);
    let Some(lists) = alternatives.filter(|list| is_plain && list.len() > 1).map(|list| list.iter().map(values)) else {
        return false;
    };
    let Some(lists) = lists.collect::<Option<Vec<(&[Value], Option<&str>)>>>() else { return false };
    let mut all: Vec<Value> = Vec::new();
    let mut described = Vec::new();
    for (values, description) in lists {
        if let Some(text) = description {
            let names: Vec<String> = values.iter().filter_map(Value::as_str).map(|it| format!("`{it}`")).collect();
            described.push(format!("- {}: {}", names.join(", "), text.trim().replace('\n', "\n  ")));
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
    use super::*;
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
