//! Decides which kind of change a difference of the documents is.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::change::Change;
use super::super::rules::Rule;
use super::{Leaf, Sides, What, change, is_sent, limits, operation_parts};
use crate::document::keywords::{self, Role};
use crate::document::operations::{base_url, server_url};
use crate::document::walk::Kind;

/// The change for a difference; `None` if it is reported elsewhere.
pub(super) fn of(leaf: &Leaf<'_>, sides: &Sides<'_>) -> Option<Change> {
    match leaf.what {
        What::Order("content") => operation_parts::media_type_order(leaf, sides),
        What::Order(key @ "prefixItems") => Some(limit(leaf, format!("has `{key}` in another order"))),
        What::Order(key) => Some(change(Rule::OrderChanged, leaf, format!("has `{key}` in another order"))),
        What::Keyword(kind, key) => keyword(leaf, kind, key, sides),
        What::Entry(kind, key, name) => entry(leaf, kind, key, name, sides),
    }
}

/// Whether the clients usually show a change of this kind, so that it is reported only if they do not.
pub(super) fn is_shown_by_clients(leaf: &Leaf<'_>, rule: Rule) -> bool {
    let is_type = |key: &str| matches!(keywords::role(key), Some(Role::Type | Role::Rewritten));
    match rule {
        Rule::SchemaChanged | Rule::ParameterChanged | Rule::PathParameterRenamed | Rule::ParameterWireNameChanged => {
            true
        }
        Rule::DocumentChanged => matches!(leaf.what, What::Keyword(Kind::Operation, "operationId" | "requestBody")),
        Rule::RequestLimitTightened | Rule::LimitChanged => match leaf.what {
            What::Keyword(_, key) | What::Entry(_, key, _) => is_type(key),
            What::Order(_) => false,
        },
        _ => false,
    }
}

/// A change of what the server accepts: stricter in a request, or of another kind.
fn limit(leaf: &Leaf<'_>, what: String) -> Change {
    change(if is_sent(leaf) { Rule::RequestLimitTightened } else { Rule::LimitChanged }, leaf, what)
}

