//! How a document writes a parameter in a request: `style` and `explode`, independently of the client's own code.
//!
//! The order of the fields of an object has no meaning, so a value is compared in a canonical form: its decoded parts,
//! those of an object in order.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::compare::difference;

/// What separates the decoded parts of a canonical form.
const SEPARATOR: &str = "\u{1f}";

/// How the text of a parameter in a request is divided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    separator: &'static str,
    /// For an object, what separates a field's name and its value.
    joint: Option<&'static str>,
}

/// A parameter as the document writes it: names and canonical values, and the layout of a value that has parts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) pairs: Vec<(String, String)>,
    pub(super) layout: Option<Layout>,
}

/// Writes a parameter with this value; there is no pair if nothing is sent. An item that is null is not sent (RFC 6570,
/// 2.3: an undefined member of a list).
pub(super) fn written(parameter: &Value, value: &Value) -> Written {
    let value = &without_nulls(value);
    let name = parameter["name"].as_str().unwrap_or_default().to_owned();
    let position = parameter["in"].as_str().unwrap_or_default();
    let style = parameter["style"].as_str().unwrap_or(if position == "query" { "form" } else { "simple" });
    let explode = parameter["explode"].as_bool().unwrap_or(style == "form");
    if parameter.get("content").is_some() {
        return one(name, value.to_string());
    }
    match (style, value) {
        ("label" | "matrix", value) => one(name.clone(), prefixed(&name, style, explode, value)),
        ("deepObject", value) => {
            let mut pairs = Vec::new();
            deep(&name, value, &mut pairs);
            Written { pairs, layout: None }
        }
        ("form" | "spaceDelimited" | "pipeDelimited", Value::Array(items)) if explode => {
            Written { pairs: items.iter().map(|item| (name.clone(), text(item))).collect(), layout: None }
        }
        ("form" | "spaceDelimited" | "pipeDelimited", Value::Object(_)) if explode => {
            Written { pairs: fields(value), layout: None }
        }
        // Not encoded, so a comma inside of an item cannot be recognized.
        (_, Value::Array(items)) if position == "header" => {
            one(name, items.iter().map(text).collect::<Vec<_>>().join(","))
        }
        (_, Value::Array(items)) => {
            let layout = Layout { separator: separator(style), joint: None };
            let items: Vec<String> = items.iter().map(text).collect();
            let pairs = (!items.is_empty()).then(|| (name, items.join(SEPARATOR)));
            Written { pairs: pairs.into_iter().collect(), layout: Some(layout) }
        }
        (_, Value::Object(_)) => {
            let joint = if explode { "=" } else { separator(style) };
            let mut fields: Vec<String> = fields(value).iter().map(|(key, value)| format!("{key}={value}")).collect();
            fields.sort();
            let pairs = (!fields.is_empty()).then(|| (name, fields.join(SEPARATOR)));
            Written {
                pairs: pairs.into_iter().collect(),
                layout: Some(Layout { separator: separator(style), joint: Some(joint) }),
            }
        }
        (_, value) => one(name, text(value)),
    }
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().filter(|item| !item.is_null()).cloned().collect(),
        value => value.clone(),
    }
}

/// Whether a part of a value contains what separates the parts, which these styles do not encode differently.
pub(super) fn is_ambiguous(parameter: &Value, value: &Value) -> bool {
    let delimiter = match parameter["style"].as_str() {
        Some("spaceDelimited") => ' ',
        Some("pipeDelimited") => '|',
        _ => return false,
    };
    let parts: Vec<String> = match value {
        Value::Array(items) => items.iter().map(text).collect(),
        value => fields(value).into_iter().flat_map(|(key, value)| [key, value]).collect(),
    };
    parts.iter().any(|part| part.contains(delimiter))
}

fn one(name: String, value: String) -> Written {
    Written { pairs: vec![(name, value)], layout: None }
}

/// What separates the parts of a list in a request.
fn separator(style: &str) -> &'static str {
    match style {
        "spaceDelimited" => "%20",
        "pipeDelimited" => "%7C",
        _ => ",",
    }
}

/// The decoded text of a value in the style `label` or `matrix`.
fn prefixed(name: &str, style: &str, explode: bool, value: &Value) -> String {
    let parts: Vec<String> = match value {
        Value::Array(items) => items.iter().map(text).collect(),
        Value::Object(_) => {
            let joint = if explode { "=" } else { "," };
            fields(value).into_iter().map(|(key, value)| format!("{key}{joint}{value}")).collect()
        }
        value => vec![text(value)],
    };
    match (style, explode) {
        ("label", false) => format!(".{}", parts.join(",")),
        ("label", true) => format!(".{}", parts.join(".")),
        (_, true) if value.is_object() => parts.iter().map(|part| [";", part].concat()).collect(),
        (_, true) => parts.iter().map(|part| [";", name, "=", part].concat()).collect(),
        (_, false) => format!(";{name}={}", parts.join(",")),
    }
}

/// The names and values of an object, without those that are null.
fn fields(value: &Value) -> Vec<(String, String)> {
    let fields = value.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    fields.map(|(key, value)| (key.clone(), text(value))).collect()
}

fn deep(name: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().for_each(|item| deep(name, item, pairs)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| deep(&format!("{name}[{key}]"), value, pairs)),
        value => pairs.push((name.to_owned(), text(value))),
    }
}

/// The canonical form of a value in a request; `decode` decodes one part of it.
pub(super) fn canonical(raw: &str, layout: Option<&Layout>, decode: fn(&str) -> String) -> String {
    let Some(Layout { separator, joint }) = layout else { return decode(raw) };
    let parts: Vec<String> = raw.split(separator).map(decode).collect();
    let Some(joint) = joint else { return parts.join(SEPARATOR) };
    let mut fields: Vec<String> =
        if joint == separator { parts.chunks(2).map(|pair| pair.join("=")).collect() } else { parts };
    fields.sort();
    fields.join(SEPARATOR)
}

