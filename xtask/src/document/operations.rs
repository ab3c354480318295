//! The operations of a document: which of them need the bearer, how they fail, and what a PATCH may clear.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::Type;

use crate::document::references::{self, says};
use crate::document::walk;

/// The name of a response body that the document does not describe, beside the names in [`Operation::bodies`].
pub const UNDOCUMENTED: &str = "Undocumented";

/// An operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    /// The `operationId`.
    pub id: String,
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path template.
    pub path: String,
    /// Whether the effective `security` is something else than the empty list.
    pub needs_bearer: bool,
    /// The names of the error bodies by status, which is a number, a range such as `4XX`, or `default`. Where an
    /// operation has success bodies of several types, their names too.
    pub bodies: BTreeMap<String, String>,
    /// The descriptions of the errors by status; a description may be empty.
    pub errors: BTreeMap<String, String>,
    /// The media type of a request body that the client sends as bytes, unless it is `application/octet-stream`.
    pub sent_as: Option<String>,
}

impl Operation {
    /// Whether there are success bodies of several types.
    pub fn has_several_successes(&self) -> bool {
        self.bodies.keys().any(|status| status.starts_with('2'))
    }
}

/// The operations under `paths`, ordered by id, as far as the document itself describes them: `bodies`, `errors`
/// and `sent_as` are empty until the document is lowered.
pub fn list(document: &Value) -> Vec<Operation> {
    // OpenAPI 3.0 and 3.1, Operation Object: `security` of the operation overrides that of the
    // document, and an empty list removes it. Where neither states any, none applies.
    let everywhere = document.get("security");
    let mut operations = Vec::new();
    walk::visit(document, &mut |kind, place, node| {
        let Some((path, method)) = references::call(kind, place) else { return };
        let effective = node.get("security").or(everywhere).and_then(Value::as_array);
        operations.push(Operation {
            id: references::operation_id(node).to_owned(),
            method: method.to_uppercase(),
            path: path.to_owned(),
            needs_bearer: effective.is_some_and(|list| !list.is_empty()),
            ..Operation::default()
        });
    });
    operations.sort();
    operations
}

/// For each PATCH operation of a lowered document, the fields of its body that may be absent, null or a value.
pub(crate) fn patched_fields(document: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let mut patched = BTreeMap::new();
    walk::visit(document, &mut |kind, place, node| {
        let Some((_, "patch")) = references::call(kind, place) else { return };
        let request = node.get("requestBody");
        let Some(schema) = request.and_then(|request| references::json_schema(request, document)) else { return };
        let body = body(schema, document);
        let required = body.get("required").and_then(Value::as_array);
        let is_required = |name: &str| required.is_some_and(|list| list.iter().any(|needed| needed == name));
        let fields = body.get("properties").and_then(Value::as_object).into_iter().flatten();
        let fields = fields.filter(|(name, field)| says(field, "nullable", true) && !is_required(name));
        patched.insert(references::operation_id(node).to_owned(), fields.map(|(name, _)| name.clone()).collect());
    });
    patched
}

/// The object that a body is, or is a list of.
fn body<'a>(schema: &'a Value, document: &'a Value) -> &'a Value {
    references::follow(references::resolved_schema(schema, document), document, |schema, document| {
        Some(references::resolved_schema(schema.get("items")?, document))
    })
}

/// What is known of the generated types, for the table.
#[derive(Default)]
pub(crate) struct Types {
    /// Operations whose answers hold a secret, with the types of those answers.
    pub(crate) secret_answers: Vec<(String, Type)>,
    /// For each operation, the types behind the names of its bodies.
    pub(crate) bodies: BTreeMap<String, BTreeMap<String, Type>>,
}

