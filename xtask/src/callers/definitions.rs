//! Which method or type of a generated client a line of its source belongs to.
//!
//! The source has one form, because prettyplease prints it, so the lines that begin an item are enough to know.

use super::attribute::{Item, Name};
use super::words;
use crate::client::Client;

/// The file of a generated client that has its methods and types.
pub(super) const CLIENT: &str = "client.rs";

/// The methods and types of a client by the lines of its source.
#[derive(Debug, Clone, Default)]
pub(super) struct Definitions {
    /// For each line, the item that it belongs to.
    lines: Vec<Option<Definition>>,
}

/// A method or a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Definition {
    pub(super) item: Item,
    /// The names of the arguments, in order. Those of a view lack the one that the view sets.
    pub(super) arguments: Vec<String>,
}

impl Definitions {
    /// The definitions in the source of a client.
    pub(super) fn of(source: &str, client: &Client) -> Self {
        let mut lines = Vec::new();
        let mut owner = Owner::None;
        let mut current = None;
        let mut is_view = false;
        let mut source = source.lines().peekable();
        while let Some(line) = source.next() {
            let (text, is_outermost) = (line.trim_start(), !line.starts_with(' '));
            if let Some(module) = text.strip_prefix("pub mod ").filter(|_| is_outermost) {
                is_view = module.starts_with("consumer ");
            }
            if let Some(next) = Owner::begun_by(text, source.peek().copied().unwrap_or_default(), client) {
                current = next.as_type().map(|name| Definition { item: Item::Type(name), arguments: Vec::new() });
                owner = next;
            } else if let Some(name) = method(text)
                && let Owner::Group(group) = &owner
            {
                current = Some(Definition {
                    arguments: arguments(client, group.as_deref(), name, is_view),
                    item: Item::Method { group: group.clone(), name: name.to_owned() },
                });
            } else if is_outermost && text == "}" {
                owner = Owner::None;
                current = None;
            }
            lines.push(current.clone());
        }
        Self { lines }
    }

    /// The item that a line belongs to; lines count from 1.
    pub(super) fn at(&self, line: usize) -> Option<&Definition> {
        self.lines.get(line.checked_sub(1)?)?.as_ref()
    }
}

impl Definition {
    /// The name of the item.
    pub(super) fn name(&self) -> Name {
        Name { item: self.item.clone(), part: None }
    }
}

/// What the lines after it belong to.
enum Owner {
    None,
    Type(String),
    /// The methods of the client itself, or of a group with this accessor.
    Group(Option<String>),
}

impl Owner {
    /// What a line begins; `None` if it begins nothing.
    fn begun_by(text: &str, next: &str, client: &Client) -> Option<Self> {
        let declared = ["pub struct ", "pub enum ", "pub type "].iter().find_map(|begin| text.strip_prefix(begin));
        let name = if let Some(rest) = declared {
            words::identifiers(rest).next()
        } else if let Some(rest) = text.strip_prefix("impl") {
            let plain = if rest.starts_with('<') { rest.split_once('>')?.1 } else { rest };
            let kind = plain.rsplit_once(" for ").map_or(plain, |(_, kind)| kind);
            words::identifiers(kind.split('<').next().unwrap_or(kind)).last()
        } else if text.starts_with("crate::") && text.ends_with("! {") {
            words::identifiers(next).next()
        } else {
            return None;
        }?;
        if client.types.contains_key(name) || declared.is_some() {
            return Some(Self::Type(name.to_owned()));
        }
        if name == "Client" {
            return Some(Self::Group(None));
        }
        let group = client.groups.iter().find(|(_, group)| group.name == name);
        Some(group.map_or(Self::None, |(accessor, _)| Self::Group(Some(accessor.clone()))))
    }

    fn as_type(&self) -> Option<String> {
        match self {
            Self::Type(name) => Some(name.clone()),
            Self::None | Self::Group(_) => None,
        }
    }
}

/// The method that a line begins.
fn method(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("pub ")?;
    words::identifiers(rest.strip_prefix("async ").unwrap_or(rest).strip_prefix("fn ")?).next()
}

fn arguments(client: &Client, group: Option<&str>, name: &str, is_view: bool) -> Vec<String> {
    let method = client.methods.values().find(|method| method.group.as_deref() == group && method.name == name);
    let set = client.view.as_ref().filter(|_| is_view);
    let arguments = method.into_iter().flat_map(|method| &method.arguments);
    arguments.filter(|argument| Some(*argument) != set).map(|argument| argument.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::options::Options;
    use crate::pipeline::{self, Input};

    #[test]
    fn each_line_of_a_generated_client_belongs_to_its_method_or_type() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let document = Input::read(root, Path::new("tests/callers/shop.yaml")).unwrap();
        let outcome = pipeline::run(&document, &Options::default()).unwrap();
        let source = &outcome.sources[CLIENT];
        let definitions = Definitions::of(source, &outcome.client);
        let find = |text: &str, after: &str| {
            let skipped = source.lines().position(|line| line.contains(after)).unwrap();
            let line = source.lines().skip(skipped).position(|line| line.contains(text)).unwrap();
            definitions.at(skipped + line + 1).cloned()
        };
        let invoice = Some(Name::of_type("Invoice"));
        assert_eq!(find("pub struct Invoice {", "").map(|it| it.name()), invoice);
        assert_eq!(find("pub note:", "pub struct Invoice {").map(|it| it.name()), invoice);
        assert_eq!(find("Invoice new(", "").map(|it| it.name()), invoice);
        assert_eq!(find("pub struct Receipts {", "").map(|it| it.name()), Some(Name::of_type("Receipts")));
        let get = outcome.client.methods.values().find(|method| method.name == "get_invoice").unwrap();
        let item = Item::Method { group: get.group.clone(), name: get.name.clone() };
        let expected = Definition { item, arguments: vec!["invoice_id".to_owned()] };
        assert_eq!(find("fn get_invoice", "pub mod groups {"), Some(expected));
        assert_eq!(definitions.at(1), None);
        assert_eq!(definitions.at(0), None);
    }
}