/// The pairs of a query in canonical form; `layouts` has the names of the parameters that have one.
pub(super) fn query(raw: &str, layouts: &[(String, Layout)]) -> Vec<(String, String)> {
    let pairs = raw.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let pairs = pairs.map(|(name, value)| {
        let name = decoded_query(name);
        let layout = layouts.iter().find(|(known, _)| *known == name).map(|(_, layout)| layout);
        let value = canonical(value, layout, decoded_query);
        (name, value)
    });
    pairs.collect()
}

/// Decodes a part of a path.
pub(super) fn decoded(raw: &str) -> String {
    percent_decode_str(raw).decode_utf8_lossy().into_owned()
}

/// Decodes a part of a query, in which a plus sign is a space.
fn decoded_query(raw: &str) -> String {
    decoded(&raw.replace('+', " "))
}

/// Whether two lists of names and strings are equal, in any order.
pub(super) fn same_pairs(sent: &[(String, String)], expected: &[(String, String)]) -> bool {
    let mut left: Vec<&(String, String)> = expected.iter().collect();
    let found = |left: &mut Vec<&(String, String)>, pair: &(String, String)| {
        left.iter().position(|it| it.0 == pair.0 && same(&it.1, &pair.1)).map(|at| left.remove(at)).is_some()
    };
    sent.iter().all(|pair| found(&mut left, pair)) && left.is_empty()
}

/// Whether two strings are equal, are the same number, are equivalent JSON, or have such parts.
pub(super) fn same(sent: &str, expected: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    let json = |text: &str| serde_json::from_str::<Value>(text).ok().filter(|it| it.is_object() || it.is_array());
    if sent == expected || number(sent).is_some_and(|sent| number(expected) == Some(sent)) {
        return true;
    }
    if let (Some(sent), Some(expected)) = (json(sent), json(expected)) {
        return difference(&expected, &sent, false).is_none();
    }
    let parts = |text: &str| text.split(SEPARATOR).map(str::to_owned).collect::<Vec<_>>();
    let (sent, expected) = (parts(sent), parts(expected));
    sent.len() > 1
        && sent.len() == expected.len()
        && sent.iter().zip(&expected).all(|(sent, expected)| same(sent, expected))
}

/// A value as text: a string without its quotes, any other value as JSON.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_is_compared_with_what_the_document_writes() {
        let (list, object) = (json!(["a,b", "c"]), json!({"R": 100, "G": "x y"}));
        for (parameter, value, right, wrong) in [
            (json!({"in": "query"}), &list, "q=a%2Cb&q=c", "q=a%2Cb,c"),
            (json!({"in": "query", "explode": false}), &list, "q=a%2Cb,c", "q=a,b,c"),
            (json!({"in": "query"}), &json!(["a", null]), "q=a", "q=a&q=null"),
            (json!({"in": "query", "explode": false}), &list, "q=a%2Cb,c", "q=a%2Cb%2Cc"),
            (json!({"in": "query", "style": "pipeDelimited"}), &list, "q=a%2Cb%7Cc", "q=a%2Cb,c"),
            (json!({"in": "query"}), &object, "G=x+y&R=100.0", "q%5BG%5D=x+y&q%5BR%5D=100"),
            (json!({"in": "query", "explode": false}), &object, "q=G,x%20y,R,100", "q=G,100,R,x%20y"),
            (json!({"in": "query", "style": "deepObject"}), &object, "q%5BG%5D=x+y&q%5BR%5D=100", "G=x+y&R=100"),
            (
                json!({"in": "query", "content": {}}),
                &object,
                "q=%7B%22G%22%3A%22x%20y%22%2C%22R%22%3A100%7D",
                "q=%7B%7D",
            ),
        ] {
            let mut parameter = parameter.clone();
            parameter["name"] = json!("q");
            let Written { pairs, layout } = written(&parameter, value);
            let layouts: Vec<_> = layout.into_iter().map(|layout| ("q".to_owned(), layout)).collect();
            assert!(same_pairs(&query(right, &layouts), &pairs), "{parameter} {pairs:?} {:?}", query(right, &layouts));
            assert!(!same_pairs(&query(wrong, &layouts), &pairs), "{parameter} {pairs:?}");
        }
    }

    #[test]
    fn a_path_is_compared_with_what_the_document_writes() {
        let (list, object) = (json!(["a,b", 1]), json!({"R": 100, "G": 200}));
        for (style, explode, value, right, wrong) in [
            ("simple", false, &list, "a%2Cb,1", "a,b,1"),
            ("simple", true, &object, "G=200,R=100", "G,200,R,100"),
            ("simple", false, &object, "G,200,R,100", "G=200,R=100"),
            ("label", true, &list, ".a%2Cb.1", "a%2Cb.1"),
            ("matrix", true, &list, ";q=a%2Cb;q=1", ";q=a%2Cb,1"),
            ("matrix", false, &object, ";q=R,100,G,200", ";R=100;G=200"),
        ] {
            let parameter = json!({"in": "path", "name": "q", "style": style, "explode": explode});
            let Written { pairs, layout } = written(&parameter, value);
            assert!(same(&canonical(right, layout.as_ref(), decoded), &pairs[0].1), "{style} {explode} {pairs:?}");
            assert!(!same(&canonical(wrong, layout.as_ref(), decoded), &pairs[0].1), "{style} {explode}");
        }
    }
}
