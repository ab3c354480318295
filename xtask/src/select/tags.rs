//! The tags of a document.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;
use similar::get_close_matches;

use crate::document::references;
use crate::document::walk;

/// The form of a tag that is compared: without spaces around it, and without letter case.
pub(super) fn key(tag: &str) -> String {
    tag.trim().to_lowercase()
}

/// The tags of an operation.
pub(super) fn of(operation: &Value) -> impl Iterator<Item = &str> {
    operation.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The tags of the operations of a document by their keys: the first spelling, and the number of operations.
pub(super) struct Tags(BTreeMap<String, (String, usize)>);

impl Tags {
    pub(super) fn of(document: &Value) -> Self {
        let mut tags: BTreeMap<String, (String, usize)> = BTreeMap::new();
        walk::visit(document, &mut |kind, place, node| {
            if references::call(kind, place).is_none() {
                return;
            }
            let mut counted = BTreeSet::new();
            for tag in of(node) {
                let (_, count) = tags.entry(key(tag)).or_insert_with(|| (tag.trim().to_owned(), 0));
                *count += usize::from(counted.insert(key(tag)));
            }
        });
        Self(tags)
    }

    /// The tags `names` that operations have, as the document spells them, in alphabetical order.
    pub(super) fn spelled(&self, names: &[&str]) -> Vec<String> {
        let wanted: BTreeSet<String> = names.iter().map(|name| key(name)).collect();
        wanted.iter().filter_map(|key| Some(self.0.get(key)?.0.clone())).collect()
    }

    /// The error for a tag that no operation of the document `document` has.
    pub(super) fn unknown(&self, document: &str, tag: &str) -> Option<UnknownTag> {
        if self.0.contains_key(&key(tag)) {
            return None;
        }
        let keys: Vec<&str> = self.0.keys().map(String::as_str).collect();
        let similar = get_close_matches(key(tag).as_str(), &keys, 1, 0.6).first().and_then(|key| self.0.get(*key));
        let tags = self.0.values().cloned().collect();
        let similar = similar.map(|(spelled, _)| spelled.clone());
        Some(UnknownTag { document: document.to_owned(), tag: tag.to_owned(), similar, tags })
    }
}

/// A tag that no operation of a document has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct UnknownTag {
    document: String,
    tag: String,
    similar: Option<String>,
    tags: Vec<(String, usize)>,
}

impl UnknownTag {
    /// The tag as it was asked for.
    pub fn tag(&self) -> &str {
        &self.tag
    }
}

impl fmt::Display for UnknownTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no operation of {} has the tag `{}`", self.document, self.tag)?;
        if let Some(similar) = &self.similar {
            write!(f, "; a similar one is `{similar}`")?;
        }
        if self.tags.is_empty() {
            return write!(f, "; no operation has any tag");
        }
        write!(f, "\nits tags, each with its number of operations:")?;
        self.tags.iter().try_for_each(|(tag, count)| write!(f, "\n  {tag} ({count})"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_unknown_tag_is_reported_with_the_tags_and_their_numbers_of_operations() {
        let tags = Tags::of(&json!({"paths": {
            "/a": {"get": {"tags": ["Orders", "Cakes"]}, "post": {"tags": ["orders", "Orders"]}},
            "/b": {"get": {"tags": 7}, "post": {}},
        }}));
        assert_eq!(tags.unknown("a.yaml", "ORDERS"), None);
        assert_eq!(
            tags.unknown("a.yaml", "Order").unwrap().to_string(),
            "no operation of a.yaml has the tag `Order`; a similar one is `Orders`\n\
             its tags, each with its number of operations:\n  Cakes (1)\n  Orders (2)"
        );
        assert_eq!(tags.spelled(&["orders", "CAKES", "Orders", "bread"]), ["Cakes", "Orders"]);
        let none = Tags::of(&json!({}));
        assert_eq!(
            none.unknown("a.yaml", "Order").unwrap().to_string(),
            "no operation of a.yaml has the tag `Order`; no operation has any tag"
        );
    }
}
