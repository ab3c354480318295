//! The source of a program that drives a generated client by name: it reads commands from its standard input, one
//! JSON value per line, and writes one line for each.
//!
//! The source is generated from the [`Client`] value, so it works for any document. It is written to the scratch folder
//! only.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{format_ident, quote};

use crate::client::groups::VIEW;
use crate::client::{Argument, Client, Kind, Passing};

/// The source of the driver for a client.
pub(super) fn source(client: &Client) -> anyhow::Result<String> {
    let reads = client.types.iter().map(|(name, named)| {
        let kind = format_ident!("{name}");
        let variant = match &named.kind {
            Kind::Enum(variants) if client.unions.contains_key(name) => {
                let names = variants.keys();
                let patterns = names.clone().map(|name| format_ident!("{name}"));
                quote! { |value| Some(match value { #(types::#kind::#patterns { .. } => #names,)* }) }
            }
            Kind::Enum(variants) if variants.values().all(|variant| variant.content.is_none()) => quote! {
                |_| Some(match serde_json::from_str::<chift_api::Open<types::#kind>>(json) {
                    Ok(chift_api::Open::Known(_)) => "known",
                    _ => "unknown",
                })
            },
            _ => quote!(|_| None),
        };
        quote! { #name => read::<types::#kind>(json, #variant) }
    });
    let mut calls = Vec::new();
    for (name, method) in &client.methods {
        let call = format_ident!("{}", method.name);
        let group = method.group.as_ref().map(|group| format_ident!("{group}")).map(|group| quote!(.#group()));
        let report = if method.is_stream { quote!(report_bytes) } else { quote!(report) };
        let (mut lets, mut passed, mut passed_to_view) = (Vec::new(), Vec::new(), Vec::new());
        for argument in &method.arguments {
            let Argument { name, owned, passing, .. } = argument;
            let variable = format_ident!("a_{name}");
            let kind: TokenStream =
                owned.parse().map_err(|error| anyhow::anyhow!("the type {owned} is not valid Rust: {error}"))?;
            let kind = from_outside(kind);
            lets.push(quote! { let #variable: #kind = argument(arguments, #name)?; });
            let value = match passing {
                Passing::Value => quote! { #variable },
                Passing::Reference => quote! { &#variable },
                Passing::AsRef => quote! { #variable.as_ref() },
                Passing::AsDeref => quote! { #variable.as_deref() },
            };
            if client.view.as_ref() != Some(argument) {
                passed_to_view.push(value.clone());
            }
            passed.push(value);
        }
        let plain = quote! { #report(client #group.#call(#(#passed),*).await).await };
        let call = if let Some(argument) = client.view.as_ref().filter(|_| client.is_in_view(method)) {
            let (view, consumer) = (format_ident!("{VIEW}"), format_ident!("a_{}", argument.name));
            // Every other call goes through the view.
            quote! {
                if through_view() {
                    #report(client.#view(#consumer)#group.#call(#(#passed_to_view),*).await).await
                } else {
                    #plain
                }
            }
        } else {
            plain
        };
        calls.push(quote! { #name => { #(#lets)* #call } });
    }
    let fixed = fixed();
    let file = quote! {
        #fixed

        fn read_type(name: &str, json: &str) -> Result<Value, String> {
            match name {
                #(#reads,)*
                _ => Err(format!("there is no type {name}")),
            }
        }

        async fn call(client: &Client, name: &str, arguments: &Arguments) -> Result<Value, String> {
            match name {
                #(#calls)*
                _ => Err(format!("there is no operation {name}")),
            }
        }
    };
    Ok(prettyplease::unparse(&syn::parse2(file)?))
}

/// A type of the client, as another crate writes it.
fn from_outside(kind: TokenStream) -> TokenStream {
    let outside = |token| match token {
        TokenTree::Ident(name) if name == "crate" => TokenTree::Ident(format_ident!("chift_api")),
        TokenTree::Group(group) => TokenTree::Group(Group::new(group.delimiter(), from_outside(group.stream()))),
        token => token,
    };
    kind.into_iter().map(outside).collect()
}

/// The part of the source that is the same for all clients.
fn fixed() -> TokenStream {
    let secret = super::instances::SECRET;
    quote! {
        #![allow(warnings)]
        use chift_api::{Authorize, Bearer, BearerFuture, Client, Error, ResponseValue, Secret, Session, types};
        use serde_json::{Value, json};
        use std::io::{BufRead, Write};

        /// Alternates between the two ways to call an operation that concerns a consumer.
        fn through_view() -> bool {
            use std::sync::atomic::{AtomicUsize, Ordering};
            static CALLS: AtomicUsize = AtomicUsize::new(0);
            CALLS.fetch_add(1, Ordering::Relaxed) % 2 == 1
        }

        struct Fixed;
        impl Authorize for Fixed {
            fn bearer(&self) -> BearerFuture<'_> {
                Box::pin(async { Ok(Bearer::new(&Secret::from("verify-token"))) })
            }
        }

        #[tokio::main(flavor = "current_thread")]
        async fn main() {
            let base = std::env::args().nth(1).unwrap_or_default();
            let client = Client::new(&base, Session::authorized(Fixed)).unwrap();
            let mut output = std::io::stdout().lock();
            for line in std::io::stdin().lock().lines() {
                let line = line.unwrap();
                let command: Command = serde_json::from_str(&line).unwrap();
                let result = match (&command.read, &command.call) {
                    (Some(name), _) => read_type(name, &command.json),
                    (_, Some(name)) => call(&client, name, &command.arguments).await,
                    _ => Err("no command".to_owned()),
                };
                let result = result.unwrap_or_else(|error| json!({"error": error}));
                writeln!(output, "{result}").unwrap();
                output.flush().unwrap();
            }
        }

        fn read<T: serde::de::DeserializeOwned + serde::Serialize + std::fmt::Debug>(
            json: &str,
            variant: impl Fn(&T) -> Option<&'static str>,
        ) -> Result<Value, String> {
            let value: T = serde_json::from_str(json).map_err(|error| error.to_string())?;
            let text = serde_json::to_string(&value).map_err(|error| error.to_string())?;
            let shows_secret = format!("{value:?}").contains(#secret);
            Ok(json!({"written": text, "variant": variant(&value), "shows_secret": shows_secret}))
        }

        // As text, because a `Value` sorts its fields.
        type Arguments = std::collections::HashMap<String, Box<serde_json::value::RawValue>>;

        #[derive(serde::Deserialize)]
        #[serde(default)]
        #[derive(Default)]
        struct Command {
            read: Option<String>,
            json: String,
            call: Option<String>,
            arguments: Arguments,
        }

        fn argument<T: serde::de::DeserializeOwned>(arguments: &Arguments, name: &str) -> Result<T, String> {
            let json = arguments.get(name).map_or("null", |json| json.get());
            serde_json::from_str(json).map_err(|error| format!("argument {name}: {error}"))
        }

        // As text, because a `Value` sorts its fields.
        fn text<T: serde::Serialize>(value: &T) -> Result<String, String> {
            serde_json::to_string(value).map_err(|error| error.to_string())
        }

        async fn report_bytes<E: serde::Serialize + std::fmt::Debug>(
            result: Result<ResponseValue<chift_api::ByteStream>, Error<E>>,
        ) -> Result<Value, String> {
            use futures_util::StreamExt;
            match result {
                Ok(response) => {
                    let status = response.status().as_u16();
                    let mut stream = response.into_inner();
                    let mut bytes = Vec::new();
                    while let Some(chunk) = stream.next().await {
                        bytes.extend_from_slice(&chunk.map_err(|error| error.to_string())?);
                    }
                    Ok(json!({"status": status, "ok": String::from_utf8_lossy(&bytes)}))
                }
                Err(error) => report::<(), E>(Err(error)).await,
            }
        }

        async fn report<T: serde::Serialize, E: serde::Serialize + std::fmt::Debug>(
            result: Result<ResponseValue<T>, Error<E>>,
        ) -> Result<Value, String> {
            match result {
                Ok(response) => {
                    let status = response.status().as_u16();
                    Ok(json!({"status": status, "json": {"ok": text(&response.into_inner())?}}))
                }
                Err(Error::ErrorResponse(response)) => {
                    let status = response.status().as_u16();
                    Ok(json!({"status": status, "json": {"failure": text(&response.into_inner())?}}))
                }
                Err(error) => Err(error.to_string()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hand_written_types_of_the_client_are_named_from_outside() {
        let kind: TokenStream = "&[Option<crate::Timestamp>]".parse().unwrap();
        let expected: TokenStream = "&[Option<chift_api::Timestamp>]".parse().unwrap();
        assert_eq!(from_outside(kind).to_string(), expected.to_string());
    }
}
