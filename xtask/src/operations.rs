//! The operations of a document, and which of them need the bearer.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use crate::walk::{self, Kind};

/// An operation, as the table `operations::ALL` of the generated crate tells it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    /// The `operationId`.
    pub id: String,
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path template.
    pub path: String,
    /// Whether the effective `security` is something else than the empty list.
    pub needs_bearer: bool,
}

/// The operations under `paths`, ordered by id.
pub fn list(document: &Value) -> Vec<Operation> {
    // OpenAPI 3.0 and 3.1, Operation Object: `security` of the operation overrides that of the
    // document, and an empty list removes it. Where neither states any, none applies.
    let everywhere = document.get("security");
    let mut operations = Vec::new();
    walk::visit(document, &mut |kind, place, node| {
        let (Kind::Operation, [root, path, method]) = (kind, place.tokens()) else { return };
        if root != "paths" {
            return;
        }
        let effective = node.get("security").or(everywhere).and_then(Value::as_array);
        operations.push(Operation {
            id: node.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned(),
            method: method.to_uppercase(),
            path: path.clone(),
            needs_bearer: effective.is_some_and(|list| !list.is_empty()),
        });
    });
    operations.sort();
    operations
}

/// The source of the generated module `operations`.
pub(crate) fn table(operations: &[Operation], secret_answers: &[(String, syn::Type)]) -> TokenStream {
    let rows = operations.iter().map(|Operation { id, method, path, needs_bearer }| {
        quote! { Operation { id: #id, method: #method, path: #path, needs_bearer: #needs_bearer } }
    });
    let arms = secret_answers.iter().map(|(id, kind)| {
        quote! { #id => Some(|body| ::serde_json::from_slice::<#kind>(body).map(drop)) }
    });
    let types = (!secret_answers.is_empty()).then(|| quote! { use crate::types; });
    quote! {
        use crate::Operation;
        #types

        /// Every operation of the document, ordered by id.
        pub const ALL: &[Operation] = &[#(#rows),*];

        /// For an operation whose answer holds a secret: what tries whether that answer can be read.
        pub(crate) fn secret_answer(id: &str) -> Option<fn(&[u8]) -> ::serde_json::Result<()>> {
            match id {
                #(#arms,)*
                _ => None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_bearer_goes_where_the_effective_security_is_not_the_empty_list() {
        let document = json!({
            "security": [{"bearerAuth": []}],
            "paths": {
                "/token": {"post": {"operationId": "d_token", "security": []}},
                "/inherits": {"get": {"operationId": "b_inherits"}},
                "/undefined": {"get": {"operationId": "a_undefined", "security": [{"mcp_auth": []}]}},
            },
        });
        let found = list(&document);
        let told: Vec<_> = found.iter().map(|o| (o.id.as_str(), o.method.as_str(), o.needs_bearer)).collect();
        assert_eq!(told, [("a_undefined", "GET", true), ("b_inherits", "GET", true), ("d_token", "POST", false)]);
    }

    #[test]
    fn where_nothing_is_stated_nothing_applies() {
        let document = json!({"paths": {"/a": {"get": {"operationId": "a"}}}});
        assert!(!list(&document)[0].needs_bearer);
    }
}
