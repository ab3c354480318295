//! Breaks the cycle between a base schema that lists its variants and variants that extend the base. An `allOf` of the
//! base in one of its own variants means the fields of the base, and not its list of variants.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Report;
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::names;

/// The keywords that make a schema a list of variants.
const VARIANTS: [&str; 3] = ["oneOf", "anyOf", "discriminator"];

pub(super) fn break_cycles(document: &mut Value, report: &mut Report) -> usize {
    let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") else { return 0 };
    let mut bases: BTreeMap<String, String> = BTreeMap::new();
    let all: Vec<String> = schemas.keys().cloned().collect();
    for base in &all {
        let variants = variants(&schemas[base]);
        let extending: Vec<String> = variants.into_iter().filter(|variant| extends(schemas, variant, base)).collect();
        if extending.is_empty() {
            continue;
        }
        let name = names::free_name(&format!("{base}Base"), |name| schemas.contains_key(name));
        let mut fields = schemas[base].as_object().cloned().unwrap_or_default();
        fields.retain(|key, _| !VARIANTS.contains(&key.as_str()));
        schemas.insert(name.clone(), Value::Object(fields));
        for variant in &extending {
            if let Some(schema) = schemas.get_mut(variant) {
                point_to(schema, base, &name);
            }
        }
        bases.insert(name, base.clone());
    }
    let place = |name: &str| Pointer::root().child("components").child("schemas").child(name);
    report.origins.record(bases.iter().map(|(name, base)| (place(name), place(base))));
    bases.len()
}

/// The components that are alternatives of a schema.
fn variants(schema: &Value) -> Vec<String> {
    let alternatives = ["oneOf", "anyOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    alternatives.filter_map(references::component).map(str::to_owned).collect()
}

/// Whether an `allOf` of `name` contains `base`.
fn extends(schemas: &Map<String, Value>, name: &str, base: &str) -> bool {
    let parts = schemas.get(name).and_then(|schema| schema.get("allOf")).and_then(Value::as_array);
    parts.into_iter().flatten().filter_map(references::component).any(|part| part == base)
}

/// Replaces the reference to `base` in the `allOf` of a schema.
fn point_to(schema: &mut Value, base: &str, name: &str) {
    for part in schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
        if references::component(part) == Some(base) {
            part["$ref"] = json!(format!("#/components/schemas/{name}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_extends_the_fields_of_the_base_only() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let mut document = json!({"components": {"schemas": {
            "Pet": {"properties": {"kind": {}}, "oneOf": [reference("Cat"), reference("Fish")], "discriminator": {"propertyName": "kind"}},
            "Cat": {"allOf": [reference("Pet"), {"properties": {"lives": {}}}]},
            "Fish": {"properties": {"fins": {}}},
        }}});
        let mut report = Report::default();
        assert_eq!(break_cycles(&mut document, &mut report), 1);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Cat"]["allOf"][0], reference("PetBase"));
        assert_eq!(schemas["PetBase"], json!({"properties": {"kind": {}}}));
        assert_eq!(schemas["Pet"]["oneOf"], json!([reference("Cat"), reference("Fish")]));
    }
}
