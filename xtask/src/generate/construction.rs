//! Restricts progenitor's constructors of the client, because the crate has hand-written ones. progenitor's `new`
//! follows redirects, ends each call after 15 s, and panics if it cannot build an HTTP client. Its `new_with_client`
//! takes an HTTP client with any redirect policy.

use syn::{File, ImplItem, Item, parse_quote};

use super::unexpected_output;
use crate::client::source;
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Removes `new`, and makes `new_with_client` private to the crate; returns the number of changed functions.
///
/// Reports a problem if progenitor's client does not have exactly one of each.
pub(super) fn restrict(client: &mut File, _: &Lowered, problems: &mut Vec<Problem>) -> usize {
    let [new, new_with_client] = source::CONSTRUCTORS;
    let (mut removed, mut restricted) = (0, 0);
    for item in &mut client.items {
        let Item::Impl(block) = item else { continue };
        if !source::is_client_impl(block) {
            continue;
        }
        block.items.retain_mut(|item| {
            let ImplItem::Fn(method) = item else { return true };
            if method.sig.ident == new {
                removed += 1;
                return false;
            }
            if method.sig.ident == new_with_client {
                method.vis = parse_quote!(pub(crate));
                restricted += 1;
            }
            true
        });
    }
    if (removed, restricted) != (1, 1) {
        problems.push(unexpected_output(format!(
            "progenitor's client has {removed} functions `{new}` and {restricted} functions `{new_with_client}`, not one \
             of each"
        )));
    }
    removed + restricted
}

#[cfg(test)]
mod tests {
    use super::super::tests::lowered;
    use super::*;

    #[test]
    fn callers_cannot_call_progenitors_constructors() {
        let mut client: File = parse_quote! {
            impl Client {
                pub fn new(baseurl: &str) -> Self {}
                pub fn new_with_client(baseurl: &str, client: reqwest::Client) -> Self {}
            }
            impl Other { pub fn new() {} }
        };
        let (lowered, mut problems) = (lowered(Vec::new()), Vec::new());
        assert_eq!(restrict(&mut client, &lowered, &mut problems), 2);
        assert!(problems.is_empty());
        let written = prettyplease::unparse(&client);
        assert!(written.contains("pub(crate) fn new_with_client") && !written.contains("fn new(baseurl"), "{written}");
        assert!(written.contains("pub fn new()"), "{written}");
        restrict(&mut client, &lowered, &mut problems);
        let message = problems[0].to_string();
        assert!(message.contains("0 functions `new`"), "{message}");
    }
}
