//! Decides which kind of change a difference in a part of an operation is: a status, a media type, the style of a
//! parameter, or the credentials.

use serde_json::{Map, Value};

use super::super::change::Change;
use super::super::rules::Rule;
use super::parts::Direction;
use super::{Leaf, Sides, change};
use crate::document::operations::server_url;
use crate::document::pointer::Pointer;
use crate::document::walk::Kind;
use crate::document::{media_types, references, security};

/// The change of a status. A success whose status is replaced by another one is reported once.
pub(super) fn status(leaf: &Leaf<'_>, status: &str, sides: &Sides<'_>) -> Option<Change> {
    let is_new = leaf.new.is_some();
    if status.starts_with("x-") {
        return Some(Change::new(Rule::DocumentChanged, "responses", format!("differ in `{status}`")));
    }
    if !status.starts_with('2') {
        let (rule, what) = if is_new {
            (Rule::ErrorStatusAdded, "is documented now")
        } else {
            (Rule::ErrorStatusRemoved, "is no longer documented")
        };
        return Some(change(rule, leaf, what));
    }
    let statuses = |place: &Pointer, document: &Value| -> Vec<String> {
        let responses = place.child("responses").find(document).and_then(Value::as_object);
        let mut statuses: Vec<String> = responses.into_iter().flat_map(Map::keys).cloned().collect();
        statuses.sort_unstable();
        statuses
    };
    let operation = leaf.operation.as_ref()?;
    let before = statuses(&operation.old, &sides.old.document);
    let after = statuses(&operation.new, &sides.new.document);
    let only = |list: &[String], other: &[String]| -> Vec<String> {
        list.iter().filter(|status| status.starts_with('2') && !other.contains(status)).cloned().collect()
    };
    let (gone, added) = (only(&before, &after), only(&after, &before));
    let position = |list: &[String]| list.iter().position(|it| it == status);
    // The old client accepts each status of a range, and of `default` if no success is documented.
    let has_success = before.iter().any(|status| status.starts_with('2'));
    let range = before.iter().find(|it| it.eq_ignore_ascii_case("2XX") || !has_success && *it == "default");
    let (rule, what) = match (range, is_new) {
        (Some(range), true) => (Rule::SuccessStatusRemoved, format!("replaces {range}")),
        (Some(_), false) => return None,
        (None, true) => match gone.get(position(&added)?) {
            Some(gone) => (Rule::SuccessStatusChanged, format!("replaces response {gone}")),
            None => (Rule::SuccessStatusAdded, "is documented now".to_owned()),
        },
        // Reported with the status that replaces it.
        (None, false) if position(&gone)? < added.len() => return None,
        (None, false) => (Rule::SuccessStatusRemoved, "is no longer documented".to_owned()),
    };
    Some(change(rule, leaf, what))
}

/// The change of a media type: whether the client uses another one now.
pub(super) fn media_type(leaf: &Leaf<'_>, kind: Kind, name: &str, sides: &Sides<'_>) -> Option<Change> {
    let is_request = kind == Kind::RequestBody;
    let [before, after] = leaf.nodes(sides).map(|content| chosen(content?, is_request));
    let is_new = leaf.new.is_some();
    let what = |verb: &str| format!("{verb} `{name}`");
    if before != after {
        let is_of_other_entry = match &after {
            Some(after) if is_new => *after != name,
            Some(after) => is_new_media_type(leaf, after, sides),
            None => before != Some(name),
        };
        if is_of_other_entry {
            // Reported with the media type that the client uses now.
            return None;
        }
        return Some(chosen_changed(leaf, before, after, is_request));
    }
    Some(if is_new {
        change(Rule::MediaTypeAdded, leaf, what("can have the media type"))
    } else {
        change(Rule::MediaTypeRemoved, leaf, what("can no longer have the media type"))
    })
}

/// The media type that the client uses for a body with this `content`.
fn chosen(content: &Value, is_request: bool) -> Option<&str> {
    let content = content.as_object()?;
    let chosen = if is_request { media_types::chosen_request(content) } else { media_types::chosen_response(content) };
    chosen.map(String::as_str)
}

fn chosen_changed(leaf: &Leaf<'_>, before: Option<&str>, after: Option<&str>, is_request: bool) -> Change {
    let rule = if is_request { Rule::RequestMediaTypeChanged } else { Rule::ResponseMediaTypeChanged };
    let shown = |name: Option<&str>| name.map_or("none".to_owned(), |name| format!("`{name}`"));
    change(rule, leaf, format!("has the media type {}, had {}", shown(after), shown(before)))
}

/// Whether the media type that the client uses now is new, so that its entry reports the change.
fn is_new_media_type(leaf: &Leaf<'_>, after: &str, sides: &Sides<'_>) -> bool {
    let content = leaf.old_place.parent();
    content.is_none_or(|content| content.child(after).find(&sides.old.document).is_none())
}

/// Whether the values of a parameter are written in another way, given the defaults of OpenAPI 3.1 (Parameter Object).
pub(super) fn is_another_style(leaf: &Leaf<'_>, sides: &Sides<'_>) -> bool {
    let style = |parameter: Option<&Value>, document: &Value| {
        let text = |key: &str| parameter?.get(key)?.as_str();
        let default = if matches!(text("in"), Some("query" | "cookie")) { "form" } else { "simple" };
        let style = text("style").unwrap_or(default).to_owned();
        let explode = parameter.and_then(|it| it.get("explode")?.as_bool()).unwrap_or(style == "form");
        let schema = parameter.and_then(|it| it.get("schema"));
        let is_single = schema.is_some_and(|schema| is_single(schema, document, DEPTH));
        let is_plain = is_single && ["form", "simple"].contains(&style.as_str());
        if is_plain { (String::new(), false) } else { (style, explode) }
    };
    let [old, new] = leaf.nodes(sides);
    style(old, &sides.old.document) != style(new, &sides.new.document)
}