/// The source of the generated module `operations`.
pub(crate) fn table(operations: &[Operation], types: &Types) -> TokenStream {
    let rows = operations.iter().map(|Operation { id, method, path, needs_bearer, .. }| {
        quote! { Operation { id: #id, method: #method, path: #path, needs_bearer: #needs_bearer } }
    });
    let arms = types.secret_answers.iter().map(|(id, kind)| {
        quote! { #id => Some(|body| ::serde_json::from_slice::<#kind>(body).map(drop)) }
    });
    let bodies = body_names(operations, types);
    let several: Vec<_> = operations.iter().filter(|it| it.has_several_successes()).map(|it| &it.id).collect();
    let several = if several.is_empty() {
        quote! { "" }
    } else {
        quote! { #(#several)|* }
    };
    let sent_as = operations.iter().filter_map(|operation| Some((&operation.id, operation.sent_as.as_ref()?)));
    let sent_as = sent_as.map(|(id, media_type)| quote! { #id => Some(#media_type) });
    quote! {
        #[allow(unused_imports)]
        use crate::types;
        use crate::Operation;

        /// Every operation of the document, ordered by id.
        pub const ALL: &[Operation] = &[#(#rows),*];

        /// For an operation whose answer holds a secret: what tries whether that answer can be read.
        pub(crate) fn secret_answer(id: &str) -> Option<fn(&[u8]) -> ::serde_json::Result<()>> {
            match id {
                #(#arms,)*
                _ => None,
            }
        }

        /// Whether there are several kinds of success.
        pub(crate) fn has_several_successes(id: &str) -> bool {
            matches!(id, #several)
        }

        /// The media type that a request's bytes are sent as, where it is not the usual one.
        pub(crate) fn sent_as(id: &str) -> Option<&'static str> {
            match id {
                #(#sent_as,)*
                _ => None,
            }
        }

        #bodies
    }
}

/// `body_name`, with a function for each set of bodies that operations share.
fn body_names(operations: &[Operation], types: &Types) -> TokenStream {
    let mut sets: BTreeMap<&BTreeMap<String, String>, Vec<&Operation>> = BTreeMap::new();
    for operation in operations.iter().filter(|operation| !operation.bodies.is_empty()) {
        sets.entry(&operation.bodies).or_default().push(operation);
    }
    let (mut arms, mut functions) = (Vec::new(), Vec::new());
    for (index, (statuses, sharing)) in sets.into_iter().enumerate() {
        let none = BTreeMap::new();
        let kinds = sharing.first().and_then(|operation| types.bodies.get(&operation.id)).unwrap_or(&none);
        let mut by_name: BTreeMap<&String, Vec<TokenStream>> = BTreeMap::new();
        let mut rest = None;
        for (status, name) in statuses {
            match pattern(status) {
                Some(pattern) => by_name.entry(name).or_default().push(pattern),
                None => rest = Some(name),
            }
        }
        let tried = |name: &String| {
            let kind = kinds.get(name)?;
            Some(quote! { (#name, reads::<#kind>(body)) })
        };
        let choices = by_name.iter().filter_map(|(name, statuses)| {
            let tried = tried(name)?;
            Some(quote! { #(#statuses)|* => #tried })
        });
        let rest = rest.and_then(tried).unwrap_or_else(|| quote! { return None });
        let function = format_ident!("bodies_{}", index + 1);
        let ids = sharing.iter().map(|operation| &operation.id);
        functions.push(quote! {
            fn #function(status: u16, body: &[u8]) -> Option<&'static str> {
                let (name, reads) = match status {
                    #(#choices,)*
                    _ => #rest,
                };
                reads.then_some(name)
            }
        });
        arms.push(quote! { #(#ids)|* => #function(status, body) });
    }
    quote! {
        /// The name that the document gives to a body by its status, if that is what it is.
        pub(crate) fn body_name(id: &str, status: u16, body: &[u8]) -> Option<&'static str> {
            match id {
                #(#arms,)*
                _ => None,
            }
        }

        #(#functions)*

        #[allow(dead_code)]
        fn reads<T: ::serde::de::DeserializeOwned>(body: &[u8]) -> bool {
            ::serde_json::from_slice::<T>(body).is_ok()
        }
    }
}

/// `404`, or the range that `4XX` is; `None` for `default`.
fn pattern(status: &str) -> Option<TokenStream> {
    if let Ok(number) = status.parse::<u16>() {
        return Some(quote! { #number });
    }
    let digit: u16 = status.get(..1)?.parse().ok()?;
    let (first, last) = (digit * 100, digit * 100 + 99);
    Some(quote! { #first..=#last })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_operation_needs_the_bearer_unless_its_effective_security_is_the_empty_list() {
        let document = json!({
            "security": [{"bearerAuth": []}],
            "paths": {
                "/token": {"post": {"operationId": "d_token", "security": []}},
                "/inherits": {"get": {"operationId": "b_inherits"}},
                "/undefined": {"get": {"operationId": "a_undefined", "security": [{"mcp_auth": []}]}},
            },
        });
        let found = list(&document);
        let summary: Vec<_> = found.iter().map(|o| (o.id.as_str(), o.method.as_str(), o.needs_bearer)).collect();
        assert_eq!(summary, [("a_undefined", "GET", true), ("b_inherits", "GET", true), ("d_token", "POST", false)]);
    }

    #[test]
    fn without_any_security_no_bearer_is_needed() {
        let document = json!({"paths": {"/a": {"get": {"operationId": "a"}}}});
        assert!(!list(&document)[0].needs_bearer);
    }
}
