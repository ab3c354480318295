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
    /// The options with which the clients are generated.
    pub(crate) options: Options,
    /// Its folder, which contains the expected reports.
    pub(crate) folder: PathBuf,
}

impl Case {
    /// The differences from the old to the new document, and from the new to the old one.
    pub(crate) fn differences(&self) -> [Difference; 2] {
        let (old, new) = (input("old.json", &self.old), input("new.json", &self.new));
        let outcome = |input: &Input| {
            pipeline::run(input, &self.options).unwrap_or_else(|error| panic!("{}: {error:#}", self.name))
        };
        let outcomes = (outcome(&old), outcome(&new));
        let mut both = [diff::compare(&outcomes.0, &outcomes.1), diff::compare(&outcomes.1, &outcomes.0)];
        both[0].locate(&old, &new);
        both[1].locate(&new, &old);
        both
    }
}

/// A document as pipeline input.
pub(crate) fn input(name: &str, document: &Value) -> Input {
    Input { name: name.to_owned(), text: serde_json::to_string_pretty(document).unwrap() }
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diff")
}

fn yaml(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    yaml_serde::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The document that the cases change.
pub(crate) fn base() -> Value {
    listed(yaml(&folder().join("base.yaml")))
}

/// The cases, in the order of their names. Each is a folder: `patch.yaml` has the patch `after`, which changes the
/// document, and may have `before`, which changes the base first, and `skip_unsupported`; `caller.rs` and `back.rs` are the callers.
pub(crate) fn all() -> Vec<Case> {
    let base = yaml(&folder().join("base.yaml"));
    let mut folders: Vec<PathBuf> =
        fs::read_dir(folder().join("cases")).unwrap().map(|it| it.unwrap().path()).collect();
    folders.sort();
    let read = |folder: PathBuf| {
        let patch = yaml(&folder.join("patch.yaml"));
        let old = patched(&base, patch.get("before").unwrap_or(&json!({})));
        let new = patched(&old, &patch["after"]);
        let text = |name: &str| {
            fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        };
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let options = Options { skip_unsupported: patch.get("skip_unsupported").is_some(), ..Options::default() };
        let (caller, back) = (text("caller.rs"), text("back.rs"));
        Case { name, old: listed(old), new: listed(new), caller, back, options, folder }
    };
    folders.into_iter().map(read).collect()
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
