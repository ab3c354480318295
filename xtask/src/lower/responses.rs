//! Prepares the responses of operations.

use serde_json::{Map, Value, json};

use super::Report;
use crate::document::media_types::BYTES;
use crate::document::references;
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

/// Adds a success to an operation that documents none: its `responses` are missing, empty, or list only errors. The body
/// of such a success is unknown, and so is that of a success without `content`: `FastAPI` does not describe the body of
/// a file or a stream. The client must not lose it.
pub(super) fn add_success(document: &mut Value, _: &mut Report) -> usize {
    let mut count = 0;
    walk::change_operations(document, &mut |_, _, operation, document| {
        let Value::Object(operation) = operation else { return };
        let responses = operation.entry("responses").or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(responses) = responses else { return };
        // `default` documents the successes if no other response does.
        if !responses.keys().any(|status| status.starts_with('2') || status == "default") {
            responses.insert("2XX".to_owned(), json!({"description": "The call succeeded."}));
            count += 1;
        }
        let has_body = |(status, response): (&String, &Value)| {
            status.starts_with('2') && references::resolved(response, document).get("content").is_some()
        };
        if responses.iter().any(has_body) {
            return;
        }
        for status in ["200", "2XX"] {
            if let Some(response) = responses.get_mut(status).filter(|response| response.get("$ref").is_none()) {
                response["content"] = json!({BYTES: {}});
                count += 1;
            }
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_200_without_content_is_bytes_unless_another_success_has_a_body() {
        let body = json!({"content": {"application/json": {}}});
        let mut document = json!({"paths": {"/a": {
            "get": {"responses": {"200": {}, "204": {}}}, "put": {"responses": {"200": {}, "201": body}},
        }}});
        assert_eq!(add_success(&mut document, &mut Report::default()), 1);
        assert_eq!(document["paths"]["/a"]["get"]["responses"]["200"], json!({"content": {BYTES: {}}}));
        assert_eq!(document["paths"]["/a"]["put"]["responses"]["200"], json!({}));
    }

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
        assert_eq!(add_success(&mut document, &mut Report::default()), 4);
        let statuses = |method: &str| -> Vec<String> {
            document["paths"]["/a"][method]["responses"].as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(statuses("get"), ["2XX"]);
        assert_eq!(document["paths"]["/a"]["get"]["responses"]["2XX"]["content"], json!({BYTES: {}}));
        assert_eq!(statuses("put"), ["404", "2XX"]);
        assert_eq!(statuses("post"), ["default"]);
        assert_eq!(statuses("patch"), ["201"]);
    }
}
