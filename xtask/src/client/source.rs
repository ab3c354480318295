//! The format of the output of progenitor and typify. Only this file depends on it.
//!
//! Its functions find the items of the syntax tree that are types or operations, interpret attributes, and find the
//! expressions that encode a path, send a body or build a client. When a release of progenitor changes its output, this
//! file changes, and the counts of the passes in `xtask/tests/mutations/passes.txt` show the affected constructs.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::{
    Attribute, Expr, ExprCall, ExprLit, ExprMethodCall, Field, File, FnArg, GenericArgument, ImplItem, ImplItemFn,
    Item, ItemEnum, ItemImpl, Lit, LitStr, Meta, MetaNameValue, Pat, PatType, Path, PathArguments, ReturnType, Stmt,
    Token, Type, parse_quote,
};

/// The support library that progenitor's output imports.
pub(crate) const SUPPORT_CRATE: &str = "progenitor_client";

/// The names that progenitor's output imports from [`SUPPORT_CRATE`] and that callers need.
pub(crate) const PUBLIC_IMPORTS: [&str; 3] = ["ByteStream", "Error", "ResponseValue"];

/// The names that progenitor's output imports for its own use.
pub(crate) const PRIVATE_IMPORTS: [&str; 4] = ["ClientHooks", "ClientInfo", "OperationInfo", "RequestBuilderExt"];

/// The function that encodes a path argument. progenitor's output imports it too.
pub(crate) const ENCODE_PATH: &str = "encode_path";

/// The constructors of progenitor's client: from a URL, and from a URL and an HTTP client.
pub(crate) const CONSTRUCTORS: [&str; 2] = ["new", "new_with_client"];

/// The types of maps. The field that keeps the fields that an object's schema does not list has one.
const MAPS: [&str; 2] = ["Map", "IndexMap"];

/// The items of the module `types`.
pub(crate) fn types(client: &File) -> &[Item] {
    let content = client.items.iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content.as_ref(),
        _ => None,
    });
    content.map_or(&[], |(_, items)| items)
}

/// Mutable access to the items of the module `types`.
pub(crate) fn types_mut(client: &mut File) -> impl Iterator<Item = &mut Item> {
    types_module(client).into_iter().flatten()
}

/// The list of the items of the module `types`, to which items can be added.
pub(crate) fn types_module(client: &mut File) -> Option<&mut Vec<Item>> {
    client.items.iter_mut().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content.as_mut().map(|(_, items)| items),
        _ => None,
    })
}

/// The name of a generated type.
pub(crate) fn name(item: &Item) -> Option<String> {
    match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Type(item) => Some(item.ident.to_string()),
        _ => None,
    }
}

/// Whether an `impl` block contains the client's constructors and operations.
pub(crate) fn is_client_impl(block: &ItemImpl) -> bool {
    block.trait_.is_none() && matches!(&*block.self_ty, Type::Path(path) if path.path.is_ident("Client"))
}

/// The operations and constructors of the client.
pub(crate) fn methods(client: &File) -> impl Iterator<Item = &ImplItemFn> {
    let blocks = client.items.iter().filter_map(|item| match item {
        Item::Impl(block) if is_client_impl(block) => Some(&block.items),
        _ => None,
    });
    blocks.flatten().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    })
}

/// Mutable access to the operations and constructors of the client.
pub(crate) fn methods_mut(client: &mut File) -> impl Iterator<Item = &mut ImplItemFn> {
    client_items(client).flatten().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    })
}

/// The lists of the client's constructors and operations, from which items can be removed.
pub(crate) fn client_items(client: &mut File) -> impl Iterator<Item = &mut Vec<ImplItem>> {
    client.items.iter_mut().filter_map(|item| match item {
        Item::Impl(block) if is_client_impl(block) => Some(&mut block.items),
        _ => None,
    })
}

/// The names and types of the arguments of a method, without `self`.
pub(crate) fn arguments(method: &ImplItemFn) -> impl Iterator<Item = (String, &Type)> {
    method.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(input) => match &*input.pat {
            Pat::Ident(name) => Some((name.ident.to_string(), &*input.ty)),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    })
}

/// Whether an argument has this name.
pub(crate) fn is_argument(argument: &PatType, name: &str) -> bool {
    matches!(&*argument.pat, Pat::Ident(pattern) if pattern.ident == name)
}

/// The type of an operation's request body.
pub(crate) fn body(method: &ImplItemFn) -> Option<&Type> {
    arguments(method).find(|(name, _)| name == "body").map(|(_, kind)| kind)
}

/// `T` of a result `Result<ResponseValue<T>, Error<E>>`.
pub(crate) fn success(method: &ImplItemFn) -> Option<&Type> {
    of_result(&method.sig.output, "ResponseValue")
}

