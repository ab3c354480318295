//! Writes parameters in the styles of `OpenAPI` (Parameter Object, `style` and `explode`) that a plain string cannot
//! express: lists and objects in a path or a header, lists that are not repeated in a query, and JSON.
//!
//! A value is serialized as JSON first, so the digits of a number and the order of fields stay. A `null` is not sent.
//! OpenAPI does not define lists and objects inside of lists and objects, except for objects in the style `deepObject`:
//! they are sent as JSON text.

use reqwest::header::HeaderValue;
use reqwest::{RequestBuilder, Url};
use serde::Serialize;
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::path::{encode, refuse_dots};
use crate::{RequestError, Secret};

/// The style of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// In a query: `a=1,2`, or `a=1&a=2` if exploded.
    Form,
    /// In a path or a header: `1,2`.
    Simple,
    /// In a path: `.1,2`, or `.1.2` if exploded.
    Label,
    /// In a path: `;a=1,2`, or `;a=1;a=2` if exploded.
    Matrix,
    /// In a query: `a=1 2`.
    SpaceDelimited,
    /// In a query: `a=1|2`.
    PipeDelimited,
    /// In a query: `a[b]=1&a[c]=2`.
    DeepObject,
    /// The value as JSON text, of a parameter with `content`.
    Json,
}

/// The parts of a value, as text that is not yet encoded.
enum Parts {
    Nothing,
    One(String),
    List(Vec<String>),
    Fields(Vec<(String, String)>),
}

/// A parameter in a path as exactly one segment; `parameter` is its name in Rust, and `name` that in the document.
pub fn path_value(
    parameter: &'static str,
    name: &str,
    style: Style,
    explode: bool,
    value: &(impl Serialize + ?Sized),
) -> Result<String, RequestError> {
    let (name, parts) = (encode(name), parts(name, style, value)?);
    let segment = match style {
        Style::Label => {
            let joined = joined(parts, if explode { "." } else { "," }, explode);
            joined.map_or_else(String::new, |joined| format!(".{joined}"))
        }
        Style::Matrix => match parts {
            Parts::Fields(_) if explode => joined(parts, ";", true).map_or_else(String::new, |it| format!(";{it}")),
            Parts::List(items) if explode => {
                items.iter().flat_map(|it| [";", &name, "=", &encode(it)].map(str::to_owned)).collect()
            }
            parts => joined(parts, ",", false).map_or_else(String::new, |joined| format!(";{name}={joined}")),
        },
        _ => joined(parts, ",", explode).unwrap_or_default(),
    };
    refuse_dots(parameter, &segment)?;
    Ok(segment)
}

/// A parameter in a header. A comma inside of an item is sent unchanged, as `OpenAPI` defines it.
pub fn header_value(
    name: &str,
    style: Style,
    explode: bool,
    value: &(impl Serialize + ?Sized),
) -> Result<HeaderValue, RequestError> {
    let text = match parts(name, style, value)? {
        Parts::Nothing => String::new(),
        Parts::One(text) => text,
        Parts::List(items) => items.join(","),
        Parts::Fields(fields) => {
            let joint = if explode { "=" } else { "," };
            fields.into_iter().map(|(key, value)| [key.as_str(), joint, &value].concat()).collect::<Vec<_>>().join(",")
        }
    };
    HeaderValue::try_from(text).map_err(|_| not_a_header(name))
}

/// A secret in a header. It is marked as sensitive.
pub fn secret_header(name: &str, secret: &Secret) -> Result<HeaderValue, RequestError> {
    let mut value = HeaderValue::from_str(secret.expose()).map_err(|_| not_a_header(name))?;
    value.set_sensitive(true);
    Ok(value)
}

fn not_a_header(name: &str) -> RequestError {
    RequestError::new(format!("the header `{name}` contains characters that a header cannot contain"))
}

/// Appends a parameter to the query of a request.
pub(crate) fn add_to_query(
    request: RequestBuilder,
    name: &str,
    style: Style,
    explode: bool,
    value: &(impl Serialize + ?Sized),
) -> Result<RequestBuilder, RequestError> {
    // `RequestBuilder::query` encodes commas, so the query is extended as text.
    let (client, request) = request.build_split();
    let mut request = request?;
    extend(request.url_mut(), &query(name, style, explode, value)?);
    Ok(RequestBuilder::from_parts(client, request))
}

fn extend(url: &mut Url, more: &str) {
    match url.query().filter(|query| !query.is_empty()) {
        _ if more.is_empty() => {}
        None => url.set_query(Some(more)),
        Some(query) => {
            let query = [query, "&", more].concat();
            url.set_query(Some(&query));
        }
    }
}

