//! Generates the module `operations`: a table of the operations, and the properties of their bodies that the runtime
//! needs.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{code, unexpected_output};
use crate::client::{Client, Method, Spelling};
use crate::document::operations::Operation;
use crate::document::problem::Problem;
use crate::skip::{LeftOut, Part};

/// The source of the generated module `operations`.
///
/// # Errors
///
/// When the name of a type is not valid Rust.
pub(super) fn source(operations: &[Operation], left_out: &LeftOut, client: &Client) -> Result<TokenStream, Problem> {
    let left_out = left_out_section(left_out);
    let rows = operations.iter().map(|Operation { id, method, path, needs_bearer, .. }| {
        quote! { Operation { id: #id, method: #method, path: #path, needs_bearer: #needs_bearer } }
    });
    let mut secret = Vec::new();
    for (id, method) in client.methods.iter().filter(|(_, method)| holds_secret(client, method)) {
        let kind = tokens(&method.success)?;
        secret.push(quote! { #id => Some(|body| ::serde_json::from_slice::<#kind>(body).map(drop)) });
    }
    let bodies = body_names(operations, client)?;
    let several: Vec<_> = operations.iter().filter(|it| it.has_several_successes()).map(|it| &it.id).collect();
    let several = if several.is_empty() {
        quote! { "" }
    } else {
        quote! { #(#several)|* }
    };
    let sent_as = operations.iter().filter_map(|operation| Some((&operation.id, operation.sent_as.as_ref()?)));
    let sent_as = sent_as.map(|(id, media_type)| quote! { #id => Some(#media_type) });
    Ok(quote! {
        #[allow(unused_imports)]
        use crate::types;
        use crate::Operation;

        /// Every operation of the document, ordered by id.
        #(#[doc = #left_out])*
        pub const ALL: &[Operation] = &[#(#rows),*];

        /// A function that checks whether a response body can be read, for an operation whose response contains a
        /// secret.
        pub(crate) fn secret_response(id: &str) -> Option<fn(&[u8]) -> ::serde_json::Result<()>> {
            match id {
                #(#secret,)*
                _ => None,
            }
        }

        /// Whether the successful responses of an operation have several types.
        pub(crate) fn has_several_successes(id: &str) -> bool {
            matches!(id, #several)
        }

        /// The media type of a request body that is sent as bytes, unless it is `application/octet-stream`.
        pub(crate) fn sent_as(id: &str) -> Option<&'static str> {
            match id {
                #(#sent_as,)*
                _ => None,
            }
        }

        #bodies
    })
}

/// The lines of documentation about the operations that the client does not have; none if it has all of them.
fn left_out_section(left_out: &LeftOut) -> Vec<String> {
    if left_out.operations.is_empty() {
        return Vec::new();
    }
    let title = ["", " # Operations left out", "", " The client cannot call these operations of the document:", ""];
    let item = |part: &Part| format!(" - `{}`: `{}` (at `{}`)", code(&part.name), code(&part.why), part.place);
    title.map(str::to_owned).into_iter().chain(left_out.operations.iter().map(item)).collect()
}

/// Whether a successful response contains a secret, at any depth.
fn holds_secret(client: &Client, method: &Method) -> bool {
    client.reached([method.success.plain.as_str()]).contains("crate::Secret")
}

/// The type as Rust code.
fn tokens(kind: &Spelling) -> Result<TokenStream, Problem> {
    kind.code.parse().map_err(|error| unexpected_output(format!("the type {} is not valid Rust: {error}", kind.plain)))
}

/// The source of `body_name`, with one function for each set of bodies, which several operations may share.
fn body_names(operations: &[Operation], client: &Client) -> Result<TokenStream, Problem> {
    let mut sets: BTreeMap<&BTreeMap<String, String>, Vec<&Operation>> = BTreeMap::new();
    for operation in operations.iter().filter(|operation| !operation.bodies.is_empty()) {
        sets.entry(&operation.bodies).or_default().push(operation);
    }
    let (mut arms, mut functions) = (Vec::new(), Vec::new());
    for (index, (statuses, sharing)) in sets.into_iter().enumerate() {
        let mut kinds = BTreeMap::new();
        if let Some(method) = sharing.first().and_then(|operation| client.methods.get(&operation.id)) {
            for (name, kind) in client.bodies(&method.success).into_iter().chain(client.bodies(&method.failure)) {
                kinds.insert(name, tokens(kind)?);
            }
        }
        // A range stands after all single statuses, which are more specific.
        let mut by_name: BTreeMap<(bool, &String), Vec<TokenStream>> = BTreeMap::new();
        let mut rest = None;
        for (status, name) in statuses {
            match pattern(status) {
                Some(pattern) => {
                    let is_range = status.parse::<u16>().is_err();
                    by_name.entry((is_range, name)).or_default().push(pattern);
                }
                None => rest = Some(name),
            }
        }
        let reading = |name: &String| {
            let kind = kinds.get(name.as_str())?;
            Some(quote! { (#name, reads::<#kind>(body)) })
        };
        let choices = by_name.iter().filter_map(|((_, name), statuses)| {
            let reading = reading(name)?;
            Some(quote! { #(#statuses)|* => #reading })
        });
        let rest = rest.and_then(reading).unwrap_or_else(|| quote! { return None });
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
    Ok(quote! {
        /// The name of a response body, selected by the status; `None` if the body cannot be read as the type with that
        /// name.
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
    })
}

/// A pattern that matches a status: `404`, or the range `400..=499` for `4XX`; `None` for `default`.
fn pattern(status: &str) -> Option<TokenStream> {
    if let Ok(number) = status.parse::<u16>() {
        return Some(quote! { #number });
    }
    let digit: u16 = status.get(..1)?.parse().ok()?;
    let (first, last) = (digit * 100, digit * 100 + 99);
    Some(quote! { #first..=#last })
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use serde_json::Value;

    use super::super::path_arguments::tests::operation;
    use super::*;
    use crate::client;

    #[test]
    fn a_secret_in_a_response_is_found_at_any_depth() {
        let file = syn::parse_str(
            "pub mod types {
                pub struct Token { pub access_token: crate::Secret }
                pub struct Page { pub items: ::std::vec::Vec<Token> }
                pub struct Order { pub id: i64 }
            }
            impl Client {
                pub async fn page(&self) -> Result<ResponseValue<types::Page>, Error<()>> {}
                pub async fn order(&self, body: &types::Token) -> Result<ResponseValue<types::Order>, Error<()>> {}
                pub async fn token(&self) -> Result<ResponseValue<types::Token>, Error<()>> {}
            }",
        )
        .unwrap();
        let operations = ["page", "order", "token"].map(|id| operation(id, "/"));
        let client = client::read(&file, &Value::Null, &operations);
        let secret: Vec<_> = client.methods.iter().filter(|(_, method)| holds_secret(&client, method)).collect();
        let ids: Vec<_> = secret.into_iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["page", "token"]);
    }

    #[test]
    fn a_single_status_is_matched_before_a_range_that_contains_it() {
        let file = syn::parse_str(
            "pub mod types {
                pub enum Failure { Broken(Broken), Slow(Slow) }
            }
            impl Client { pub async fn bake(&self) -> Result<ResponseValue<()>, Error<types::Failure>> {} }",
        )
        .unwrap();
        let bodies = [("503", "Slow"), ("5XX", "Broken"), ("500", "Broken")];
        let bodies = bodies.map(|(status, name)| (status.to_owned(), name.to_owned())).into();
        let operations = [Operation { bodies, ..operation("bake", "/") }];
        let client = client::read(&file, &Value::Null, &operations);
        let written = body_names(&operations, &client).unwrap().to_string();
        let at = |part: &str| written.find(part).unwrap_or_else(|| panic!("{part} is missing in {written}"));
        assert!(at("500u16 =>") < at("500u16 ..= 599u16") && at("503u16") < at("500u16 ..= 599u16"), "{written}");
    }
}
