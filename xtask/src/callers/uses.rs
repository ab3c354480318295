//! Finds what a program uses of the changed parts of a client, where the compiler cannot check it with the new client.
//!
//! The compiler does not check a test or a program whose library has errors. These targets compile with the old client
//! in which all that changes is deprecated, and the compiler reports each use. A use is not always an error: a changed
//! method is used correctly where the change does not matter.

use std::collections::BTreeSet;

use anyhow::Context as _;
use syn::{Attribute, Ident, ImplItem, Item as Source, ItemImpl, Type, parse_quote};

use super::attribute::{Item, Name};
use super::breaking::{Breaking, NEW};
use super::diagnostics::Diagnostic;
use crate::client::{Client, Field, Kind, Variant, source};

/// The start of the note on a deprecated item. The position of its name among the changed ones follows.
const NOTE: &str = "changed item ";

/// A place in a program that uses a changed part of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The file, relative to the team's repository, with `/` as the separator.
    pub file: String,
    /// The line; the first is 1.
    pub line: usize,
    /// The column in characters; the first is 1.
    pub column: usize,
    /// What it uses, by its name in the old client.
    pub name: Name,
}

/// For each breaking change, the positions of the uses that it concerns.
///
/// ```
/// use xtask::callers::{Breaking, Name, Use, attribute_uses};
/// let note = Name::of_type("Invoice").part("note");
/// let used = Use { file: "tests/a.rs".to_owned(), line: 3, column: 9, name: note.clone() };
/// let changes = [Breaking { names: vec![note] }, Breaking { names: vec![Name::of_type("Receipt")] }];
/// assert_eq!(attribute_uses(&[used], &changes), [vec![0], vec![]]);
/// ```
pub fn attribute_uses(uses: &[Use], changes: &[Breaking]) -> Vec<Vec<usize>> {
    let concerns = |change: &Breaking, used: &Name| {
        change.names.iter().any(|name| name == used || name.part.is_none() && name.item == used.item)
    };
    let of = |change| (0..uses.len()).filter(|at| concerns(change, &uses[*at].name)).collect();
    changes.iter().map(of).collect()
}

/// The names of what the new client does not have, or has in another form.
pub(super) fn changed(old: &Client, new: &Client) -> Vec<Name> {
    let mut changed = BTreeSet::new();
    for was in old.methods.values() {
        let is_same = new.methods.values().any(|is| {
            (&is.group, &is.name, &is.arguments) == (&was.group, &was.name, &was.arguments)
                && (&is.success, &is.failure) == (&was.success, &was.failure)
        });
        if !is_same {
            changed
                .insert(Name { item: Item::Method { group: was.group.clone(), name: was.name.clone() }, part: None });
        }
    }
    for (name, was) in &old.types {
        let whole = Name::of_type(name);
        let Some(is) = new.types.get(name) else {
            changed.insert(whole);
            continue;
        };
        if was.construction != is.construction {
            changed.insert(whole.clone().part(NEW));
        }
        let parts: Vec<&String> = match (&was.kind, &is.kind) {
            (Kind::Struct(before), Kind::Struct(after)) => {
                let changes = |name: &String, was: &Field| after.get(name).is_none_or(|is| is.kind != was.kind);
                before.iter().filter(|(name, field)| changes(name, field)).map(|(name, _)| name).collect()
            }
            (Kind::Enum(before), Kind::Enum(after)) => {
                let changes = |name: &String, was: &Variant| after.get(name).is_none_or(|is| is.content != was.content);
                before.iter().filter(|(name, variant)| changes(name, variant)).map(|(name, _)| name).collect()
            }
            (Kind::Wrapper(before), Kind::Wrapper(after)) if before == after => Vec::new(),
            _ => {
                changed.insert(whole);
                continue;
            }
        };
        changed.extend(parts.into_iter().map(|part| whole.clone().part(part)));
    }
    changed.into_iter().collect()
}

/// The source of a client in which the changed items are deprecated.
///
/// # Errors
///
/// When the source is not that of a client.
pub(super) fn deprecated(source: &str, client: &Client, changed: &[Name]) -> anyhow::Result<String> {
    let mut file = syn::parse_file(source).context("the generated client is not Rust")?;
    let marker = Marker { client, changed };
    source::types_module(&mut file).into_iter().flatten().for_each(|item| marker.mark_type(item));
    marker.mark_methods(&mut file.items);
    Ok(prettyplease::unparse(&file))
}

/// The uses that the compiler reports as those of deprecated items.
pub(super) fn of(reported: Vec<Diagnostic>, changed: &[Name]) -> Vec<Use> {
    let read = |Diagnostic { file, line, column, message, concerns, .. }: Diagnostic| {
        let (_, number) = message.rsplit_once(NOTE)?;
        let name = changed.get(number.trim().parse::<usize>().ok()?)?.clone();
        // The type is deprecated, because a macro makes its constructor.
        let constructs = || [NEW, "default"].iter().any(|name| concerns.source.contains(*name));
        let is_use = name.part.as_deref() != Some(NEW) || constructs();
        is_use.then_some(Use { file, line, column, name })
    };
    reported.into_iter().filter_map(read).collect()
}

/// Adds attributes to what changes.
struct Marker<'a> {
    client: &'a Client,
    changed: &'a [Name],
}