/// A query parameter as encoded text, with its name; empty if there is nothing to send.
fn query(name: &str, style: Style, explode: bool, value: &(impl Serialize + ?Sized)) -> Result<String, RequestError> {
    if style == Style::DeepObject {
        let mut pairs = Vec::new();
        deep(name, &json(name, value)?, &mut pairs);
        return Ok(pairs.join("&"));
    }
    let pair = |value: &str| format!("{}={}", encode(name), encode(value));
    let separator = match style {
        Style::SpaceDelimited => "%20",
        Style::PipeDelimited => "%7C",
        _ => ",",
    };
    Ok(match parts(name, style, value)? {
        Parts::List(items) if explode => items.iter().map(|item| pair(item)).collect::<Vec<_>>().join("&"),
        parts @ Parts::Fields(_) if explode => joined(parts, "&", true).unwrap_or_default(),
        parts => joined(parts, separator, false).map_or_else(String::new, |it| format!("{}={it}", encode(name))),
    })
}

/// Adds the pairs of an object in the style `deepObject`: a field is a name in brackets, and a list repeats its name.
fn deep(name: &str, value: &RawValue, pairs: &mut Vec<String>) {
    match fields(value) {
        Some(fields) => {
            for (key, value) in fields {
                deep(&format!("{name}[{key}]"), &value, pairs);
            }
        }
        None => match items(value) {
            Some(items) => items.iter().for_each(|item| deep(name, item, pairs)),
            None => pairs.extend(text(value).map(|text| format!("{}={}", encode(name), encode(&text)))),
        },
    }
}

/// The encoded parts, joined with `separator`; `None` if there are none. The fields of an object are `key=value` if
/// they are exploded, else `key,value`.
fn joined(parts: Parts, separator: &str, explode: bool) -> Option<String> {
    let encoded: Vec<String> = match parts {
        Parts::Nothing => return None,
        Parts::One(text) => vec![encode(&text)],
        Parts::List(items) => items.iter().map(|item| encode(item)).collect(),
        Parts::Fields(fields) => {
            let joint = if explode { "=" } else { separator };
            fields.iter().map(|(key, value)| [&encode(key), joint, &encode(value)].concat()).collect()
        }
    };
    (!encoded.is_empty()).then(|| encoded.join(separator))
}

/// The names and texts of a parameter that is exploded in a query; a field of an object has its own name.
pub(crate) fn pairs(name: &str, value: &(impl Serialize + ?Sized)) -> Result<Vec<(String, String)>, RequestError> {
    let named = |text: String| (name.to_owned(), text);
    Ok(match parts(name, Style::Form, value)? {
        Parts::Nothing => Vec::new(),
        Parts::One(text) => vec![named(text)],
        Parts::List(items) => items.into_iter().map(named).collect(),
        Parts::Fields(fields) => fields,
    })
}

fn json(name: &str, value: &(impl Serialize + ?Sized)) -> Result<Box<RawValue>, RequestError> {
    // The serializer's message can contain values.
    serde_json::value::to_raw_value(value)
        .map_err(|_| RequestError::new(format!("the parameter `{name}` cannot be written as JSON")))
}

fn parts(name: &str, style: Style, value: &(impl Serialize + ?Sized)) -> Result<Parts, RequestError> {
    let value = json(name, value)?;
    if style == Style::Json {
        // An absent parameter is `None`, which is written as `null`.
        return Ok(if value.get() == "null" { Parts::Nothing } else { Parts::One(value.get().to_owned()) });
    }
    Ok(if let Some(items) = items(&value) {
        Parts::List(items.iter().filter_map(|item| text(item)).collect())
    } else if let Some(fields) = fields(&value) {
        Parts::Fields(fields.into_iter().filter_map(|(key, value)| Some((key, text(&value)?))).collect())
    } else {
        text(&value).map_or(Parts::Nothing, Parts::One)
    })
}

/// A value as text: a string without its quotes, any other value as JSON; `None` for `null`.
fn text(value: &RawValue) -> Option<String> {
    match value.get() {
        "null" => None,
        text => Some(serde_json::from_str(text).unwrap_or_else(|_| text.to_owned())),
    }
}

/// The items of a list; `None` for any other value.
fn items(value: &RawValue) -> Option<Vec<Box<RawValue>>> {
    serde_json::from_str(value.get()).ok()
}

