//! What a JSON value must look like to be an alternative of a union.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::Integer;

/// What a JSON value must look like. It distinguishes the alternatives of one union, and checks nothing else.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// Any value.
    Any,
    Null,
    Boolean,
    /// A number whose fraction is zero.
    Integer,
    /// The same, and not negative.
    Unsigned,
    Number,
    String,
    /// A string that starts with this text, which needs no escapes in JSON.
    Prefix(&'static str),
    /// The string, number or boolean with this JSON text.
    Constant(&'static str),
    /// An array whose items all have one of these forms.
    Array(&'static [Form]),
    /// An object with these fields, which may have others.
    Object(&'static [Field]),
    /// An object with these fields and no others.
    Closed(&'static [Field]),
}

/// A field of an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    name: &'static str,
    is_required: bool,
    /// The value has one of these forms.
    forms: &'static [Form],
}

impl Field {
    pub(crate) const fn required(name: &'static str, forms: &'static [Form]) -> Self {
        Self { name, is_required: true, forms }
    }

    pub(crate) const fn optional(name: &'static str, forms: &'static [Form]) -> Self {
        Self { name, is_required: false, forms }
    }
}

/// Whether a value that a later version of the document allows has a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// A closed object has no other fields, a string has its prefix, and an unsigned number has no sign.
    Exact,
    /// A closed object may have other fields, a string another prefix, and a number a sign, which the document added later.
    Lenient,
}

impl Form {
    /// Whether a value has this form.
    fn matches(&self, given: &Given<'_>, strictness: Strictness) -> bool {
        let json = given.json;
        let first = json.as_bytes().first().copied().unwrap_or_default();
        let is_number = first == b'-' || first.is_ascii_digit();
        match self {
            Self::Any => true,
            Self::Null => first == b'n',
            Self::Boolean => matches!(first, b't' | b'f'),
            Self::Integer => is_number && is_integer(json),
            Self::Unsigned => is_number && (strictness == Strictness::Lenient || first != b'-') && is_integer(json),
            Self::Number => is_number,
            Self::String => first == b'"',
            Self::Prefix(prefix) => {
                json.strip_prefix('"').is_some_and(|text| strictness == Strictness::Lenient || text.starts_with(prefix))
            }
            Self::Constant(text) => same_scalar(json, text),
            Self::Array(forms) => {
                first == b'['
                    && (forms.is_empty()
                        || items(json).iter().all(|item| any(forms, &Given::new(item.get()), strictness)))
            }
            Self::Object(fields) => first == b'{' && has_fields(fields, given.fields(), strictness),
            Self::Closed(fields) => {
                let is_known = |name: &str| fields.iter().any(|field| field.name == name);
                first == b'{'
                    && has_fields(fields, given.fields(), strictness)
                    && (strictness == Strictness::Lenient || given.fields().names().all(is_known))
            }
        }
    }

    /// The constants of the field `name`; `None` if this form does not limit the field to constants.
    pub(crate) fn constants(&self, name: &str) -> Option<impl Iterator<Item = &'static str>> {
        let (Self::Object(fields) | Self::Closed(fields)) = self else { return None };
        let forms = fields.iter().find(|field| field.name == name)?.forms;
        let all = forms.iter().all(|form| matches!(form, Self::Constant(_)));
        all.then(|| {
            forms.iter().filter_map(|form| match form {
                Self::Constant(text) => Some(*text),
                _ => None,
            })
        })
    }

    /// Whether this form lists the field `name`.
    pub(crate) fn has_field(&self, name: &str) -> bool {
        let (Self::Object(fields) | Self::Closed(fields)) = self else { return false };
        fields.iter().any(|field| field.name == name)
    }

    /// The number of fields that this form requires.
    pub(crate) fn required_fields(&self) -> usize {
        let (Self::Object(fields) | Self::Closed(fields)) = self else { return 0 };
        fields.iter().filter(|field| field.is_required).count()
    }

    /// Whether an object may lack the field `name`.
    pub(crate) fn may_lack(&self, name: &str) -> bool {
        let (Self::Object(fields) | Self::Closed(fields)) = self else { return true };
        fields.iter().all(|field| field.name != name || !field.is_required)
    }
}

/// Whether a value has one of `forms`.
pub(crate) fn any(forms: &[Form], given: &Given<'_>, strictness: Strictness) -> bool {
    forms.iter().any(|form| form.matches(given, strictness))
}

/// A JSON text whose fields are found once, however many forms it is compared with.
#[derive(Debug)]
pub(crate) struct Given<'a> {
    json: &'a str,
    fields: OnceCell<Fields<'a>>,
}

