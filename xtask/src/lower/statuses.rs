//! Changes the statuses of responses to those that the client distinguishes.

use serde_json::{Value, json};

use super::Report;
use crate::document::media_types::{BYTES, JSON};
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::document::walk;

/// Writes ranges in capitals (`2xx` is `2XX`), removes the body of a response that has none by its status, and removes
/// informational responses, which the HTTP client handles.
pub(super) fn normalize(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change_operations(document, &mut |path, method, operation, document| {
        let place = Pointer::root().child("paths").child(path).child(method).child("responses");
        let Some(Value::Object(responses)) = operation.get_mut("responses") else { return };
        let before = responses.clone();
        responses.clear();
        for (status, mut response) in before.clone() {
            if status.starts_with('1') && status.len() == 3 {
                report.warn(&place.child(&status), "the HTTP client handles this response; callers do not see it");
                continue;
            }
            // RFC 9110, sections 15.3.5 and 15.3.6: these have no content.
            if ["204", "205"].contains(&status.as_str()) {
                response = without_content(references::resolved(&response, document));
            }
            let name = if status.ends_with("xx") { status.to_uppercase() } else { status };
            responses.entry(name).or_insert(response);
        }
        count += usize::from(before != *responses);
    });
    count
}

fn without_content(response: &Value) -> Value {
    let mut response = response.clone();
    if let Value::Object(fields) = &mut response {
        fields.shift_remove("content");
    }
    response
}

/// Gives the responses of an operation with different media types one: a response without a body beside one of bytes
/// has a body of bytes, which is empty; JSON beside bytes is bytes too.
pub(super) fn unify(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change_operations(document, &mut |path, method, operation, document| {
        let place = Pointer::root().child("paths").child(path).child(method).child("responses");
        let Some(Value::Object(responses)) = operation.get_mut("responses") else { return };
        let content = |response: &Value, name: &str| {
            references::resolved(response, document).get("content").is_some_and(|content| content.get(name).is_some())
        };
        let mut successes = responses.iter().filter(|(status, _)| status.starts_with('2'));
        if !successes.any(|(_, response)| content(response, BYTES)) {
            return;
        }
        for (status, response) in responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
            if content(response, BYTES) {
                continue;
            }
            if content(response, JSON) {
                let what = "another response of this operation is not JSON, so callers get the body as bytes";
                report.warn(&place.child(status), what);
            }
            let mut bytes = references::resolved(response, document).clone();
            bytes["content"] = json!({BYTES: {}});
            *response = bytes;
            count += 1;
        }
    });
    count
}

/// Moves the responses whose status has no registered reason to the range of the status: the generated mocks name their
/// functions after the reasons.
pub(super) fn name_in_mocks(document: &mut Value, _: &mut Report) -> usize {
    let mut count = 0;
    walk::change_operations(document, &mut |_, _, operation, _| {
        let Some(Value::Object(responses)) = operation.get_mut("responses") else { return };
        let has_name = |status: &str| match status.parse::<u16>().map(reqwest::StatusCode::from_u16) {
            Ok(Ok(status)) => status.canonical_reason().is_some(),
            Ok(Err(_)) => false,
            // A range, or `default`.
            Err(_) => true,
        };
        let nameless: Vec<String> = responses.keys().filter(|status| !has_name(status)).cloned().collect();
        for status in nameless {
            count += 1;
            let Some(response) = responses.shift_remove(&status) else { continue };
            if let Some(class @ '2'..='5') = status.chars().next() {
                responses.entry(format!("{class}XX")).or_insert(response);
            }
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(pass: fn(&mut Value, &mut Report) -> usize, responses: &Value) -> (Value, Report) {
        let mut report = Report::default();
        let mut document = json!({"paths": {"/a": {"get": {"responses": responses}}}, "components": {"responses": {
            "Gone": {"description": "g", "content": {"application/json": {"schema": {}}}},
        }}});
        pass(&mut document, &mut report);
        (document["paths"]["/a"]["get"]["responses"].take(), report)
    }

    #[test]
    fn ranges_are_in_capitals_and_a_204_has_no_body() {
        let given = json!({"101": {}, "2xx": {}, "204": {"$ref": "#/components/responses/Gone"}, "4XX": {}});
        let (responses, report) = after(normalize, &given);
        assert_eq!(responses, json!({"2XX": {}, "204": {"description": "g"}, "4XX": {}}));
        assert_eq!(report.diagnostics[0].place.to_string(), "#/paths/~1a/get/responses/101");
    }

    #[test]
    fn successes_have_one_media_type() {
        let bytes = json!({"content": {"application/octet-stream": {}}});
        let json = json!({"content": {"application/json": {"schema": {}}}});
        let (responses, report) = after(unify, &json!({"200": bytes, "201": json, "204": {}, "400": json}));
        assert_eq!(responses, json!({"200": bytes, "201": bytes, "204": bytes, "400": json}));
        assert_eq!(report.diagnostics.len(), 1);
        let (responses, _) = after(unify, &json!({"200": json, "204": {}}));
        assert_eq!(responses, json!({"200": json, "204": {}}));
    }

    #[test]
    fn a_status_without_a_reason_becomes_its_range() {
        let (responses, _) =
            after(name_in_mocks, &json!({"200": {}, "299": {"a": 1}, "440": {}, "4XX": {}, "default": {}}));
        assert_eq!(responses, json!({"200": {}, "2XX": {"a": 1}, "4XX": {}, "default": {}}));
    }
}