impl Marker<'_> {
    fn attribute(&self, name: &Name) -> Option<Attribute> {
        let at = self.changed.iter().position(|changed| changed == name)?;
        let note = format!("{NOTE}{at}");
        Some(parse_quote!(#[deprecated(note = #note)]))
    }

    fn mark_type(&self, item: &mut Source) {
        let name = |ident: &Ident| Name::of_type(&ident.to_string());
        let whole = |ident| self.attribute(&name(ident)).or_else(|| self.attribute(&name(ident).part(NEW)));
        match item {
            Source::Struct(item) => {
                item.attrs.extend(whole(&item.ident));
                for field in &mut item.fields {
                    let part = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                    field.attrs.extend(self.attribute(&name(&item.ident).part(&part)));
                }
            }
            Source::Enum(item) => {
                item.attrs.extend(whole(&item.ident));
                for variant in &mut item.variants {
                    variant.attrs.extend(self.attribute(&name(&item.ident).part(&variant.ident.to_string())));
                }
            }
            _ => {}
        }
    }

    /// Marks the methods of the client, of its groups and of its view.
    fn mark_methods(&self, items: &mut [Source]) {
        for item in items {
            match item {
                Source::Mod(module) => {
                    module.content.iter_mut().for_each(|(_, items)| self.mark_methods(items));
                }
                Source::Impl(block) if block.trait_.is_none() => self.mark_block(block),
                _ => {}
            }
        }
    }

    fn mark_block(&self, block: &mut ItemImpl) {
        let Type::Path(path) = &*block.self_ty else { return };
        let Some(owner) = path.path.segments.last().map(|last| last.ident.to_string()) else { return };
        let group = self.client.groups.iter().find(|(_, group)| group.name == owner).map(|(accessor, _)| accessor);
        if group.is_none() && owner != "Client" {
            return;
        }
        for item in &mut block.items {
            if let ImplItem::Fn(method) = item {
                let item = Item::Method { group: group.cloned(), name: method.sig.ident.to_string() };
                method.attrs.extend(self.attribute(&Name { item, part: None }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::super::attribute::Concerns;
    use super::*;
    use crate::options::Options;
    use crate::pipeline::{self, Input, Outcome};

    fn outcomes() -> [Outcome; 2] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/callers/shop.yaml");
        let old = fs::read_to_string(path).unwrap();
        let new = old
            .replace("operationId: get_invoice", "operationId: find_invoice")
            .replace("        colour: {type: string}\n", "")
            .replace("required: [total]", "required: [note]")
            .replace("schemas/Receipt'", "schemas/Slip'")
            .replace("    Receipt:\n", "    Slip:\n");
        [old, new]
            .map(|text| pipeline::run(&Input { name: "shop.yaml".to_owned(), text }, &Options::default()).unwrap())
    }

    #[test]
    fn what_changes_is_deprecated_and_the_rest_is_not() {
        let [old, new] = outcomes();
        assert_eq!(changed(&old.client, &old.client), []);
        let changed = changed(&old.client, &new.client);
        let method = Item::Method { group: Some("invoices".to_owned()), name: "get_invoice".to_owned() };
        let receipts = Name::of_type("Receipts");
        let request = Name::of_type("NewInvoice");
        let expected = [
            Name { item: method, part: None },
            Name::of_type("Invoice").part("colour"),
            request.clone().part("new"),
            request.clone().part("note"),
            request.part("total"),
            Name::of_type("Receipt"),
            receipts.clone().part("items"),
            receipts.part("new"),
        ];
        assert_eq!(changed, expected);
        let source = deprecated(&old.sources["client.rs"], &old.client, &changed).unwrap();
        let marked = |item: &str| {
            let (before, _) = source.split_once(item).unwrap_or_else(|| panic!("no {item}"));
            // The attributes and the documentation of the item.
            let lines = before.lines().rev().skip(usize::from(!before.ends_with('\n')));
            let own = lines.take_while(|line| line.trim_start().starts_with(['#', '/']));
            own.filter(|line| line.contains("#[deprecated(note = \"changed item ")).count()
        };
        let items = ["pub async fn get_invoice<", "pub colour:", "pub struct Receipt {", "pub struct NewInvoice {"];
        assert_eq!(items.map(marked), [1; 4]);
        assert_eq!(["pub async fn list_invoices<", "pub id:", "pub struct Invoice {"].map(marked), [0; 3]);
    }

    #[test]
    fn a_use_is_that_of_the_item_in_the_note_and_a_constructor_is_used_where_it_is_called() {
        let changed = [Name::of_type("Invoice").part("note"), Name::of_type("NewInvoice").part("new")];
        let report = |message: &str, source: &[&str]| Diagnostic {
            file: "tests/a.rs".to_owned(),
            line: 3,
            column: 9,
            code: Some("deprecated".to_owned()),
            message: message.to_owned(),
            concerns: Concerns {
                source: source.iter().map(|word| (*word).to_owned()).collect(),
                ..Concerns::default()
            },
        };
        let reports = vec![
            report("use of deprecated field `chift_api::types::Invoice::note`: changed item 0", &["note"]),
            report("use of deprecated struct `chift_api::types::NewInvoice`: changed item 1", &["NewInvoice", "new"]),
            report("use of deprecated struct `chift_api::types::NewInvoice`: changed item 1", &["NewInvoice"]),
            report("use of deprecated function `own`: use another", &["own"]),
            report("use of deprecated function `own`: changed item 7", &["own"]),
        ];
        let names: Vec<Name> = of(reports, &changed).into_iter().map(|it| it.name).collect();
        assert_eq!(names, changed);
    }

    #[test]
    fn a_use_of_a_part_concerns_changes_of_the_part_and_of_the_whole_item() {
        let note = Name::of_type("Invoice").part("note");
        let used = Use { file: String::new(), line: 1, column: 1, name: note.clone() };
        let changes = [note, Name::of_type("Invoice"), Name::of_type("Invoice").part("colour"), Name::of_type("Slip")];
        let changes = changes.map(|name| Breaking { names: vec![name] });
        assert_eq!(attribute_uses(&[used], &changes), [vec![0], vec![0], vec![], vec![]]);
    }
}
