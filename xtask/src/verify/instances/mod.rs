//! Random instances of the schemas of a document that is not lowered (OpenAPI 3.0 or 3.1).

mod numbers;
mod texts;

use serde_json::{Map, Value, json};

use super::compare;
use crate::document::keywords;
use crate::document::references::{self, has_value};

/// Below this depth, an instance has only its required parts, so that instances of recursive schemas end.
const DEPTH: usize = 5;

/// Below this depth, an instance is null: its required parts never end.
const BOTTOM: usize = 60;

/// The keywords that combine a schema with other schemas.
const COMPOSED: [&str; 4] = ["$ref", "allOf", "anyOf", "oneOf"];

/// A generator of instances of a document's schemas. The same seed gives the same instances.
pub(super) struct Instances<'a> {
    pub(super) document: &'a Value,
    random: fastrand::Rng,
    /// Whether `nullable` is a keyword: 3.1 has none, so a validator refuses null there.
    has_nullable: bool,
    /// Whether numbers without limits may be larger or smaller than 64 bits or 28 digits allow.
    pub(super) extreme_numbers: bool,
}

/// What each string with `format: password` contains, so that it is found where it must not be.
pub(super) const SECRET: &str = "verify-secret";

impl<'a> Instances<'a> {
    pub(super) fn new(document: &'a Value, seed: u64) -> Self {
        let has_nullable = references::is_3_0(document);
        Self { document, random: fastrand::Rng::with_seed(seed), has_nullable, extreme_numbers: false }
    }

    /// Generates an instance of `schema`. It may be invalid, so the caller validates it.
    pub(super) fn make(&mut self, schema: &Value) -> Value {
        self.at(schema, 0)
    }

    /// A random index below `count`.
    pub(super) fn choose(&mut self, count: usize) -> usize {
        self.random.usize(..count.max(1))
    }

