//! Adds `items` that accept any value to arrays without `items`, which 3.0 requires.

use serde_json::{Value, json};

use super::Report;
use crate::document::walk::{self, Kind};

pub(super) fn state_items(document: &mut Value, _: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        let array = schema.get("type") == Some(&json!("array"));
        if array && !schema.contains_key("items") {
            schema.insert("items".to_owned(), json!({}));
            count += 1;
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn an_array_without_items_accepts_any_items() {
        let any = json!({"type": "array", "items": {}});
        assert_eq!(schema_after(state_items, json!({"type": "array"})).0, any);
    }
}
