//! Reading: JSON, YAML or a documentation page becomes a document.

use serde::de::Error as _;
use serde_json::Value;

use crate::document::parse;
use crate::document::pointer::Pointer;
use crate::document::problem::{Problem, Problems};
use crate::document::references;

/// The form of a page of Chift's documentation.
pub(crate) const PAGE: &str = "documentation page";

/// The dialect a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `OpenAPI` 3.0.x.
    V30,
    /// `OpenAPI` 3.1.x.
    V31,
}

/// An `OpenAPI` document.
#[derive(Debug, Clone)]
pub struct Document {
    /// The document itself.
    pub value: Value,
    /// Its dialect.
    pub dialect: Dialect,
    /// The form it was written in: `JSON`, `YAML` or `documentation page`.
    pub form: &'static str,
}

/// Why a text is not a document.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON, though it starts like JSON.
    #[error("{name}: not JSON")]
    Json {
        /// The file.
        name: String,
        /// The error of the parser, with line and column.
        source: serde_json::Error,
    },
    /// Not YAML.
    #[error("{name}: not YAML")]
    Yaml {
        /// The file.
        name: String,
        /// The error of the parser, with line and column.
        source: yaml_serde::Error,
    },
    /// A documentation page whose block is not closed or that holds more than one.
    #[error("{name}: {what}")]
    Page {
        /// The file.
        name: String,
        /// What is wrong with the page.
        what: String,
    },
    /// Readable, but not a usable `OpenAPI` document.
    #[error("{name}: not a usable OpenAPI document\n{problems}")]
    Document {
        /// The file.
        name: String,
        /// What is wrong with it.
        problems: Problems,
    },
}

/// Reads a document; errors call it `name`.
///
/// # Errors
///
/// When the text is not JSON, YAML or a page with one `OpenAPI` block; when the version is not 3.0.x
/// or 3.1.x.
pub fn read(name: &str, text: &str) -> Result<Document, ReadError> {
    let named = || name.to_owned();
    let text = without_bom(text);
    let (form, mut value) = if is_json(text) {
        ("JSON", from_json(name, text)?)
    } else if let Some(block) = fenced_document(text).map_err(|what| ReadError::Page { name: named(), what })? {
        (PAGE, from_yaml(name, block)?)
    } else {
        ("YAML", from_yaml(name, text)?)
    };
    let wrong = |problems| ReadError::Document { name: named(), problems };
    let dialect = dialect(&value).map_err(|problem| wrong(problem.into()))?;
    references::make_absolute(&mut value);
    Ok(Document { value, dialect, form })
}

/// A text without the byte order mark that some editors write.
pub(crate) fn without_bom(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// Whether a text is read as JSON.
pub(crate) fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

fn from_json(name: &str, text: &str) -> Result<Value, ReadError> {
    let read = parse::json(text).or_else(|error| {
        // JSON is YAML, whose reader keeps a number outside the range of a float as a string.
        let is_number = error.to_string().starts_with("number out of range");
        if is_number { parse::yaml(text).map_err(serde_json::Error::custom) } else { Err(error) }
    });
    read.map_err(|source| ReadError::Json { name: name.to_owned(), source })
}

fn from_yaml(name: &str, text: &str) -> Result<Value, ReadError> {
    parse::yaml(text).map_err(|source| ReadError::Yaml { name: name.to_owned(), source })
}

/// The block of a documentation page that holds an `OpenAPI` document; `None` if the text is not such a page.
pub(crate) fn fenced_document(text: &str) -> Result<Option<&str>, String> {
    let mut blocks: Vec<&str> = Vec::new();
    let mut open: Option<(&str, usize, usize)> = None;
    let mut offset = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let start = offset;
        offset += line.len();
        let fence: &str = &line[..line.len() - line.trim_start_matches('`').len()];
        let info = line[fence.len()..].trim();
        match open {
            None if fence.len() >= 3 && (info.starts_with("yaml") || info.starts_with("json")) => {
                open = Some((fence, offset, index + 1));
            }
            Some((opened, body, _)) if fence.len() >= opened.len() && info.is_empty() => {
                let block = &text[body..start];
                if block.lines().any(|line| line.starts_with("openapi:") || line.contains("\"openapi\"")) {
                    blocks.push(block);
                }
                open = None;
            }
            _ => {}
        }
    }
    if let Some((_, _, line)) = open {
        return Err(format!("the block that opens on line {line} is never closed; is the page cut off?"));
    }
    match blocks.as_slice() {
        [] => Ok(None),
        [block] => Ok(Some(block)),
        several => Err(format!("{} OpenAPI blocks on one page; one was expected", several.len())),
    }
}