impl<'a> Given<'a> {
    pub(crate) fn new(json: &'a str) -> Self {
        Self { json, fields: OnceCell::new() }
    }

    /// The fields of an object; none for any other value.
    pub(crate) fn fields(&self) -> &Fields<'a> {
        self.fields.get_or_init(|| {
            if self.json.starts_with('{') {
                serde_json::from_str(self.json).unwrap_or_default()
            } else {
                Fields::default()
            }
        })
    }
}

fn has_fields(fields: &[Field], given: &Fields<'_>, strictness: Strictness) -> bool {
    fields.iter().all(|field| match given.get(field.name) {
        // An optional field that is null is absent.
        Some("null") if !field.is_required => true,
        Some(value) => any(field.forms, &Given::new(value), strictness),
        None => !field.is_required,
    })
}

fn is_integer(json: &str) -> bool {
    !json.contains(['.', 'e', 'E']) || json.parse::<Integer>().is_ok_and(|number| number.get().is_some())
}

/// Whether two JSON texts are the same string, number or boolean.
pub(crate) fn same_scalar(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let is_text = |json: &str| json.starts_with('"');
    let text = |json| serde_json::from_str::<Cow<'_, str>>(json);
    if is_text(one) != is_text(other) {
        return false;
    }
    match (text(one), text(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => {
            matches!((one.parse::<crate::Decimal>(), other.parse::<crate::Decimal>()), (Ok(one), Ok(other)) if one == other)
        }
    }
}

fn items(json: &str) -> Vec<&RawValue> {
    serde_json::from_str(json).unwrap_or_default()
}

/// The fields of an object, in order, with the text of each value.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// The names of the fields.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_ref())
    }

    /// The text of the value of the field `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.get())
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;

        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some((Name(name), value)) = map.next_entry()? {
                    fields.push((name, value));
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(FieldsVisitor)
    }
}

/// The name of a field, borrowed from the text if it has no escapes.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_accepts_its_values_and_no_others() {
        use Form::{Array, Boolean, Closed, Constant, Integer, Null, Number, Object, Prefix, String, Unsigned};
        const FIELDS: &[Field] = &[Field::required("a", &[Integer]), Field::optional("b", &[String, Null])];
        for (form, yes, no) in [
            (Null, &["null"][..], &["0", "\"null\""][..]),
            (Boolean, &["true", "false"], &["0", "\"true\""]),
            (Unsigned, &["0", "18446744073709551615", "1e3"], &["-1", "1.5", "\"1\""]),
            (Integer, &["1", "-1.0", "1e3", "1000000000000000000000"], &["1.5", "1e-3", "\"1\""]),
            (Number, &["1", "1.5", "1e400"], &["\"1\"", "null"]),
            (String, &["\"\""], &["1", "{}"]),
            (Prefix("tr_"), &["\"tr_\"", "\"tr_1\""], &["\"re_1\"", "1"]),
            (Constant("\"a\""), &["\"a\"", "\"\\u0061\""], &["\"b\"", "1"]),
            (Constant("1"), &["1", "1.0"], &["\"1\"", "2", "true"]),
            (Constant("true"), &["true"], &["false", "\"true\""]),
            (Array(&[Integer]), &["[]", "[1, 2]"], &["[1, \"a\"]", "{}"]),
            (Array(&[]), &["[]", "[1, \"a\"]"], &["{}"]),
            (
                Object(FIELDS),
                &["{\"a\":1}", "{\"b\":\"x\",\"c\":0,\"a\":1}", "{\"a\":1,\"b\":null}"],
                &["{}", "{\"a\":\"x\"}", "{\"a\":1,\"b\":2}", "[1]"],
            ),
            (Closed(FIELDS), &["{\"a\":1}"], &["{\"a\":1,\"c\":0}"]),
        ] {
            for json in yes {
                assert!(form.matches(&Given::new(json), Strictness::Exact), "{form:?} {json}");
            }
            for json in no {
                assert!(!form.matches(&Given::new(json), Strictness::Exact), "{form:?} {json}");
            }
        }
        assert!(Prefix("tr_").matches(&Given::new("\"re_1\""), Strictness::Lenient));
        assert!(Unsigned.matches(&Given::new("-1"), Strictness::Lenient));
        assert!(Closed(FIELDS).matches(&Given::new("{\"a\":1,\"c\":0}"), Strictness::Lenient));
    }
}