    /// The schema that `schema` refers to, or `schema` itself.
    pub(super) fn target<'s>(&self, schema: &'s Value) -> &'s Value
    where
        'a: 's,
    {
        references::resolved_schema(schema, self.document)
    }

    fn at(&mut self, schema: &Value, depth: usize) -> Value {
        if depth > BOTTOM {
            return Value::Null;
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(Value::Array(values)) = schema.get("enum") {
            return values.get(self.choose(values.len())).cloned().unwrap_or_default();
        }
        if self.has_nullable && has_value(schema, "nullable", true) && (depth > DEPTH || self.random.u8(..4) == 0) {
            return Value::Null;
        }
        if COMPOSED.iter().any(|keyword| schema.get(keyword).is_some()) {
            return self.composed(schema, depth);
        }
        let kind = match schema.get("type") {
            Some(Value::Array(names)) => names.get(self.choose(names.len())).cloned().unwrap_or_default(),
            Some(name) => name.clone(),
            None if schema.get("properties").is_some() => json!("object"),
            None if schema.get("items").is_some() || schema.get("prefixItems").is_some() => json!("array"),
            None if schema.get("format").is_some() || schema.get("pattern").is_some() => json!("string"),
            None => json!("any"),
        };
        match kind.as_str().unwrap_or_default() {
            "null" => Value::Null,
            "boolean" => json!(self.random.bool()),
            "integer" | "number" if self.extreme_numbers && self.random.u8(..6) == 0 => {
                numbers::extreme(&kind, &mut self.random)
            }
            "integer" => json!(numbers::integer(schema, &mut self.random)),
            "number" => numbers::number(schema, &mut self.random),
            "string" => json!(texts::text(schema, &mut self.random)),
            "array" => self.array(schema, depth),
            "object" => self.object(schema, depth),
            _ => match self.random.u8(..4) {
                0 => json!({"free": [1, 2.5, "text", null]}),
                1 => json!("text"),
                2 => json!(7),
                _ => json!(true),
            },
        }
    }

    /// An instance of a schema that combines others, with the fields that it requires of their instance.
    fn composed(&mut self, schema: &Value, depth: usize) -> Value {
        let mut made = self.of_parts(schema, depth);
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        if let Value::Object(fields) = &mut made {
            for name in required {
                if !fields.contains_key(name) {
                    let property = self.property(schema, name, 0).cloned();
                    fields.insert(name.to_owned(), property.map_or(json!("text"), |it| self.at(&it, depth + 1)));
                }
            }
        }
        made
    }

    /// The schema of a field in a schema or one of its parts.
    fn property<'s>(&self, schema: &'s Value, name: &str, depth: usize) -> Option<&'s Value>
    where
        'a: 's,
    {
        if depth > BOTTOM {
            return None;
        }
        let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
        let target = references::target(schema, self.document);
        let own = schema.get("properties").and_then(|fields| fields.get(name));
        own.or_else(|| target.into_iter().chain(parts).find_map(|part| self.property(part, name, depth + 1)))
    }

    /// An instance of the parts of a schema. An object has the fields of all of them; any other value is generated from
    /// the keywords of all of them.
    fn of_parts(&mut self, schema: &Value, depth: usize) -> Value {
        let mut own = schema.as_object().cloned().unwrap_or_default();
        let mut parts: Vec<Value> = Vec::new();
        own.retain(|key, _| !COMPOSED.contains(&key.as_str()) && key != "nullable");
        if schema.get("$ref").is_some() {
            // 3.0 ignores what stands beside a reference.
            if self.has_nullable {
                own.shift_remove("type");
            }
            parts.extend(references::target(schema, self.document).cloned());
        }
        parts.extend(schema.get("allOf").and_then(Value::as_array).into_iter().flatten().cloned());
        for keyword in ["anyOf", "oneOf"] {
            if let Some(Value::Array(alternatives)) = schema.get(keyword) {
                let null = alternatives.iter().find(|alternative| has_value(alternative, "type", "null"));
                parts.extend(match null {
                    Some(null) if depth > DEPTH => Some(null.clone()),
                    _ => alternatives.get(self.choose(alternatives.len())).cloned(),
                });
            }
        }
        if own.get("type").is_some() || own.get("properties").is_some() {
            parts.push(Value::Object(own));
        }
        // A part that only describes the others has no values of its own.
        let states_something =
            |part: &Value| part.as_object().is_none_or(|part| part.keys().any(|key| keywords::is_rule(key)));
        if parts.iter().any(states_something) {
            parts.retain(states_something);
        }
        if let [only] = parts.as_slice() {
            return self.at(only, depth + 1);
        }
        let simple = |part: &Value| {
            COMPOSED.iter().all(|keyword| part.get(keyword).is_none()) && !has_value(part, "type", "object")
        };
        let targets: Vec<Value> = parts.iter().map(|part| self.target(part).clone()).collect();
        if targets.iter().all(|part| simple(part) && part.get("properties").is_none()) {
            let mut all = Map::new();
            for (key, value) in targets.into_iter().filter_map(|part| part.as_object().cloned()).flatten() {
                let value = match all.get(&key) {
                    Some(known) if key == "type" => common_types(known, &value),
                    _ => value,
                };
                all.insert(key, value);
            }
            return self.at(&Value::Object(all), depth + 1);
        }
        let made: Vec<Value> = parts.iter().map(|part| self.at(part, depth + 1)).collect();
        if made.iter().all(Value::is_object) {
            let mut all = Map::new();
            let mut undescribed = Vec::new();
            for (part, value) in parts.iter().zip(&made) {
                // A part may require a field that only another one describes.
                let describes = |name: &str| {
                    COMPOSED.iter().any(|key| part.get(key).is_some()) || part["properties"].get(name).is_some()
                };
                for (name, value) in value.as_object().into_iter().flatten() {
                    if describes(name) {
                        all.insert(name.clone(), value.clone());
                    } else {
                        undescribed.push((name, value));
                    }
                }
            }
            for (name, value) in undescribed {
                if !all.contains_key(name) {
                    let property = self.property(schema, name, 0).cloned();
                    all.insert(name.clone(), property.map_or_else(|| value.clone(), |it| self.at(&it, depth + 1)));
                }
            }
            return all.into();
        }
        made.get(self.choose(made.len())).cloned().unwrap_or_default()
    }

    fn array(&mut self, schema: &Value, depth: usize) -> Value {
        let length =
            |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
        if let Some(Value::Array(parts)) = schema.get("prefixItems") {
            return parts.iter().map(|part| self.at(part, depth + 1)).collect();
        }
        let low = length("minItems").unwrap_or(0);
        let high = length("maxItems").unwrap_or(low + 2).min(low + 2);
        let count = if depth > DEPTH { low } else { self.random.usize(low..=high.max(low)) };
        let any = json!({});
        let items = schema.get("items").unwrap_or(&any);
        (0..count).map(|_| self.at(items, depth + 1)).collect()
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let mut made = Map::new();
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let wanted = required.contains(&name.as_str());
            if wanted || depth <= DEPTH && self.random.u8(..3) > 0 {
                made.insert(name.clone(), self.at(property, depth + 1));
            }
        }
        for name in required.iter().filter(|name| schema["properties"].get(**name).is_none()) {
            made.insert((*name).to_owned(), json!("text"));
        }
        if schema.get("properties").is_none()
            && let Some(values @ Value::Object(_)) = schema.get("additionalProperties")
            && depth <= DEPTH
        {
            let mut names = schema.get("propertyNames").and_then(Value::as_object).cloned().unwrap_or_default();
            // A name is a string, even if the schema does not state it.
            names.entry("type").or_insert(json!("string"));
            // Several keys that are not sorted: the client keeps their order.
            for default in compare::KEYS {
                let key = match schema.get("propertyNames") {
                    Some(_) => self.at(&Value::Object(names.clone()), depth + 1),
                    None => json!(default),
                };
                made.insert(key.as_str().unwrap_or(default).to_owned(), self.at(values, depth + 1));
            }
        }
        Value::Object(made)
    }
}