/// The fields of an object in their order; `None` for any other value.
fn fields(value: &RawValue) -> Option<Vec<(String, Box<RawValue>)>> {
    struct Fields;
    impl<'de> Visitor<'de> for Fields {
        type Value = Vec<(String, Box<RawValue>)>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut fields = Vec::new();
            while let Some(field) = map.next_entry()? {
                fields.push(field);
            }
            Ok(fields)
        }
    }
    serde_json::Deserializer::from_str(value.get()).deserialize_map(Fields).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_query_is_written_in_each_style() {
        // The examples of OpenAPI 3.1.1, section 4.8.12.4, with characters that need encoding.
        let values = [r#""bl,ue""#, r#"["blue", "b,k", 1]"#, r#"{"R": 100, "G": "a&b", "B": null}"#];
        let values = values.map(|value| serde_json::from_str::<Box<RawValue>>(value).unwrap());
        for (style, explode, expected) in [
            (Style::Form, false, ["c=bl%2Cue", "c=blue,b%2Ck,1", "c=R,100,G,a%26b"]),
            (Style::Form, true, ["c=bl%2Cue", "c=blue&c=b%2Ck&c=1", "R=100&G=a%26b"]),
            (Style::SpaceDelimited, false, ["c=bl%2Cue", "c=blue%20b%2Ck%201", "c=R%20100%20G%20a%26b"]),
            (Style::PipeDelimited, false, ["c=bl%2Cue", "c=blue%7Cb%2Ck%7C1", "c=R%7C100%7CG%7Ca%26b"]),
            (Style::SpaceDelimited, true, ["c=bl%2Cue", "c=blue&c=b%2Ck&c=1", "R=100&G=a%26b"]),
            (Style::DeepObject, true, ["c=bl%2Cue", "c=blue&c=b%2Ck&c=1", "c%5BR%5D=100&c%5BG%5D=a%26b"]),
        ] {
            for (value, expected) in values.iter().zip(expected) {
                assert_eq!(query("c", style, explode, value).unwrap(), expected, "{style:?} {explode}");
            }
        }
        let written = query("c", Style::Json, false, &json!({"a": [1, "é"]})).unwrap();
        assert_eq!(written, "c=%7B%22a%22%3A%5B1%2C%22%C3%A9%22%5D%7D");
    }

    #[test]
    fn a_path_and_a_header_are_written_in_each_style() {
        let one = json!("blue");
        let list = json!(["blue", "b,k"]);
        let object = json!({"G": 200, "R": 100});
        for (style, explode, expected) in [
            (Style::Simple, false, ["blue", "blue,b%2Ck", "G,200,R,100"]),
            (Style::Simple, true, ["blue", "blue,b%2Ck", "G=200,R=100"]),
            (Style::Label, false, [".blue", ".blue,b%2Ck", ".G,200,R,100"]),
            (Style::Label, true, [".blue", ".blue.b%2Ck", ".G=200.R=100"]),
            (Style::Matrix, false, [";c=blue", ";c=blue,b%2Ck", ";c=G,200,R,100"]),
            (Style::Matrix, true, [";c=blue", ";c=blue;c=b%2Ck", ";G=200;R=100"]),
        ] {
            for (value, expected) in [&one, &list, &object].into_iter().zip(expected) {
                assert_eq!(path_value("c", "c", style, explode, value).unwrap(), expected, "{style:?} {explode}");
            }
        }
        for (explode, expected) in
            [(false, ["blue", "blue,b,k", "G,200,R,100"]), (true, ["blue", "blue,b,k", "G=200,R=100"])]
        {
            for (value, expected) in [&one, &list, &object].into_iter().zip(expected) {
                assert_eq!(header_value("c", Style::Simple, explode, value).unwrap(), expected);
            }
        }
    }

    #[test]
    fn an_absent_value_is_not_sent_and_a_path_is_never_changed() {
        assert_eq!(query("a", Style::Form, false, &None::<Vec<i64>>).unwrap(), "");
        assert_eq!(query("a", Style::Form, false, &[0_i64; 0]).unwrap(), "");
        assert_eq!(query("a", Style::Json, false, &None::<i64>).unwrap(), "");
        for (style, value) in [
            (Style::Simple, json!([])),
            (Style::Simple, json!([".."])),
            (Style::Label, json!(".")),
            (Style::Label, json!("")),
        ] {
            let error = path_value("ids", "Ids", style, false, &value).unwrap_err();
            assert_eq!(error.parameter(), Some("ids"), "{style:?} {value}");
        }
    }

    #[test]
    fn nested_values_are_brackets_in_a_deep_object_and_json_elsewhere() {
        let value = json!({"a": {"b": [1, 2], "c": null}});
        let written = query("q", Style::DeepObject, true, &value).unwrap();
        assert_eq!(written, "q%5Ba%5D%5Bb%5D=1&q%5Ba%5D%5Bb%5D=2");
        assert_eq!(query("q", Style::Form, true, &json!({"a": [1]})).unwrap(), "a=%5B1%5D");
    }

    #[test]
    fn digits_and_order_stay() {
        let value: Box<RawValue> = serde_json::from_str(r#"{"z": 0.1234567890123456789012345678, "a": 1e30}"#).unwrap();
        assert_eq!(query("q", Style::Form, false, &value).unwrap(), "q=z,0.1234567890123456789012345678,a,1e30");
    }

    #[test]
    fn a_query_is_appended_to_the_one_that_exists() {
        let http = reqwest::Client::new();
        let request = http.get("https://api.example/a?x=1");
        let request = add_to_query(request, "c", Style::Form, false, &["a", "b"]).unwrap().query(&[("d", "e")]);
        let request = add_to_query(request, "f", Style::Form, false, &None::<i64>).unwrap();
        assert_eq!(request.build().unwrap().url().as_str(), "https://api.example/a?x=1&c=a,b&d=e");
    }

    #[test]
    fn a_secret_in_a_header_is_sensitive_and_not_in_an_error() {
        assert!(secret_header("X-Key", &Secret::from("abc")).unwrap().is_sensitive());
        let error = secret_header("X-Key", &Secret::from("two\nlines")).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("two"), "{error}");
    }
}
