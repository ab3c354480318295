//! Merges documentation pages, each with the document of one operation, into the present document.
//!
//! A page replaces the operation that it documents. It replaces a component only if no other operation of the present
//! document reaches that component; otherwise the two must be equal. A component that no operation reaches any more
//! is removed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::document::kind::METHODS;
use crate::document::pointer::Pointer;
use crate::document::problem::{Problem, Problems};
use crate::document::references;
use crate::document::walk;

/// A document, and its name for errors.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a Value,
}

/// Merges `pages` into `base`, in their order.
///
/// # Errors
///
/// The places at which documents conflict, each with the names of both documents.
pub(super) fn merge(base: &Part<'_>, pages: &[Part<'_>]) -> Result<Value, Problems> {
    let replaced: BTreeSet<Pointer> = pages.iter().flat_map(|page| operations(page.value)).collect();
    let kept: BTreeMap<Pointer, BTreeSet<Pointer>> = operations(base.value)
        .into_iter()
        .filter(|operation| !replaced.contains(operation))
        .map(|operation| (operation.clone(), reached(base.value, [operation])))
        .collect();
    let mut merged = base.value.clone();
    // The page that each replaced part comes from.
    let mut origins: BTreeMap<Pointer, &str> = BTreeMap::new();
    let mut problems = Vec::new();
    for page in pages {
        merge_top(&mut merged, base, page, &mut problems);
        merge_paths(&mut merged, page, &mut origins, &mut problems);
        merge_components(&mut merged, base, page, &kept, &mut origins, &mut problems);
    }
    Problems::none(problems)?;
    remove_unreached(&mut merged, base.value);
    Ok(merged)
}

/// The operations of a document.
fn operations(document: &Value) -> Vec<Pointer> {
    let mut found = Vec::new();
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let place = Pointer::root().child("paths").child(path);
        found.extend(METHODS.iter().filter(|method| item.get(method).is_some()).map(|method| place.child(method)));
    }
    found
}

/// The components that the nodes at `from` reach.
fn reached(document: &Value, from: impl IntoIterator<Item = Pointer>) -> BTreeSet<Pointer> {
    let mut targets: BTreeMap<Pointer, Vec<Pointer>> = BTreeMap::new();
    walk::visit(document, &mut |_, place, node| {
        let target = node.get("$ref").and_then(Value::as_str).and_then(Pointer::from_reference);
        if let Some(target) = target {
            targets.entry(owner(&place.pointer())).or_default().push(owner(&target));
        }
    });
    references::reachable(from, |place| {
        // The parameters of a path belong to each of its operations.
        let shared = match place.tokens() {
            [first, path, _] if first == "paths" => {
                Some(Pointer::root().child("paths").child(path).child("parameters"))
            }
            _ => None,
        };
        let holders = [Some(place.clone()), shared].into_iter().flatten();
        holders.flat_map(|holder| targets.get(&holder).cloned().unwrap_or_default()).collect::<Vec<_>>()
    })
}

/// The operation or component that contains a place.
fn owner(place: &Pointer) -> Pointer {
    place.first(3)
}

/// Merges the fields that apply to all operations, except `security`, which [`merge_paths`] handles.
fn merge_top(merged: &mut Value, base: &Part<'_>, page: &Part<'_>, problems: &mut Vec<Problem>) {
    let version =
        |value: &Value| value["openapi"].as_str().unwrap_or_default().rsplit_once('.').map(|it| it.0.to_owned());
    if version(merged) != version(page.value) {
        let what =
            format!("{} has OpenAPI {}, {} has {}", base.name, merged["openapi"], page.name, page.value["openapi"]);
        let hint = "update from the whole document, without --from";
        problems.push(Problem::new(&Pointer::root().child("openapi"), what, hint));
    }
    let servers = page.value.get("servers");
    match merged.get("servers") {
        Some(known) if servers.is_some_and(|servers| servers != known) => problems.push(conflict(
            &Pointer::root().child("servers"),
            base.name,
            page.name,
            "the client has one base URL; update from the whole document, without --from",
        )),
        None if servers.is_some() => merged["servers"] = page.value["servers"].clone(),
        _ => {}
    }
}

