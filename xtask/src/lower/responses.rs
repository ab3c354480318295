//! Prepares the responses of operations.

use serde_json::{Map, Value, json};

use super::Report;
use crate::document::walk::{self, Kind};

/// Removes the headers of responses: callers read them by name, so they have no types.
pub(super) fn remove_headers(document: &mut Value, _: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, _, node| {
        if let (Kind::Response | Kind::Components, Value::Object(fields)) = (kind, node) {
            count += usize::from(fields.shift_remove("headers").is_some());
        }
    });
    count
}

/// Adds a success to an operation that documents none: its `responses` are missing, empty, or list only errors. The
/// body of such a success is unknown.
pub(super) fn add_success(document: &mut Value, _: &mut Report) -> usize {
    let mut count = 0;
    walk::change_operations(document, &mut |_, _, operation, _| {
        let Value::Object(operation) = operation else { return };
        let responses = operation.entry("responses").or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(responses) = responses else { return };
        // `default` documents the successes if no other response does.
        if !responses.keys().any(|status| status.starts_with('2') || status == "default") {
            responses.insert("2XX".to_owned(), json!({"description": "The call succeeded."}));
            count += 1;
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_responses_are_removed_and_those_of_requests_stay() {
        let mut document = json!({"paths": {"/a": {"get": {
            "parameters": [{"name": "h", "in": "header"}],
            "responses": {"200": {"description": "", "headers": {"etag": {"$ref": "#/components/parameters/etag"}}}},
        }}}});
        assert_eq!(remove_headers(&mut document, &mut Report::default()), 1);
        assert_eq!(document["paths"]["/a"]["get"]["responses"]["200"], json!({"description": ""}));
        assert_eq!(document["paths"]["/a"]["get"]["parameters"][0]["in"], "header");
    }

    #[test]
    fn an_operation_without_a_success_gets_one() {
        let mut document = json!({"paths": {"/a": {
            "get": {}, "put": {"responses": {"404": {}}}, "post": {"responses": {"default": {}}}, "patch": {"responses": {"201": {}}},
        }}});
        assert_eq!(add_success(&mut document, &mut Report::default()), 2);
        let statuses = |method: &str| -> Vec<String> {
            document["paths"]["/a"][method]["responses"].as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(statuses("get"), ["2XX"]);
        assert_eq!(statuses("put"), ["404", "2XX"]);
        assert_eq!(statuses("post"), ["default"]);
        assert_eq!(statuses("patch"), ["201"]);
    }
}
