//! Names the schemas that become separate Rust types, after the component and the field that contain them, or after the
//! operation and its part. The generator would name them after their titles, and treat two types with the same title as
//! one.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::Report;
use crate::document::keywords::{self, Role};
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::document::walk::{self, Kind};
use crate::names;

pub(super) fn name(document: &mut Value, report: &mut Report) -> usize {
    let schemas = document["components"]["schemas"].as_object();
    let mut naming = Naming {
        taken: schemas.into_iter().flatten().map(|(name, _)| names::type_name(name)).collect(),
        made: Map::new(),
        moves: Vec::new(),
    };
    walk::change(document, &mut |kind, place, node| match (kind, place.keys()) {
        (Kind::Schema, Some(["components", "schemas", name])) => {
            naming.inside(node, &Name::of(names::type_name(name)), &place.pointer());
        }
        (Kind::Operation, Some(["paths", _, _])) => naming.operation(node, &place.pointer()),
        (Kind::Parameter | Kind::RequestBody | Kind::Response, Some(["components", _, name])) => {
            naming.bodies(node, &names::type_name(name), &place.pointer());
        }
        _ => {}
    });
    report.origins.record(naming.moves);
    let count = naming.made.len();
    if count > 0 {
        references::add_components(document, naming.made);
    }
    count
}

struct Naming {
    /// The names that are already used, in the form that they have in Rust.
    taken: HashSet<String>,
    made: Map<String, Value>,
    /// The places of the types, and the places that they had.
    moves: Vec<(Pointer, Pointer)>,
}

/// A name for the type at a place.
struct Name {
    /// The type that contains the place, and the field.
    field: String,
    /// The part of the field's value. Of several parts within each other, the innermost.
    part: &'static str,
}

impl Name {
    fn of(field: impl Into<String>) -> Self {
        Self { field: field.into(), part: "" }
    }

    fn part(&self, part: &'static str) -> Self {
        Self { field: self.field.clone(), part }
    }

    fn text(&self) -> String {
        format!("{}{}", self.field, self.part)
    }
}

impl Naming {
    fn operation(&mut self, operation: &mut Value, place: &Pointer) {
        let base = names::type_name(references::operation_id(operation));
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for (index, parameter) in parameters.into_iter().flatten().enumerate() {
            let name = names::type_name(parameter.get("name").and_then(Value::as_str).unwrap_or_default());
            self.bodies(parameter, &format!("{base}{name}"), &place.child("parameters").child(index));
        }
        if let Some(body) = operation.get_mut("requestBody") {
            self.bodies(body, &format!("{base}Body"), &place.child("requestBody"));
        }
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        for (status, response) in responses.into_iter().flatten() {
            // The name for the usual status has no number.
            let place = place.child("responses").child(status);
            let status = if status == "200" { "" } else { status };
            self.bodies(response, &format!("{base}Response{status}"), &place);
        }
    }

    /// Names the schemas of a node that is not a schema itself.
    fn bodies(&mut self, node: &mut Value, base: &str, place: &Pointer) {
        let name = Name::of(base);
        if let Some(schema) = node.get_mut("schema") {
            self.lift(schema, &name, &place.child("schema"));
        }
        for (media_type, content) in node.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
            if let Some(schema) = content.get_mut("schema") {
                self.lift(schema, &name, &place.child("content").child(media_type).child("schema"));
            }
        }
    }

    /// Names the schemas inside a schema.
    fn inside(&mut self, schema: &mut Value, base: &Name, place: &Pointer) {
        let Value::Object(fields) = schema else { return };
        fields.shift_remove("title");
        for (name, field) in fields.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
            // Most fields are a single value or a reference.
            if let Some(value) = field.as_object_mut().filter(|field| has_no_parts(field)) {
                value.shift_remove("title");
                continue;
            }
            let place = place.child("properties").child(name);
            self.lift(field, &Name::of(base.text() + &names::type_name(name)), &place);
        }
        if let Some(items) = fields.get_mut("items") {
            self.lift(items, &base.part("Item"), &place.child("items"));
        }
        if let Some(values) = fields.get_mut("additionalProperties") {
            self.lift(values, &base.part("Value"), &place.child("additionalProperties"));
        }
        let parts = fields.get_mut("allOf").and_then(Value::as_array_mut);
        for (index, part) in parts.into_iter().flatten().enumerate() {
            // The parts together become one type, so they are not named.
            self.inside(part, base, &place.child("allOf").child(index));
        }
        let alternatives = fields.get_mut("oneOf").and_then(Value::as_array_mut);
        for (index, alternative) in alternatives.into_iter().flatten().enumerate() {
            let name = match alternative.get("title").and_then(Value::as_str).map(names::type_name) {
                Some(title) if title.starts_with(&base.text()) => Name::of(title),
                Some(title) => Name::of(base.text() + &title),
                None => base.part(kind(alternative)),
            };
            self.lift(alternative, &name, &place.child("oneOf").child(index));
        }
    }

    /// Moves a schema that becomes a type into a component, and leaves a reference to it.
    fn lift(&mut self, schema: &mut Value, name: &Name, place: &Pointer) {
        let is_type = schema.get("enum").is_some()
            || schema.get("properties").is_some()
            || schema.get("oneOf").is_some_and(|it| it.as_array().is_some_and(|it| it.len() > 1));
        if !is_type {
            self.inside(schema, name, place);
            return;
        }
        let name = names::free_name(&name.text(), |name| self.taken.contains(&names::type_name(name)));
        self.taken.insert(names::type_name(&name));
        self.moves.push((Pointer::root().child("components").child("schemas").child(&name), place.clone()));
        self.inside(schema, &Name::of(&name), place);
        let mut lifted = std::mem::replace(schema, json!({"$ref": format!("#/components/schemas/{name}")}));
        // The annotations describe the field, so they stay there.
        let annotations = take_annotations(&mut lifted);
        if !annotations.is_empty() {
            let reference = schema.take();
            *schema = Value::Object(annotations);
            schema["allOf"] = json!([reference]);
        }
        self.made.insert(name, lifted);
    }
}

