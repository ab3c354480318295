//! Which of the generated types are made of which.

use std::collections::{BTreeMap, BTreeSet};

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, ExprLit, File, FnArg, GenericArgument, ImplItem, ImplItemFn, Item, ItemStruct, Lit, Meta,
    MetaNameValue, Pat, Path, PathArguments, ReturnType, Token, Type, TypePath,
};

/// The content of the module `types` of a client that progenitor generated.
pub(crate) fn types(client: &File) -> &[Item] {
    let content = client.items.iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content.as_ref(),
        _ => None,
    });
    content.map_or(&[], |(_, items)| items)
}

/// The same, to be changed.
pub(crate) fn types_mut(client: &mut File) -> impl Iterator<Item = &mut Item> {
    types_module(client).into_iter().flatten()
}

/// The same, to be added to.
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

/// Adds the names of the types of a method's argument `body`.
pub(crate) fn bodies(method: &ImplItemFn, names: &mut Names) {
    for argument in &method.sig.inputs {
        if let FnArg::Typed(argument) = argument
            && matches!(&*argument.pat, Pat::Ident(name) if name.ident == "body")
        {
            names.visit_type(&argument.ty);
        }
    }
}

/// The argument of that type in a method's result: `T` of `Result<ResponseValue<T>, Error<E>>` for
/// `ResponseValue`.
pub(crate) fn argument(output: &ReturnType, name: &str) -> Option<Type> {
    let ReturnType::Type(_, output) = output else { return None };
    let Type::Path(result) = &**output else { return None };
    let last = result.path.segments.last().filter(|last| last.ident == "Result")?;
    let PathArguments::AngleBracketed(list) = &last.arguments else { return None };
    list.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(kind) => first_argument(kind, name).cloned(),
        _ => None,
    })
}

/// `T` of `Name<T>`.
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

/// One thing that `#[serde(…)]` says: the word, and the text behind its `=`, if there is one.
pub(crate) struct Said {
    pub(crate) word: String,
    pub(crate) text: Option<String>,
}

/// What `#[serde(…)]` says.
pub(crate) fn serde(attributes: &[Attribute]) -> impl Iterator<Item = Said> {
    let metas = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
        .filter_map(|attribute| attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok());
    metas.flatten().filter_map(|meta| {
        let text = match &meta {
            Meta::NameValue(meta) => text_of(meta),
            _ => None,
        };
        Some(Said { word: meta.path().get_ident()?.to_string(), text })
    })
}

/// The text behind the `=`.
fn text_of(meta: &MetaNameValue) -> Option<String> {
    match &meta.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// What `#[doc = "…"]` says; `None` where it is something else than text.
pub(crate) fn doc(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(meta) if attribute.path().is_ident("doc") => text_of(meta),
        _ => None,
    }
}

/// What is derived.
pub(crate) fn derived(attributes: &[Attribute]) -> Vec<Path> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("derive"))
        .filter_map(|attribute| attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated).ok())
        .flatten()
        .collect()
}

/// Whether that is the last name of a path.
pub(crate) fn is_named(path: &Path, name: &str) -> bool {
    path.segments.last().is_some_and(|last| last.ident == name)
}

/// What `#[serde(rename = "…")]` says.
pub(crate) fn wire_name(attributes: &[Attribute]) -> Option<String> {
    serde(attributes).find(|said| said.word == "rename")?.text
}

/// The names of the structs that answers, and errors, are made of.
pub(crate) fn answers(client: &File) -> BTreeSet<String> {
    let mut names = Names::default();
    for method in methods(client) {
        names.visit_return_type(&method.sig.output);
    }
    structs(types(client), names.0).into_iter().map(|item| item.ident.to_string()).collect()
}

/// The methods of the client: its operations, and a few of its own.
pub(crate) fn methods(client: &File) -> impl Iterator<Item = &ImplItemFn> {
    let blocks = client.items.iter().filter_map(|item| match item {
        Item::Impl(block) if block.trait_.is_none() => Some(&block.items),
        _ => None,
    });
    blocks.flatten().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    })
}

/// The same, to be changed.
pub(crate) fn methods_mut(client: &mut File) -> impl Iterator<Item = &mut ImplItemFn> {
    let blocks = client.items.iter_mut().filter_map(|item| match item {
        Item::Impl(block) if block.trait_.is_none() => Some(&mut block.items),
        _ => None,
    });
    blocks.flatten().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    })
}

/// Collects the last segment of every path: the names of the types that a type is made of.
#[derive(Default)]
pub(crate) struct Names(pub(crate) BTreeSet<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_type_path(&mut self, path: &'ast TypePath) {
        if let Some(last) = path.path.segments.last() {
            self.0.insert(last.ident.to_string());
        }
        visit::visit_type_path(self, path);
    }
}

/// The structs that values of the types `from` are made of.
pub(crate) fn structs(types: &[Item], from: BTreeSet<String>) -> Vec<&ItemStruct> {
    let by_name: BTreeMap<String, &Item> = types
        .iter()
        .filter_map(|item| match item {
            Item::Struct(it) => Some((it.ident.to_string(), item)),
            Item::Enum(it) => Some((it.ident.to_string(), item)),
            _ => None,
        })
        .collect();
    let mut open: Vec<String> = from.into_iter().collect();
    let mut seen = BTreeSet::new();
    let mut found = BTreeMap::new();
    while let Some(name) = open.pop() {
        let Some(item) = by_name.get(&name).filter(|_| seen.insert(name.clone())) else { continue };
        let mut parts = Names::default();
        match item {
            Item::Struct(it) => {
                parts.visit_fields(&it.fields);
                found.insert(name, it);
            }
            Item::Enum(it) => it.variants.iter().for_each(|variant| parts.visit_fields(&variant.fields)),
            _ => {}
        }
        open.extend(parts.0);
    }
    found.into_values().collect()
}
