//! FastAPI writes the module into a component's name where two models share one:
//! `backbone__models__Account`. The last part is the name a person would have chosen, if nothing else
//! has it. And it names the body that it puts together for an operation after the function and the path:
//! `Body_create_item_items_post` is the body of `create_item`.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::Report;
use crate::document::references;
use crate::document::walk;
use crate::names;

pub(super) fn shorten(document: &mut Value, report: &mut Report) -> usize {
    let Some(schemas) = document.get("components").and_then(|all| all.get("schemas")).and_then(Value::as_object) else {
        return 0;
    };
    let bodies = bodies(document);
    let wish = |name: &str| {
        let last = || name.rsplit("__").find(|part| !part.is_empty()).unwrap_or(name).to_owned();
        bodies.get(name).cloned().unwrap_or_else(last)
    };
    let mut asked: HashMap<String, usize> = HashMap::new();
    for name in schemas.keys() {
        *asked.entry(wish(name)).or_default() += 1;
    }
    // As Rust spells them, some names are the same: the first in the document has it, the others get a number.
    let mut taken: HashSet<String> = HashSet::new();
    let mut renamed: HashMap<String, String> = HashMap::new();
    for name in schemas.keys() {
        let wish = Some(wish(name)).filter(|wish| asked.get(wish) == Some(&1)).unwrap_or_else(|| name.clone());
        let free = names::free_name(&wish, |name| taken.contains(&names::type_name(name)));
        taken.insert(names::type_name(&free));
        if free != *name {
            renamed.insert(name.clone(), free);
        }
    }
    if renamed.is_empty() {
        return 0;
    }
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        let schemas_renamed: Map<String, Value> = std::mem::take(schemas)
            .into_iter()
            .map(|(name, schema)| (renamed.get(&name).cloned().unwrap_or(name), schema))
            .collect();
        *schemas = schemas_renamed;
    }
    walk::change(document, &mut |_, _, node| {
        let target = node.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix("#/components/schemas/"));
        if let Some(new) = target.and_then(|name| renamed.get(name)) {
            node["$ref"] = json!(format!("#/components/schemas/{new}"));
        }
    });
    let count = renamed.len();
    report.renamed.extend(renamed);
    count
}

/// The bodies that `FastAPI` put together, with the names that they get.
fn bodies(document: &Value) -> HashMap<String, String> {
    let mut bodies = HashMap::new();
    walk::visit(document, &mut |kind, place, operation| {
        if !references::is_call(kind, place) {
            return;
        }
        let content = operation["requestBody"]["content"].as_object().into_iter().flatten();
        for (_, media_type) in content {
            let schema = &media_type["schema"];
            // One that may be left out is an alternative to null, or stands beside what is said of it.
            let parts = ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
            let names = std::iter::once(schema).chain(parts).filter_map(|part| part.get("$ref")?.as_str());
            for name in names.filter_map(|it| it.strip_prefix("#/components/schemas/")) {
                if name.starts_with("Body_") {
                    bodies.insert(
                        name.to_owned(),
                        format!("{}Body", names::type_name(references::operation_id(operation))),
                    );
                }
            }
        }
    });
    bodies
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_goes_unless_two_would_share_the_name() {
        let mut document = json!({"components": {"schemas": {
            "a__b__Thing": {}, "a__One": {}, "b__One": {}, "List": {"items": {"$ref": "#/components/schemas/a__b__Thing"}},
        }}});
        assert_eq!(shorten(&mut document, &mut Report::default()), 1);
        let names: Vec<_> = document["components"]["schemas"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["Thing", "a__One", "b__One", "List"]);
        assert_eq!(document["components"]["schemas"]["List"]["items"]["$ref"], "#/components/schemas/Thing");
    }

    #[test]
    fn a_body_is_named_after_its_operation() {
        let reference = json!({"$ref": "#/components/schemas/Body_create_item_items_post"});
        let mut document = json!({
            "paths": {"/items": {"post": {"operationId": "create_item", "requestBody": {"content": {
                "application/x-www-form-urlencoded": {"schema": {"allOf": [reference]}},
            }}}}},
            "components": {"schemas": {"Body_create_item_items_post": {}}},
        });
        let mut report = Report::default();
        assert_eq!(shorten(&mut document, &mut report), 1);
        assert_eq!(report.renamed["Body_create_item_items_post"], "CreateItemBody");
    }

    #[test]
    fn names_that_are_one_in_rust_get_a_number() {
        let mut document = json!({"components": {"schemas": {"HTTPError": {}, "Http_Error": {}}}});
        let mut report = Report::default();
        assert_eq!(shorten(&mut document, &mut report), 1);
        assert_eq!(report.renamed["Http_Error"], "Http_Error2");
    }
}
