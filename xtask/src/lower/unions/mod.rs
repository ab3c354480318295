//! Unions: `anyOf` and `oneOf`.
//!
//! The generated client decides a union by a tag, or by the form of the value. Three passes prepare this: `note` records
//! the forms of the alternatives while the document still has all of its keywords, `order` gives a union the form that the
//! generator reads, and `decide` finds the tags and the final order.

mod decide;
mod discriminator;
mod forms;
mod note;
mod order;
mod tags;

pub(super) use decide::decide;
pub use forms::{Field, Form};
pub(super) use note::{Noted, note};
pub(super) use order::order;

use crate::document::pointer::Pointer;

/// How the client decides a union.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Union {
    /// The fields whose constants select an alternative, the most important first.
    pub tags: Vec<String>,
    /// The alternatives in the order of the variants.
    pub alternatives: Vec<Alternative>,
    /// Pairs of an alternative and an earlier one as which its values may be read.
    pub ambiguous: Vec<(usize, usize)>,
}

impl Union {
    /// Whether a value of the alternative `other` may be read as the alternative `read`.
    pub fn is_ambiguous(&self, read: usize, other: usize) -> bool {
        self.ambiguous.contains(&(other, read)) || self.ambiguous.contains(&(read, other))
    }
}

/// An alternative of a union.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Alternative {
    /// A value of the alternative has one of these forms.
    pub forms: Vec<Form>,
    /// The place of its schema in the document as it was read, if the document has this alternative.
    pub place: Option<Pointer>,
}
