//! Rules on what is the vendor's: the overlay fits the document, and nothing of other documents is in the repository.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Repository, Violation};
use crate::fingerprint::fingerprint;
use crate::origin::ORIGIN;
use crate::{overlay, read};

const DOCUMENT: &str = "openapi/chift.yaml";
const OVERLAY: &str = "openapi/overlay.yaml";

/// Names of the vendor's that this project has its own use for. The overlay changes the first. The others are in the
/// typed calls of the README and of the example of `cargo chift update`, which have to compile with Chift's document.
const COMMON: &[&str] = &["CredentialItem", "ConsumerItem", "consumers_get_consumers", "invoicing_get_invoices"];

pub(super) fn overlay(repository: &Repository) -> Vec<Violation> {
    let [document, overlay] = [DOCUMENT, OVERLAY].map(|path| repository.text(path));
    if document.is_empty() {
        return Vec::new();
    }
    let applied = read::read(DOCUMENT, document).map_err(|error| error.to_string()).and_then(|mut document| {
        overlay::apply(OVERLAY, overlay, &mut document.value, true).map_err(|error| error.to_string())
    });
    applied
        .err()
        .map(|error| Violation::new(OVERLAY, 0, error, "`cargo xtask update` lists candidates"))
        .into_iter()
        .collect()
}

/// The document is the one that was fetched.
pub(super) fn origin(repository: &Repository) -> Vec<Violation> {
    let document = repository.text(DOCUMENT);
    let stated = repository.text(ORIGIN).lines().find_map(|line| line.strip_prefix("fingerprint: "));
    if document.is_empty() || stated.map(|stated| stated.trim_matches('\'')) == Some(&fingerprint(document.as_bytes()))
    {
        return Vec::new();
    }
    let what = format!("not the document whose fingerprint is in {ORIGIN}");
    vec![Violation::new(DOCUMENT, 0, what, "restore it, or fetch it again with `cargo xtask update`")]
}

/// Finds operation ids and schema names of documents that are test data. A name of one word, as `Status`, is not
/// recognizable as the vendor's and may be used.
pub(super) fn names(repository: &Repository) -> Vec<Violation> {
    let mut foreign: BTreeSet<String> = BTreeSet::new();
    for text in &repository.whole_documents {
        let document: Value = serde_json::from_str(text).unwrap_or_default();
        foreign.extend(names_of(&document).into_iter().filter(|name| words(name) > 1));
    }
    let ours = read::read(DOCUMENT, repository.text(DOCUMENT)).map(|document| names_of(&document.value));
    for name in ours.unwrap_or_default().iter().map(String::as_str).chain(COMMON.iter().copied()) {
        foreign.remove(name);
    }
    let mut violations = Vec::new();
    for (path, text) in repository.hand_written() {
        for (index, line) in text.lines().enumerate() {
            let identifiers = line.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
            for name in identifiers.filter(|identifier| foreign.contains(*identifier)) {
                let what = format!("`{name}` is a name of the vendor's whole document");
                violations.push(Violation::new(path, index + 1, what, "use an invented name, or add it to `COMMON`"));
            }
        }
    }
    violations
}

/// The operation ids and schema names of a document.
fn names_of(document: &Value) -> BTreeSet<String> {
    let schemas = document["components"]["schemas"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.filter_map(|(_, path)| path.as_object()).flatten();
    let ids = operations.filter_map(|(_, operation)| operation.get("operationId")?.as_str().map(str::to_owned));
    schemas.chain(ids).collect()
}

/// How many words a name in snake or camel case has.
fn words(name: &str) -> usize {
    let letters: Vec<char> = name.chars().collect();
    let is_lower = |index: usize| letters.get(index).is_some_and(|letter| !letter.is_uppercase() && *letter != '_');
    let starts_word = |&index: &usize| match letters[index] {
        '_' => false,
        _ if index == 0 || letters[index - 1] == '_' => true,
        // The second condition ends an acronym.
        letter => letter.is_uppercase() && (is_lower(index - 1) || is_lower(index + 1)),
    };
    (0..letters.len()).filter(starts_word).count()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CHIFT: &str = r#"{"openapi": "3.1.0", "info": {"title": "T", "version": "1"},
        "paths": {"/token": {"post": {"operationId": "make_token", "responses": {}}}}}"#;

    #[test]
    fn an_action_that_selects_nothing_is_found() {
        let action = |target: &str| {
            let head = "overlay: 1.0.0\ninfo: {title: T, version: '1'}\nactions:\n";
            format!("{head}  - {{target: {target}, description: why, update: {{x-a: 1}}}}\n")
        };
        for (target, expected) in [("$.info", 0), ("$.nowhere", 1)] {
            let repository = Repository::of(&[(DOCUMENT, CHIFT), (OVERLAY, &action(target))]);
            let found = super::overlay(&repository);
            assert_eq!(found.len(), expected, "{found:?}");
            assert!(found.iter().all(|violation| violation.what.contains("selects nothing")), "{found:?}");
        }
    }

    #[test]
    fn a_document_that_is_not_the_one_of_its_origin_is_found() {
        let origin = format!("source: []\nfingerprint: '{}'\n", fingerprint(CHIFT.as_bytes()));
        assert!(super::origin(&Repository::of(&[(DOCUMENT, CHIFT), (ORIGIN, &origin)])).is_empty());
        let edited = format!("{CHIFT}\n");
        assert_eq!(super::origin(&Repository::of(&[(DOCUMENT, &edited), (ORIGIN, &origin)])).len(), 1);
        assert_eq!(super::origin(&Repository::of(&[(DOCUMENT, CHIFT)])).len(), 1);
    }

    #[test]
    fn a_name_of_another_document_is_found_and_plain_words_are_not() {
        let whole = json!({
            "components": {"schemas": {"Status": {}, "HTTPStatus": {}, "OwnNameItem": {}}},
            "paths": {"/a": {"get": {"operationId": "make_own_name"}, "post": {"operationId": "make_token"}}},
        });
        let text = "Status, HTTPStatus\nmake_own_name(); make_own_names(); make_token();\n";
        let files = [(DOCUMENT, CHIFT), ("a.rs", text), ("chift-api/src/generated/client.rs", text)];
        let repository = Repository { whole_documents: vec![whole.to_string()], ..Repository::of(&files) };
        let found: Vec<_> = names(&repository).into_iter().map(|found| (found.path, found.line)).collect();
        assert_eq!(found, [("a.rs".to_owned(), 1), ("a.rs".to_owned(), 2)]);
        assert!(names(&Repository::of(&files)).is_empty());
    }

    #[test]
    fn words_are_counted_in_snake_and_camel_case() {
        for (name, expected) in
            [("Status", 1), ("status", 1), ("HTTP", 1), ("HTTPStatus", 2), ("OwnName", 2), ("own_name", 2), ("a__b", 2)]
        {
            assert_eq!(words(name), expected, "{name}");
        }
    }
}
