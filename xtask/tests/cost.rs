//! The time to generate a client grows in proportion to the size of the document.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use xtask::options::Options;
use xtask::pipeline::{self, Input};

/// Operations that list, read, change and delete, with the types that they need.
const PART: &str = r##"{
    "paths": {
        "/N/orders": {"get": {"operationId": "N_get_orders", "parameters": [
            {"name": "page", "in": "query", "schema": {"type": "integer", "default": 1, "minimum": 1}},
            {"name": "status", "in": "query", "schema": {"anyOf": [{"$ref": "#/components/schemas/NStatus"}, {"type": "null"}]}}
        ], "responses": {
            "200": {"description": "ok", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NPage"}}}},
            "422": {"description": "no", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NError"}}}}
        }}},
        "/N/orders/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
            "get": {"operationId": "N_get_order", "responses": {
                "200": {"description": "ok", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NOrder"}}}}
            }},
            "patch": {"operationId": "N_change_order", "requestBody": {"required": true, "content": {"application/json": {
                "schema": {"$ref": "#/components/schemas/NChange"}
            }}}, "responses": {
                "200": {"description": "ok", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NOrder"}}}},
                "422": {"description": "no", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NError"}}}}
            }},
            "delete": {"operationId": "N_delete_order", "responses": {"204": {"description": "gone"}}}
        }
    },
    "schemas": {
        "NStatus": {"type": "string", "enum": ["draft", "posted"]},
        "NLine": {"type": "object", "required": ["price"], "properties": {
            "price": {"type": "number"}, "of": {"type": ["string", "null"]}, "kind": {"const": "line"}
        }},
        "NOrder": {"type": "object", "required": ["id", "lines"], "properties": {
            "id": {"type": "string"}, "at": {"type": "string", "format": "date-time"},
            "status": {"$ref": "#/components/schemas/NStatus"},
            "lines": {"type": "array", "items": {"$ref": "#/components/schemas/NLine"}}
        }},
        "NChange": {"type": "object", "properties": {
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]}, "status": {"$ref": "#/components/schemas/NStatus"}
        }},
        "NPage": {"type": "object", "required": ["items"], "properties": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/NOrder"}}, "total": {"type": "integer"}
        }},
        "NError": {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}}
    }
}"##;

/// A document with `parts` parts that differ only in their names.
fn document(parts: usize) -> Input {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    for number in 0..parts {
        let part = PART.replace("/N/", &format!("/part{number}/"));
        let part = part.replace("\"N_", &format!("\"part{number}_")).replace("\"N", &format!("\"Part{number}"));
        let part = part.replace("schemas/N", &format!("schemas/Part{number}"));
        let mut part: Value = serde_json::from_str(&part).unwrap();
        paths.append(part["paths"].as_object_mut().unwrap());
        schemas.append(part["schemas"].as_object_mut().unwrap());
    }
    let document = json!({
        "openapi": "3.1.0", "info": {"title": "Parts", "version": "1"},
        "paths": paths, "components": {"schemas": schemas},
    });
    Input { name: format!("{parts} parts"), text: document.to_string() }
}

#[test]
fn the_cost_grows_in_proportion_to_the_document() {
    let once = document(6);
    let tenfold = document(60);
    let measure = |document: &Input| {
        let started = Instant::now();
        let outcome = pipeline::run(document, &Options::default()).unwrap();
        (started.elapsed(), outcome.sources["client.rs"].lines().count())
    };
    // The two alternate, and the minimum of each counts, because other work on the machine slows both down.
    let (mut small, mut large) = (Duration::MAX, Duration::MAX);
    for _ in 0..3 {
        let (few, lines) = measure(&once);
        let (many, tenfold_lines) = measure(&tenfold);
        assert!((9..=11).contains(&(tenfold_lines / lines)), "{tenfold_lines} lines against {lines}");
        (small, large) = (small.min(few), large.min(many));
    }
    let ratio = large.as_secs_f64() / small.as_secs_f64();
    assert!(ratio < 25.0, "ten times the document took {ratio:.1} times as long: {large:?} against {small:?}");
}
