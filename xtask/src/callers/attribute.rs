//! Decides which breaking changes of a client the compiler's errors are about.

use std::collections::BTreeSet;

use super::breaking::Breaking;
use crate::names;

/// A method, a type or a mock of a client.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// The method that calls an operation: `client.group().name()`, or `client.name()` without a group.
    Method {
        /// The method of the client that returns the group.
        group: Option<String>,
        /// The name.
        name: String,
    },
    /// A type of the module `types`.
    Type(String),
    /// The mock of the operation with this id, for tests: `server.id(|when, then| …)`.
    Mock(String),
}

/// A method, a type, or a part of one, as callers name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The method, type or mock.
    pub item: Item,
    /// Its argument, field, variant or constructor; `None` for the whole item.
    pub part: Option<String>,
}

impl Name {
    /// The name of a type.
    ///
    /// ```
    /// use xtask::callers::{Item, Name};
    /// assert_eq!(Name::of_type("Invoice").item, Item::Type("Invoice".to_owned()));
    /// ```
    pub fn of_type(name: &str) -> Self {
        Self { item: Item::Type(name.to_owned()), part: None }
    }

    /// The name of an argument, a field, a variant or a constructor of the item.
    ///
    /// ```
    /// use xtask::callers::Name;
    /// assert_eq!(Name::of_type("Invoice").part("note").part.as_deref(), Some("note"));
    /// ```
    #[must_use]
    pub fn part(self, name: &str) -> Self {
        Self { part: Some(name.to_owned()), ..self }
    }
}

/// What of a client an error is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Concerns {
    /// The identifiers in the message and its notes.
    pub quoted: BTreeSet<String>,
    /// The identifiers in the source that the compiler marks.
    pub source: BTreeSet<String>,
    /// Those among them that are fields, and the field that the marked source is assigned to.
    pub fields: BTreeSet<String>,
    /// The fields in the lines with marked source. The compiler marks only the operator of `sum += invoice.total`.
    pub nearby: BTreeSet<String>,
    /// The definitions in the client that the compiler points to.
    pub defined: BTreeSet<Name>,
}

/// How closely an error matches a name, from the weakest match to the closest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    /// A field with this name is in the same line.
    Nearby,
    /// It is about a field with this name. A mismatch of types does not name the struct.
    Field,
    /// The compiler points to the definition of the item, and does not name the part.
    Definition,
    /// It is about the item.
    Item,
    /// It is about this part of the item.
    Part,
}

impl Concerns {
    fn mentions(&self, name: &str) -> bool {
        self.quoted.contains(name) || self.source.contains(name)
    }

    fn defines(&self, item: &Item) -> bool {
        self.defined.iter().any(|defined| defined.item == *item)
    }

    /// Whether the message or the marked source names the item.
    fn names(&self, item: &Item) -> bool {
        match item {
            Item::Type(name) => self.mentions(name),
            Item::Mock(operation) => {
                let name = names::type_name(operation);
                self.mentions(operation) || ["When", "Then"].iter().any(|end| self.mentions(&format!("{name}{end}")))
            }
            // The same name can be that of a method of another group.
            Item::Method { group: Some(group), name } => {
                self.mentions(name) && (self.mentions(group) || self.mentions(&names::group_type(group)))
            }
            Item::Method { group: None, name } => {
                self.source.contains(name) || self.quoted.contains(name) && self.mentions("Client")
            }
        }
    }

    /// How closely this matches `name`; `None` if it does not.
    fn closeness(&self, name: &Name) -> Option<Closeness> {
        let is_defined = self.defines(&name.item);
        let is_item = is_defined || self.names(&name.item);
        let Some(part) = &name.part else { return is_item.then_some(Closeness::Item) };
        let is_part = self.mentions(part)
            || self.fields.contains(part)
            || self.defined.iter().any(|defined| defined.item == name.item && defined.part.as_ref() == Some(part));
        match (is_item, is_part) {
            (true, true) => Some(Closeness::Part),
            (true, false) => is_defined.then_some(Closeness::Definition),
            (false, _) if self.fields.contains(part) => Some(Closeness::Field),
            (false, _) => self.nearby.contains(part).then_some(Closeness::Nearby),
        }
    }
}

/// Which breaking changes the errors of a program are about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attribution {
    /// For each breaking change, the positions of the errors about it, in order. An empty list means that the program
    /// does not meet the change.
    pub met: Vec<Vec<usize>>,
    /// The positions of the errors that are about no change.
    pub unattributed: Vec<usize>,
}

