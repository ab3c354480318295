//! Documentation pages, each with the document of one operation, become part of the document that is there.
//!
//! An operation that is there already is replaced. A component that is there already must be the same, unless
//! only operations that are replaced as well reach it: then it is replaced with them, and goes if nothing
//! reaches it any more.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::document::pointer::Pointer;
use crate::document::problem::{Problem, Problems};
use crate::document::references;
use crate::document::walk;

/// A document and what to call it.
pub(super) struct Part {
    pub(super) name: String,
    pub(super) value: Value,
}

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Merges `pages` into `base`, in their order.
///
/// # Errors
///
/// The places that contradict each other, each with both documents' names.
pub(super) fn merge(base: &Part, pages: &[Part]) -> Result<Value, Problems> {
    let replaced: BTreeSet<Pointer> = pages.iter().flat_map(|page| operations(&page.value)).collect();
    let kept: BTreeMap<Pointer, BTreeSet<Pointer>> = operations(&base.value)
        .into_iter()
        .filter(|operation| !replaced.contains(operation))
        .map(|operation| (operation.clone(), reached(&base.value, [operation])))
        .collect();
    let mut merged = base.value.clone();
    // Where each part came from, if not from the base.
    let mut origins: BTreeMap<Pointer, &str> = BTreeMap::new();
    let mut problems = Vec::new();
    for page in pages {
        merge_top(&mut merged, base, page, &mut problems);
        merge_paths(&mut merged, page, &mut origins, &mut problems);
        merge_components(&mut merged, base, page, &kept, &mut origins, &mut problems);
    }
    Problems::none(problems)?;
    drop_orphans(&mut merged, &base.value);
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

/// The components that the given places reach.
fn reached(document: &Value, from: impl IntoIterator<Item = Pointer>) -> BTreeSet<Pointer> {
    let mut targets: BTreeMap<Pointer, Vec<Pointer>> = BTreeMap::new();
    walk::visit(document, &mut |_, place, node| {
        let target = node.get("$ref").and_then(Value::as_str).and_then(Pointer::from_reference);
        if let Some(target) = target {
            targets.entry(owner(&place.pointer())).or_default().push(owner(&target));
        }
    });
    references::reachable(from, |place| {
        // What a path's operations share belongs to each of them.
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

/// The operation or the component that a place is in.
fn owner(place: &Pointer) -> Pointer {
    place.tokens().iter().take(3).fold(Pointer::root(), |place, token| place.child(token))
}

/// What a document says for all of its operations. A page's `security` goes to its operations where it is
/// another than the document's.
fn merge_top(merged: &mut Value, base: &Part, page: &Part, problems: &mut Vec<Problem>) {
    let version =
        |value: &Value| value["openapi"].as_str().unwrap_or_default().rsplit_once('.').map(|it| it.0.to_owned());
    if version(merged) != version(&page.value) {
        let what =
            format!("{} is OpenAPI {}, {} is {}", base.name, merged["openapi"], page.name, page.value["openapi"]);
        let hint = "take the whole document with `cargo xtask update`";
        problems.push(Problem::new(&Pointer::root().child("openapi"), what, hint));
    }
    let servers = page.value.get("servers");
    match merged.get("servers") {
        Some(known) if servers.is_some_and(|servers| servers != known) => problems.push(conflict(
            &Pointer::root().child("servers"),
            &base.name,
            &page.name,
            "the client has one base URL; take the whole document with `cargo xtask update`",
        )),
        None if servers.is_some() => merged["servers"] = page.value["servers"].clone(),
        _ => {}
    }
}

fn conflict(place: &Pointer, one: &str, other: &str, hint: impl Into<String>) -> Problem {
    Problem::new(place, format!("{one} and {other} contradict each other here"), hint)
}

fn merge_paths<'a>(
    merged: &mut Value,
    page: &'a Part,
    origins: &mut BTreeMap<Pointer, &'a str>,
    problems: &mut Vec<Problem>,
) {
    let everywhere = merged.get("security").cloned();
    let of_page = page.value.get("security").cloned();
    for (path, item) in page.value.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for (key, part) in item.as_object().into_iter().flatten() {
            let place = Pointer::root().child("paths").child(path).child(key);
            let mut part = part.clone();
            if METHODS.contains(&key.as_str()) && part.get("security").is_none() && everywhere != of_page {
                part["security"] = of_page.clone().unwrap_or_else(|| json!([]));
            }
            let known = place.find(merged).filter(|known| **known != part);
            if let (Some(_), Some(origin)) = (known, origins.get(&place)) {
                problems.push(conflict(&place, origin, &page.name, "take one of the two pages only"));
                continue;
            }
            if known.is_some() && !METHODS.contains(&key.as_str()) {
                let hint = "other operations of this path share it; take the whole document with `cargo xtask update`";
                problems.push(conflict(&place, "the document", &page.name, hint));
                continue;
            }
            origins.insert(place.clone(), &page.name);
            insert(merged, &place, part);
        }
    }
}

fn merge_components<'a>(
    merged: &mut Value,
    base: &Part,
    page: &'a Part,
    kept: &BTreeMap<Pointer, BTreeSet<Pointer>>,
    origins: &mut BTreeMap<Pointer, &'a str>,
    problems: &mut Vec<Problem>,
) {
    for (section, parts) in page.value.get("components").and_then(Value::as_object).into_iter().flatten() {
        for (name, part) in parts.as_object().into_iter().flatten() {
            let place = Pointer::root().child("components").child(section).child(name);
            let differs = place.find(merged).is_some_and(|known| known != part);
            if let (true, Some(origin)) = (differs, origins.get(&place)) {
                problems.push(conflict(&place, origin, &page.name, "the pages are of different days; fetch both anew"));
                continue;
            }
            // Nothing refers to a security scheme; every operation may use it by name.
            let users: Vec<String> = kept
                .iter()
                .filter(|(_, reached)| section == "securitySchemes" || reached.contains(&place))
                .map(|(operation, _)| operation.to_string())
                .collect();
            if differs && !users.is_empty() {
                let hint = format!("update what else uses it as well: {}", users.join(", "));
                problems.push(conflict(&place, &base.name, &page.name, hint));
                continue;
            }
            origins.insert(place.clone(), &page.name);
            insert(merged, &place, part.clone());
        }
    }
}

/// Puts `part` at `place`; what was there keeps its position among its siblings.
fn insert(document: &mut Value, place: &Pointer, part: Value) {
    let Some((last, way)) = place.tokens().split_last() else { return };
    let mut node = document;
    for token in way {
        if !node[token].is_object() {
            node[token] = Value::Object(Map::new());
        }
        node = &mut node[token];
    }
    node[last] = part;
}

/// Removes the components that something in `before` reached and nothing in `merged` does.
fn drop_orphans(merged: &mut Value, before: &Value) {
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

    fn part(name: &str, operations: &[(&str, &str)], schemas: &Value) -> Part {
        let mut value = json!({
            "openapi": "3.1.0", "info": {"title": name}, "security": [{"bearerAuth": []}], "paths": {},
            "components": {"schemas": schemas},
        });
        for (path, schema) in operations {
            let body = json!({"content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}}});
            value["paths"][path]["get"] = json!({"operationId": path[1..], "responses": {"200": body}});
        }
        Part { name: name.to_owned(), value }
    }

    #[test]
    fn what_is_new_is_added_and_what_is_the_same_is_one() {
        let text = json!({"type": "string"});
        let base = part("base", &[("/a", "A")], &json!({"A": text}));
        let page =
            part("page", &[("/b", "B")], &json!({"B": {"items": {"$ref": "#/components/schemas/A"}}, "A": text}));
        let merged = merge(&base, &[page]).unwrap();
        assert_eq!(merged["paths"].as_object().unwrap().keys().collect::<Vec<_>>(), ["/a", "/b"]);
        assert_eq!(merged["components"]["schemas"].as_object().unwrap().keys().collect::<Vec<_>>(), ["A", "B"]);
        assert_eq!(merged["info"]["title"], "base");
    }

    #[test]
    fn an_operation_is_replaced_with_what_only_it_reached() {
        let base = part(
            "base",
            &[("/a", "A"), ("/b", "B")],
            &json!({"A": {"$ref": "#/components/schemas/Old"}, "Old": {}, "B": {}}),
        );
        let page = part("page", &[("/a", "A")], &json!({"A": {"type": "integer"}}));
        let merged = merge(&base, &[page]).unwrap();
        assert_eq!(merged["components"]["schemas"], json!({"A": {"type": "integer"}, "B": {}}));
        let page = part("base", &[("/a", "A"), ("/b", "B")], &base.value["components"]["schemas"]);
        assert_eq!(merge(&base, &[page]).unwrap().to_string(), base.value.to_string());
    }

    #[test]
    fn a_contradiction_is_named_with_both_places_and_what_else_to_take() {
        let base = part("base", &[("/a", "A"), ("/b", "A")], &json!({"A": {}}));
        let page = || part("page.md", &[("/a", "A")], &json!({"A": {"type": "integer"}}));
        let message = merge(&base, &[page()]).unwrap_err().to_string();
        assert!(message.contains("#/components/schemas/A: base and page.md contradict"), "{message}");
        assert!(message.contains("#/paths/~1b/get"), "{message}");
        let other = part("other.md", &[("/b", "A")], &json!({"A": {"type": "string"}}));
        let message = merge(&base, &[page(), other]).unwrap_err().to_string();
        assert!(message.contains("page.md and other.md contradict"), "{message}");
        let same = part("other.md", &[("/b", "A")], &json!({"A": {"type": "integer"}}));
        assert_eq!(merge(&base, &[page(), same]).unwrap()["components"]["schemas"]["A"]["type"], "integer");
    }

    #[test]
    fn another_security_goes_to_the_operation() {
        let base = part("base", &[("/a", "A")], &json!({"A": {}}));
        let mut page = part("page", &[("/b", "A")], &json!({"A": {}}));
        page.value["security"] = json!([]);
        let merged = merge(&base, &[page]).unwrap();
        assert_eq!(merged["paths"]["/b"]["get"]["security"], json!([]));
        assert_eq!(merged["paths"]["/a"]["get"].get("security"), None);
    }
}
