//! Reads the cases from their files.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use xtask::diff::{self, Difference};
use xtask::options::Options;
use xtask::pipeline::{self, Input};

/// A change of a document, with a caller of each client.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) old: Value,
    pub(crate) new: Value,
    /// The statements of a caller of the old client.
    pub(crate) caller: String,
    /// The statements of a caller of the new client.
    pub(crate) back: String,
}

impl Case {
    /// The differences from the old to the new document, and from the new to the old one.
    pub(crate) fn differences(&self) -> [Difference; 2] {
        let outcome = |document: &Value| {
            pipeline::run(&input(document), &Options::default())
                .unwrap_or_else(|error| panic!("{}: {error:#}", self.name))
        };
        let (old, new) = (outcome(&self.old), outcome(&self.new));
        [diff::compare(&old, &new), diff::compare(&new, &old)]
    }
}

/// A document as pipeline input.
pub(crate) fn input(document: &Value) -> Input {
    Input { name: "case.json".to_owned(), text: document.to_string() }
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff")
}

/// The cases of each file, with the name of the file without its extension.
pub(crate) fn all() -> Vec<(String, Vec<Case>)> {
    let yaml = |path: &Path| -> Value { yaml_serde::from_str(&fs::read_to_string(path).unwrap()).unwrap() };
    let base = yaml(&folder().join("base.yaml"));
    let mut files: Vec<PathBuf> = fs::read_dir(folder().join("cases")).unwrap().map(|it| it.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    files.sort();
    let read = |path: &PathBuf| {
        let list = yaml(path);
        let cases = list.as_array().unwrap().iter().map(|case| {
            let old = patched(&base, case.get("before").unwrap_or(&json!({})));
            let new = patched(&old, &case["after"]);
            let text = |key: &str| case[key].as_str().unwrap_or_else(|| panic!("no {key} in {case}")).to_owned();
            Case { name: text("name"), old: listed(old), new: listed(new), caller: text("caller"), back: text("back") }
        });
        (path.file_stem().unwrap().to_str().unwrap().to_owned(), cases.collect())
    };
    files.iter().map(read).collect()
}

/// The document with a merge patch (RFC 7386) applied.
fn patched(document: &Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    let mut fields = document.as_object().cloned().unwrap_or_else(Map::new);
    for (key, change) in patch {
        if change.is_null() {
            fields.shift_remove(key);
        } else {
            let before = fields.get(key).cloned().unwrap_or(Value::Null);
            fields.insert(key.clone(), patched(&before, change));
        }
    }
    Value::Object(fields)
}

/// The document with its parameters as lists, as OpenAPI requires.
fn listed(mut document: Value) -> Value {
    for item in document["paths"].as_object_mut().unwrap().values_mut() {
        for operation in item.as_object_mut().unwrap().values_mut() {
            let Some(Value::Object(parameters)) = operation.get_mut("parameters").map(Value::take) else { continue };
            let list = parameters.into_iter().map(|(name, mut parameter)| {
                parameter["name"] = json!(name);
                parameter
            });
            operation["parameters"] = list.collect();
        }
    }
    document
}
