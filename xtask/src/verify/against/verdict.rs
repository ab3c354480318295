//! Decides what became of a call from what the mock server responded.
//!
//! The rules are those of Prism (npm `@stoplight/prism-cli`): an error of its own is a problem document whose type
//! starts with [`PROBLEM`]; if a request violates the document, and the document describes a 422 or a 400, Prism
//! responds with an example of it and lists the violations in a header.

use std::fmt;

use serde_json::Value;

use super::relay::Received;

/// What the types of Prism's own problems start with.
const PROBLEM: &str = "https://stoplight.io/prism/errors#";

/// What became of a call. The order is that of the importance for an operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// The server accepted the request, and the client read the response as its type.
    Read,
    /// The server did not respond as the document describes, or needs what the client cannot send.
    ServerLimit(String),
    /// The request violates the document.
    Refused(String),
    /// The client sent no request, or did not read a valid response.
    Unread(String),
}

impl Verdict {
    /// Whether the client, or the server's reading of the document, is wrong.
    pub(super) fn is_failure(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Unread(_))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read => f.write_str("read"),
            Self::ServerLimit(why) => write!(f, "{why}"),
            Self::Refused(why) => write!(f, "the request was refused: {why}"),
            Self::Unread(why) => write!(f, "the response was not read: {why}"),
        }
    }
}

/// What the response alone decides; `None` for a response to a valid request.
pub(super) fn of(received: &Received) -> Option<Verdict> {
    let body: Value = serde_json::from_slice(&received.body).unwrap_or_default();
    let violations = received.violations.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let in_request = listed(&violations.unwrap_or_default(), "request");
    if let Some(kind) = body["type"].as_str().and_then(|kind| kind.strip_prefix(PROBLEM)) {
        let mut why = format!("{kind}: {}", body["detail"].as_str().unwrap_or_default());
        let details = listed(&body["validation"], "");
        if !details.is_empty() {
            why.extend([" (", &details.join("; "), ")"]);
        }
        return Some(if received.status >= 500 { Verdict::ServerLimit(why) } else { Verdict::Refused(why) });
    }
    (!in_request.is_empty()).then(|| Verdict::Refused(in_request.join("; ")))
}

/// Why the document requires what the client cannot send; `None` if the refusal is a failure.
pub(super) fn inexpressible(why: &str, needs_bearer: bool, query: &[(String, String)]) -> Option<&'static str> {
    // A query cannot contain an empty list, and Prism reads an empty string as an absent one.
    if let Some(name) = why.strip_prefix("Request query must have required property '") {
        let sent = |(known, value): &(String, String)| name.strip_suffix('\'') == Some(known) && !value.is_empty();
        return (!query.iter().any(sent)).then_some("the value of a required query parameter is empty");
    }
    // Prism reads a list with one item as a string if the schema allows another type, too.
    if let Some((name, _)) = why
        .strip_prefix("Request query parameter ")
        .and_then(|rest| rest.split_once(' '))
        .filter(|(_, rule)| rule.starts_with("must be array;") && rule.ends_with("must match a schema in anyOf"))
    {
        let one = query.iter().filter(|(known, _)| known == name).count() == 1;
        return one.then_some("a list in the query has one item, and the schema allows another type");
    }
    let needs_another = why.starts_with("UNAUTHORIZED") && !needs_bearer;
    needs_another.then_some("the operation needs a credential that is not a bearer token")
}

/// The messages of the violations that are errors, and whose location starts with `part`.
fn listed(violations: &Value, part: &str) -> Vec<String> {
    let all = violations.as_array().into_iter().flatten();
    let errors = all.filter(|violation| violation["severity"] != "Information" && violation["severity"] != "Warning");
    let here = errors.filter(|violation| part.is_empty() || violation["location"][0] == part);
    here.map(|violation| violation["message"].as_str().unwrap_or_default().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn received(status: u16, violations: Option<Value>, body: &Value) -> Received {
        let violations = violations.map(|list| list.to_string());
        Received { status, violations, body: body.to_string().into_bytes() }
    }

    fn violation(part: &str) -> Value {
        json!([{"location": [part, "body", "flour"], "severity": "Error", "code": "type", "message": "must be integer"}])
    }

    #[test]
    fn a_response_to_a_valid_request_decides_nothing() {
        assert_eq!(of(&received(200, None, &json!({"type": "bread"}))), None);
        assert_eq!(of(&received(422, Some(json!([])), &json!({}))), None);
    }

    #[test]
    fn a_violation_of_the_request_is_a_refusal() {
        let refused = of(&received(422, Some(violation("request")), &json!({"message": "an example"})));
        assert_eq!(refused, Some(Verdict::Refused("must be integer".to_owned())));
        let problem = json!({"type": format!("{PROBLEM}UNPROCESSABLE_ENTITY"), "detail": "invalid",
                             "validation": violation("request")});
        let refused = of(&received(422, None, &problem));
        assert_eq!(refused, Some(Verdict::Refused("UNPROCESSABLE_ENTITY: invalid (must be integer)".to_owned())));
    }

    #[test]
    fn a_violation_of_the_servers_own_response_decides_nothing() {
        assert_eq!(of(&received(200, Some(violation("response")), &json!({"flour": "x"}))), None);
    }

    #[test]
    fn a_refusal_is_a_failure_unless_the_client_cannot_send_what_is_required() {
        let query = |value: &str| vec![("flour".to_owned(), value.to_owned())];
        let missing = "Request query must have required property 'flour'";
        assert!(inexpressible(missing, true, &[]).is_some());
        assert!(inexpressible(missing, true, &query("")).is_some());
        assert!(inexpressible(missing, true, &query("rye")).is_none());
        let list = "Request query parameter flour must be array; Request query parameter flour must be null; \
                    Request query parameter flour must match a schema in anyOf";
        assert!(inexpressible(list, true, &query("rye")).is_some());
        assert!(inexpressible(list, true, &[query("rye"), query("oat")].concat()).is_none());
        assert!(inexpressible("UNAUTHORIZED: no credential", false, &[]).is_some());
        assert!(inexpressible("UNAUTHORIZED: no credential", true, &[]).is_none());
        assert!(inexpressible("Request body must have required property 'flour'", false, &[]).is_none());
    }

    #[test]
    fn an_error_of_the_server_is_not_one_of_the_client() {
        let problem = json!({"type": format!("{PROBLEM}UNKNOWN"), "detail": "cannot read"});
        let verdict = of(&received(500, None, &problem)).unwrap();
        assert_eq!(verdict, Verdict::ServerLimit("UNKNOWN: cannot read".to_owned()));
        assert!(!verdict.is_failure());
    }
}
