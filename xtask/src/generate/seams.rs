//! Where a generated field gets a type of ours: `Open` around an enum that an answer can hold, and
//! `Nullable` in place of `Option` in the body of a PATCH.
//!
//! Both depend on which side reaches a type, which a schema cannot say; so they are put in once the types
//! are there.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit_mut::{self, VisitMut};
use syn::{Fields, File, Item, ItemEnum, Type, TypePath, parse_quote};

use super::reach::{self, Names};

/// `Open<E>` instead of `E`, in the fields of all structs that an answer is made of.
pub(super) fn open_enums(client: &mut File) -> usize {
    let structs = reach::answers(client);
    let enums = reach::types(client).iter().filter_map(|item| match item {
        Item::Enum(item) if is_plain(item) => Some(item.ident.to_string()),
        _ => None,
    });
    let mut opening = Opening { enums: enums.collect(), count: 0 };
    for item in reach::types_mut(client) {
        match item {
            Item::Struct(item) if structs.contains(&item.ident.to_string()) => {
                if let Fields::Named(fields) = &mut item.fields {
                    opening.visit_fields_named_mut(fields);
                }
            }
            _ => {}
        }
    }
    opening.count
}

/// An enum of texts: it has no fields.
fn is_plain(item: &ItemEnum) -> bool {
    !item.variants.is_empty() && item.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit))
}

struct Opening {
    enums: BTreeSet<String>,
    count: usize,
}

impl VisitMut for Opening {
    fn visit_type_mut(&mut self, kind: &mut Type) {
        if let Type::Path(TypePath { path, .. }) = kind
            && path.get_ident().is_some_and(|name| self.enums.contains(&name.to_string()))
        {
            *kind = parse_quote!(crate::Open<#kind>);
            self.count += 1;
            return;
        }
        visit_mut::visit_type_mut(self, kind);
    }
}

/// For the types of the bodies of PATCH operations, the fields that may be absent, null or a value.
pub(crate) fn patched(
    client: &File,
    patches: &BTreeMap<String, BTreeSet<String>>,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut fields: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for method in reach::methods(client) {
        let Some(names) = patches.get(&method.sig.ident.to_string()) else { continue };
        let mut bodies = Names::default();
        reach::bodies(method, &mut bodies);
        for name in bodies.0 {
            fields.entry(name).or_default().extend(names.iter().cloned());
        }
    }
    fields
}

/// `Nullable<T>` instead of `Option<T>`, for the given fields of the operations' bodies.
pub(super) fn nullable_fields(client: &mut File, patches: &BTreeMap<String, BTreeSet<String>>) -> usize {
    let fields = patched(client, patches);
    let mut count = 0;
    for item in reach::types_mut(client) {
        let Item::Struct(item) = item else { continue };
        let (Some(names), Fields::Named(all)) = (fields.get(&item.ident.to_string()), &mut item.fields) else {
            continue;
        };
        for field in &mut all.named {
            let own = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
            let renamed = reach::wire_name(&field.attrs);
            let Some(inner) = reach::first_argument(&field.ty, "Option").cloned() else { continue };
            let name = renamed.clone().unwrap_or(own);
            if !names.contains(&name) {
                continue;
            }
            field.ty = parse_quote!(crate::Nullable<#inner>);
            field.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
            let rename = renamed.map(|name| quote::quote!(rename = #name,));
            field.attrs.push(parse_quote! {
                #[serde(#rename default, skip_serializing_if = "crate::Nullable::is_absent")]
            });
            count += 1;
        }
    }
    count
}

/// `Option` around a list or map that may be absent: an empty one is something else than none.
pub(super) fn keep_empty(client: &mut File) -> usize {
    let mut count = 0;
    for item in reach::types_mut(client) {
        let Item::Struct(item) = item else { continue };
        let Fields::Named(fields) = &mut item.fields else { continue };
        for field in &mut fields.named {
            let skipped = reach::serde(&field.attrs)
                .any(|said| said.word == "skip_serializing_if" && said.text.is_some_and(|it| it.ends_with("is_empty")));
            if !skipped {
                continue;
            }
            let rename = reach::wire_name(&field.attrs).map(|name| quote::quote!(rename = #name,));
            field.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
            field.attrs.push(parse_quote! {
                #[serde(#rename skip_serializing_if = "::std::option::Option::is_none")]
            });
            let kind = &field.ty;
            field.ty = parse_quote!(::std::option::Option<#kind>);
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> File {
        syn::parse_str(
            r#"pub mod types {
                pub enum Status { A, B }
                pub struct Order { pub status: ::std::option::Option<Status>, pub all: ::std::vec::Vec<Status> }
                pub struct Change {
                    #[serde(rename = "newStatus", skip_serializing_if = "::std::option::Option::is_none")]
                    pub new_status: ::std::option::Option<Status>,
                    pub other: ::std::option::Option<i64>,
                }
            }
            impl Client {
                pub async fn change(&self, body: &types::Change) -> Result<ResponseValue<types::Order>, Error<()>> {}
            }"#,
        )
        .unwrap()
    }

    fn told(file: &File) -> String {
        prettyplease::unparse(file).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_answers_enums_are_open_and_a_requests_are_not() {
        let mut client = client();
        assert_eq!(open_enums(&mut client), 2);
        let told = told(&client);
        assert!(told.contains("pub status: ::std::option::Option<crate::Open<Status>>"), "{told}");
        assert!(told.contains("pub all: ::std::vec::Vec<crate::Open<Status>>"), "{told}");
        assert!(told.contains("pub new_status: ::std::option::Option<Status>"), "{told}");
    }

    #[test]
    fn a_field_that_a_patch_can_clear_is_nullable() {
        let mut client = client();
        let patches = [("change".to_owned(), ["newStatus".to_owned()].into())].into();
        assert_eq!(nullable_fields(&mut client, &patches), 1);
        let told = told(&client);
        assert!(told.contains("#[serde( rename = \"newStatus\", default, skip_serializing_if = \"crate::Nullable::is_absent\" )] pub new_status: crate::Nullable<Status>"), "{told}");
        assert!(told.contains("pub other: ::std::option::Option<i64>"), "{told}");
    }
}
