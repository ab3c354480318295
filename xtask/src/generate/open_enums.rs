//! Wraps the enums in responses in `Open`, so that the client keeps a value that the document does not list.
//!
//! A schema does not state whether requests or responses contain its type. The generated types and methods do, so this
//! is a pass over the generated code and not over the document.

use std::collections::BTreeSet;

use syn::visit_mut::VisitMut as _;
use syn::{Fields, File, Item, ItemEnum, Type, parse_quote};

use super::replaced_types::Replaced;
use crate::client::{contained, source};
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Replaces `E` with `Open<E>` in the fields of all structs that a response contains, and returns the number of places.
pub(super) fn wrap(client: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let received = contained::received(client);
    let enums = source::types(client).iter().filter_map(|item| match item {
        Item::Enum(item) if is_plain(item) => Some(item.ident.to_string()),
        _ => None,
    });
    let enums: BTreeSet<String> = enums.collect();
    let is_open = |kind: &Type| matches!(kind, Type::Path(path) if path.path.get_ident().is_some_and(|name| enums.contains(&name.to_string())));
    let mut opening = Replaced::new(|kind: &Type| is_open(kind).then(|| parse_quote!(crate::Open<#kind>)));
    for item in source::types_mut(client) {
        if let Item::Struct(item) = item
            && received.contains(&item.ident.to_string())
            && let Fields::Named(fields) = &mut item.fields
        {
            opening.visit_fields_named_mut(fields);
        }
    }
    opening.count
}

/// Whether the enum's values are strings: no variant contains data.
fn is_plain(item: &ItemEnum) -> bool {
    !item.variants.is_empty() && item.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit))
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn enums_of_responses_are_open_and_those_of_requests_are_not() {
        let (count, written) = after(
            wrap,
            "pub mod types {
                pub enum Status { A, B }
                pub struct Order { pub status: ::std::option::Option<Status>, pub all: ::std::vec::Vec<Status> }
                pub struct Change { pub new_status: ::std::option::Option<Status> }
            }
            impl Client {
                pub async fn change(&self, body: &types::Change) -> Result<ResponseValue<types::Order>, Error<()>> {}
            }",
        );
        assert_eq!(count, 2);
        for expected in [
            "pub status: ::std::option::Option<crate::Open<Status>>",
            "pub all: ::std::vec::Vec<crate::Open<Status>>",
            "pub new_status: ::std::option::Option<Status>",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }
}
