//! A multipart body from an instance of its schema.

use serde_json::Value;

use super::wire::text;

/// The boundary, which no generated value contains.
pub(super) const BOUNDARY: &str = "parts";

/// The body (RFC 7578). A list is one part for each item. A value that is no object is one part.
pub(super) fn body(value: &Value) -> String {
    let mut body = String::new();
    let mut add = |name: &str, value: &Value| {
        let file =
            if value.is_string() { "; filename=\"a.bin\"\r\nContent-Type: application/octet-stream" } else { "" };
        body.extend(["--", BOUNDARY, "\r\nContent-Disposition: form-data; name=\"", name, "\"", file, "\r\n\r\n"]);
        body.extend([text(value).as_str(), "\r\n"]);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| match value {
            Value::Array(items) => items.iter().for_each(|item| add(name, item)),
            Value::Null => {}
            value => add(name, value),
        }),
        value => add("a", value),
    }
    body.extend(["--", BOUNDARY, "--\r\n"]);
    body
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_field_is_a_part_and_each_item_of_a_list() {
        let written = body(&json!({"note": null, "sizes": [1, 2], "file": "\u{e4}"}));
        let names: Vec<_> = written.split("; name=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(names, ["sizes", "sizes", "file"]);
        assert!(
            written.starts_with("--parts\r\nContent-Disposition: form-data; name=\"sizes\"\r\n\r\n1\r\n--parts\r\n")
        );
        assert!(written.ends_with("\r\n\r\n\u{e4}\r\n--parts--\r\n"), "{written}");
    }
}
