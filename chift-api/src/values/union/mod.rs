//! How a union is read: by the value of a tag, or by the form of the value.
//!
//! `serde`'s `untagged` takes the first alternative that can be read, which is the wrong one if an alternative accepts
//! more than its schema; and its buffer loses the digits of numbers. Here the text of the value selects the alternative
//! first, and then only that alternative reads it.

pub(crate) mod form;
#[cfg(test)]
mod tests;

use serde::de::{Deserializer, Error as _};

use self::form::{Fields, Form, Strictness};
use super::raw_json;
use crate::RawJson;

/// A union. [`union!`] implements it.
pub(crate) trait Union: Sized {
    /// The name in Rust.
    const NAME: &'static str;
    /// The fields whose constants select an alternative, the most important first.
    const TAGS: &'static [&'static str];
    /// The forms of each alternative: a value of the alternative has one of them.
    const ALTERNATIVES: &'static [&'static [Form]];

    /// Reads a JSON text as an alternative.
    fn read(alternative: usize, json: &str) -> Result<Self, serde_json::Error>;
    /// A value that is none of the alternatives.
    fn unknown(value: RawJson) -> Self;
}

/// Implements `Deserialize` and `Serialize` for a union.
///
/// The list contains the variant for values that are none of the alternatives, the tags, and for each alternative its
/// variant, its type and its forms.
#[allow(unused_macros, reason = "a document without unions does not use it")]
macro_rules! union {
    ($name:ident $unknown:ident [$($tag:literal)*] { $($variant:ident($kind:ty) [$($form:expr),*];)* }) => {
        impl $crate::values::union::Union for $name {
            const NAME: &'static str = stringify!($name);
            const TAGS: &'static [&'static str] = &[$($tag),*];
            const ALTERNATIVES: &'static [&'static [$crate::values::union::form::Form]] = {
                #[allow(unused_imports)]
                use $crate::values::union::form::{Field, Form};
                &[$(&[$($form),*]),*]
            };

            fn read(alternative: usize, json: &str) -> ::std::result::Result<Self, ::serde_json::Error> {
                let mut left = alternative;
                $(
                    if left == 0 {
                        return ::serde_json::from_str::<$kind>(json).map(Self::$variant);
                    }
                    left -= 1;
                )*
                let _ = left;
                ::serde_json::from_str(json).map(Self::$unknown)
            }

            fn unknown(value: $crate::RawJson) -> Self {
                Self::$unknown(value)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::values::union::read(deserializer)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(value) => ::serde::Serialize::serialize(value, serializer),)*
                    Self::$unknown(value) => ::serde::Serialize::serialize(value, serializer),
                }
            }
        }
    };
}
#[allow(unused_imports, reason = "a document without unions does not use it")]
pub(crate) use union;

/// The alternatives that a value may be.
#[derive(Debug, PartialEq, Eq)]
enum Choice {
    /// The tags select this one.
    Tagged(usize),
    /// The first of these that can be read.
    Formed(Vec<usize>),
}

/// Reads a union: the alternative that the tags select, or else the first alternative of the value's form. A value that
/// is none of them is kept.
pub(crate) fn read<'de, T: Union, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let json = raw_json::text(deserializer)?;
    // Each alternative is read by a parser of its own, which does not know how deep the value already is.
    if raw_json::depth(&json) > raw_json::MAX_DEPTH {
        return Err(D::Error::custom("recursion limit exceeded"));
    }
    match choose(T::TAGS, T::ALTERNATIVES, &json) {
        // The message has no position, because that of the outer parser follows.
        Choice::Tagged(alternative) => T::read(alternative, &json).map_err(|_| {
            D::Error::custom(format_args!("the value does not match alternative {alternative} of {}", T::NAME))
        }),
        Choice::Formed(alternatives) => {
            let read = alternatives.into_iter().find_map(|alternative| T::read(alternative, &json).ok());
            read.map_or_else(|| RawJson::from_text(json).map(T::unknown).map_err(D::Error::custom), Ok)
        }
    }
}

fn choose(tags: &[&str], alternatives: &[&[Form]], json: &str) -> Choice {
    let mut left: Vec<usize> = (0..alternatives.len()).collect();
    let fields = if tags.is_empty() { Fields::default() } else { Fields::of(json) };
    for tag in tags {
        let forms = |index: &usize| alternatives.get(*index).copied().unwrap_or_default().iter();
        let Some(value) = fields.get(tag) else {
            if json.starts_with('{') {
                left.retain(|index| forms(index).any(|form| form.may_lack(tag)));
            }
            continue;
        };
        let selected: Vec<usize> = left
            .iter()
            .copied()
            .filter(|index| {
                forms(index).filter_map(|form| form.constants(tag)).flatten().any(|text| form::same_scalar(value, text))
            })
            .collect();
        match selected.as_slice() {
            [] => left.retain(|index| forms(index).any(|form| form.constants(tag).is_none())),
            [only] => return Choice::Tagged(*only),
            _ => left = selected,
        }
    }
    let matching = |strictness| -> Vec<usize> {
        let forms = |index: &usize| alternatives.get(*index).copied().unwrap_or_default();
        left.iter().copied().filter(|index| form::any(forms(index), json, strictness)).collect()
    };
    let exact = matching(Strictness::Exact);
    let mut matching = if exact.is_empty() { matching(Strictness::Lenient) } else { exact };
    prefer_known_fields(&mut matching, alternatives, json);
    Choice::Formed(matching)
}

/// Moves the alternative to the front that knows the most fields of the value, unless an earlier one requires more.
fn prefer_known_fields(matching: &mut [usize], alternatives: &[&[Form]], json: &str) {
    if matching.len() < 2 {
        return;
    }
    let fields = Fields::of(json);
    let count = |index: usize, count: &dyn Fn(&Form) -> usize| {
        alternatives.get(index).into_iter().copied().flatten().map(count).max().unwrap_or_default()
    };
    let known = |index| count(index, &|form| fields.names().filter(|name| form.has_field(name)).count());
    let required = |index| count(index, &Form::required_fields);
    let mut best = 0;
    for at in 1..matching.len() {
        let (one, other) = (matching[best], matching[at]);
        if known(other) > known(one) && required(other) >= required(one) {
            best = at;
        }
    }
    matching[..=best].rotate_right(1);
}
