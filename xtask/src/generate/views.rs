//! Adds views of the client that set the consumer: `client.consumer(id).baking().get_loaves(…)`.
//!
//! The view has a method for each operation with that argument, in the same groups as the client. Each calls the
//! operation's only implementation.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{File, FnArg, ImplItem, ImplItemFn, Item, ItemMod, Type, parse_quote};

use super::groups;
use crate::client::groups::VIEW;
use crate::client::{Argument, Client, Method, source};

/// The name of the struct that [`VIEW`] returns.
const STRUCT: &str = "Consumer";

/// Adds the views, and returns the number of their operations.
pub(super) fn add(file: &mut File, client: &Client) -> usize {
    let Some(argument) = &client.view else { return 0 };
    let mut members: BTreeMap<Option<&str>, Vec<ImplItemFn>> = BTreeMap::new();
    for method in source::methods(file) {
        if let Some(value) = client.methods.get(&method.sig.ident.to_string())
            && client.is_in_view(value)
        {
            members.entry(value.group.as_deref()).or_default().push(forwarding(method, value, client, argument));
        }
    }
    let count = members.values().map(Vec::len).sum();
    let Some((kind, name)) = kind(argument) else { return 0 };
    let own = members.remove(&None).unwrap_or_default();
    let members: Vec<_> = members
        .into_iter()
        .filter_map(|(accessor, methods)| Some((accessor?, client.groups.get(accessor?)?, methods)))
        .collect();

    let accessors = members.iter().map(|(accessor, group, _)| {
        let (accessor, group) = (format_ident!("{accessor}"), format_ident!("{}", group.name));
        let documentation = format!(" [`{group}`](super::groups::{group}) of this consumer.");
        quote! {
            #[doc = #documentation]
            pub fn #accessor(&self) -> #group<'client> {
                #group::of(self.client, self.#name.clone())
            }
        }
    });
    let copy = is_copy(&kind).then(|| quote!(, Copy));
    let derive = quote! { #[derive(Clone #copy)] };
    let view = format_ident!("{STRUCT}");
    let mut module: ItemMod = parse_quote! {
        /// The operations that concern one consumer, which [`Client::consumer`] sets.
        #[allow(clippy::all)]
        pub mod consumer {
            use super::*;
            crate::runtime::view! {
                /// A view of the client that sets the consumer of each operation, from
                /// [`Client::consumer`](super::Client::consumer).
                #derive #view #name: #kind
            }
        }
    };
    if let Some((_, items)) = &mut module.content {
        items.push(groups::with_methods(parse_quote! { impl<'client> #view<'client> { #(#accessors)* } }, own));
        for (_, group, methods) in members {
            let view = format_ident!("{}", group.name);
            let documentation = format!(" The operations of [`{view}`](super::groups::{view}) for one consumer.");
            items.push(parse_quote! { crate::runtime::view! { #[doc = #documentation] #derive #view #name: #kind } });
            items.push(groups::with_methods(parse_quote! { impl #view<'_> {} }, methods));
        }
    }
    let accessor = format_ident!("{VIEW}");
    let (bound, value) = input(&kind, &name);
    let accessor: Item = parse_quote! {
        impl Client {
            /// A view of the client that sets the consumer of each operation.
            pub fn #accessor(&self, #name: impl #bound) -> consumer::#view<'_> {
                consumer::#view::of(self, #value)
            }
        }
    };
    file.items.push(accessor);
    file.items.push(Item::Mod(module));
    count
}

/// The type of the argument that the view owns, and its name.
fn kind(argument: &Argument) -> Option<(Type, syn::Ident)> {
    let kind = if argument.owned == "String" { "::std::string::String" } else { &argument.owned };
    Some((syn::parse_str(kind).ok()?, format_ident!("{}", argument.name)))
}

fn is_copy(kind: &Type) -> bool {
    source::is_one_of(kind, &["Uuid", "i32", "i64", "u32", "u64"])
}

/// The bound of the argument of [`VIEW`], and the value that the view keeps.
fn input(kind: &Type, name: &syn::Ident) -> (TokenStream, TokenStream) {
    if source::is_one_of(kind, &["String"]) {
        (quote!(::std::convert::Into<#kind>), quote!(#name.into()))
    } else {
        (quote!(::std::borrow::Borrow<#kind>), quote!(#name.borrow().clone()))
    }
}

/// A method of the view that calls the operation.
fn forwarding(method: &ImplItemFn, value: &Method, client: &Client, argument: &Argument) -> ImplItemFn {
    let mut signature = method.sig.clone();
    signature.ident = format_ident!("{}", value.name);
    signature.inputs = signature
        .inputs
        .into_iter()
        .filter(|input| !matches!(input, FnArg::Typed(input) if source::is_argument(input, &argument.name)))
        .collect();
    groups::by_value(&mut signature);
    let name = &signature.ident;
    let passed = value.arguments.iter().map(|it| {
        let name = format_ident!("{}", it.name);
        if it == argument { quote!(&self.#name) } else { quote!(#name) }
    });
    let group = value.group.as_ref().map(|group| format_ident!("{group}"));
    let group = group.map(|group| quote!(.#group()));
    let link = groups::link(value, client);
    let summary = method.attrs.iter().find_map(source::doc).unwrap_or_default();
    let summary = summary.lines().next().unwrap_or_default().trim().trim_end_matches('.').to_owned();
    let documentation = if summary.is_empty() { format!(" {link}.") } else { format!(" {summary}: {link}.") };
    let item: ImplItem = parse_quote! {
        #[doc = #documentation]
        pub #signature {
            self.client #group.#name(#(#passed),*).await
        }
    };
    match item {
        ImplItem::Fn(method) => method,
        _ => method.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::one_line;
    use super::*;
    use crate::client;
    use crate::document::operations;

    fn added(kind: &str) -> String {
        let mut file: File = syn::parse_str(&format!(
            "pub mod types {{}}
            impl Client {{
                #[doc = \"Lists invoices.\\n\\nAll of them.\"]
                pub async fn invoicing_list<'a>(&'a self, consumer_id: &'a {kind}, page: &'a i64)
                    -> Result<ResponseValue<()>, Error<()>> {{}}
                pub async fn ping<'a>(&'a self, consumer_id: &'a {kind}) -> Result<ResponseValue<()>, Error<()>> {{}}
                pub async fn other<'a>(&'a self, id: &'a str) -> Result<ResponseValue<()>, Error<()>> {{}}
            }}"
        ))
        .unwrap();
        let consumer = json!({"name": "consumer_id", "in": "path"});
        let document = json!({"paths": {
            "/a": {"get": {"operationId": "invoicing_list", "tags": ["Invoicing"], "parameters": [consumer]}},
            "/b": {"get": {"operationId": "ping", "parameters": [consumer]}},
            "/c": {"get": {"operationId": "other"}},
        }});
        let client = client::read(&file, &document, &operations::list(&document));
        assert_eq!(add(&mut file, &client), 2);
        one_line(&file)
    }

    #[test]
    fn the_view_calls_the_operations_of_a_consumer_without_that_argument() {
        let written = added("::uuid::Uuid");
        for expected in [
            "pub fn consumer( &self, consumer_id: impl ::std::borrow::Borrow<::uuid::Uuid>, ) -> consumer::Consumer<'_>",
            "pub fn invoicing(&self) -> Invoicing<'client> { Invoicing::of(self.client, self.consumer_id.clone()) }",
            "/// Lists invoices: [`Invoicing::list`](super::groups::Invoicing::list). pub async fn list<'a>( self, page: &'a i64, )",
            "{ self.client.invoicing().list(&self.consumer_id, page).await }",
            "/// [`Client::ping`](super::Client::ping). pub async fn ping<'a>(self)",
            "{ self.client.ping(&self.consumer_id).await }",
            "#[derive(Clone, Copy)] Invoicing consumer_id : ::uuid::Uuid",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }

    #[test]
    fn a_consumer_can_be_identified_by_text() {
        let written = added("str");
        for expected in [
            "consumer_id: impl ::std::convert::Into<::std::string::String>, ) -> consumer::Consumer<'_> { consumer::Consumer::of(self, consumer_id.into())",
            "#[derive(Clone)] Invoicing consumer_id : ::std::string::String",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }
}
