//! Removes the formats of numbers, except in lists of floats, because the type of every other number is exact; and the
//! formats of integers that state no size.
//!
//! `float` and `double` state how the server computes, and not what the JSON contains: an amount with the format `double`
//! still has the digits of an amount. A list of such numbers is a list of measurements or an embedding.

use serde_json::{Value, json};

use super::Report;
use crate::document::walk::{self, Kind};

/// The format that selects `Float`.
pub(crate) const FLOAT: &str = "double";

pub(super) fn choose(document: &mut Value, _: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        let (Kind::Schema, Value::Object(schema)) = (kind, node) else { return };
        let Some(format) = schema.get("format").and_then(Value::as_str) else { return };
        let kind = schema.get("type").and_then(Value::as_str);
        if kind == Some("integer") {
            // The integers of the server's language, which typify takes for 32 bits.
            match format {
                "int" => drop(schema.shift_remove("format")),
                "uint" => drop(schema.insert("format".to_owned(), json!("uint64"))),
                _ => return,
            }
            count += 1;
            return;
        }
        if kind != Some("number") {
            return;
        }
        if place.last() == Some("items") && ["float", FLOAT].contains(&format) {
            count += usize::from(format != FLOAT);
            schema.insert("format".to_owned(), json!(FLOAT));
        } else {
            schema.shift_remove("format");
            count += 1;
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::references::has_value;
    use crate::lower::tests::schema_after;

    #[test]
    fn only_the_numbers_of_a_list_of_floats_keep_a_format() {
        for format in ["float", "double", "decimal", "int64"] {
            let number = json!({"type": "number", "format": format});
            assert_eq!(schema_after(choose, number.clone()).0, json!({"type": "number"}), "{format}");
            let list = schema_after(choose, json!({"type": "array", "items": number})).0;
            let is_float = has_value(&list["items"], "format", FLOAT);
            assert_eq!(is_float, ["float", "double"].contains(&format), "{format}");
        }
    }

    #[test]
    fn an_integer_whose_format_states_no_size_has_64_bits() {
        let integer = |format: &str| schema_after(choose, json!({"type": "integer", "format": format})).0;
        assert_eq!(integer("int"), json!({"type": "integer"}));
        assert_eq!(integer("uint"), json!({"type": "integer", "format": "uint64"}));
        assert_eq!(integer("int32"), json!({"type": "integer", "format": "int32"}));
        let text = json!({"type": "string", "format": "double"});
        assert_eq!(schema_after(choose, text.clone()).0, text);
    }
}
