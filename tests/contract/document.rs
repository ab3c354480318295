//! The vendor's unmodified document, and validators for its schemas.

use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// `openapi/chift.yaml`, neither overlaid nor lowered.
pub(crate) fn original() -> Value {
    let text = fs::read_to_string(root().join("openapi/chift.yaml")).unwrap();
    xtask::read::read("openapi/chift.yaml", &text).unwrap().value
}

/// A validator by JSON Schema 2020-12 for the schema at `pointer`, written as in `$ref`. It checks formats.
pub(crate) fn validator(document: &Value, pointer: &str) -> Validator {
    let schema = json!({"$ref": pointer, "components": document["components"], "paths": document["paths"]});
    jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true).build(&schema).unwrap()
}

/// Panics with all errors of the validator, if there are any.
pub(crate) fn assert_valid(validator: &Validator, instance: &Value) {
    let errors: Vec<_> =
        validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{instance}\n{}", errors.join("\n"));
}

#[test]
fn the_validator_rejects_what_the_document_does_not_allow() {
    let document = original();
    let token_request = validator(&document, "#/components/schemas/AuthItem");
    let valid = json!({"clientId": "a", "clientSecret": "b", "accountId": "0c5f6a5e-6f0e-4b0a-9a9e-2b6c1f3f8f11"});
    assert_valid(&token_request, &valid);
    for (field, value) in [("clientId", json!(1)), ("accountId", json!("not a UUID")), ("marketplaceId", json!(0))] {
        let mut invalid = valid.clone();
        invalid[field] = value;
        assert!(!token_request.is_valid(&invalid), "{invalid}");
    }
}
