//! In 3.1, a `$ref` may have siblings; in 3.0 they would be ignored, so the reference moves into an
//! `allOf` of one.

use serde_json::{Value, json};

use super::Findings;
use crate::node;
use crate::walk::{self, Kind};

pub(super) fn make_room(document: &mut Value, _: &mut Findings) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        if schema.len() < 2 || !schema.contains_key("$ref") {
            return;
        }
        count += 1;
        if let Some(reference) = schema.shift_remove("$ref") {
            node::add_part(schema, json!({"$ref": reference}));
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::tests::schema_after;

    #[test]
    fn siblings_get_a_place_beside_an_all_of() {
        let (schema, _) = schema_after(make_room, json!({"$ref": "#/a", "description": "d"}));
        assert_eq!(schema, json!({"description": "d", "allOf": [{"$ref": "#/a"}]}));
        let alone = json!({"$ref": "#/a"});
        assert_eq!(schema_after(make_room, alone.clone()).0, alone);
    }
}
