//! Removes documentation that only repeats the name of its type: typify writes it where the document has no description.

use syn::{Attribute, File, Item};

use crate::client::source;
use crate::document::problem::Problem;
use crate::lower::Lowered;

/// Removes the documentation of each type that consists of its name, and returns the number of types.
pub(super) fn remove(client: &mut File, _: &Lowered, _: &mut Vec<Problem>) -> usize {
    let mut count = 0;
    for item in source::types_mut(client) {
        let name = source::name(item);
        let attributes = match item {
            Item::Struct(item) => &mut item.attrs,
            Item::Enum(item) => &mut item.attrs,
            Item::Type(item) => &mut item.attrs,
            _ => continue,
        };
        let before = attributes.len();
        if let Some(name) = name {
            attributes.retain(|attribute| !repeats(attribute, &name));
        }
        count += usize::from(attributes.len() < before);
    }
    count
}

fn repeats(attribute: &Attribute, name: &str) -> bool {
    source::doc(attribute).is_some_and(|text| text.trim() == format!("`{name}`"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::after;
    use super::*;

    #[test]
    fn only_the_name_of_the_type_is_removed() {
        let (count, written) = after(
            remove,
            "pub mod types {
                #[doc = \"`Order`\"] pub struct Order { #[doc = \"`Order`\"] pub id: i64 }
                #[doc = \"An order: `Line`\"] pub enum Line { A }
            }",
        );
        assert_eq!(count, 1);
        assert!(written.contains("pub mod types { pub struct Order { ///`Order` pub id: i64, }"), "{written}");
        assert!(written.contains("///An order: `Line`"), "{written}");
    }
}
