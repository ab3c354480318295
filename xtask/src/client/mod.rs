//! The generated client as a value: its methods, its types with their fields, variants, constructors and traits,
//! and whether requests or responses contain a type.
//!
//! The pipeline builds it once, from the syntax tree, after the last pass that changes the API. The table of
//! operations, the section `# Errors`, `diff` and `verify` all read this value and not the printed source.

pub(crate) mod construction;
pub(crate) mod contained;
pub(crate) mod groups;
mod read;
pub(crate) mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use self::groups::Group;
pub(crate) use self::read::read;
use crate::document::operations::Operation;
use crate::document::references;
use crate::lower::Union;

/// The API of a generated client.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// The operations by their ids.
    pub methods: BTreeMap<String, Method>,
    /// The groups of operations by the methods of the client that return them.
    pub groups: BTreeMap<String, Group>,
    /// The argument that a view of the client sets for all operations that have it.
    pub view: Option<Argument>,
    /// The named types.
    pub types: BTreeMap<String, NamedType>,
    /// How the unions among them are decided.
    pub unions: BTreeMap<String, Union>,
}

/// A type as source text, in two notations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spelling {
    /// As a caller writes it: `Option<Vec<Uuid>>`. The crate's hand-written types keep `crate::`.
    pub plain: String,
    /// As code next to the module `types` needs it: `::std::vec::Vec<types::Order>`.
    pub code: String,
}

/// A method that calls an operation.
#[derive(Debug, Clone)]
pub struct Method {
    /// The operation that it calls.
    pub operation: Operation,
    /// The group that has it, by the method of the client that returns the group; `None` if the client itself has it.
    pub group: Option<String>,
    /// Its name.
    pub name: String,
    /// Its arguments in order, without `self`.
    pub arguments: Vec<Argument>,
    /// The type of a successful response's body.
    pub success: Spelling,
    /// The type of an error response's body.
    pub failure: Spelling,
    /// Whether the body of a successful response is a stream of bytes.
    pub is_stream: bool,
}

impl Method {
    /// How a caller names it after `client.`: `baking().get_loaves`.
    pub fn call(&self) -> String {
        match &self.group {
            Some(group) => format!("{group}().{}", self.name),
            None => self.name.clone(),
        }
    }

    /// The name of the struct of the optional query parameters.
    pub fn query(&self) -> Option<&str> {
        self.arguments.iter().find(|argument| argument.place == Place::QueryStruct)?.kind.strip_prefix('&')
    }
}

/// An argument of a method or of a constructor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its type, as a caller writes it.
    pub kind: String,
    /// The part of the request that contains it.
    pub place: Place,
    /// The type, as code, of an owned value that can be passed as this argument; see [`Passing`].
    pub owned: String,
    /// How a value of the type `owned` is passed.
    pub passing: Passing,
}

/// How an owned value is passed as an argument.
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

/// The part of a request that contains an argument.
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
    /// A field of the value that a constructor returns.
    Field,
}

/// A named type.
#[derive(Debug, Clone)]
pub struct NamedType {
    /// Its fields or variants.
    pub kind: Kind,
    /// How a caller constructs a value.
    pub construction: Construction,
    /// The traits that it implements, each with its generic arguments; without `From<&Self>`, which all types
    /// implement.
    pub traits: BTreeSet<String>,
    /// Whether callers must expect more fields or variants: it is `#[non_exhaustive]`.
    pub is_growing: bool,
    /// Whether a request contains it, so that callers construct its values.
    pub is_sent: bool,
    /// Whether a response of success or of an error contains it, so that callers read its values.
    pub is_received: bool,
}

/// The fields or variants of a type.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Fields by their names in Rust.
    Struct(BTreeMap<String, Field>),
    /// A tuple struct with this field.
    Wrapper(String),
    /// Variants by their names in Rust.
    Enum(BTreeMap<String, Variant>),
}

impl Kind {
    /// The name for this kind of type in a report.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Struct(_) => "a struct",
            Self::Wrapper(_) => "a newtype",
            Self::Enum(variants) if variants.values().any(|variant| variant.content.is_some()) => "a union",
            Self::Enum(_) => "an enum",
        }
    }

    /// The types of its fields or variants, as a caller writes them.
    pub fn held(&self) -> Vec<&str> {
        match self {
            Self::Struct(fields) => fields.values().map(|field| field.kind.as_str()).collect(),
            Self::Wrapper(kind) => vec![kind],
            Self::Enum(variants) => variants.values().filter_map(Variant::holds).collect(),
        }
    }
}

/// How a caller constructs a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Construction {
    /// `new` with these arguments.
    New(Vec<Argument>),
    /// `new` with one struct, which names the required fields.
    Named {
        /// The name of the struct.
        name: String,
        /// Its fields.
        fields: Vec<Argument>,
    },
    /// `Default`.
    Default,
    /// A literal that names every field.
    Literal,
}

impl Construction {
    /// Whether `new` takes a field.
    pub fn requires(&self, field: &str) -> bool {
        match self {
            Self::New(fields) | Self::Named { fields, .. } => fields.iter().any(|it| it.name == field),
            Self::Default | Self::Literal => false,
        }
    }
}

/// `new` with its arguments, as in a report.
impl fmt::Display for Construction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |arguments: &[Argument]| arguments.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ");
        match self {
            Self::New(arguments) => write!(f, "`new({})`", list(arguments)),
            Self::Named { name, fields } => write!(f, "`new({name} {{ {} }})`", list(fields)),
            Self::Default => f.write_str("`default()`"),
            Self::Literal => f.write_str("a literal"),
        }
    }
}

/// A field of a struct.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name in JSON.
    pub wire: String,
    /// The type, as a caller writes it.
    pub kind: String,
    /// Whether it is null in JSON, and not left out, if it has no value; and refused if it is left out of a response.
    pub is_null_if_unset: bool,
}

/// A variant of an enum.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Its position among the variants.
    pub position: usize,
    /// The string in JSON of a variant without content; the tag in JSON of a variant with content.
    pub wire: String,
    /// The type of the content.
    pub content: Option<Spelling>,
}

impl Variant {
    /// The type of the content, as a caller writes it.
    pub fn holds(&self) -> Option<&str> {
        self.content.as_ref().map(|content| content.plain.as_str())
    }
}

impl Client {
    /// Whether the view of the client sets an argument of a method.
    pub fn is_in_view(&self, method: &Method) -> bool {
        self.view.as_ref().is_some_and(|argument| method.arguments.contains(argument))
    }

    /// The names of all types that the types `from` contain, at any depth, including `from` and types that are not
    /// generated.
    pub fn reached<'a>(&'a self, from: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
        references::reachable(from.into_iter().flat_map(names), |name| {
            self.types.get(*name).map(|it| it.kind.held()).unwrap_or_default().into_iter().flat_map(names)
        })
    }

    /// The types of the bodies of PATCH operations, which distinguish absent and null.
    pub fn patch_bodies(&self) -> BTreeSet<&str> {
        let patches = self.methods.values().filter(|method| method.operation.method == "PATCH");
        let bodies = patches.flat_map(|method| &method.arguments).filter(|argument| argument.place == Place::Body);
        bodies.flat_map(|argument| names(&argument.kind)).filter(|name| self.types.contains_key(*name)).collect()
    }

    /// The types of the bodies that the union `kind` distinguishes, by tag.
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

/// The identifiers and paths in a type, each of which may be the name of a generated type.
pub fn names(kind: &str) -> impl Iterator<Item = &str> {
    kind.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').filter(|word| !word.is_empty())
}