fn keyword(leaf: &Leaf<'_>, kind: Kind, key: &str, sides: &Sides<'_>) -> Option<Change> {
    let with = |rule: Rule| Some(change(rule, leaf, values(leaf, key)));
    match (kind, key) {
        (_, "deprecated") => Some(deprecated(leaf, kind)),
        (_, key) if key.trim_start_matches("x-").replace(['-', '_'], "").starts_with("sunset") => {
            with(Rule::SunsetChanged)
        }
        (_, "description" | "summary" | "externalDocs" | "$comment") => with(Rule::DescriptionChanged),
        (Kind::Operation, "requestBody") => Some(change(Rule::DocumentChanged, leaf, fate(leaf, key))),
        (_, "title" | "example" | "examples") => {
            let rule = if key == "title" { Rule::DescriptionChanged } else { Rule::ExampleChanged };
            Some(change(rule, leaf, fate(leaf, key)))
        }
        (_, key) if key.starts_with("x-") => with(Rule::DocumentChanged),
        (Kind::Document, "servers") => Some(servers(leaf, sides)),
        (Kind::Document, "version") => {
            let version = |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), Value::to_string);
            let what = format!("was {}, is {}", version(leaf.old), version(leaf.new));
            Some(Change::new(Rule::DocumentVersionChanged, "`info.version`", what))
        }
        (Kind::Document | Kind::Operation, "security") => operation_parts::is_same_credential(leaf, sides)
            .then(|| change(Rule::SecurityChanged, leaf, fate(leaf, "security"))),
        // Another address is reported with the operation.
        (Kind::Operation | Kind::PathItem, "servers") => Some(
            change(Rule::ServerListChanged, leaf, fate(leaf, key))
                .because("the operations with another address are reported"),
        ),
        (Kind::Document | Kind::Operation, "tags") => with(Rule::TagsChanged),
        (Kind::Operation, "callbacks") => Some(change(Rule::WebhookChanged, leaf, fate(leaf, "callbacks"))),
        (Kind::Parameter, "style" | "explode") if operation_parts::is_another_style(leaf, sides) => {
            with(Rule::ParameterStyleChanged)
        }
        (Kind::Parameter, "schema" | "content") => {
            let form = if leaf.new.is_some() == (key == "schema") { "schema" } else { "content" };
            Some(change(Rule::ParameterStyleChanged, leaf, format!("is written as `{form}` now")))
        }
        (Kind::Parameter, "in") => with(Rule::ParameterLocationChanged),
        (Kind::Parameter, "required")
            if leaf.new == Some(&Value::Bool(true)) && operation_parts::is_cookie(leaf, sides) =>
        {
            with(Rule::ParameterNotSent)
        }
        (Kind::MediaType, "encoding") if is_sent(leaf) => {
            Some(change(Rule::RequestEncodingChanged, leaf, fate(leaf, key)))
        }
        (Kind::Parameter, "name") => {
            let name = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
            let what = format!("was `{}`", name(leaf.old));
            let is_path = operation_parts::location(leaf, sides) == Some("path");
            let rule = if is_path { Rule::PathParameterRenamed } else { Rule::ParameterWireNameChanged };
            Some(change(rule, leaf, what))
        }
        (Kind::Header, _) => with(Rule::ResponseHeaderChanged),
        (Kind::Schema, key) => Some(schema(leaf, key, sides)),
        (Kind::Components, "securitySchemes") => with(Rule::SecuritySchemeChanged),
        (Kind::Parameter, key) => Some(shown_by_clients(leaf, key, sides)),
        (Kind::RequestBody, "required") => with(Rule::ParameterChanged),
        (Kind::MediaType, "schema") => with(Rule::SchemaChanged),
        _ => with(Rule::DocumentChanged),
    }
}

fn schema(leaf: &Leaf<'_>, key: &str, sides: &Sides<'_>) -> Change {
    if leaf.part.holder.starts_with("header ") {
        return change(Rule::ResponseHeaderChanged, leaf, values(leaf, key));
    }
    let rule = match (key, keywords::role(key)) {
        ("default", _) if is_sent(leaf) && leaf.part.is_optional && leaf.new != Some(&Value::Null) => {
            Rule::RequestDefaultChanged
        }
        ("default", _) => Rule::DefaultChanged,
        ("readOnly" | "writeOnly", _) => Rule::AccessChanged,
        ("discriminator", _) if is_same_discriminator(leaf) || !operation_parts::is_in_union(leaf, sides) => {
            Rule::SchemaChanged
        }
        ("discriminator", _) => Rule::DiscriminatorChanged,
        ("enum" | "const", _) if is_sent(leaf) && refuses_values(leaf) => Rule::RequestLimitTightened,
        ("enum" | "const", _) => Rule::LimitChanged,
        ("additionalProperties", _) if is_sent(leaf) && leaf.new == Some(&Value::Bool(false)) => {
            Rule::RequestLimitTightened
        }
        (_, Some(Role::Limit | Role::Check)) if is_sent(leaf) && limits::is_tighter(key, leaf.old, leaf.new) => {
            Rule::RequestLimitTightened
        }
        (_, Some(Role::Limit | Role::Check)) => Rule::LimitChanged,
        (_, Some(Role::Type | Role::Rewritten)) | ("nullable" | "", _) => return shown_by_clients(leaf, key, sides),
        _ => Rule::DocumentChanged,
    };
    change(rule, leaf, values(leaf, key))
}

/// Whether an `enum` or a `const` refuses values that it allowed.
fn refuses_values(leaf: &Leaf<'_>) -> bool {
    let values = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    match (leaf.old.map(values), leaf.new.map(values)) {
        (Some(old), Some(new)) => old.iter().any(|value| !new.contains(value)),
        (None, new) => new.is_some(),
        (Some(_), None) => false,
    }
}

