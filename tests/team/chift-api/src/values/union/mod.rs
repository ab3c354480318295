//! How a union is read: by the value of a tag, or by the form of the value.
//!
//! `serde`'s `untagged` takes the first alternative that can be read, which is the wrong one if an alternative accepts
//! more than its schema; and its buffer loses the digits of numbers. Here the text of the value selects the alternative
//! first, and then only that alternative reads it.

pub(crate) mod form;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde::de::{Deserializer, Error as _};

use self::form::{Fields, Form, Given, Strictness};
use super::raw_json;
use crate::RawJson;

/// Reads a JSON text as one alternative.
pub(crate) type Read<T> = fn(&str) -> Result<T, serde_json::Error>;

/// A union. [`union!`] implements it.
pub(crate) trait Union: Sized + 'static {
    /// The name in Rust.
    const NAME: &'static str;
    /// The fields whose constants select an alternative, the most important first.
    const TAGS: &'static [&'static str];
    /// The forms of each alternative: a value of the alternative has one of them.
    const FORMS: &'static [&'static [Form]];
    /// The functions that read the alternatives.
    const READ: &'static [Read<Self>];

    /// A value that is none of the alternatives.
    fn unknown(value: RawJson) -> Self;
}

/// Implements `Deserialize` and `Serialize` for a union.
///
/// The list contains the variant for values that are none of the alternatives, the tags, and for each alternative its
/// variant, its type or the string that it stands for, and its forms.
#[allow(unused_macros, reason = "a document without unions does not use it")]
macro_rules! union {
    ($name:ident $unknown:ident [$($tag:literal)*] {
        $($variant:ident $(($kind:ty))? $(= $text:literal)? [$($form:expr),*];)*
    }) => {
        impl $crate::values::union::Union for $name {
            const NAME: &'static str = stringify!($name);
            const TAGS: &'static [&'static str] = &[$($tag),*];
            const FORMS: &'static [&'static [$crate::values::union::form::Form]] = {
                #[allow(unused_imports)]
                use $crate::values::union::form::{Field, Form};
                &[$(&[$($form),*]),*]
            };
            const READ: &'static [$crate::values::union::Read<Self>] = &[$(
                $(|json| ::serde_json::from_str::<$kind>(json).map(Self::$variant))?
                $(|json| $crate::values::union::read_constant($text, json).map(|()| Self::$variant))?
            ),*];

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
                    $(
                        $(Self::$variant(value) => <$kind as ::serde::Serialize>::serialize(value, serializer),)?
                        $(Self::$variant => serializer.serialize_str($text),)?
                    )*
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
    let as_alternative = |index: usize| T::READ.get(index).map(|read| read(&json));
    let value = match choose(T::TAGS, T::FORMS, &json) {
        Choice::Tagged(index) => as_alternative(index).transpose().map_err(|_| {
            // The message has no position, because that of the outer parser follows.
            D::Error::custom(format_args!("the value does not match alternative {index} of {}", T::NAME))
        })?,
        Choice::Formed(alternatives) => alternatives.into_iter().filter_map(as_alternative).find_map(Result::ok),
    };
    match value {
        Some(value) => Ok(value),
        None => RawJson::from_text(json).map(T::unknown).map_err(D::Error::custom),
    }
}

/// Checks that a JSON text is the string `expected`.
#[allow(dead_code, reason = "a document without constants in unions does not use it")]
pub(crate) fn read_constant(expected: &str, json: &str) -> Result<(), serde_json::Error> {
    let text: Cow<'_, str> = serde_json::from_str(json)?;
    if text == expected { Ok(()) } else { Err(serde_json::Error::custom("another string was expected")) }
}

fn choose(tags: &[&str], alternatives: &[&[Form]], json: &str) -> Choice {
    let given = Given::new(json);
    let mut left: Vec<usize> = (0..alternatives.len()).collect();
    for tag in tags {
        let forms = |index: &usize| alternatives.get(*index).copied().unwrap_or_default().iter();
        let Some(value) = given.fields().get(tag) else {
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
        left.iter().copied().filter(|index| form::any(forms(index), &given, strictness)).collect()
    };
    let exact = matching(Strictness::Exact);
    let mut matching = if exact.is_empty() { matching(Strictness::Lenient) } else { exact };
    prefer_known_fields(&mut matching, alternatives, given.fields());
    Choice::Formed(matching)
}

/// Moves the alternative to the front that knows the most fields of the value, unless an earlier one requires more.
fn prefer_known_fields(matching: &mut [usize], alternatives: &[&[Form]], fields: &Fields<'_>) {
    if matching.len() < 2 {
        return;
    }
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