/// Whether a schema becomes no type, and contains no schema that does.
fn has_no_parts(schema: &Map<String, Value>) -> bool {
    schema.keys().all(|key| key != "enum" && keywords::shape(key).is_none())
}

fn take_annotations(schema: &mut Value) -> Map<String, Value> {
    let mut annotations = Map::new();
    if let Value::Object(fields) = schema {
        for (key, value) in std::mem::take(fields) {
            let target = if keywords::role(&key) == Some(Role::Annotation) { &mut annotations } else { &mut *fields };
            target.insert(key, value);
        }
    }
    annotations
}

/// The name of an alternative without a title.
fn kind(schema: &Value) -> &'static str {
    if schema.get("enum").is_some() {
        return "Enum";
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("array") => "Array",
        Some("boolean") => "Boolean",
        Some("integer") => "Integer",
        Some("number") => "Number",
        Some("object") => "Object",
        Some("string") => "String",
        _ => "Other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_named_after_its_place_and_a_taken_name_gets_a_number() {
        let color = json!({"title": "Type", "type": "string", "enum": ["red"]});
        let size = json!({"title": "Type", "type": "string", "enum": ["big"], "nullable": true});
        let mut document = json!({
            "components": {"schemas": {
                "Car": {"title": "Car", "properties": {"type": color, "owner_name": {"title": "Owner", "type": "string"}}},
                "Bag": {"properties": {"type": size}},
                "BagType": {"type": "object"},
            }},
            "paths": {"/a": {"get": {"operationId": "list_bags", "responses": {"200": {"content": {"application/json": {
                "schema": {"type": "array", "items": {"properties": {}}},
            }}}}}}},
        });
        let mut report = Report::default();
        assert_eq!(name(&mut document, &mut report), 3);
        let made =
            Pointer::root().child("components").child("schemas").child("ListBagsResponseItem").child("properties");
        let items = "#/paths/~1a/get/responses/200/content/application~1json/schema/items/properties";
        assert_eq!(report.origins.of(&made).to_string(), items);
        let schemas = &document["components"]["schemas"];
        assert_eq!(schemas["Car"]["properties"]["type"], json!({"$ref": "#/components/schemas/CarType"}));
        assert_eq!(schemas["Car"]["properties"]["owner_name"], json!({"type": "string"}));
        let nullable = json!({"nullable": true, "allOf": [{"$ref": "#/components/schemas/BagType2"}]});
        assert_eq!(schemas["Bag"]["properties"]["type"], nullable);
        assert_eq!(schemas["BagType2"], json!({"type": "string", "enum": ["big"]}));
        assert_eq!(schemas["ListBagsResponseItem"], json!({"properties": {}}));
    }

    #[test]
    fn alternatives_are_named_by_title_or_kind() {
        let mut document = json!({"components": {"schemas": {"Pet": {"oneOf": [
            {"title": "Cat", "properties": {"lives": {}}}, {"type": "object", "properties": {"good": {}}}, {"type": "string"},
        ]}}}});
        name(&mut document, &mut Report::default());
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let expected = json!([reference("PetCat"), reference("PetObject"), {"type": "string"}]);
        assert_eq!(document["components"]["schemas"]["Pet"]["oneOf"], expected);
    }

    #[test]
    fn of_parts_within_each_other_only_the_innermost_is_named() {
        let direction = json!({"type": "string", "enum": ["asc", "desc"]});
        let mut document = json!({"components": {"schemas": {"Query": {"properties": {"order": {"oneOf": [
            {"type": "object", "additionalProperties": direction},
            {"type": "array", "items": {"type": "array", "items": {"properties": {"by": direction}}}},
        ]}}}}}});
        name(&mut document, &mut Report::default());
        let names: Vec<&String> = document["components"]["schemas"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["Query", "QueryOrderValue", "QueryOrderItemBy", "QueryOrderItem", "QueryOrder"]);
    }
}
