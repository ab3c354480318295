//! The credentials of an operation: whether the client sends its bearer token, and the schemes that it does not support.
//!
//! The client has one credential, a bearer token. It sends it where a scheme of the operation's effective `security` is
//! `type: http, scheme: bearer`, or where the document names a scheme that it does not define, as Chift's documents do.
//! It sends it for no other scheme: the token is neither a password nor an API key, and an `oauth2` or `openIdConnect`
//! scheme accepts only tokens of its own authorization server, although they are presented as bearer tokens
//! (RFC 6750).
//!
//! Of several alternatives, the client uses the first one that needs the bearer token only; else the first one that
//! needs it among others; else one that needs nothing. So the token is sent where it is optional.

use serde_json::Value;

use crate::document::references;

/// The credentials of an operation.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Credentials {
    /// Whether the client sends its bearer token.
    pub(crate) bearer: bool,
    /// The schemes that the operation needs and that the client does not support, each with its type and its name.
    pub(crate) unsupported: Vec<String>,
}

/// The effective `security` of an operation, and whether it is that of the whole document.
///
/// OpenAPI 3.0 and 3.1, Operation Object: `security` of the operation overrides that of the document, and an empty list
/// removes it. If neither has it, no security applies.
pub(crate) fn effective<'a>(operation: &'a Value, document: &'a Value) -> (Option<&'a Value>, bool) {
    match operation.get("security") {
        Some(own) => (Some(own), false),
        None => (document.get("security"), true),
    }
}

/// The credentials that the client uses for the alternatives `security`.
pub(crate) fn credentials(security: Option<&Value>, document: &Value) -> Credentials {
    let alternatives = security.and_then(Value::as_array).into_iter().flatten();
    let rank = |credentials: &Credentials| match (credentials.bearer, credentials.unsupported.is_empty()) {
        (true, true) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (false, false) => 3,
    };
    alternatives.map(|alternative| of_alternative(alternative, document)).min_by_key(rank).unwrap_or_default()
}

fn of_alternative(alternative: &Value, document: &Value) -> Credentials {
    let mut credentials = Credentials::default();
    for name in alternative.as_object().into_iter().flat_map(|schemes| schemes.keys()) {
        let scheme = document["components"]["securitySchemes"].get(name);
        match scheme.map(|scheme| references::resolved(scheme, document)) {
            None => credentials.bearer = true,
            Some(scheme) if is_bearer(scheme) => credentials.bearer = true,
            Some(scheme) => credentials.unsupported.push(described(name, scheme)),
        }
    }
    credentials
}

fn is_bearer(scheme: &Value) -> bool {
    // RFC 9110, section 11.1: the name of a scheme is case-insensitive.
    let is_bearer = |scheme: &str| scheme.eq_ignore_ascii_case("bearer");
    references::has_value(scheme, "type", "http") && scheme.get("scheme").and_then(Value::as_str).is_some_and(is_bearer)
}

/// The type of a scheme, where its value is sent, and its name.
fn described(name: &str, scheme: &Value) -> String {
    let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
    match text("type") {
        "apiKey" => format!("`apiKey` (`{name}`, the {} `{}`)", text("in"), text("name")),
        "http" => format!("`{}` (`{name}`)", text("scheme")),
        kind => format!("`{kind}` (`{name}`)"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_bearer_token_is_sent_only_where_a_scheme_is_a_bearer() {
        let document = json!({"components": {"securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer"},
            "Capital": {"type": "http", "scheme": "Bearer", "bearerFormat": "JWT"},
            "reference": {"$ref": "#/components/securitySchemes/bearer"},
            "basic": {"type": "http", "scheme": "basic"},
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "oauth": {"type": "oauth2", "flows": {}},
            "openid": {"type": "openIdConnect", "openIdConnectUrl": "https://example.com"},
            "tls": {"type": "mutualTLS"},
        }}});
        for (security, bearer, unsupported) in [
            (json!([{"bearer": []}]), true, vec![]),
            (json!([{"Capital": []}]), true, vec![]),
            (json!([{"reference": []}]), true, vec![]),
            (json!([{"undefined": ["scope"]}]), true, vec![]),
            (json!([]), false, vec![]),
            (json!([{}]), false, vec![]),
            (json!([{"basic": []}]), false, vec!["`basic` (`basic`)"]),
            (json!([{"key": []}]), false, vec!["`apiKey` (`key`, the header `X-Key`)"]),
            (json!([{"oauth": ["a"]}]), false, vec!["`oauth2` (`oauth`)"]),
            (json!([{"openid": []}]), false, vec!["`openIdConnect` (`openid`)"]),
            (json!([{"tls": []}]), false, vec!["`mutualTLS` (`tls`)"]),
            // Optional.
            (json!([{}, {"bearer": []}]), true, vec![]),
            (json!([{"bearer": []}, {}]), true, vec![]),
            (json!([{"key": []}, {}]), false, vec![]),
            // Alternatives.
            (json!([{"key": []}, {"bearer": []}]), true, vec![]),
            (json!([{"key": [], "bearer": []}, {"bearer": []}]), true, vec![]),
            (json!([{"key": []}, {"oauth": []}]), false, vec!["`apiKey` (`key`, the header `X-Key`)"]),
            // Both.
            (json!([{"key": [], "bearer": []}]), true, vec!["`apiKey` (`key`, the header `X-Key`)"]),
            (json!([{"bearer": [], "Capital": []}]), true, vec![]),
        ] {
            let found = credentials(Some(&security), &document);
            let unsupported = unsupported.into_iter().map(str::to_owned).collect();
            assert_eq!(found, Credentials { bearer, unsupported }, "{security}");
        }
        assert_eq!(credentials(None, &document), Credentials::default());
    }
}
