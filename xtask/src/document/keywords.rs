//! The keywords of a schema: those of JSON Schema 2020-12 and draft 4, and those that `OpenAPI` adds. A table defines
//! the role of each keyword, and so what lowering does with it.

use serde_json::Value;

use crate::document::kind::Kind;
use crate::document::kind::Shape::{self, List, Map, One};

/// The purpose of a keyword, which decides what lowering does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Determines the Rust type; the generator reads it.
    Type,
    /// Determines the Rust type and does not exist in 3.0; a pass rewrites it.
    Rewritten,
    /// Describes a value of any type; the generator reads it.
    Annotation,
    /// Restricts a value or sets its default; it becomes documentation.
    Limit,
    /// Only restricts a value; it is removed and reported.
    Check,
    /// Affects neither values nor types; it is removed.
    Ignored,
}

const SCHEMA: Shape = One(Kind::Schema);
const SCHEMAS: Shape = List(Kind::Schema);
const NAMED: Shape = Map(Kind::Schema);

/// The keywords that contain schemas.
#[rustfmt::skip]
pub(crate) const APPLICATORS: &[(&str, Role, Shape)] = &[
    ("properties",            Role::Type,      NAMED),
    ("patternProperties",     Role::Check,     NAMED),
    ("dependentSchemas",      Role::Check,     NAMED),
    ("$defs",                 Role::Rewritten, NAMED),
    ("definitions",           Role::Rewritten, NAMED),
    ("additionalProperties",  Role::Type,      SCHEMA),
    ("unevaluatedProperties", Role::Check,     SCHEMA),
    ("propertyNames",         Role::Check,     SCHEMA),
    ("items",                 Role::Type,      SCHEMA),
    ("prefixItems",           Role::Rewritten, SCHEMAS),
    ("contains",              Role::Check,     SCHEMA),
    ("unevaluatedItems",      Role::Check,     SCHEMA),
    ("contentSchema",         Role::Ignored,   SCHEMA),
    ("allOf",                 Role::Type,      SCHEMAS),
    ("anyOf",                 Role::Type,      SCHEMAS),
    ("oneOf",                 Role::Type,      SCHEMAS),
    ("not",                   Role::Check,     SCHEMA),
    ("if",                    Role::Check,     SCHEMA),
    ("then",                  Role::Check,     SCHEMA),
    ("else",                  Role::Check,     SCHEMA),
];

/// The keywords that do not contain schemas.
#[rustfmt::skip]
const OTHERS: &[(&str, Role)] = &[
    ("$ref",              Role::Type),
    ("enum",              Role::Type),
    ("format",            Role::Type),
    ("required",          Role::Type),
    ("type",              Role::Type),
    ("const",             Role::Rewritten),
    // `nullable` exists in 3.0 only, and does not depend on the type next to it.
    ("nullable",          Role::Annotation),
    ("title",             Role::Annotation),
    ("description",       Role::Annotation),
    ("deprecated",        Role::Annotation),
    ("readOnly",          Role::Annotation),
    ("writeOnly",         Role::Annotation),
    ("externalDocs",      Role::Annotation),
    ("default",           Role::Limit),
    ("minLength",         Role::Limit),
    ("maxLength",         Role::Limit),
    ("minItems",          Role::Limit),
    ("maxItems",          Role::Limit),
    ("minProperties",     Role::Limit),
    ("maxProperties",     Role::Limit),
    ("minimum",           Role::Limit),
    ("maximum",           Role::Limit),
    ("exclusiveMinimum",  Role::Limit),
    ("exclusiveMaximum",  Role::Limit),
    ("multipleOf",        Role::Limit),
    ("pattern",           Role::Limit),
    ("contentEncoding",   Role::Limit),
    ("contentMediaType",  Role::Limit),
    ("uniqueItems",       Role::Check),
    ("minContains",       Role::Check),
    ("maxContains",       Role::Check),
    ("dependentRequired", Role::Check),
    ("$anchor",           Role::Ignored),
    ("$comment",          Role::Ignored),
    ("$id",               Role::Ignored),
    ("$schema",           Role::Ignored),
    ("discriminator",     Role::Ignored),
    ("example",           Role::Ignored),
    ("examples",          Role::Ignored),
    ("xml",               Role::Ignored),
    ("$dynamicAnchor",    Role::Ignored),
    ("$vocabulary",       Role::Ignored),
    ("$dynamicRef",       Role::Check),
    ("additionalItems",   Role::Check),
    ("dependencies",      Role::Check),
];

/// The types that a schema can state.
pub(crate) const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// The role of `keyword`; `None` if neither JSON Schema nor `OpenAPI` defines it.
pub(crate) fn role(keyword: &str) -> Option<Role> {
    let applicator = APPLICATORS.iter().find(|(name, ..)| *name == keyword).map(|(_, role, _)| *role);
    applicator.or_else(|| OTHERS.iter().find(|(name, _)| *name == keyword).map(|(_, role)| *role))
}

/// Whether `keyword` restricts the values of a schema: it neither describes them nor is ignored.
pub(crate) fn is_rule(keyword: &str) -> bool {
    !matches!(role(keyword), None | Some(Role::Annotation | Role::Ignored))
}

/// The shape of the schemas that `keyword` contains, if it contains any.
pub(crate) fn shape(keyword: &str) -> Option<&'static Shape> {
    APPLICATORS.iter().find(|(name, ..)| *name == keyword).map(|(.., shape)| shape)
}

/// The keywords with the given role.
#[cfg(test)]
pub(crate) fn with(role: Role) -> impl Iterator<Item = &'static str> {
    let applicators = APPLICATORS.iter().map(|(name, role, _)| (*name, *role));
    applicators.chain(OTHERS.iter().copied()).filter(move |(_, it)| *it == role).map(|(name, _)| name)
}

/// Whether `schema` describes its values by a keyword other than `type`.
pub(crate) fn describes_values(schema: &Value) -> bool {
    ["$ref", "allOf", "anyOf", "oneOf", "enum", "const", "properties", "prefixItems"]
        .iter()
        .any(|keyword| schema.get(*keyword).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_keyword_is_listed_once() {
        let mut names: Vec<&str> =
            APPLICATORS.iter().map(|(name, ..)| *name).chain(OTHERS.iter().map(|(name, _)| *name)).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_keyword_has_a_role_and_an_applicator_a_shape() {
        assert_eq!(role("maxLength"), Some(Role::Limit));
        assert_eq!(role("not"), Some(Role::Check));
        assert_eq!(role("desciption"), None);
        assert!(matches!(shape("allOf"), Some(List(Kind::Schema))));
        assert!(shape("enum").is_none());
    }
}
