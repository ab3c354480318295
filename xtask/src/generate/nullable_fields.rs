//! Replaces `Option` with `Nullable` in the bodies of PATCH operations, where absent, null and a value have different
//! meanings.

use std::collections::{BTreeMap, BTreeSet};

use syn::{Fields, File, Item};

use crate::client::contained::{self, Names};
use crate::client::source;
use crate::document::problem::Problem;
use crate::document::references;
use crate::lower::Lowered;

/// Replaces `Option<T>` with `Nullable<T>` in the fields that `lowered` lists, and returns their number.
pub(super) fn wrap(client: &mut File, lowered: &Lowered, _: &mut Vec<Problem>) -> usize {
    let enums = source::types(client).iter().filter(|item| matches!(item, Item::Enum(_)));
    let variants = contained::parts(enums);
    let mut nullable: BTreeMap<String, BTreeSet<&String>> = BTreeMap::new();
    for method in source::methods(client) {
        let Some(fields) = lowered.patched_fields.get(&method.sig.ident.to_string()) else { continue };
        let body = source::body(method).map(Names::of).unwrap_or_default();
        for name in references::reachable(body, |name| variants.get(name).cloned().unwrap_or_default()) {
            nullable.entry(name).or_default().extend(fields);
        }
    }
    let mut count = 0;
    for item in source::types_mut(client) {
        let Item::Struct(item) = item else { continue };
        let (Some(names), Fields::Named(fields)) = (nullable.get(&item.ident.to_string()), &mut item.fields) else {
            continue;
        };
        for field in &mut fields.named {
            let Some(inner) = source::first_argument(&field.ty, "Option").cloned() else { continue };
            let own_name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
            if names.contains(&source::wire_name(&field.attrs).unwrap_or(own_name)) {
                source::make_nullable(field, &inner);
                count += 1;
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::super::tests::{lowered, one_line};
    use super::*;

    #[test]
    fn a_field_that_a_patch_can_clear_is_nullable() {
        let mut client: File = syn::parse_str(
            r#"pub mod types { pub struct Change {
                #[serde(rename = "newStatus", skip_serializing_if = "::std::option::Option::is_none")]
                pub new_status: ::std::option::Option<Status>,
                pub other: ::std::option::Option<i64>,
            } }
            impl Client { pub async fn change(&self, body: &types::Change) -> Result<ResponseValue<()>, Error<()>> {} }"#,
        )
        .unwrap();
        let mut lowered = lowered(Vec::new());
        lowered.patched_fields = [("change".to_owned(), ["newStatus".to_owned()].into())].into();
        assert_eq!(wrap(&mut client, &lowered, &mut Vec::new()), 1);
        let written = one_line(&client);
        for expected in [
            "#[serde( rename = \"newStatus\", default, skip_serializing_if = \"crate::Nullable::is_absent\" )] pub new_status: crate::Nullable<Status>",
            "pub other: ::std::option::Option<i64>",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }

    #[test]
    fn a_field_of_an_alternative_of_a_patch_body_is_nullable_and_that_of_another_type_is_not() {
        let mut client: File = syn::parse_str(
            r"pub mod types {
                pub enum Change { Cake(Cake), Bread(Box<Bread>) }
                pub struct Cake { pub topping: ::std::option::Option<String>, pub shelf: Shelf }
                pub struct Bread { pub topping: ::std::option::Option<String> }
                pub struct Shelf { pub topping: ::std::option::Option<String> }
            }
            impl Client { pub async fn change(&self, body: &types::Change) -> Result<ResponseValue<()>, Error<()>> {} }",
        )
        .unwrap();
        let mut lowered = lowered(Vec::new());
        lowered.patched_fields = [("change".to_owned(), ["topping".to_owned()].into())].into();
        assert_eq!(wrap(&mut client, &lowered, &mut Vec::new()), 2);
        let written = one_line(&client);
        assert!(written.contains("struct Shelf { pub topping: ::std::option::Option<String>"), "{written}");
    }
}
