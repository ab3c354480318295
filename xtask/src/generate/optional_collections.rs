//! Makes each list or map that may be absent an `Option`, so that an empty one differs from an absent one.

use syn::{Field, Fields, File, Item};

use crate::client::source::{self, Presence};
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Wraps each list or map that typify omits when it is empty, and returns their number.
pub(super) fn wrap(client: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let mut count = 0;
    for item in source::types_mut(client) {
        let Item::Struct(item) = item else { continue };
        let Fields::Named(fields) = &mut item.fields else { continue };
        // The type costs less than the attributes.
        let is_left_out = |field: &&mut Field| {
            source::is_collection(&field.ty) && source::presence(field) == Presence::LeftOutIfEmpty
        };
        for field in fields.named.iter_mut().filter(is_left_out) {
            source::make_optional(field);
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn a_list_that_may_be_absent_is_optional_and_a_required_one_is_not() {
        let (count, written) = after(
            wrap,
            r#"pub mod types { pub struct Order {
                #[serde(rename = "Lines", default, skip_serializing_if = "::std::vec::Vec::is_empty")]
                pub lines: ::std::vec::Vec<Line>,
                pub all: ::std::vec::Vec<Line>,
            } }"#,
        );
        assert_eq!(count, 1);
        for expected in [
            "rename = \"Lines\", skip_serializing_if = \"::std::option::Option::is_none\"",
            "pub lines: ::std::option::Option<::std::vec::Vec<Line>>",
            "pub all: ::std::vec::Vec<Line>",
        ] {
            assert!(written.contains(expected), "{expected} is missing in\n{written}");
        }
    }
}
