//! Marks the type of all errors as `#[non_exhaustive]`: a new error body in the document is a new variant, and breaks no
//! caller.

use std::collections::BTreeSet;

use syn::{File, Item, parse_quote};

use crate::client::{contained, source};
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Marks each enum that an error of a method contains, and returns their number.
pub(super) fn mark(client: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let errors: BTreeSet<String> =
        source::methods(client).filter_map(source::failure).flat_map(contained::Names::of).collect();
    let mut count = 0;
    for item in source::types_mut(client) {
        if let Item::Enum(item) = item
            && errors.contains(&item.ident.to_string())
        {
            item.attrs.push(parse_quote!(#[non_exhaustive]));
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
    fn the_type_of_errors_is_marked_and_other_enums_are_not() {
        let (count, written) = after(
            mark,
            "pub mod types {
                pub enum ApiError { Problem(Problem), Undocumented(crate::Undocumented) }
                pub enum Problem { A, B }
            }
            impl Client { pub async fn get(&self) -> Result<ResponseValue<()>, Error<types::ApiError>> {} }",
        );
        assert_eq!(count, 1);
        assert!(written.contains("#[non_exhaustive] pub enum ApiError"), "{written}");
    }
}
