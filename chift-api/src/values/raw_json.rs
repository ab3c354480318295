//! JSON that is kept as it was written.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::{self, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// A JSON value that is kept as it was written: the digits of its numbers and the order of its fields stay the same.
///
/// It is what a union keeps of a value that matches none of its alternatives. [`Debug`] shows only the kind of the
/// value, because nothing is known about its content; [`as_str`](Self::as_str) returns the whole text. Two values are
/// equal if they are written alike.
///
/// ```
/// use chift_api::RawJson;
/// let kept: RawJson = serde_json::from_str("{\"kind\":\"new\",\"amount\":1.50}")?;
/// assert_eq!(kept.as_str(), "{\"kind\":\"new\",\"amount\":1.50}");
/// assert_eq!(kept.to_value()["kind"], "new");
/// assert_eq!(format!("{kept:?}"), "[redacted object]");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// The value with a JSON text, which was already parsed.
    pub(crate) fn from_text(text: Cow<'_, str>) -> Result<Self, serde_json::Error> {
        RawValue::from_string(text.into_owned()).map(Self)
    }

    /// The text of the value.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// The value without its notation: numbers have the precision of [`Value`].
    pub fn to_value(&self) -> Value {
        serde_json::from_str(self.as_str()).unwrap_or_default()
    }
}

/// Compares the texts.
impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for RawJson {}

impl Hash for RawJson {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl From<&Value> for RawJson {
    fn from(value: &Value) -> Self {
        // A `Value` can always be written: its keys are strings.
        Self(RawValue::from_string(value.to_string()).unwrap_or_default())
    }
}

impl From<&RawValue> for RawJson {
    fn from(json: &RawValue) -> Self {
        Self(json.to_owned())
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[redacted {}]", kind(self.as_str()))
    }
}

impl fmt::Display for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_text(text(deserializer)?).map_err(D::Error::custom)
    }
}

/// What a JSON text is, from its first character.
fn kind(text: &str) -> &'static str {
    match text.as_bytes().first() {
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ => "number",
    }
}

/// The depth at which `serde_json` stops reading, so that a hostile value does not exhaust the stack.
pub(crate) const MAX_DEPTH: usize = 127;

/// The number of arrays and objects around the innermost value of a JSON text.
pub(crate) fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut is_escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Writes a JSON text as it is.
pub(crate) fn write<S: Serializer>(text: String, serializer: S) -> Result<S::Ok, S::Error> {
    RawValue::from_string(text).map_err(S::Error::custom)?.serialize(serializer)
}

/// The name by which `RawValue` asks `serde_json` for the text of a value. Other deserializers ignore it and return the
/// value.
const RAW: &str = "$serde_json::private::RawValue";

/// The JSON text of the next value, without copying it if possible.
///
/// Other deserializers than those of `serde_json`, such as the buffer that `serde` uses for `#[serde(flatten)]` and
/// `#[serde(untagged)]`, have no text; their value is written as JSON.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'de, str>, D::Error> {
    deserializer.deserialize_newtype_struct(RAW, Text)
}

struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        match map.next_key::<Cow<'de, str>>()? {
            Some(key) if key == RAW => map.next_value_seed(Content),
            // The buffer of `serde` calls this with the value itself.
            first => {
                let mut fields = serde_json::Map::new();
                let mut next = first;
                while let Some(key) = next {
                    fields.insert(key.into_owned(), map.next_value()?);
                    next = map.next_key()?;
                }
                Ok(Value::Object(fields).to_string().into())
            }
        }
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Value::deserialize(deserializer).map(|value| value.to_string().into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items).to_string().into())
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(value.to_string().into())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(value.to_string().into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(value.to_string().into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Value::from(value).to_string().into())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Value::from(value).to_string().into())
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok("null".into())
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.visit_newtype_struct(deserializer)
    }
}

/// Reads the text that `serde_json` passes under the key [`RAW`]; it borrows from the input if it can.
struct Content;

impl<'de> de::DeserializeSeed<'de> for Content {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Content {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the text of a JSON value")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(text.into())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.to_owned().into())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_depth_does_not_count_brackets_in_strings() {
        for (json, expected) in
            [("1", 0), ("[]", 1), ("[{\"a\":[1]},[]]", 3), ("[\"[[\\\"[\"]", 1), ("{\"[\\\\\":{}}", 2)]
        {
            assert_eq!(depth(json), expected, "{json}");
        }
    }

    #[test]
    fn a_value_is_kept_as_it_was_written() {
        for json in ["{\"b\": 1.50,\n\"a\":[1e400]}", "null", "\"\\u0061\"", "-0.0"] {
            let kept: RawJson = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&kept).unwrap(), json);
        }
        assert_eq!(format!("{:?}", RawJson::from(&Value::from("s3cret"))), "[redacted string]");
    }
}
