//! Replaces serde's derives with a list of fields.
//!
//! Compiling the code of serde's derives for some five hundred structs takes more than half of the build time of the
//! generated crate. `object!` in `chift-api/src/values/object` has that code once, for all structs that list their
//! fields.

use quote::quote;
use syn::ext::IdentExt as _;
use syn::{Attribute, Field, Fields, File, Ident, Item, ItemStruct, parse_quote};

use super::schemas;
use crate::client::Client;
use crate::client::source::{self, Presence};

/// The derives that the list of fields replaces.
const DERIVES: [&str; 2] = ["Deserialize", "Serialize"];

/// Adds a list of fields to each struct in the module `types`, and returns the number of these structs. A struct that a
/// list cannot describe keeps its derives.
pub(super) fn list_fields(file: &mut File, _: &Client) -> usize {
    let Some(types) = source::types_module(file) else { return 0 };
    let schema: [Attribute; 2] = [
        schemas::attribute(),
        parse_quote! { #[cfg_attr(feature = "schemars", schemars(transform = crate::schema::<Self>))] },
    ];
    let mut count = 0;
    for mut item in std::mem::take(types) {
        let list = match &mut item {
            Item::Struct(item) => listed(item, &schema),
            _ => None,
        };
        count += usize::from(list.is_some());
        types.push(item);
        types.extend(list);
    }
    count
}

/// Replaces serde's derives and their attributes by those for `schema`, and returns the list of the struct's fields.
fn listed(item: &mut ItemStruct, schema: &[Attribute]) -> Option<Item> {
    let Fields::Named(fields) = &item.fields else { return None };
    let derived = source::derived(&item.attrs);
    let plain = item.attrs.iter().all(|attribute| is_one_of(attribute, &["doc", "derive"]));
    let derives_all = DERIVES.iter().all(|name| derived.iter().any(|path| source::is_named(path, name)));
    if !plain || !derives_all || !item.generics.params.is_empty() {
        return None;
    }
    let mut rows = Vec::new();
    let mut rest = None;
    for field in &fields.named {
        let (name, kind) = (field.ident.as_ref()?, &field.ty);
        match role(field)? {
            Role::Listed(role) => {
                let wire = source::wire_name(&field.attrs).unwrap_or_else(|| name.unraw().to_string());
                rows.push(quote! { #role #name #wire; });
            }
            Role::Rest if rest.is_none() => rest = Some(quote! { #name: #kind }),
            Role::Rest => return None,
        }
    }
    let name = &item.ident;
    let list = parse_quote! { crate::object::object! { #name { #(#rows)* } #rest } };

    source::remove_derives(&mut item.attrs, &DERIVES);
    item.attrs.extend_from_slice(schema);
    for field in &mut item.fields {
        field.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
    }
    Some(list)
}

/// The role of a field in the list.
enum Role {
    /// A field of one of the kinds that `object!` accepts.
    Listed(Ident),
    /// The map that keeps the fields that are not listed.
    Rest,
}

/// The role of a field; `None` if a list cannot describe it.
fn role(field: &Field) -> Option<Role> {
    if !field.attrs.iter().all(|attribute| is_one_of(attribute, &["doc", "serde"])) {
        return None;
    }
    let kind = match source::presence(field) {
        Presence::Required => "required",
        Presence::RequiredOrNull => "required_or_null",
        Presence::Optional => "optional",
        Presence::Nullable => "nullable",
        Presence::Unlisted => return Some(Role::Rest),
        Presence::LeftOutIfEmpty | Presence::Other => return None,
    };
    Some(Role::Listed(Ident::new(kind, proc_macro2::Span::call_site())))
}

fn is_one_of(attribute: &Attribute, names: &[&str]) -> bool {
    names.iter().any(|name| attribute.path().is_ident(name))
}

#[cfg(test)]
mod tests {
    use super::super::tests::one_line;
    use super::*;

    fn listed(item: &str) -> (usize, String) {
        let mut file: File = syn::parse_str(&format!("pub mod types {{ {item} }}")).unwrap();
        let count = list_fields(&mut file, &Client::default());
        (count, one_line(&file))
    }

    const DERIVE: &str = "#[derive(::serde::Deserialize, ::serde::Serialize, Clone)]";

    #[test]
    fn a_list_replaces_the_derives() {
        let (count, written) = listed(&format!(
            r#"/// An order.
            {DERIVE}
            pub struct Order {{
                /// Counted
                /// from 1.
                pub id: i64,
                #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
                pub type_: ::std::option::Option<i64>,
                #[serde(default, skip_serializing_if = "crate::Nullable::is_absent")]
                pub note: crate::Nullable<i64>,
                #[serde(deserialize_with = "::std::option::Option::deserialize")]
                pub key: ::std::option::Option<i64>,
                #[serde(flatten)]
                pub extra: ::serde_json::Map<String, Value>,
            }}"#
        ));
        assert_eq!(count, 1);
        assert!(!written.contains("serde("), "{written}");
        for expected in [
            "derive(::schemars::JsonSchema))] #[cfg_attr(feature = \"schemars\", schemars(transform = crate::schema::<Self>))] pub struct Order {",
            "crate::object::object! { Order { required id \"id\";",
            "optional type_ \"type\";",
            "nullable note \"note\";",
            "required_or_null key \"key\";",
            "} extra : ::serde_json::Map < String, Value > }",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }

    #[test]
    fn a_struct_that_a_list_cannot_describe_keeps_its_derives() {
        for fields in [
            "{ #[serde(default)] pub a: Vec<i64> }",
            "{ #[serde(default = \"defaults::a\")] pub a: i64 }",
            "{ #[serde(skip_serializing_if = \"Vec::is_empty\")] pub a: Vec<i64> }",
            "{ #[serde(rename(serialize = \"b\"))] pub a: i64 }",
            "{ #[serde(with = \"there\")] pub a: i64 }",
            "{ #[serde(flatten)] pub a: Other }",
            "{ #[serde(flatten)] pub a: Map<A, B>, #[serde(flatten)] pub b: Map<A, B> }",
            "{ #[schemars(skip)] pub a: i64 }",
            "{ pub a: Option<i64> }",
            "<T> { pub a: T }",
            "(pub i64);",
        ] {
            let item = format!("{DERIVE} pub struct Kept {fields}");
            let (count, written) = listed(&item);
            assert!(
                count == 0 && written.contains("Deserialize") && !written.contains("object!"),
                "{fields}:\n{written}"
            );
        }
        for attributes in ["#[serde(deny_unknown_fields)]", "#[schemars(inline)]"] {
            assert_eq!(listed(&format!("{DERIVE} {attributes} pub struct Kept {{ pub a: i64 }}")).0, 0, "{attributes}");
        }
        assert_eq!(listed("#[derive(Clone, Debug)] pub struct Kept { pub a: i64 }").0, 0);
    }
}