/// Whether two discriminators decide alike: their mappings may differ in notation, and map a schema's name to it.
fn is_same_discriminator(leaf: &Leaf<'_>) -> bool {
    let normalized = |discriminator: Option<&Value>| {
        let discriminator = discriminator?;
        let mapping = discriminator.get("mapping").and_then(Value::as_object).into_iter().flatten();
        let target = |value: &Value| value.as_str().and_then(|target| target.rsplit('/').next()).map(str::to_owned);
        let mapping: BTreeMap<String, String> = mapping
            .filter_map(|(name, value)| Some((name.clone(), target(value)?)))
            .filter(|(name, target)| name != target)
            .collect();
        Some((discriminator.get("propertyName").cloned(), mapping))
    };
    normalized(leaf.old) == normalized(leaf.new)
}

/// The change for a difference that determines Rust types or arguments.
fn shown_by_clients(leaf: &Leaf<'_>, key: &str, sides: &Sides<'_>) -> Change {
    match leaf.what {
        What::Keyword(Kind::Parameter, _) => change(Rule::ParameterChanged, leaf, values(leaf, key)),
        // The other keywords state the same values in another way, or the client would differ.
        What::Keyword(Kind::Schema, key) if key != "format" || operation_parts::is_type_moved(leaf, sides) => {
            change(Rule::SchemaChanged, leaf, ANOTHER_NOTATION)
        }
        _ => change(Rule::SchemaChanged, leaf, values(leaf, key)),
    }
}

const ANOTHER_NOTATION: &str = "is described in another way";

/// An entry or an item that only one document has.
fn entry(leaf: &Leaf<'_>, kind: Kind, key: &str, name: &str, sides: &Sides<'_>) -> Option<Change> {
    let is_new = leaf.new.is_some();
    let choose = |added: Rule, removed: Rule| if is_new { added } else { removed };
    let with = |rule: Rule| Some(change(rule, leaf, if is_new { "is new" } else { "was removed" }));
    match (kind, key) {
        (Kind::Document, "webhooks") => Some(change(Rule::WebhookChanged, leaf, fate(leaf, name))),
        // The types are reported, and each component has one.
        (Kind::Components, "schemas") => None,
        (Kind::Operation, "responses") => operation_parts::status(leaf, name, sides),
        (Kind::Response, "headers") => with(choose(Rule::ResponseHeaderAdded, Rule::ResponseHeaderRemoved)),
        (Kind::RequestBody | Kind::Response, "content") => operation_parts::media_type(leaf, kind, name, sides),
        (Kind::Operation, "parameters") => with(if is_new && operation_parts::is_required_cookie(leaf) {
            Rule::ParameterNotSent
        } else {
            Rule::ParameterChanged
        }),
        (Kind::Schema, key) => {
            let item = leaf.new.or(leaf.old);
            let has_reference = item.is_some_and(|item| item.get("$ref").is_some());
            let rule = match keywords::role(key) {
                _ if leaf.part.holder.starts_with("header ") => Rule::ResponseHeaderChanged,
                // A value must match each part of `allOf`, and one alternative of a union.
                _ if is_sent(leaf) && key == "allOf" && is_new && !has_reference => Rule::RequestLimitTightened,
                _ if is_sent(leaf) && key == "prefixItems" && is_new => Rule::RequestLimitTightened,
                Some(Role::Check | Role::Limit) if is_sent(leaf) && is_new => Rule::RequestLimitTightened,
                Some(Role::Check | Role::Limit) => Rule::LimitChanged,
                _ => Rule::SchemaChanged,
            };
            let what = match (rule, is_new) {
                (_, true) if key == "properties" => "is new".to_owned(),
                (_, false) if key == "properties" => "was removed".to_owned(),
                (Rule::SchemaChanged, _) => ANOTHER_NOTATION.to_owned(),
                (_, true) => format!("has a new entry of `{key}`"),
                (_, false) => format!("lost an entry of `{key}`"),
            };
            Some(change(rule, leaf, what))
        }
        _ => {
            let what = if is_new { format!("has `{key}/{name}` now") } else { format!("no longer has `{key}/{name}`") };
            Some(change(Rule::DocumentChanged, leaf, what))
        }
    }
}

