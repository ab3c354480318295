//! The kinds of changes: the stable id of each, its verdict, what it means, and an example.

mod list;

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

pub use self::list::Rule;
use super::verdict::Verdict;

impl Rule {
    /// Its stable id.
    pub fn id(self) -> &'static str {
        self.row().0
    }

    /// The effect on callers.
    pub fn verdict(self) -> Verdict {
        self.row().1
    }

    /// What it means, as a sentence.
    pub fn meaning(self) -> &'static str {
        self.row().2
    }

    /// The reason for the verdict, unless a change has a more specific one.
    pub fn why(self) -> &'static str {
        self.row().3
    }

    /// A change of this kind, in Markdown.
    pub fn example(self) -> &'static str {
        self.row().4
    }

    /// The kind of change with this id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().find(|rule| rule.id() == id).copied()
    }

    /// Whether it concerns the end of support for a part.
    pub(super) fn is_deprecation(self) -> bool {
        use Rule::{DeprecationRemoved, FieldDeprecated, OperationDeprecated, ParameterDeprecated, SunsetChanged};
        matches!(self, OperationDeprecated | ParameterDeprecated | FieldDeprecated | SunsetChanged | DeprecationRemoved)
    }

    /// The kind of change for an optional query parameter, which is a field of a struct.
    pub(super) fn of_query_parameter(self) -> Self {
        match self {
            Self::FieldRemoved => Self::QueryParameterRemoved,
            Self::FieldTypeChanged | Self::FieldBecameOptional | Self::FieldBecameRequired => {
                Self::QueryParameterTypeChanged
            }
            Self::FieldWireNameChanged => Self::ParameterWireNameChanged,
            Self::FieldAdded => Self::QueryParameterAdded,
            other => other,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl JsonSchema for Rule {
    fn schema_name() -> Cow<'static, str> {
        "Rule".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let ids: Vec<&str> = Self::ALL.iter().map(|rule| rule.id()).collect();
        json_schema!({"type": "string", "enum": ids, "description": "The stable id of a kind of change. Later versions may have more."})
    }
}

/// The table of all kinds of changes, in Markdown.
pub fn table() -> String {
    let mut table = "| id | verdict | what it means | why | example |\n|---|---|---|---|---|\n".to_owned();
    for rule in Rule::ALL {
        let (id, verdict, meaning, why, example) = rule.row();
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| `{id}` | {verdict} | {meaning} | {why} | {example} |");
    }
    table
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_rule_has_an_id_of_its_own_and_a_sentence() {
        let ids: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        assert_eq!(ids.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            assert!(rule.id().chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{rule}");
            assert!(
                rule.meaning().ends_with('.') && !rule.why().ends_with('.') && !rule.example().is_empty(),
                "{rule}"
            );
            assert_eq!(Rule::from_id(rule.id()), Some(*rule));
        }
        assert_eq!(Rule::from_id("field-eaten"), None);
    }
}
