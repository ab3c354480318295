//! How a client is made is hand-written: progenitor's `new` follows redirects, ends each call after 15 s and panics
//! where it cannot build an HTTP client; its `new_with_client` takes any HTTP client, and so any policy of redirects.

use syn::{File, ImplItem, Item, parse_quote};

use super::missing;
use crate::document::problem::Problem;

/// Removes `new`, and makes `new_with_client` the crate's own; returns how many functions were changed.
///
/// # Errors
///
/// Where progenitor's client has not exactly one of each.
pub(super) fn restrict(client: &mut File) -> Result<usize, Problem> {
    let (mut removed, mut restricted) = (0, 0);
    for item in &mut client.items {
        let Item::Impl(block) = item else { continue };
        let is_client = matches!(&*block.self_ty, syn::Type::Path(path) if path.path.is_ident("Client"));
        if block.trait_.is_some() || !is_client {
            continue;
        }
        block.items.retain_mut(|item| {
            let ImplItem::Fn(method) = item else { return true };
            if method.sig.ident == "new" {
                removed += 1;
                return false;
            }
            if method.sig.ident == "new_with_client" {
                method.vis = parse_quote!(pub(crate));
                restricted += 1;
            }
            true
        });
    }
    if (removed, restricted) == (1, 1) {
        Ok(removed + restricted)
    } else {
        Err(missing(format!(
            "its client has {removed} functions `new` and {restricted} `new_with_client`, not one of each"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_else_can_make_a_client_of_any_http_client() {
        let mut client: File = parse_quote! {
            impl Client {
                pub fn new(baseurl: &str) -> Self {}
                pub fn new_with_client(baseurl: &str, client: reqwest::Client) -> Self {}
            }
            impl Other { pub fn new() {} }
        };
        assert_eq!(restrict(&mut client).unwrap(), 2);
        let written = prettyplease::unparse(&client);
        assert!(written.contains("pub(crate) fn new_with_client") && !written.contains("fn new(baseurl"), "{written}");
        assert!(written.contains("pub fn new()"), "{written}");
        let message = restrict(&mut client).unwrap_err().to_string();
        assert!(message.contains("0 functions `new`"), "{message}");
    }
}
