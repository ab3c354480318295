//! Replaces tuples (`prefixItems`), which 3.0 does not have, with arrays. An item of a closed tuple has one of the
//! listed types. If more items may follow, an item may be any value.

use serde_json::{Value, json};

use super::Report;
use crate::document::walk::{self, Kind};

pub(super) fn list_items(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        let Some(Value::Array(mut parts)) = schema.shift_remove("prefixItems") else { return };
        count += 1;
        schema.insert("type".to_owned(), json!("array"));
        let longest = schema.get("maxItems").and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
        let rest = schema.shift_remove("items");
        let is_closed = rest == Some(json!(false)) || longest.is_some_and(|longest| longest <= parts.len());
        if let Some(rest) = rest.filter(|rest| rest.is_object() && !is_closed) {
            parts.push(rest);
        } else if !is_closed {
            report.warn(&place.child("prefixItems"), "any items may follow these, so the items have no type");
            parts.clear();
        }
        for part in &mut parts {
            if let Some(part) = part.as_object_mut() {
                part.shift_remove("title");
            }
        }
        parts.dedup();
        let items = match parts.as_slice() {
            [] => json!({}),
            [only] => only.clone(),
            // A later pass turns `null` among these into `nullable`.
            _ => json!({"anyOf": parts}),
        };
        schema.insert("items".to_owned(), items);
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn a_closed_tuple_becomes_an_array_of_its_types_and_an_open_one_of_any_values() {
        let (text, number) = (json!({"type": "string"}), json!({"type": "number"}));
        for (given, items) in [
            (
                json!({"prefixItems": [{"type": "number", "title": "X"}, {"type": "number", "title": "Y"}], "maxItems": 2}),
                number.clone(),
            ),
            (json!({"prefixItems": [text, number], "items": false}), json!({"anyOf": [text, number]})),
            (json!({"prefixItems": [text], "items": number}), json!({"anyOf": [text, number]})),
            (json!({"prefixItems": [text], "maxItems": 3}), json!({})),
        ] {
            let (schema, report) = schema_after(list_items, given);
            assert_eq!(schema["items"], items);
            assert_eq!(schema["type"], "array");
            assert_eq!(report.diagnostics.len(), usize::from(items == json!({})));
        }
    }
}
