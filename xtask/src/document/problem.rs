//! An error in a document: its place, what it is, and how to fix it.

use std::fmt;

use crate::document::pointer::Pointer;

/// One error in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The place in the document.
    pub place: Pointer,
    /// A description of the error.
    pub what: String,
    /// How the maintainer can fix it.
    pub hint: String,
}

impl Problem {
    /// An error at a place.
    pub fn new(place: &Pointer, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { place: place.clone(), what: what.into(), hint: hint.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n  hint: {}", self.place, self.what, self.hint)
    }
}

/// All errors that one stage found; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Returns `Ok` if the list is empty.
    ///
    /// # Errors
    ///
    /// The list, if it is not empty.
    pub fn none(list: Vec<Problem>) -> Result<(), Self> {
        if list.is_empty() { Ok(()) } else { Err(Self(list)) }
    }

    /// The problems with their places changed.
    #[must_use]
    pub(crate) fn at(self, place: impl Fn(&Pointer) -> Pointer) -> Self {
        Self(self.0.into_iter().map(|problem| Problem { place: place(&problem.place), ..problem }).collect())
    }

    /// The problems, in the order of the document.
    pub fn list(&self) -> &[Problem] {
        &self.0
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

/// The number of problems that are printed; the others are only counted.
const SHOWN: usize = 20;

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().take(SHOWN).enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        if self.0.len() > SHOWN {
            write!(f, "\n… and {} more", self.0.len() - SHOWN)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
