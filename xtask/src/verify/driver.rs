//! The source of a program that drives a generated client by name: it reads commands from its input, a
//! JSON value a line, and answers each with a line.
//!
//! It is made from the generated source, so it holds for any document; it lives in the scratch folder only.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{File, FnArg, Pat, Type};

use crate::generate::reach;

/// The program, and the names of the types it can read.
pub(super) struct Driver {
    pub(super) source: String,
    pub(super) types: BTreeSet<String>,
}

/// Makes the program for the client in `client.rs`.
pub(super) fn make(client: &File) -> anyhow::Result<Driver> {
    let types: BTreeSet<String> = reach::types(client).iter().filter_map(reach::name).collect();
    let reads = types.iter().map(|name| {
        let kind = format_ident!("{name}");
        quote! { #name => read::<types::#kind>(json) }
    });
    let operations = reach::methods(client).filter(|method| method.sig.asyncness.is_some());
    let calls = operations.map(|method| {
        let name = method.sig.ident.to_string();
        let call = &method.sig.ident;
        let generics: Vec<&syn::Ident> = method.sig.generics.type_params().map(|generic| &generic.ident).collect();
        let arguments: Vec<(String, TokenStream, Pass)> =
            method.sig.inputs.iter().filter_map(|it| argument(it, &generics)).collect();
        let is_stream = reach::argument(&method.sig.output, "ResponseValue")
            .is_some_and(|kind| matches!(&kind, Type::Path(path) if path.path.is_ident("ByteStream")));
        let told = if is_stream {
            quote! { told_bytes }
        } else {
            quote! { told }
        };
        let lets = arguments.iter().map(|(key, kind, _)| {
            let variable = format_ident!("a_{}", key);
            quote! { let #variable: #kind = argument(arguments, #key)?; }
        });
        let passed = arguments.iter().map(|(key, _, pass)| {
            let variable = format_ident!("a_{}", key);
            match pass {
                Pass::Value => quote! { #variable },
                Pass::Reference => quote! { &#variable },
                Pass::AsRef => quote! { #variable.as_ref() },
                Pass::AsDeref => quote! { #variable.as_deref() },
            }
        });
        quote! { #name => { #(#lets)* #told(client.#call(#(#passed),*).await).await } }
    });
    let fixed = fixed();
    let file = quote! {
        #fixed

        fn read_type(name: &str, json: &str) -> Result<Value, String> {
            match name {
                #(#reads,)*
                _ => Err(format!("there is no type {name}")),
            }
        }

        async fn call(client: &Client, name: &str, arguments: &Value) -> Result<Value, String> {
            match name {
                #(#calls)*
                _ => Err(format!("there is no operation {name}")),
            }
        }
    };
    Ok(Driver { source: prettyplease::unparse(&syn::parse2(file)?), types })
}

/// What is the same for all clients.
fn fixed() -> TokenStream {
    quote! {
        #![allow(warnings)]
        use chift_api::{Authorize, Bearer, BearerFuture, Client, Error, ResponseValue, Secret, Session, types};
        use serde_json::{Value, json};
        use std::io::{BufRead, Write};

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
                let command: Value = serde_json::from_str(&line.unwrap()).unwrap();
                let answer = match (command["read"].as_str(), command["call"].as_str()) {
                    (Some(name), _) => read_type(name, command["json"].as_str().unwrap_or_default()),
                    (_, Some(name)) => call(&client, name, &command["arguments"]).await,
                    _ => Err("no command".to_owned()),
                };
                let answer = answer.unwrap_or_else(|error| json!({"error": error}));
                writeln!(output, "{answer}").unwrap();
                output.flush().unwrap();
            }
        }

        fn read<T: serde::de::DeserializeOwned + serde::Serialize>(json: &str) -> Result<Value, String> {
            let value: T = serde_json::from_str(json).map_err(|error| error.to_string())?;
            let text = serde_json::to_string(&value).map_err(|error| error.to_string())?;
            Ok(json!({"written": text}))
        }

        fn argument<T: serde::de::DeserializeOwned>(arguments: &Value, name: &str) -> Result<T, String> {
            let value = arguments.get(name).cloned().unwrap_or(Value::Null);
            serde_json::from_value(value).map_err(|error| format!("argument {name}: {error}"))
        }

        async fn told_bytes<E: serde::Serialize + std::fmt::Debug>(
            result: Result<ResponseValue<chift_api::ByteStream>, Error<E>>,
        ) -> Result<Value, String> {
            use futures_util::StreamExt;
            match result {
                Ok(answer) => {
                    let status = answer.status().as_u16();
                    let mut stream = answer.into_inner();
                    let mut bytes = Vec::new();
                    while let Some(chunk) = stream.next().await {
                        bytes.extend_from_slice(&chunk.map_err(|error| error.to_string())?);
                    }
                    Ok(json!({"status": status, "ok": String::from_utf8_lossy(&bytes)}))
                }
                Err(error) => told::<(), E>(Err(error)).await,
            }
        }

        async fn told<T: serde::Serialize, E: serde::Serialize + std::fmt::Debug>(
            result: Result<ResponseValue<T>, Error<E>>,
        ) -> Result<Value, String> {
            match result {
                Ok(answer) => {
                    let status = answer.status().as_u16();
                    Ok(json!({"status": status, "ok": serde_json::to_value(answer.into_inner()).map_err(|e| e.to_string())?}))
                }
                Err(Error::ErrorResponse(answer)) => {
                    let status = answer.status().as_u16();
                    Ok(json!({"status": status, "failure": serde_json::to_value(answer.into_inner()).map_err(|e| e.to_string())?}))
                }
                Err(error) => Err(error.to_string()),
            }
        }
    }
}

/// How an argument's value is passed on.
enum Pass {
    Value,
    Reference,
    AsRef,
    AsDeref,
}

/// An argument's name, the type its value is read as, and how that value is passed.
fn argument(argument: &FnArg, generics: &[&syn::Ident]) -> Option<(String, TokenStream, Pass)> {
    let FnArg::Typed(argument) = argument else { return None };
    let Pat::Ident(name) = &*argument.pat else { return None };
    let key = name.ident.to_string();
    // A body of bytes is anything that becomes one.
    if matches!(&*argument.ty, Type::Path(path) if generics.iter().any(|generic| path.path.is_ident(*generic))) {
        return Some((key, quote! { String }, Pass::Value));
    }
    if let Some(inner) = reach::first_argument(&argument.ty, "Option") {
        return Some(match inner {
            Type::Reference(reference) => {
                let kind = owned(&reference.elem);
                let pass = if is_text(&reference.elem) { Pass::AsDeref } else { Pass::AsRef };
                (key, quote! { Option<#kind> }, pass)
            }
            other => (key, quote! { Option<#other> }, Pass::Value),
        });
    }
    Some(match &*argument.ty {
        Type::Reference(reference) => {
            let kind = owned(&reference.elem);
            (key, kind, Pass::Reference)
        }
        other => (key, quote! { #other }, Pass::Value),
    })
}

fn is_text(kind: &Type) -> bool {
    matches!(kind, Type::Path(path) if path.path.is_ident("str"))
}

fn owned(kind: &Type) -> TokenStream {
    match kind {
        _ if is_text(kind) => quote! { String },
        Type::Slice(slice) => {
            let item = &slice.elem;
            quote! { Vec<#item> }
        }
        other => quote! { #other },
    }
}
