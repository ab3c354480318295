//! The generated client as a value: its methods, its types with their fields, variants, constructors and traits,
//! and which side of a call reaches a type.
//!
//! The pipeline builds it once, from the syntax tree, after the last pass that changes what a caller sees. The
//! table of operations, the section `# Errors`, `diff` and `verify` all read this value; nobody parses the
//! printed source.

mod read;
pub(crate) mod source;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use self::read::read;
use crate::document::operations::Operation;
use crate::document::references;

/// What a caller sees of a generated client.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// The operations by the name of their method.
    pub methods: BTreeMap<String, Method>,
    /// The named types.
    pub types: BTreeMap<String, NamedType>,
}

/// A type as it is spelled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spelling {
    /// As people write it: `Option<Vec<Uuid>>`. Types of the crate's own that are not generated keep `crate::`.
    pub plain: String,
    /// As code beside the module `types` needs it: `::std::vec::Vec<types::Order>`.
    pub code: String,
}

/// A method that calls an operation.
#[derive(Debug, Clone)]
pub struct Method {
    /// The operation that it calls.
    pub operation: Operation,
    /// Its arguments in their order, without `self`.
    pub arguments: Vec<Argument>,
    /// The type of a successful response's body.
    pub success: Spelling,
    /// The type of an error response's body.
    pub failure: Spelling,
    /// A success's body is a stream of bytes.
    pub is_stream: bool,
}

impl Method {
    /// The struct that holds the optional query parameters.
    pub fn query(&self) -> Option<&str> {
        self.arguments.iter().find(|argument| argument.place == Place::QueryStruct)?.kind.strip_prefix('&')
    }
}

/// An argument of a method or of a constructor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its type, as people write it.
    pub kind: String,
    /// Where the request carries it.
    pub place: Place,
    /// The type, as code, of a value that a caller keeps to pass it; see [`Passing`].
    pub owned: String,
    /// How a value of the type `owned` is passed.
    pub passing: Passing,
}

/// How an owned value becomes an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// `value`
    Value,
    /// `&value`
    Reference,
    /// `value.as_ref()`
    AsRef,
    /// `value.as_deref()`
    AsDeref,
}

/// Where a request carries an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A segment of the path.
    Path,
    /// One query parameter.
    Query,
    /// A header.
    Header,
    /// The body.
    Body,
    /// The struct of the optional query parameters.
    QueryStruct,
    /// A field of the value that a constructor makes.
    Field,
}

/// A named type.
#[derive(Debug, Clone)]
pub struct NamedType {
    /// What it is made of.
    pub kind: Kind,
    /// How a caller makes a value.
    pub construction: Construction,
    /// The traits that it has and another type need not have, each with its generic arguments.
    pub traits: BTreeSet<String>,
    /// A request reaches it: callers make its values.
    pub is_sent: bool,
    /// A response reaches it, of success or of an error: callers read its values.
    pub is_received: bool,
}

/// What a type is made of.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Fields by their names in Rust.
    Struct(BTreeMap<String, Field>),
    /// One value without a name.
    Wrapper(String),
    /// Variants by their names in Rust.
    Enum(BTreeMap<String, Variant>),
}

impl Kind {
    /// What people call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Struct(_) => "a struct",
            Self::Wrapper(_) => "a newtype",
            Self::Enum(variants) if variants.values().any(|variant| variant.content.is_some()) => "a union",
            Self::Enum(_) => "an enum",
        }
    }

    /// The types that its fields or variants hold, as people write them.
    pub fn held(&self) -> Vec<&str> {
        match self {
            Self::Struct(fields) => fields.values().map(|field| field.kind.as_str()).collect(),
            Self::Wrapper(kind) => vec![kind],
            Self::Enum(variants) => variants.values().filter_map(Variant::holds).collect(),
        }
    }
}

/// How a caller makes a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Construction {
    /// `new` with these arguments.
    New(Vec<Argument>),
    /// `Default`.
    Default,
    /// A literal that names every field.
    Literal,
}

/// A field of a struct.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name in JSON.
    pub wire: String,
    /// The type, as people write it.
    pub kind: String,
}

/// A variant of an enum.
#[derive(Debug, Clone)]
pub struct Variant {
    /// The text in JSON, where the variant holds nothing; the tag of the content otherwise.
    pub wire: String,
    /// The type that it holds.
    pub content: Option<Spelling>,
}

impl Variant {
    /// The type that it holds, as people write it.
    pub fn holds(&self) -> Option<&str> {
        self.content.as_ref().map(|content| content.plain.as_str())
    }
}

impl Client {
    /// The types that values of the types `from` are made of, `from` included; names of types that are not
    /// generated as well.
    pub fn reached<'a>(&'a self, from: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
        references::reachable(from.into_iter().flat_map(names), |name| {
            self.types.get(*name).map(|it| it.kind.held()).unwrap_or_default().into_iter().flat_map(names)
        })
    }

    /// The types of the bodies of PATCH operations, which tell absent and null apart.
    pub fn patch_bodies(&self) -> BTreeSet<&str> {
        let patches = self.methods.values().filter(|method| method.operation.method == "PATCH");
        let bodies = patches.flat_map(|method| &method.arguments).filter(|argument| argument.place == Place::Body);
        bodies.flat_map(|argument| names(&argument.kind)).filter(|name| self.types.contains_key(*name)).collect()
    }

    /// The type of each body that the union `kind` tells apart, by its tag.
    pub fn bodies(&self, kind: &Spelling) -> BTreeMap<&str, &Spelling> {
        match self.types.get(&kind.plain).map(|it| &it.kind) {
            Some(Kind::Enum(variants)) => variants
                .values()
                .filter_map(|variant| Some((variant.wire.as_str(), variant.content.as_ref()?)))
                .collect(),
            _ => BTreeMap::new(),
        }
    }
}

/// The words of a type that may be names of generated types.
pub fn names(kind: &str) -> impl Iterator<Item = &str> {
    kind.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').filter(|word| !word.is_empty())
}