/// The types that two values of the keyword `type` have in common.
fn common_types(one: &Value, other: &Value) -> Value {
    let list = |types: &Value| types.as_array().cloned().unwrap_or_else(|| vec![types.clone()]);
    let others = list(other);
    match list(one).into_iter().filter(|name| others.contains(name)).collect::<Vec<_>>() {
        none if none.is_empty() => other.clone(),
        common => Value::Array(common),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of valid instances among 40.
    fn valid(schema: &Value) -> usize {
        let components = json!({"components": {"schemas": {
            "Base": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}},
            "Name": {"type": "string", "minLength": 3},
        }}});
        let mut whole = schema.clone();
        whole["components"] = components["components"].clone();
        let validator = jsonschema::options().should_validate_formats(true).build(&whole).unwrap();
        let mut instances = Instances::new(&components, 3);
        (0..40).filter(|_| validator.is_valid(&instances.make(schema))).count()
    }

    #[test]
    fn an_instance_of_a_combined_schema_is_valid_for_all_of_its_parts() {
        let base = json!({"$ref": "#/components/schemas/Base"});
        for schema in [
            json!({"allOf": [base, {"type": "object", "required": ["a"], "properties": {"a": {"type": "boolean"}}}]}),
            json!({"allOf": [base], "required": ["b"], "properties": {"b": {"type": "string"}}}),
            json!({"$ref": "#/components/schemas/Base", "required": ["b"], "properties": {"b": {"type": "null"}}}),
            json!({"type": "string", "maxLength": 5, "allOf": [{"$ref": "#/components/schemas/Name"}]}),
            json!({"type": "object", "additionalProperties": {"type": "integer"}, "propertyNames": {"format": "uuid"}}),
            json!({"anyOf": [base, {"type": "null"}]}),
            json!({"allOf": [base, {"description": "The base."}]}),
            json!({"allOf": [{"properties": {"b": {"type": "string"}}}, base], "required": ["b"]}),
            json!({"type": ["string", "null"], "$ref": "#/components/schemas/Name"}),
            json!({"allOf": [
                {"type": "object", "properties": {"b": {"type": "integer"}}}, {"type": "object", "required": ["b"]},
            ]}),
        ] {
            assert_eq!(valid(&schema), 40, "{schema}");
        }
    }

    #[test]
    fn a_type_beside_a_reference_is_ignored_in_3_0_only() {
        let numbers = |version: &str| {
            let document = json!({"openapi": version, "components": {"schemas": {"A": {"type": "object"}}}});
            let mut instances = Instances::new(&document, 3);
            let schema = json!({"type": "number", "$ref": "#/components/schemas/A"});
            (0..40).filter(|_| instances.make(&schema).is_number()).count()
        };
        assert_eq!(numbers("3.0.3"), 0);
        assert!(numbers("3.1.0") > 0);
    }

    #[test]
    fn nullable_is_a_keyword_in_3_0_only() {
        let nulls = |version: &str| {
            let document = json!({"openapi": version});
            let mut instances = Instances::new(&document, 3);
            (0..40).filter(|_| instances.make(&json!({"type": "string", "nullable": true})).is_null()).count()
        };
        assert!(nulls("3.0.3") > 0);
        assert_eq!(nulls("3.1.0"), 0);
    }
}