/// Attributes each error to the breaking changes that it matches most closely: a part of a method or type before the
/// method or type itself, and both before a field whose type is not known. If an error matches several changes equally
/// closely, it is attributed to each of them.
///
/// ```
/// use xtask::callers::{Breaking, Concerns, Name, attribute};
/// // no field `note` on type `Invoice`
/// let error = Concerns { quoted: ["note", "Invoice"].map(str::to_owned).into(), ..Concerns::default() };
/// let changes = ["note", "colour"].map(|field| Breaking { names: vec![Name::of_type("Invoice").part(field)] });
/// let attribution = attribute([&error], &changes);
/// assert_eq!(attribution.met, [vec![0], vec![]]);
/// assert!(attribution.unattributed.is_empty());
/// ```
pub fn attribute<'a>(errors: impl IntoIterator<Item = &'a Concerns>, changes: &[Breaking]) -> Attribution {
    let mut attribution = Attribution { met: vec![Vec::new(); changes.len()], unattributed: Vec::new() };
    for (at, error) in errors.into_iter().enumerate() {
        let closeness = |change: &Breaking| change.names.iter().filter_map(|name| error.closeness(name)).max();
        let matches: Vec<Option<Closeness>> = changes.iter().map(closeness).collect();
        let Some(closest) = matches.iter().flatten().max() else {
            attribution.unattributed.push(at);
            continue;
        };
        for (met, found) in attribution.met.iter_mut().zip(&matches) {
            if found.as_ref() == Some(closest) {
                met.push(at);
            }
        }
    }
    attribution
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &str) -> BTreeSet<String> {
        words.split_whitespace().map(str::to_owned).collect()
    }

    fn method(group: &str, name: &str) -> Name {
        Name { item: Item::Method { group: Some(group.to_owned()), name: name.to_owned() }, part: None }
    }

    fn change(names: &[Name]) -> Breaking {
        Breaking { names: names.to_vec() }
    }

    /// The positions of the changes that an error is attributed to.
    fn met(error: &Concerns, changes: &[Breaking]) -> Vec<usize> {
        let attribution = attribute([error], changes);
        assert_eq!(attribution.unattributed.is_empty(), attribution.met.iter().any(|met| !met.is_empty()));
        (0..changes.len()).filter(|at| !attribution.met[*at].is_empty()).collect()
    }

    #[test]
    fn a_field_of_a_type_is_matched_before_the_type_and_another_field_is_not() {
        let error = Concerns { quoted: words("note Invoice"), ..Concerns::default() };
        let invoice = || Name::of_type("Invoice");
        let changes =
            [invoice(), invoice().part("note"), invoice().part("colour"), Name::of_type("Receipt").part("note")];
        let changes = changes.map(|name| change(&[name]));
        assert_eq!(met(&error, &changes), [1]);
        assert_eq!(met(&error, &[changes[0].clone(), changes[2].clone()]), [0]);
        assert_eq!(met(&error, &changes[2..]), [0; 0]);
    }

    #[test]
    fn a_method_is_matched_with_its_group() {
        let changes = [method("invoices", "list"), method("receipts", "list")].map(|name| change(&[name]));
        let by_struct = Concerns { quoted: words("list Invoices"), ..Concerns::default() };
        assert_eq!(met(&by_struct, &changes), [0]);
        // The group is gone: the error names the accessor, and the call that follows is in the source.
        let by_accessor = Concerns { quoted: words("receipts Client"), source: words("list"), ..Concerns::default() };
        assert_eq!(met(&by_accessor, &changes), [1]);
        let without_group = Concerns { quoted: words("list"), ..Concerns::default() };
        assert_eq!(met(&without_group, &changes), [0; 0]);
    }

    #[test]
    fn a_mock_is_matched_by_its_name_and_by_the_names_of_its_arguments() {
        let mock = || Name { item: Item::Mock("invoices_list".to_owned()), part: None };
        let changes = [mock(), mock().part("since")].map(|name| change(&[name]));
        let gone = Concerns { quoted: words("invoices_list MockServer"), ..Concerns::default() };
        assert_eq!(met(&gone, &changes), [0]);
        let argument = Concerns { quoted: words("since InvoicesListWhen"), ..Concerns::default() };
        assert_eq!(met(&argument, &changes), [1]);
    }

    #[test]
    fn an_argument_without_a_name_is_matched_by_the_definition_of_its_method() {
        let list = || method("invoices", "list");
        let error = Concerns { defined: [list()].into(), ..Concerns::default() };
        assert_eq!(met(&error, &[change(&[list().part("since")]), change(&[method("invoices", "get")])]), [0]);
        let named = Concerns { defined: [list(), list().part("until")].into(), ..Concerns::default() };
        assert_eq!(met(&named, &[change(&[list().part("since")]), change(&[list().part("until")])]), [1]);
    }

    #[test]
    fn a_field_without_its_type_is_the_weakest_match_and_can_mean_several_changes() {
        let error = Concerns { fields: words("total"), source: words("invoice total"), ..Concerns::default() };
        let total = |name: &str| change(&[Name::of_type(name).part("total")]);
        assert_eq!(met(&error, &[total("Invoice"), total("Receipt"), change(&[Name::of_type("Slip")])]), [0, 1]);
        let nearby = Concerns { nearby: words("number"), ..error.clone() };
        assert_eq!(met(&nearby, &[change(&[Name::of_type("Slip").part("number")])]), [0]);
        assert_eq!(met(&nearby, &[change(&[Name::of_type("Slip").part("number")]), total("Invoice")]), [1]);
        let typed = Concerns { quoted: words("Receipt"), ..error };
        assert_eq!(met(&typed, &[total("Invoice"), total("Receipt")]), [1]);
    }

    #[test]
    fn a_change_with_several_names_is_matched_by_any_of_them() {
        let moved = change(&[method("invoices", "get"), method("invoices", "find"), Name::of_type("Found")]);
        let errors =
            ["get Invoices", "Found", "other"].map(|text| Concerns { quoted: words(text), ..Default::default() });
        let attribution = attribute(&errors, &[moved]);
        assert_eq!(attribution, Attribution { met: vec![vec![0, 1]], unattributed: vec![2] });
    }
}