/// How deep alternatives are followed, which can contain themselves.
const DEPTH: usize = 4;

/// Whether a schema allows single values only, which all styles of paths and queries write alike.
fn is_single(schema: &Value, document: &Value, depth: usize) -> bool {
    let schema = references::resolved(schema, document);
    let is_single_type = |kind: &Value| !["array", "object"].iter().any(|it| kind == it);
    let parts = ["anyOf", "oneOf", "allOf"].iter().filter_map(|key| schema.get(*key)?.as_array()).flatten();
    let types_are_single = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().all(is_single_type),
        Some(kind) => is_single_type(kind),
        None => depth > 0,
    };
    types_are_single && depth > 0 && parts.into_iter().all(|part| is_single(part, document, depth - 1))
}

/// Whether the client sends the same credential for the operations with the security `leaf`, and needs no other one.
pub(super) fn is_same_credential(leaf: &Leaf<'_>, sides: &Sides<'_>) -> bool {
    let credentials = |own: Option<&Value>, document: &Value| {
        security::credentials(own.or_else(|| document.get("security")), document)
    };
    let before = credentials(leaf.old, &sides.old.document);
    let after = credentials(leaf.new, &sides.new.document);
    before.bearer == after.bearer && (after.unsupported.is_empty() || before.unsupported == after.unsupported)
}

/// The change if an operation needs other credentials that the client does not send.
pub(super) fn credentials(old: &Pointer, new: &Pointer, sides: &Sides<'_>) -> Option<Change> {
    let unsupported = |place: &Pointer, document: &Value| -> Option<Vec<String>> {
        let (effective, _) = security::effective(place.find(document)?, document);
        Some(security::credentials(effective, document).unsupported)
    };
    let before = unsupported(old, &sides.old.document)?;
    let after = unsupported(new, &sides.new.document)?;
    let needs = || format!("needs {} now", after.join(" and "));
    (!after.is_empty() && before != after).then(|| Change::new(Rule::CredentialNotSent, "", needs()))
}

/// The change if the media types are in another order: the client uses the first of those that it prefers.
pub(super) fn media_type_order(leaf: &Leaf<'_>, sides: &Sides<'_>) -> Option<Change> {
    let is_request = leaf.part.direction == Direction::Sent;
    let content = |place: &Pointer, document| place.find(document).and_then(|content| chosen(content, is_request));
    let before = content(&leaf.old_place, &sides.old.document)?;
    let after = content(&leaf.new_place, &sides.new.document)?;
    Some(if before == after {
        change(Rule::OrderChanged, leaf, "has `content` in another order")
    } else {
        chosen_changed(leaf, Some(before), Some(after), is_request)
    })
}

/// The location of a parameter whose keyword differs: `path`, `query`, `header` or `cookie`.
pub(super) fn location<'a>(leaf: &Leaf<'a>, sides: &Sides<'a>) -> Option<&'a str> {
    let [_, parameter] = leaf.nodes(sides);
    parameter?.get("in")?.as_str()
}

/// Whether a keyword of a cookie differs. The client sends no cookies.
pub(super) fn is_cookie(leaf: &Leaf<'_>, sides: &Sides<'_>) -> bool {
    location(leaf, sides) == Some("cookie")
}

/// Whether a parameter that only one document has is a required cookie.
pub(super) fn is_required_cookie(leaf: &Leaf<'_>) -> bool {
    leaf.new
        .or(leaf.old)
        .is_some_and(|it| references::has_value(it, "in", "cookie") && references::has_value(it, "required", true))
}

/// The change if the document states another address for an operation than before, in the operation or its path.
pub(super) fn server(old: &Pointer, new: &Pointer, sides: &Sides<'_>) -> Option<Change> {
    let (before, after) = (own_server(old, &sides.old.document), own_server(new, &sides.new.document));
    if before.is_none() && after.is_none() {
        return None;
    }
    let or_shared = |own: Option<String>, document: &Value| own.or_else(|| first_server(&Pointer::root(), document));
    let (before, after) = (or_shared(before, &sides.old.document), or_shared(after, &sides.new.document));
    let shown = |url: &Option<String>| url.clone().unwrap_or_else(|| "none".to_owned());
    let what = || format!("is {}, was {}", shown(&after), shown(&before));
    (before != after).then(|| Change::new(Rule::OperationServerChanged, "server", what()))
}

/// The address that the document states for an operation or for its path.
fn own_server(operation: &Pointer, document: &Value) -> Option<String> {
    first_server(operation, document).or_else(|| first_server(&operation.parent()?, document))
}

fn first_server(holder: &Pointer, document: &Value) -> Option<String> {
    let url = server_url(holder.child("servers").find(document)?.get(0)?)?;
    Some(url.trim_end_matches('/').to_owned())
}

/// Whether the schema of a keyword that differs is a union in one of the documents.
pub(super) fn is_in_union(leaf: &Leaf<'_>, sides: &Sides<'_>) -> bool {
    let is_union = |node: &Value| node.get("anyOf").or(node.get("oneOf")).is_some();
    leaf.nodes(sides).into_iter().flatten().any(is_union)
}

/// Whether only one of the documents has a type beside the keyword: the other one has both in `anyOf`, say.
pub(super) fn is_type_moved(leaf: &Leaf<'_>, sides: &Sides<'_>) -> bool {
    let [old, new] = leaf.nodes(sides).map(|node| node.is_some_and(|node| node.get("type").is_some()));
    old != new
}