fn deprecated(leaf: &Leaf<'_>, kind: Kind) -> Change {
    let is_true = |value: Option<&Value>| value == Some(&Value::Bool(true));
    let (rule, what) = match (is_true(leaf.old), is_true(leaf.new), kind) {
        (false, true, Kind::Operation) => (Rule::OperationDeprecated, "is deprecated now"),
        (false, true, Kind::Parameter) => (Rule::ParameterDeprecated, "is deprecated now"),
        (false, true, _) => (Rule::FieldDeprecated, "is deprecated now"),
        (true, false, _) => (Rule::DeprecationRemoved, "is no longer deprecated"),
        _ => (Rule::DocumentChanged, "states `deprecated` in another way"),
    };
    change(rule, leaf, what)
}

fn servers(leaf: &Leaf<'_>, sides: &Sides<'_>) -> Change {
    let url = |document: &Value| {
        let relative = || document.get("servers").and_then(|list| server_url(list.get(0)?));
        base_url(document).or_else(relative).unwrap_or_else(|| "none".to_owned())
    };
    let (before, after) = (url(&sides.old.document), url(&sides.new.document));
    if before == after {
        change(Rule::ServerListChanged, leaf, fate(leaf, "servers"))
    } else {
        Change::new(Rule::ServerUrlChanged, "base URL", format!("was {before}, is {after}"))
    }
}

/// Whether a webhook or a callback is new, changed or was removed.
fn fate(leaf: &Leaf<'_>, name: &str) -> String {
    match (leaf.old, leaf.new) {
        (None, _) => format!("has `{name}` now"),
        (_, None) => format!("no longer has `{name}`"),
        _ => format!("has another `{name}`"),
    }
}

/// The values of a keyword in both documents.
fn values(leaf: &Leaf<'_>, key: &str) -> String {
    let (old, new) = (leaf.old.map(Value::to_string), leaf.new.map(Value::to_string));
    let start = match (&old, &new) {
        (Some(old), Some(new)) => first_difference(old, new),
        _ => 0,
    };
    let (old, new) = (old.map(|text| shown(&text, start)), new.map(|text| shown(&text, start)));
    let key = if key.is_empty() { "value" } else { key };
    match (old, new) {
        (Some(old), Some(new)) => format!("has `{key}` {new} now, was {old}"),
        (None, Some(new)) => format!("has `{key}` {new} now"),
        (Some(old), None) => format!("no longer has `{key}`, was {old}"),
        (None, None) => format!("has another `{key}`"),
    }
}

/// The number of characters that a value may have in a report.
const SHOWN: usize = 80;
/// The number of equal characters before a difference that are shown.
const CONTEXT: usize = 20;

/// The index of the first character in which two texts differ.
fn first_difference(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}

/// A text, without the parts that are far from the character `at`.
fn shown(text: &str, at: usize) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    let start = if at > SHOWN - CONTEXT { at - CONTEXT } else { 0 };
    let cut: String = text.chars().skip(start).take(SHOWN).collect();
    let before = if start > 0 { "…" } else { "" };
    let after = if text.chars().count() > start + SHOWN { "…" } else { "" };
    format!("{before}{cut}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut_around_the_difference() {
        let long = "a".repeat(200);
        let (old, new) = (format!("{long}bc"), format!("{long}dc"));
        let at = first_difference(&old, &new);
        assert_eq!(at, 200);
        assert_eq!(shown(&new, at), format!("…{}dc", "a".repeat(20)));
        assert_eq!(shown("short", 2), "short");
    }
}
