//! Reports the operations that need a credential that the client does not send.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Report;
use crate::document::pointer::Pointer;
use crate::document::walk;
use crate::document::{references, security};

/// Reports each place whose `security` needs a scheme that the client does not support: an operation, or the document
/// with the number of operations that have no `security` of their own.
pub(super) fn report(document: &Value, report: &mut Report) {
    let mut found: BTreeMap<String, (Pointer, usize, security::Credentials)> = BTreeMap::new();
    walk::visit(document, &mut |kind, place, node| {
        if references::call(kind, place).is_none() {
            return;
        }
        let (stated, is_shared) = security::effective(node, document);
        let credentials = security::credentials(stated, document);
        if !credentials.unsupported.is_empty() {
            let place = if is_shared { Pointer::root().child("security") } else { place.child("security") };
            found.entry(place.to_string()).or_insert((place, 0, credentials)).1 += 1;
        }
    });
    for (place, count, credentials) in found.into_values() {
        let schemes = credentials.unsupported.join(" and ");
        let sent = if credentials.bearer { "only its bearer token" } else { "no credential" };
        let operations = match (place.tokens().len(), count) {
            (1, count) => format!("{count} operations without `security` of their own need"),
            _ => "the operation needs".to_owned(),
        };
        let what = format!("{operations} {schemes}; the client sends {sent} here");
        report.warn(&place, what);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_operation_is_reported_with_its_place_and_the_whole_document_once() {
        let document = json!({
            "components": {"securitySchemes": {
                "key": {"type": "apiKey", "in": "query", "name": "k"}, "login": {"type": "http", "scheme": "basic"},
            }},
            "security": [{"key": []}],
            "paths": {"/a": {"get": {}, "put": {}, "post": {"security": [{"login": []}]}, "delete": {"security": []}}},
        });
        let mut reported = Report::default();
        report(&document, &mut reported);
        let reported: Vec<String> = reported.diagnostics.iter().map(ToString::to_string).collect();
        let rest = "the client sends no credential here";
        assert_eq!(
            reported,
            [
                format!("#/paths/~1a/post/security: the operation needs `basic` (`login`); {rest}"),
                format!(
                    "#/security: 2 operations without `security` of their own need `apiKey` (`key`, the query `k`); {rest}"
                ),
            ]
        );
    }
}
