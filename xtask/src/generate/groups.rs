//! Moves the operations into groups, one for each tag: `client.baking().get_loaves(…)`.
//!
//! A group is a struct in the module `groups` that borrows the client. progenitor's bodies stay as they are: `group!` in
//! `chift-api/src/call/runtime.rs` gives each group the fields and the hooks that they use.

use std::collections::BTreeMap;

use quote::{format_ident, quote};
use syn::{File, FnArg, ImplItem, ImplItemFn, Item, ItemImpl, ItemMod, Signature, parse_quote};

use super::code;
use crate::client::{Client, Group, Method, source};

/// Moves the methods, and returns the number of groups.
pub(super) fn separate(file: &mut File, client: &Client) -> usize {
    let mut members: BTreeMap<&str, Vec<ImplItemFn>> = BTreeMap::new();
    for items in source::client_items(file) {
        for item in std::mem::take(items) {
            let group = match &item {
                ImplItem::Fn(method) => client.methods.get(&method.sig.ident.to_string()),
                _ => None,
            };
            match (group.and_then(|method| Some((method, method.group.as_deref()?))), item) {
                (Some((value, group)), ImplItem::Fn(mut method)) => {
                    method.sig.ident = format_ident!("{}", value.name);
                    by_value(&mut method.sig);
                    members.entry(group).or_default().push(method);
                }
                (_, item) => items.push(item),
            }
        }
    }
    if client.groups.is_empty() {
        return 0;
    }
    let mut module: ItemMod = parse_quote! {
        /// The operations in groups, by their tags in the document.
        #[allow(clippy::all)]
        pub mod groups {
            use super::*;
        }
    };
    for (accessor, group) in &client.groups {
        let name = format_ident!("{}", group.name);
        let documentation = documentation(accessor, group);
        let methods = members.remove(accessor.as_str()).unwrap_or_default();
        if let Some((_, items)) = &mut module.content {
            items.push(parse_quote! { crate::runtime::group! { #(#[doc = #documentation])* #name } });
            items.push(with_methods(parse_quote! { impl #name<'_> {} }, methods));
        }
    }
    let accessors = client.groups.iter().map(|(accessor, group)| {
        let (accessor, name) = (format_ident!("{accessor}"), format_ident!("{}", group.name));
        let documentation = format!(" The operations of the tag `{}`.", code(&group.tag));
        quote! {
            #[doc = #documentation]
            pub fn #accessor(&self) -> groups::#name<'_> {
                groups::#name::of(self)
            }
        }
    });
    let accessors: Item = parse_quote! { impl Client { #(#accessors)* } };
    file.items.push(accessors);
    file.items.push(Item::Mod(module));
    client.groups.len()
}

/// Makes a method take its group by value. A group is a reference, so its future may outlive the group.
pub(super) fn by_value(signature: &mut Signature) {
    if let Some(receiver @ FnArg::Receiver(_)) = signature.inputs.first_mut() {
        *receiver = parse_quote!(self);
    }
}

/// A link to a method, from a module beside `groups`.
pub(super) fn link(method: &Method, client: &Client) -> String {
    let name = &method.name;
    match method.group.as_ref().and_then(|group| client.groups.get(group)) {
        Some(group) => format!("[`{0}::{name}`](super::groups::{0}::{name})", group.name),
        None => format!("[`Client::{name}`](super::Client::{name})"),
    }
}

/// A block with these methods. They are moved into it, because parsing them again would cost as much as the first time.
pub(super) fn with_methods(mut block: ItemImpl, methods: Vec<ImplItemFn>) -> Item {
    block.items.extend(methods.into_iter().map(ImplItem::Fn));
    Item::Impl(block)
}

fn documentation(accessor: &str, group: &Group) -> Vec<String> {
    let mut lines = vec![
        format!(" The operations of the tag `{}`, from", code(&group.tag)),
        format!(" [`Client::{accessor}`](super::Client::{accessor})."),
    ];
    if let Some(description) = &group.description {
        lines.push(String::new());
        lines.extend(description.lines().map(|line| format!(" {line}")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::path_arguments::tests::operation;
    use super::super::tests::one_line;
    use super::*;
    use crate::client;
    use crate::document::operations::Operation;

    #[test]
    fn a_method_moves_to_the_group_of_its_tag() {
        let mut file: File = syn::parse_str(
            "pub mod types {}
            impl Client {
                pub fn new() -> Self {}
                pub async fn invoicing_get<'a>(&'a self, id: &'a str) -> Result<ResponseValue<()>, Error<()>> { self.exec() }
                pub async fn ping(&self) -> Result<ResponseValue<()>, Error<()>> { self.exec() }
            }",
        )
        .unwrap();
        let tagged = Operation { tag: Some("Invoicing".to_owned()), ..operation("invoicing_get", "/a") };
        let document = json!({"tags": [{"name": "Invoicing", "description": "Invoices."}]});
        let client = client::read(&file, &document, &[tagged, operation("ping", "/b")]);
        assert_eq!(separate(&mut file, &client), 1);
        let written = one_line(&file);
        for expected in [
            "impl Client { pub fn new() -> Self {} pub async fn ping(&self)",
            "pub fn invoicing(&self) -> groups::Invoicing<'_> { groups::Invoicing::of(self) }",
            "impl Invoicing<'_> { pub async fn get<'a>(self, id: &'a str) -> Result<ResponseValue<()>, Error<()>> { self.exec() }",
            r#""] #[doc = " Invoices."] Invoicing"#,
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }
}