fn dialect(value: &Value) -> Result<Dialect, Problem> {
    const HINT: &str = "supported are OpenAPI 3.0.x and 3.1.x";
    let root = Pointer::root();
    let Some(fields) = value.as_object() else {
        return Err(Problem::new(&root, "the document is not an object", HINT));
    };
    if let Some(version) = fields.get("swagger") {
        let what = format!("this is Swagger {version}, the predecessor of OpenAPI 3");
        return Err(Problem::new(&root.child("swagger"), what, "convert the document to OpenAPI 3 first"));
    }
    let version = match fields.get("openapi") {
        Some(Value::String(version)) => version,
        Some(other) => {
            let what = format!("the version is {other}, not a string");
            return Err(Problem::new(&root.child("openapi"), what, HINT));
        }
        None => return Err(Problem::new(&root, "there is no field `openapi`", HINT)),
    };
    let dialect = match version.split('.').collect::<Vec<_>>().as_slice() {
        ["3", "0", _] => Dialect::V30,
        ["3", "1", _] => Dialect::V31,
        _ => return Err(Problem::new(&root.child("openapi"), format!("version {version:?} is not supported"), HINT)),
    };
    for (key, needed) in [("info", true), ("paths", dialect == Dialect::V30), ("components", false)] {
        match fields.get(key) {
            Some(Value::Object(_)) => {}
            None if !needed => {}
            Some(_) => {
                let what = format!("`{key}` is not an object");
                return Err(Problem::new(&root.child(key), what, "is the document cut off?"));
            }
            None => {
                let what = format!("there is no `{key}`");
                return Err(Problem::new(&root, what, "is the document cut off?"));
            }
        }
    }
    if !["paths", "components", "webhooks"].iter().any(|key| fields.contains_key(*key)) {
        let what = "there is none of `paths`, `components` and `webhooks`";
        return Err(Problem::new(&root, what, "is the document cut off?"));
    }
    Ok(dialect)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\n";

    fn refusal(text: &str) -> String {
        format!("{:#}", anyhow::Error::from(read("it", text).unwrap_err()))
    }

    #[test]
    fn the_three_forms_give_the_same_value() {
        let yaml = read("a.yaml", GOOD).unwrap();
        let page = read("a.md", &format!("# Title\n\n> text\n\n````yaml post /token\n{GOOD}\n````\n")).unwrap();
        let json_text = serde_json::to_string(&yaml.value).unwrap();
        let json = read("a.json", &json_text).unwrap();
        assert_eq!([yaml.form, page.form, json.form], ["YAML", "documentation page", "JSON"]);
        assert_eq!(yaml.value, page.value);
        assert_eq!(yaml.value, json.value);
        // A byte order mark changes nothing.
        let page = format!("# Title\n\n````yaml post /token\n{GOOD}\n````\n");
        for (text, form) in [(GOOD, "YAML"), (&json_text, "JSON"), (&page, PAGE)] {
            let marked = read("it", &format!("\u{feff}{text}")).unwrap();
            assert_eq!((&marked.value, marked.form), (&yaml.value, form));
        }
    }

    #[test]
    fn other_texts_are_refused_with_the_reason() {
        for (text, expected) in [
            ("", "the document is not an object"),
            ("just words", "the document is not an object"),
            ("a: [1, 2", "not YAML"),
            ("a: 1\na: 2", "duplicate"),
            ("{\"a\": ", "not JSON"),
            ("{\"paths\": {\"/a\": 1,\n\"/a\": 2}}", "not JSON: duplicate key \"/a\" at line 2 column 4"),
            // The reader that keeps such a number refuses duplicate keys too.
            ("{\"n\": 1e400, \"a\": 1, \"a\": 2}", "not JSON: duplicate key \"a\""),
            ("swagger: '2.0'", "Swagger \"2.0\""),
            ("openapi: 4.0.0\ninfo: {}\npaths: {}", "version \"4.0.0\" is not supported"),
            ("openapi: 3.0\ninfo: {}\npaths: {}", "the version is 3.0, not a string"),
            ("info: {}", "there is no field `openapi`"),
            ("openapi: 3.1.0\ninfo: {}", "none of `paths`"),
            ("openapi: 3.1.0\ninfo: {}\npaths:", "`paths` is not an object"),
            ("# page\n```yaml\nopenapi: 3.1.0\n", "opens on line 2 is never closed"),
        ] {
            let message = refusal(text);
            assert!(message.contains(expected), "{text:?} gave {message:?}, not {expected:?}");
        }
    }

    #[test]
    fn unquoted_statuses_and_numbers_of_any_size_are_read() {
        let paths = "paths: {/a: {get: {responses: {200: {description: 18446744073709551616}}}}}";
        let document = read("it", &format!("openapi: 3.1.0\ninfo: {{}}\n{paths}")).unwrap();
        assert!(document.value["paths"]["/a"]["get"]["responses"]["200"]["description"].is_f64());
        let json = r#"{"openapi": "3.1.0", "info": {"x-most": 1e400}, "paths": {}}"#;
        assert_eq!(read("it", json).unwrap().value["info"]["x-most"], "1e400");
    }
}
