//! Reads JSON and YAML as a JSON value, and refuses an object with two equal keys: one of them would be lost. Keys of YAML
//! become strings, as written (`200:` is `"200"`), and an integer of more than 64 bits becomes a float.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value, json};

/// The value of a JSON text.
pub(crate) fn json(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text).map(|Json(value)| value)
}

/// The value of a YAML text.
pub(crate) fn yaml(text: &str) -> Result<Value, yaml_serde::Error> {
    yaml_serde::from_str(text).map(|Json(value)| value)
}

/// A JSON value that is deserialized from any JSON or YAML value.
struct Json(Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor).map(Self)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without a YAML tag")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(json!(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(json!(value))
    }

    #[allow(clippy::cast_precision_loss)] // as serde_json reads such a number
    fn visit_i128<E: Error>(self, value: i128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    #[allow(clippy::cast_precision_loss)] // as serde_json reads such a number
    fn visit_u128<E: Error>(self, value: u128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        // JSON has no `.inf` and no `.nan`.
        Ok(Number::from_f64(value).map_or_else(|| Value::String(value.to_string()), Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Json(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            // Before the value is read, so that the error has the position of the key.
            let Entry::Vacant(field) = fields.entry(key.as_str()) else {
                return Err(A::Error::custom(format!("duplicate key {key:?}")));
            };
            let Json(value) = entries.next_value()?;
            field.insert(value);
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_strings_as_written() {
        let value = yaml("{200: a, 1.10: b, true: c, null: d, no: e, '3': f}").unwrap();
        assert_eq!(value, serde_json::json!({"200": "a", "1.10": "b", "true": "c", "null": "d", "no": "e", "3": "f"}));
    }

    #[test]
    fn a_number_of_any_size_is_read() {
        let value =
            yaml("[1, -1, 18446744073709551615, 18446744073709551616, -18446744073709551616, 1e400, .inf]").unwrap();
        let big = 18_446_744_073_709_551_616.0;
        assert_eq!(value, serde_json::json!([1, -1, u64::MAX, big, -big, "1e400", "inf"]));
    }

    #[test]
    fn json_is_read_as_serde_json_reads_it() {
        let text = r#"{"b": [null, true, -1, 18446744073709551615, 1.10, 1e3, -0.0], "a": "\ud83d\ude00\n", "": {}}"#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(json(text).unwrap().to_string(), expected.to_string());
        for text in ["", "{", "{\"a\": 1,}", "[1] 2", "nul", "{a: 1}", "1e400"] {
            let expected = serde_json::from_str::<Value>(text).unwrap_err();
            assert_eq!(json(text).unwrap_err().to_string(), expected.to_string(), "{text}");
        }
    }

    #[test]
    fn a_duplicate_key_is_refused() {
        assert!(yaml("{a: 1, a: 2}").unwrap_err().to_string().contains("duplicate key \"a\""));
        let text = "{\"paths\": {\n  \"/a\": {},\n  \"/a\": {\n    \"b\": 1\n  }\n}}";
        assert_eq!(json(text).unwrap_err().to_string(), "duplicate key \"/a\" at line 3 column 6");
        // Escapes do not make a key another one.
        assert!(json(r#"{"a": 1, "\u0061": 2}"#).is_err());
        assert!(json(r#"[{"a": {"a": 1}}, {"a": [{"a": 1}]}]"#).is_ok());
    }
}
