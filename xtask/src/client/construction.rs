//! How a caller constructs a struct.
//!
//! A struct literal must name every field, so it stops compiling when Chift adds an optional one. `new` takes the fields
//! that the document requires and leaves the others unset. A caller must not be able to swap two values: more than two
//! required fields, or two of the same type, are given by name, as the fields of one struct.

use syn::{Field, Fields, ItemStruct};

use super::read::plain;
use super::{Argument, Construction, Passing, Place, source};
use crate::names;

/// The most fields that `new` takes by position.
const POSITIONAL: usize = 2;

/// How a caller constructs a struct. `is_taken` returns whether a type has a name.
pub(super) fn of(item: &ItemStruct, is_taken: impl Fn(&str) -> bool) -> Construction {
    let Fields::Named(fields) = &item.fields else { return Construction::Literal };
    let required: Vec<&Field> = fields.named.iter().filter(|field| !source::has_empty_value(field)).collect();
    if required.is_empty() {
        return Construction::Default;
    }
    let kinds: Vec<String> = required.iter().map(|field| plain(&field.ty)).collect();
    let is_clear = kinds.len() <= POSITIONAL && kinds.iter().enumerate().all(|(at, kind)| !kinds[..at].contains(kind));
    let arguments = required.iter().zip(kinds).map(|(field, kind)| {
        let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
        let kind = if is_clear && takes_into(field) { format!("impl Into<{kind}>") } else { kind };
        Argument { name, kind, place: Place::Field, owned: String::new(), passing: Passing::Value }
    });
    let arguments = arguments.collect();
    if is_clear {
        return Construction::New(arguments);
    }
    Construction::Named { name: names::free_name(&format!("{}Required", item.ident), is_taken), fields: arguments }
}

/// Whether a field is a string, a number or an open enum, which `new` takes as `impl Into`, so that callers can pass a
/// literal or a listed value.
pub(crate) fn takes_into(field: &Field) -> bool {
    source::is_one_of(&field.ty, &["String", "Secret", "Decimal", "Integer", "Open"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn construction(fields: &str) -> String {
        let item: ItemStruct = syn::parse_str(&format!("pub struct Order {{ {fields} }}")).unwrap();
        let list = |arguments: Vec<Argument>| {
            arguments.into_iter().map(|it| format!("{}: {}", it.name, it.kind)).collect::<Vec<_>>().join(", ")
        };
        match of(&item, |name| name == "OrderRequired") {
            Construction::New(arguments) => format!("new({})", list(arguments)),
            Construction::Named { name, fields } => format!("new({name} {{ {} }})", list(fields)),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn fields_that_can_be_swapped_or_miscounted_are_given_by_name() {
        for (fields, expected) in [
            ("a: Option<i64>", "Default"),
            ("a: i64, b: Option<i64>, #[serde(default)] c: Vec<i64>", "new(a: i64)"),
            ("a: crate::Open<Kind>", "new(a: impl Into<crate::Open<Kind>>)"),
            ("a: crate::Decimal, b: Line", "new(a: impl Into<crate::Decimal>, b: Line)"),
            ("a: i64, b: i64", "new(OrderRequired2 { a: i64, b: i64 })"),
            ("a: String, b: i64, c: bool", "new(OrderRequired2 { a: String, b: i64, c: bool })"),
        ] {
            assert_eq!(construction(fields), expected, "{fields}");
        }
    }
}
