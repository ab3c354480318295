//! Shortens the names that `FastAPI` gives to components. If two models have the same name, `FastAPI` adds the
//! module (`backbone__models__Account`); the last part becomes the name, unless another component has it. The name of
//! a form's body consists of the function and the path (`Body_create_item_items_post`); the body is renamed after its
//! operation.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::Report;
use crate::document::pointer::Pointer;
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
    // If several names are the same in Rust, all except the first one in the document get a number.
    let mut taken: HashSet<String> = HashSet::new();
    let mut renamed: HashMap<String, String> = HashMap::new();
    for name in schemas.keys() {
        let mut wish = Some(wish(name)).filter(|wish| asked.get(wish) == Some(&1)).unwrap_or_else(|| name.clone());
        if names::RESERVED_TYPES.contains(&names::type_name(&wish).as_str()) {
            wish.push_str("Value");
        }
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
        if let Some(new) = references::component(node).and_then(|name| renamed.get(name)) {
            node["$ref"] = json!(format!("#/components/schemas/{new}"));
        }
    });
    let count = renamed.len();
    let place = |name: &String| Pointer::root().child("components").child("schemas").child(name);
    report.origins.record(renamed.iter().map(|(old, new)| (place(new), place(old))));
    report.renamed.extend(renamed);
    count
}

/// The new names of the form bodies that `FastAPI` names, by their old names.
fn bodies(document: &Value) -> HashMap<String, String> {
    let mut bodies = HashMap::new();
    walk::visit(document, &mut |kind, place, operation| {
        if references::call(kind, place).is_none() {
            return;
        }
        let content = operation["requestBody"]["content"].as_object().into_iter().flatten();
        for (_, media_type) in content {
            let schema = &media_type["schema"];
            // The reference to an optional body is in a union with null, or in an `allOf` with siblings.
            let parts = ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
            for name in std::iter::once(schema).chain(parts).filter_map(references::component) {
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
    fn the_module_is_removed_unless_two_names_would_be_the_same() {
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
    fn a_name_that_the_generated_code_uses_gets_a_suffix() {
        let mut document = json!({"components": {"schemas": {"string": {}, "StringValue": {}}}});
        let mut report = Report::default();
        assert_eq!(shorten(&mut document, &mut report), 2);
        assert_eq!([&report.renamed["string"], &report.renamed["StringValue"]], ["stringValue", "StringValue2"]);
    }

    #[test]
    fn names_that_are_the_same_in_rust_get_a_number() {
        let mut document = json!({"components": {"schemas": {"HTTPError": {}, "Http_Error": {}}}});
        let mut report = Report::default();
        assert_eq!(shorten(&mut document, &mut report), 1);
        assert_eq!(report.renamed["Http_Error"], "Http_Error2");
        let place = Pointer::root().child("components").child("schemas").child("Http_Error2").child("type");
        assert_eq!(report.origins.of(&place).to_string(), "#/components/schemas/Http_Error/type");
    }
}