fn conflict(place: &Pointer, one: &str, other: &str, hint: impl Into<String>) -> Problem {
    Problem::new(place, format!("{one} and {other} conflict here"), hint)
}

/// Merges the paths. If the `security` of a page differs from that of the document, it is copied to the operations of
/// the page that have none.
fn merge_paths<'a>(
    merged: &mut Value,
    page: &Part<'a>,
    origins: &mut BTreeMap<Pointer, &'a str>,
    problems: &mut Vec<Problem>,
) {
    let merged_security = merged.get("security").cloned();
    let page_security = page.value.get("security").cloned();
    for (path, item) in page.value.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for (key, part) in item.as_object().into_iter().flatten() {
            let place = Pointer::root().child("paths").child(path).child(key);
            let mut part = part.clone();
            if METHODS.contains(&key.as_str()) && part.get("security").is_none() && merged_security != page_security {
                part["security"] = page_security.clone().unwrap_or_else(|| json!([]));
            }
            let known = place.find(merged).filter(|known| **known != part);
            if let (Some(_), Some(origin)) = (known, origins.get(&place)) {
                problems.push(conflict(&place, origin, page.name, "update from one of the two pages only"));
                continue;
            }
            if known.is_some() && !METHODS.contains(&key.as_str()) {
                let hint = "other operations of this path share it; update from the whole document, without --from";
                problems.push(conflict(&place, "the document", page.name, hint));
                continue;
            }
            origins.insert(place.clone(), page.name);
            insert(merged, &place, part);
        }
    }
}

fn merge_components<'a>(
    merged: &mut Value,
    base: &Part<'_>,
    page: &Part<'a>,
    kept: &BTreeMap<Pointer, BTreeSet<Pointer>>,
    origins: &mut BTreeMap<Pointer, &'a str>,
    problems: &mut Vec<Problem>,
) {
    for (section, parts) in page.value.get("components").and_then(Value::as_object).into_iter().flatten() {
        for (name, part) in parts.as_object().into_iter().flatten() {
            let place = Pointer::root().child("components").child(section).child(name);
            let differs = place.find(merged).is_some_and(|known| known != part);
            if let (true, Some(origin)) = (differs, origins.get(&place)) {
                problems.push(conflict(
                    &place,
                    origin,
                    page.name,
                    "the pages come from different versions of the document; fetch both again",
                ));
                continue;
            }
            // No `$ref` leads to a security scheme; every operation may use it by name.
            let users: Vec<String> = kept
                .iter()
                .filter(|(_, reached)| section == "securitySchemes" || reached.contains(&place))
                .map(|(operation, _)| operation.to_string())
                .collect();
            if differs && !users.is_empty() {
                let hint = format!("update the other operations that use it too: {}", users.join(", "));
                problems.push(conflict(&place, base.name, page.name, hint));
                continue;
            }
            origins.insert(place.clone(), page.name);
            insert(merged, &place, part.clone());
        }
    }
}

/// Sets the node at `place`. A node that exists already keeps its position among its siblings.
fn insert(document: &mut Value, place: &Pointer, part: Value) {
    let Some((last, parents)) = place.tokens().split_last() else { return };
    let mut node = document;
    for token in parents {
        if !node[token].is_object() {
            node[token] = Value::Object(Map::new());
        }
        node = &mut node[token];
    }
    node[last] = part;
}