/// `E` of a result `Result<ResponseValue<T>, Error<E>>`.
pub(crate) fn failure(method: &ImplItemFn) -> Option<&Type> {
    of_result(&method.sig.output, "Error")
}

fn of_result<'a>(output: &'a ReturnType, name: &str) -> Option<&'a Type> {
    let ReturnType::Type(_, output) = output else { return None };
    let Type::Path(result) = &**output else { return None };
    let last = result.path.segments.last().filter(|last| last.ident == "Result")?;
    let PathArguments::AngleBracketed(list) = &last.arguments else { return None };
    list.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(kind) => first_argument(kind, name),
        _ => None,
    })
}

/// Whether a response's body is a stream of bytes.
pub(crate) fn is_stream(success: &Type) -> bool {
    matches!(success, Type::Path(path) if path.path.is_ident("ByteStream"))
}

/// Whether typify only numbered the variants of an enum: `Variant0`, `Variant1`, …. It numbers all variants or none.
pub(crate) fn has_numbered_variants(item: &ItemEnum) -> bool {
    item.variants.iter().enumerate().all(|(index, variant)| variant.ident == format!("Variant{index}"))
}

/// The argument of a call to [`ENCODE_PATH`].
pub(crate) fn encoded_argument(call: &ExprCall) -> Option<&Expr> {
    let is_it = matches!(&*call.func, Expr::Path(path) if path.path.is_ident(ENCODE_PATH));
    call.args.first().filter(|_| is_it && call.args.len() == 1)
}

/// Whether the arguments of a macro contain a call to [`ENCODE_PATH`].
pub(crate) fn encodes_argument(arguments: &TokenStream) -> bool {
    arguments.clone().into_iter().any(|token| matches!(token, TokenTree::Ident(name) if name == ENCODE_PATH))
}

/// Whether an expression is `x.to_string()`, with which progenitor converts an argument to a string.
pub(crate) fn is_text_of_argument(expression: &Expr) -> bool {
    matches!(expression, Expr::MethodCall(ExprMethodCall { method, .. }) if method == "to_string")
}

/// `x` in `&x.to_string()`.
pub(crate) fn text_of(expression: &Expr) -> Option<&Expr> {
    let Expr::Reference(reference) = expression else { return None };
    match &*reference.expr {
        Expr::MethodCall(ExprMethodCall { receiver, method, .. }) if method == "to_string" => Some(receiver),
        _ => None,
    }
}

/// The receiver and the body of `request.json(&body)`.
pub(crate) fn json_call(expression: &Expr) -> Option<(&Expr, &Expr)> {
    match expression {
        Expr::MethodCall(ExprMethodCall { receiver, method, args, .. }) if method == "json" && args.len() == 1 => {
            args.first().map(|body| (&**receiver, body))
        }
        _ => None,
    }
}

/// The functions of the crate's own runtime that write a body, each with a reference to it.
pub(crate) const BODY_WRITERS: [&str; 2] = ["json_body", "form_urlencoded"];

/// Whether a method writes its body with one of [`BODY_WRITERS`], and not as bytes.
pub(crate) fn writes_body(method: &ImplItemFn) -> bool {
    method.block.stmts.iter().any(|statement| BODY_WRITERS.iter().any(|name| mentions(statement, name)))
}

/// The receiver, the name and the value of `request.query(&QueryParam::new("name", &value))`.
pub(crate) fn query_call(expression: &Expr) -> Option<(&Expr, &LitStr, &Expr)> {
    let Expr::MethodCall(ExprMethodCall { receiver, method, args, .. }) = expression else { return None };
    let Some(Expr::Reference(parameter)) = args.first().filter(|_| method == "query" && args.len() == 1) else {
        return None;
    };
    let Expr::Call(call) = &*parameter.expr else { return None };
    let Expr::Path(function) = &*call.func else { return None };
    let is_new = function.path.segments.iter().rev().map(|it| &it.ident).take(2).eq(["new", "QueryParam"]);
    let mut arguments = call.args.iter().filter(|_| is_new);
    Some((receiver, text(arguments.next()?)?, arguments.next()?))
}

/// The receiver, the name and the value of `header_map.append("Name", value.to_string().try_into()?)`.
pub(crate) fn header_call(expression: &Expr) -> Option<(&Expr, &LitStr, &Expr)> {
    let Expr::MethodCall(ExprMethodCall { receiver, method, args, .. }) = expression else { return None };
    if method != "append" || args.len() != 2 {
        return None;
    }
    let Expr::Try(conversion) = &args[1] else { return None };
    let Expr::MethodCall(conversion) = &*conversion.expr else { return None };
    if conversion.method != "try_into" || !is_text_of_argument(&conversion.receiver) {
        return None;
    }
    let Expr::MethodCall(ExprMethodCall { receiver: value, .. }) = &*conversion.receiver else { return None };
    Some((receiver, text(&args[0])?, value))
}

