//! A list of fields in place of the derives of `serde`.
//!
//! What the derives write for some five hundred structs is more than half of what a build of the generated crate
//! takes. `chift-api/src/values/object` implements it once, for any struct that lists its fields.

use quote::quote;
use syn::ext::IdentExt as _;
use syn::{Attribute, Field, Fields, File, Ident, Item, ItemStruct, Path, parse_quote};

use super::reach;

/// What the list of fields stands in for.
const DERIVES: [&str; 2] = ["Deserialize", "Serialize"];

/// Puts a list of fields behind each struct in the module `types`; returns behind how many. A struct with
/// something that a list cannot tell keeps its derives.
pub(super) fn list_fields(client: &mut File) -> usize {
    let Some(types) = reach::types_module(client) else { return 0 };
    let mut count = 0;
    for mut item in std::mem::take(types) {
        let list = match &mut item {
            Item::Struct(item) => listed(item),
            _ => None,
        };
        count += usize::from(list.is_some());
        types.push(item);
        types.extend(list);
    }
    count
}

/// The list of a struct, which then has neither the derives nor the attributes for them.
fn listed(item: &mut ItemStruct) -> Option<Item> {
    let Fields::Named(fields) = &item.fields else { return None };
    let derived = reach::derived(&item.attrs);
    let plain = item.attrs.iter().all(|attribute| is_one_of(attribute, &["doc", "derive"]));
    let derives_all = DERIVES.iter().all(|name| derived.iter().any(|path| reach::is_named(path, name)));
    if !plain || !derives_all || !item.generics.params.is_empty() {
        return None;
    }
    let mut rows = Vec::new();
    let mut rest = None;
    for field in &fields.named {
        let (name, kind) = (field.ident.as_ref()?, &field.ty);
        match role(field)? {
            Role::Listed(role) => {
                let wire = reach::wire_name(&field.attrs).unwrap_or_else(|| name.unraw().to_string());
                rows.push(quote! { #role #name #wire; });
            }
            Role::Rest if rest.is_none() => rest = Some(quote! { #name: #kind }),
            Role::Rest => return None,
        }
    }
    let name = &item.ident;
    let list = parse_quote! { crate::object::object! { #name { #(#rows)* } #rest } };

    let others: Vec<Path> =
        derived.into_iter().filter(|path| !DERIVES.iter().any(|name| reach::is_named(path, name))).collect();
    item.attrs.retain(|attribute| !attribute.path().is_ident("derive"));
    item.attrs.push(parse_quote! { #[derive(#(#others),*)] });
    item.attrs.push(parse_quote! { #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))] });
    item.attrs.push(parse_quote! { #[cfg_attr(feature = "schemars", schemars(transform = crate::schema::<Self>))] });
    for field in &mut item.fields {
        field.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
    }
    Some(list)
}

/// What a field is for the list.
enum Role {
    /// One of the kinds that `object!` knows.
    Listed(Ident),
    /// It keeps the fields that are not listed.
    Rest,
}

/// `None` where the list has no word for what the derives are told.
fn role(field: &Field) -> Option<Role> {
    if !field.attrs.iter().all(|attribute| is_one_of(attribute, &["doc", "serde"])) {
        return None;
    }
    let mut told = Vec::new();
    for said in reach::serde(&field.attrs) {
        match (said.word.as_str(), said.text) {
            ("rename", Some(_)) => {}
            ("rename", None) => return None,
            (word, text) => told.push((word.to_owned(), text.unwrap_or_default())),
        }
    }
    told.sort();
    let told: Vec<(&str, &str)> = told.iter().map(|(word, text)| (word.as_str(), text.as_str())).collect();
    let is = |name| reach::first_argument(&field.ty, name).is_some();
    let listed = |name| Some(Role::Listed(Ident::new(name, proc_macro2::Span::call_site())));
    match *told {
        [] if !is("Option") && !is("Nullable") => listed("required"),
        [("deserialize_with", "::std::option::Option::deserialize")] if is("Option") => listed("required_or_null"),
        [("skip_serializing_if", "::std::option::Option::is_none")] if is("Option") => listed("optional"),
        [("default", ""), ("skip_serializing_if", "crate::Nullable::is_absent")] if is("Nullable") => {
            listed("nullable")
        }
        [("flatten", "")] if is("Map") || is("HashMap") => Some(Role::Rest),
        _ => None,
    }
}

fn is_one_of(attribute: &Attribute, names: &[&str]) -> bool {
    names.iter().any(|name| attribute.path().is_ident(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(item: &str) -> (usize, String) {
        let mut file: File = syn::parse_str(&format!("pub mod types {{ {item} }}")).unwrap();
        let count = list_fields(&mut file);
        (count, prettyplease::unparse(&file).split_whitespace().collect::<Vec<_>>().join(" "))
    }

    const DERIVE: &str = "#[derive(::serde::Deserialize, ::serde::Serialize, Clone)]";

    #[test]
    fn a_list_stands_behind_the_struct_instead_of_the_derives() {
        let (count, told) = listed(&format!(
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
        assert!(!told.contains("serde("), "{told}");
        for expected in [
            "derive(::schemars::JsonSchema))] #[cfg_attr(feature = \"schemars\", schemars(transform = crate::schema::<Self>))] pub struct Order {",
            "crate::object::object! { Order { required id \"id\";",
            "optional type_ \"type\";",
            "nullable note \"note\";",
            "required_or_null key \"key\";",
            "} extra : ::serde_json::Map < String, Value > }",
        ] {
            assert!(told.contains(expected), "{expected} is missing in\n{told}");
        }
    }

    #[test]
    fn what_a_list_cannot_tell_keeps_its_derives() {
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
            let (count, told) = listed(&item);
            assert!(count == 0 && told.contains("Deserialize") && !told.contains("object!"), "{fields}:\n{told}");
        }
        for attributes in ["#[serde(deny_unknown_fields)]", "#[schemars(inline)]"] {
            assert_eq!(listed(&format!("{DERIVE} {attributes} pub struct Kept {{ pub a: i64 }}")).0, 0, "{attributes}");
        }
        assert_eq!(listed("#[derive(Clone, Debug)] pub struct Kept { pub a: i64 }").0, 0);
    }
}
