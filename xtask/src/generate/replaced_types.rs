//! A visitor that replaces types.

use syn::Type;
use syn::visit_mut::{self, VisitMut};

/// Replaces each type for which `by` returns another one, and counts them. It does not look into a type that it replaces.
pub(super) struct Replaced<F> {
    by: F,
    /// The number of replaced types.
    pub(super) count: usize,
}

impl<F: FnMut(&Type) -> Option<Type>> Replaced<F> {
    pub(super) fn new(by: F) -> Self {
        Self { by, count: 0 }
    }
}

impl<F: FnMut(&Type) -> Option<Type>> VisitMut for Replaced<F> {
    fn visit_type_mut(&mut self, kind: &mut Type) {
        if let Some(other) = (self.by)(kind) {
            *kind = other;
            self.count += 1;
        } else {
            visit_mut::visit_type_mut(self, kind);
        }
    }
}