/// Whether a statement is `let mut header_map = …`.
pub(crate) fn is_header_map(statement: &Stmt) -> bool {
    let Stmt::Local(local) = statement else { return false };
    matches!(&local.pat, Pat::Ident(name) if name.ident == "header_map")
}

/// Whether a statement adds a header to the map of headers.
pub(crate) fn adds_header(statement: &Stmt) -> bool {
    !is_header_map(statement) && mentions(statement, "header_map") && mentions(statement, "append")
}

/// Whether a statement contains an identifier.
pub(crate) fn mentions(statement: &Stmt, name: &str) -> bool {
    struct Search<'a>(&'a str, bool);
    impl<'ast> Visit<'ast> for Search<'_> {
        fn visit_ident(&mut self, ident: &'ast syn::Ident) {
            self.1 |= ident == self.0;
        }
    }
    let mut search = Search(name, false);
    search.visit_stmt(statement);
    search.1
}

/// The name of the parameter that a mock requires or excludes, and the part of the request that contains it.
pub(crate) fn mock_parameter(call: &mut ExprMethodCall) -> Option<(&mut LitStr, &'static str)> {
    let position = match call.method.to_string().as_str() {
        "query_param" | "query_param_missing" => "query",
        "header" | "header_missing" => "header",
        _ => return None,
    };
    match call.args.first_mut()? {
        Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) => Some((name, position)),
        _ => None,
    }
}

fn text(expression: &Expr) -> Option<&LitStr> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
        _ => None,
    }
}

/// The `format!` in `regex::Regex::new(&format!(…))`, with which a mock matches a path.
pub(crate) fn path_pattern(call: &mut ExprCall) -> Option<&mut syn::Macro> {
    let Expr::Path(function) = &*call.func else { return None };
    if !function.path.segments.iter().map(|segment| &segment.ident).eq(["regex", "Regex", "new"]) {
        return None;
    }
    match call.args.first_mut()? {
        Expr::Reference(reference) => match &mut *reference.expr {
            Expr::Macro(format) => Some(&mut format.mac),
            _ => None,
        },
        _ => None,
    }
}

/// `T` in `Name<T>`.
pub(crate) fn first_argument<'a>(kind: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = kind else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    match &last.arguments {
        PathArguments::AngleBracketed(list) => match list.args.first()? {
            GenericArgument::Type(first) => Some(first),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the last segment of a type's path is one of `names`.
pub(crate) fn is_one_of(kind: &Type, names: &[&str]) -> bool {
    matches!(kind, Type::Path(path) if path.path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name)))
}

/// Whether a type is a map.
pub(crate) fn is_map(kind: &Type) -> bool {
    is_one_of(kind, &MAPS)
}

/// Whether a type is a list or a map.
pub(crate) fn is_collection(kind: &Type) -> bool {
    is_map(kind) || is_one_of(kind, &["Vec"])
}

/// How a field is read and written, according to its `#[serde(…)]` attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Always present, and never null.
    Required,
    /// Always present, and may be null.
    RequiredOrNull,
    /// An `Option` that is omitted when it is `None`.
    Optional,
    /// A list or map that is omitted when it is empty.
    LeftOutIfEmpty,
    /// A [`Nullable`](https://docs.rs/chift-api): absent, null or a value.
    Nullable,
    /// The map that keeps the fields that the schema does not list.
    Unlisted,
    /// Another combination of attributes.
    Other,
}

const IS_NONE: &str = "::std::option::Option::is_none";
const READ_NULL: &str = "::std::option::Option::deserialize";
const IS_ABSENT: &str = "crate::Nullable::is_absent";
const IS_EMPTY: &str = "is_empty";

/// Determines the [`Presence`] of a field from its attributes and type.
pub(crate) fn presence(field: &Field) -> Presence {
    let mut stated: Vec<(String, String)> = serde(&field.attrs)
        .filter(|argument| argument.word != "rename" || argument.text.is_none())
        .map(|argument| (argument.word, argument.text.unwrap_or_default()))
        .collect();
    stated.sort();
    let stated: Vec<(&str, &str)> = stated.iter().map(|(word, text)| (word.as_str(), text.as_str())).collect();
    let is = |name| first_argument(&field.ty, name).is_some();
    match *stated {
        [] if !is("Option") && !is("Nullable") => Presence::Required,
        [("deserialize_with", READ_NULL)] if is("Option") => Presence::RequiredOrNull,
        [("skip_serializing_if", IS_NONE)] if is("Option") => Presence::Optional,
        [("default", ""), ("skip_serializing_if", IS_ABSENT)] if is("Nullable") => Presence::Nullable,
        [("flatten", "")] if is_map(&field.ty) => Presence::Unlisted,
        [.., ("skip_serializing_if", function)] if function.ends_with(IS_EMPTY) => Presence::LeftOutIfEmpty,
        _ => Presence::Other,
    }
}