/// Removes the components that an operation of `before` reached and no operation of `merged` reaches.
fn remove_unreached(merged: &mut Value, before: &Value) {
    let was = reached(before, operations(before));
    let is = reached(merged, operations(merged));
    for place in was.difference(&is) {
        let [first, section, name] = place.tokens() else { continue };
        if let Some(Value::Object(parts)) = merged.get_mut(first).and_then(|all| all.get_mut(section)) {
            parts.shift_remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(name: &str, operations: &[(&str, &str)], schemas: &Value) -> Value {
        let mut value = json!({
            "openapi": "3.1.0", "info": {"title": name}, "security": [{"bearerAuth": []}], "paths": {},
            "components": {"schemas": schemas},
        });
        for (path, schema) in operations {
            let body = json!({"content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}}});
            value["paths"][path]["get"] = json!({"operationId": path[1..], "responses": {"200": body}});
        }
        value
    }

    fn merged(base: &Value, pages: &[(&str, &Value)]) -> Result<Value, Problems> {
        let pages: Vec<Part<'_>> = pages.iter().map(|(name, value)| Part { name, value }).collect();
        merge(&Part { name: "base", value: base }, &pages)
    }

    #[test]
    fn new_parts_are_added_and_equal_parts_are_not_duplicated() {
        let text = json!({"type": "string"});
        let base = document("base", &[("/a", "A")], &json!({"A": text}));
        let page =
            document("page", &[("/b", "B")], &json!({"B": {"items": {"$ref": "#/components/schemas/A"}}, "A": text}));
        let merged = merged(&base, &[("page", &page)]).unwrap();
        assert_eq!(merged["paths"].as_object().unwrap().keys().collect::<Vec<_>>(), ["/a", "/b"]);
        assert_eq!(merged["components"]["schemas"].as_object().unwrap().keys().collect::<Vec<_>>(), ["A", "B"]);
        assert_eq!(merged["info"]["title"], "base");
    }

    #[test]
    fn an_operation_is_replaced_with_the_components_that_only_it_reaches() {
        let base = document(
            "base",
            &[("/a", "A"), ("/b", "B")],
            &json!({"A": {"$ref": "#/components/schemas/Old"}, "Old": {}, "B": {}}),
        );
        let page = document("page", &[("/a", "A")], &json!({"A": {"type": "integer"}}));
        assert_eq!(
            merged(&base, &[("page", &page)]).unwrap()["components"]["schemas"],
            json!({"A": {"type": "integer"}, "B": {}})
        );
        let page = document("base", &[("/a", "A"), ("/b", "B")], &base["components"]["schemas"]);
        assert_eq!(merged(&base, &[("page", &page)]).unwrap().to_string(), base.to_string());
    }

    #[test]
    fn a_conflict_names_both_documents_and_the_operations_to_update_too() {
        let base = document("base", &[("/a", "A"), ("/b", "A")], &json!({"A": {}}));
        let page = document("page", &[("/a", "A")], &json!({"A": {"type": "integer"}}));
        let message = merged(&base, &[("page.md", &page)]).unwrap_err().to_string();
        assert!(message.contains("#/components/schemas/A: base and page.md conflict"), "{message}");
        assert!(message.contains("#/paths/~1b/get"), "{message}");
        let other = document("other", &[("/b", "A")], &json!({"A": {"type": "string"}}));
        let message = merged(&base, &[("page.md", &page), ("other.md", &other)]).unwrap_err().to_string();
        assert!(message.contains("page.md and other.md conflict"), "{message}");
        let same = document("other", &[("/b", "A")], &json!({"A": {"type": "integer"}}));
        let merged = merged(&base, &[("page.md", &page), ("other.md", &same)]).unwrap();
        assert_eq!(merged["components"]["schemas"]["A"]["type"], "integer");
    }

    #[test]
    fn a_different_security_is_copied_to_the_operation() {
        let base = document("base", &[("/a", "A")], &json!({"A": {}}));
        let mut page = document("page", &[("/b", "A")], &json!({"A": {}}));
        page["security"] = json!([]);
        let merged = merged(&base, &[("page", &page)]).unwrap();
        assert_eq!(merged["paths"]["/b"]["get"]["security"], json!([]));
        assert_eq!(merged["paths"]["/a"]["get"].get("security"), None);
    }
}
