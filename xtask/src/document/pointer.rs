//! JSON pointers (RFC 6901), written as URI fragments so that they can be pasted into `$ref`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use serde_json::Value;

/// A place in a document.
///
/// ```
/// use xtask::document::pointer::Pointer;
/// let place = Pointer::root().child("paths").child("/token").child("post");
/// assert_eq!(place.to_string(), "#/paths/~1token/post");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(Vec<String>);

impl Pointer {
    /// The whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// The place one step further down.
    #[must_use]
    #[allow(clippy::needless_pass_by_value)] // so that callers write `child(0)` and `child("a")`
    pub fn child(&self, token: impl ToString) -> Self {
        let mut tokens = self.0.clone();
        tokens.push(token.to_string());
        Self(tokens)
    }

    /// The place one step further up; `None` for the whole document.
    pub(crate) fn parent(&self) -> Option<Self> {
        let (_, outer) = self.0.split_last()?;
        Some(Self(outer.to_vec()))
    }

    /// The place after the first `count` steps.
    pub(crate) fn first(&self, count: usize) -> Self {
        Self(self.0.iter().take(count).cloned().collect())
    }

    /// This place, or the innermost one around it that the document has.
    pub(crate) fn existing(&self, document: &Value) -> Self {
        let mut outer = std::iter::successors(Some(self.clone()), Self::parent);
        outer.find(|place| place.find(document).is_some()).unwrap_or_default()
    }

    /// Goes one step further down.
    pub(crate) fn push(&mut self, token: impl Into<String>) {
        self.0.push(token.into());
    }

    /// Reads a pointer from a `$ref` into the same document (`#/…`); `None` for any other reference. The reference is a
    /// URI fragment, in which characters may be percent-encoded (RFC 6901, section 6).
    pub fn from_reference(reference: &str) -> Option<Self> {
        let path = percent_encoding::percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?;
        if path.is_empty() {
            return Some(Self::root());
        }
        let tokens = path.strip_prefix('/')?.split('/');
        Some(Self(tokens.map(unescaped).collect()))
    }

    /// Reads a pointer as [`Display`](fmt::Display) writes it: with a `#` before it, and without percent-encoding.
    pub(crate) fn from_fragment(text: &str) -> Option<Self> {
        match text.strip_prefix('#')? {
            "" => Some(Self::root()),
            path => Some(Self(path.strip_prefix('/')?.split('/').map(unescaped).collect())),
        }
    }

    /// The value at this place, if there is one.
    pub fn find<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(document, |value, token| match value {
            Value::Array(items) => items.get(token.parse::<usize>().ok()?),
            Value::Object(fields) => fields.get(token),
            _ => None,
        })
    }

    /// Mutable access to the value at this place, if there is one.
    pub(crate) fn find_mut<'a>(&self, document: &'a mut Value) -> Option<&'a mut Value> {
        self.0.iter().try_fold(document, |value, token| match value {
            Value::Array(items) => items.get_mut(token.parse::<usize>().ok()?),
            Value::Object(fields) => fields.get_mut(token),
            _ => None,
        })
    }

    /// Removes the value at this place, if there is one; later items of a list move up.
    pub(crate) fn remove(&self, document: &mut Value) {
        let Some((last, outer)) = self.0.split_last() else { return };
        match Self(outer.to_vec()).find_mut(document) {
            Some(Value::Object(fields)) => drop(fields.shift_remove(last)),
            Some(Value::Array(items)) => match last.parse::<usize>() {
                Ok(index) if index < items.len() => drop(items.remove(index)),
                _ => {}
            },
            _ => {}
        }
    }

    /// Whether this place is `outer` or inside it.
    pub(crate) fn is_in(&self, outer: &Self) -> bool {
        self.0.starts_with(&outer.0)
    }

    /// The place as a JSONPath (RFC 9535), such as `$.paths['/a'].get`, for a place that no list contains.
    pub(crate) fn json_path(&self) -> String {
        self.0.iter().fold("$".to_owned(), |path, token| path + &json_path_step(token))
    }

    /// The steps from the root.
    pub fn tokens(&self) -> &[String] {
        &self.0
    }
}

/// A token of a pointer without the escapes of RFC 6901, section 3.
fn unescaped(token: &str) -> String {
    if token.contains('~') { token.replace("~1", "/").replace("~0", "~") } else { token.to_owned() }
}

/// A step of a JSONPath (RFC 9535) to the field `name`: `.get` or `['/a']`.
pub(crate) fn json_path_step(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_plain { format!(".{name}") } else { format!("[{}]", json_path_string(name)) }
}

/// A string in a JSONPath, in single quotes.
pub(crate) fn json_path_string(text: &str) -> String {
    let mut quoted = "'".to_owned();
    for c in text.chars() {
        match c {
            '\'' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.extend(["\\u", &format!("{:04x}", u32::from(c))]),
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

impl Serialize for Pointer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Pointer {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        String::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("#")?;
        self.0.iter().try_for_each(|token| write!(f, "/{}", token.replace('~', "~0").replace('/', "~1")))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_percent_encoded_reference_leads_to_its_target() {
        let document = json!({"paths": {"/ovens/{id}": {"get": 1}}});
        let pointer = Pointer::from_reference("#/paths/~1ovens~1%7Bid%7D/get").unwrap();
        assert_eq!(pointer.find(&document), Some(&json!(1)));
        assert_eq!(pointer.to_string(), "#/paths/~1ovens~1{id}/get");
    }
}