/// Whether a constructor need not set a field, because the field has an empty value: `None`, or an empty list or map.
pub(crate) fn has_empty_value(field: &Field) -> bool {
    first_argument(&field.ty, "Option").is_some()
        || serde(&field.attrs).any(|argument| ["default", "flatten"].contains(&argument.word.as_str()))
}

/// Makes a field [`Presence::Optional`]: wraps its type in `Option`.
pub(crate) fn make_optional(field: &mut Field) {
    let kind = &field.ty;
    field.ty = parse_quote!(::std::option::Option<#kind>);
    restate(field, &quote!(skip_serializing_if = #IS_NONE));
}

/// Makes a field [`Presence::Nullable`] of the type `Nullable<inner>`.
pub(crate) fn make_nullable(field: &mut Field, inner: &Type) {
    field.ty = parse_quote!(crate::Nullable<#inner>);
    restate(field, &quote!(default, skip_serializing_if = #IS_ABSENT));
}

/// Replaces the `#[serde(…)]` attributes, except the field's name in JSON.
fn restate(field: &mut Field, arguments: &TokenStream) {
    let rename = wire_name(&field.attrs).map(|name| quote!(rename = #name,));
    field.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
    field.attrs.push(parse_quote!(#[serde(#rename #arguments)]));
}

/// Whether an enum is a union: serde tries its variants in order.
pub(crate) fn is_untagged(item: &ItemEnum) -> bool {
    serde(&item.attrs).any(|argument| argument.word == "untagged")
}

/// One argument of `#[serde(…)]`: its name, and the string after `=`, if there is one.
pub(crate) struct SerdeArgument {
    pub(crate) word: String,
    pub(crate) text: Option<String>,
}

/// The arguments of all `#[serde(…)]` attributes.
///
/// Every pass asks for them, for every field; so this reads the tokens, which costs a fraction of parsing them as
/// `syn::Meta`.
pub(crate) fn serde(attributes: &[Attribute]) -> impl Iterator<Item = SerdeArgument> {
    let lists = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("serde") => Some(list.tokens.clone()),
        _ => None,
    });
    lists.flat_map(|tokens| {
        let mut arguments: Vec<SerdeArgument> = Vec::new();
        let mut begins = true;
        for token in tokens {
            match token {
                TokenTree::Ident(word) if begins => {
                    arguments.push(SerdeArgument { word: word.to_string(), text: None });
                    begins = false;
                }
                TokenTree::Literal(literal) => {
                    if let (Some(last), Lit::Str(text)) = (arguments.last_mut(), Lit::new(literal)) {
                        last.text = Some(text.value());
                    }
                }
                TokenTree::Punct(comma) if comma.as_char() == ',' => begins = true,
                _ => {}
            }
        }
        arguments
    })
}

fn literal(meta: &MetaNameValue) -> Option<String> {
    match &meta.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// The string in `#[serde(rename = "…")]`: the name in JSON.
pub(crate) fn wire_name(attributes: &[Attribute]) -> Option<String> {
    serde(attributes).find(|argument| argument.word == "rename")?.text
}

/// The string in `#[doc = "…"]`; `None` for any other attribute.
pub(crate) fn doc(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(meta) if attribute.path().is_ident("doc") => literal(meta),
        _ => None,
    }
}

/// The derived traits.
pub(crate) fn derived(attributes: &[Attribute]) -> Vec<Path> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("derive"))
        .filter_map(|attribute| attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated).ok())
        .flatten()
        .collect()
}

/// Whether a trait `name` is derived.
pub(crate) fn derives(attributes: &[Attribute], name: &str) -> bool {
    derived(attributes).iter().any(|path| is_named(path, name))
}

/// Removes traits from the derived ones; the rest stands after the other attributes.
pub(crate) fn remove_derives(attributes: &mut Vec<Attribute>, names: &[&str]) {
    let others = derived(attributes).into_iter().filter(|path| !names.iter().any(|name| is_named(path, name)));
    let others: Vec<Path> = others.collect();
    attributes.retain(|attribute| !attribute.path().is_ident("derive"));
    attributes.push(parse_quote! { #[derive(#(#others),*)] });
}

/// Whether `name` is the last segment of a path.
pub(crate) fn is_named(path: &Path, name: &str) -> bool {
    path.segments.last().is_some_and(|last| last.ident == name)
}
