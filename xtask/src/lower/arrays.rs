//! An array of a fixed order (`prefixItems`) has no counterpart in 3.0: its items become untyped, which
//! keeps every value. So do those of an array that says nothing of its items.

use serde_json::{Value, json};

use super::Findings;
use crate::walk::{self, Kind};

pub(super) fn state_items(document: &mut Value, _: &mut Findings) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        let tuple = schema.shift_remove("prefixItems").is_some();
        if tuple {
            schema.insert("type".to_owned(), json!("array"));
            schema.insert("items".to_owned(), json!({}));
        }
        let array = schema.get("type") == Some(&json!("array"));
        if array && !schema.contains_key("items") {
            schema.insert("items".to_owned(), json!({}));
            count += 1;
        }
        count += usize::from(tuple);
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn an_array_without_items_and_a_tuple_take_anything() {
        let any = json!({"type": "array", "items": {}});
        assert_eq!(schema_after(state_items, json!({"type": "array"})).0, any);
        assert_eq!(schema_after(state_items, json!({"prefixItems": [{"type": "string"}]})).0, any);
    }
}
