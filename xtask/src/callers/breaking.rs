//! The names that the compiler's errors about a breaking change can contain.

use super::attribute::{Item, Name};
use crate::client::{self, Construction, Method, NamedType};

/// The constructor of a type.
pub(super) const NEW: &str = "new";

/// A change of the client that breaks callers: all names that an error about it can contain.
///
/// They are those in the old client and those in the new one. A method that is gone has no part, and neither has a type
/// that is gone or a change that concerns a whole method or type.
///
/// ```
/// use xtask::callers::Breaking;
/// use xtask::client::Client;
/// /// An argument of an operation that is new and required.
/// fn new_argument(old: &Client, new: &Client, operation: &str, argument: &str) -> Breaking {
///     let methods = [old, new].into_iter().filter_map(|client| client.methods.get(operation));
///     methods.fold(Breaking::default(), |change, method| change.method(method, Some(argument)))
/// }
/// # let client = Client::default();
/// # assert_eq!(new_argument(&client, &client, "a", "b"), Breaking::default());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Breaking {
    /// The names. An error that is about any of them is about the change.
    pub names: Vec<Name>,
}

impl Breaking {
    /// Adds a method and its mock, or one of their arguments. An optional query parameter is a field of a struct.
    #[must_use]
    pub fn method(mut self, method: &Method, argument: Option<&str>) -> Self {
        let item = Item::Method { group: method.group.clone(), name: method.name.clone() };
        let query = method.query().map(|name| Item::Type(name.to_owned()));
        self.add(item, argument);
        self.add(Item::Mock(method.operation.id.clone()), argument);
        if let Some(query) = query {
            self.add(query, argument);
        }
        self
    }

    /// Adds the struct of the optional query parameters of a method, which only one of the clients has.
    #[must_use]
    pub fn query(mut self, method: &Method) -> Self {
        self.names.extend(method.query().map(Name::of_type));
        self
    }

    /// Adds the response of a method.
    #[must_use]
    pub fn response(mut self, method: &Method) -> Self {
        self = self.method(method, None);
        self.names.extend(client::names(&method.success.plain).map(Name::of_type));
        self
    }

    /// Adds a type, or one of its fields or variants. `name` is that of the type.
    #[must_use]
    pub fn named_type(mut self, name: &str, kind: &NamedType, part: Option<&str>) -> Self {
        self.add(Item::Type(name.to_owned()), part);
        if let Construction::Named { name, .. } = &kind.construction {
            self.add(Item::Type(name.clone()), part);
        }
        self
    }

    /// Adds the constructor of a type, and the struct of its required fields. A field that is required in only one of
    /// the clients changes the constructor too.
    #[must_use]
    pub fn constructor(mut self, name: &str, kind: &NamedType) -> Self {
        self.add(Item::Type(name.to_owned()), Some(NEW));
        if let Construction::Named { name, .. } = &kind.construction {
            self.add(Item::Type(name.clone()), None);
        }
        self
    }

    fn add(&mut self, item: Item, part: Option<&str>) {
        self.names.push(Name { item, part: part.map(str::to_owned) });
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::options::Options;
    use crate::pipeline::{self, Input};

    #[test]
    fn a_change_has_the_names_of_the_structs_that_belong_to_its_item() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let document = Input::read(root, Path::new("tests/callers/shop.yaml")).unwrap();
        let client = pipeline::run(&document, &Options::default()).unwrap().client;
        let list = client.methods.values().find(|method| method.name == "list_invoices").unwrap();
        let names = |change: Breaking| -> Vec<String> {
            let part = |part: Option<String>| part.map_or(String::new(), |part| format!(".{part}"));
            let name = |name: Name| match name.item {
                Item::Method { name: method, .. } => format!("{method}(){}", part(name.part)),
                Item::Type(kind) => kind + &part(name.part),
                Item::Mock(operation) => format!("server.{operation}{}", part(name.part)),
            };
            change.names.into_iter().map(name).collect()
        };
        let change = Breaking::default;
        let expected = ["list_invoices().page", "server.list_invoices.page", "ListInvoicesQuery.page"];
        assert_eq!(names(change().method(list, Some("page"))), expected);
        assert_eq!(names(change().query(list)), ["ListInvoicesQuery"]);
        assert!(names(change().response(list)).ends_with(&["Vec".to_owned(), "Invoice".to_owned()]));
        let mut named = client.types["Invoice"].clone();
        assert_eq!(names(change().named_type("Invoice", &named, Some("note"))), ["Invoice.note"]);
        named.construction = Construction::Named { name: "InvoiceRequired".to_owned(), fields: Vec::new() };
        let expected = ["Invoice.note", "InvoiceRequired.note"];
        assert_eq!(names(change().named_type("Invoice", &named, Some("note"))), expected);
        assert_eq!(names(change().constructor("Invoice", &named)), ["Invoice.new", "InvoiceRequired"]);
    }
}
