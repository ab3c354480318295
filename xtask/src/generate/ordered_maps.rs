//! Replaces `serde_json::Map`, which sorts its fields, with `IndexMap`, which keeps their order.
//!
//! typify uses the map type of its settings for maps of typed values only.

use syn::visit_mut::{self, VisitMut};
use syn::{File, Path, parse_quote};

use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Replaces each `serde_json::Map`, and returns their number.
pub(super) fn replace(client: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let mut replacing = Replacing { count: 0 };
    replacing.visit_file_mut(client);
    replacing.count
}

struct Replacing {
    count: usize,
}

impl VisitMut for Replacing {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        let mut segments = path.segments.iter();
        if segments.next().is_some_and(|first| first.ident == "serde_json")
            && segments.next().is_some_and(|second| second.ident == "Map")
            && segments.next().is_none()
            && let Some(last) = path.segments.last()
        {
            let arguments = &last.arguments;
            *path = parse_quote!(::indexmap::IndexMap #arguments);
            self.count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn every_map_keeps_its_order() {
        let (count, written) = after(
            replace,
            "pub mod types {
                pub struct Order { pub extra: ::serde_json::Map<::std::string::String, ::serde_json::Value> }
                impl Free { pub fn of(map: ::serde_json::Map<::std::string::String, ::serde_json::Value>) {} }
            }",
        );
        assert_eq!(count, 2);
        assert!(!written.contains("serde_json::Map"), "{written}");
        assert!(
            written.contains("pub extra: ::indexmap::IndexMap<::std::string::String, ::serde_json::Value>"),
            "{written}"
        );
    }
}
