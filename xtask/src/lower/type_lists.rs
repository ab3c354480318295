//! Replaces `type: [T, "null"]` with a nullable `T`, and `type: [T, U]` with an `anyOf` of both.

use serde_json::{Value, json};

use super::Report;
use crate::document::keywords::{self, Role};
use crate::document::walk::{self, Kind};

/// Whether a keyword applies to the whole schema and not only to values of one type.
fn is_shared(keyword: &str) -> bool {
    keyword == "default" || keywords::role(keyword).is_none_or(|role| role == Role::Annotation)
}

pub(super) fn split(document: &mut Value, _: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        let Some(Value::Array(names)) = schema.get("type").cloned() else { return };
        count += 1;
        let (nulls, names): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| name == "null");
        if !nulls.is_empty() {
            schema.insert("nullable".to_owned(), json!(true));
        }
        match names.as_slice() {
            [] => {
                schema.shift_remove("nullable");
                schema.insert("type".to_owned(), json!("null"));
            }
            [name] => {
                schema.insert("type".to_owned(), name.clone());
            }
            several => {
                schema.shift_remove("type");
                let keys: Vec<String> = schema.keys().filter(|key| !is_shared(key)).cloned().collect();
                let mut rules = serde_json::Map::new();
                for key in keys {
                    rules.extend(schema.shift_remove(&key).map(|rule| (key, rule)));
                }
                // Each of these keywords restricts values of one type only, so every alternative may have all of them.
                let alternatives = several.iter().map(|name| {
                    let mut alternative = rules.clone();
                    alternative.insert("type".to_owned(), name.clone());
                    Value::Object(alternative)
                });
                let alternatives = alternatives.collect();
                schema.insert("anyOf".to_owned(), Value::Array(alternatives));
            }
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn null_becomes_nullable_and_several_types_become_alternatives() {
        for (given, expected) in [
            (json!({"type": ["string", "null"]}), json!({"type": "string", "nullable": true})),
            (json!({"type": ["null"]}), json!({"type": "null"})),
            (
                json!({"title": "T", "type": ["integer", "string", "null"], "maxLength": 3}),
                json!({"title": "T", "nullable": true, "anyOf": [
                    {"maxLength": 3, "type": "integer"}, {"maxLength": 3, "type": "string"}]}),
            ),
        ] {
            assert_eq!(schema_after(split, given).0, expected);
        }
    }
}
