//! The contract of the types: what the document allows is read and written back; what it does not allow
//! is refused; what may come tomorrow is kept.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::child::Driving;
use super::compare::difference;
use super::instances::Instances;
use super::{Contract, Tally};

/// How many instances of each type are tried.
const TRIES: usize = 12;

/// Tries all component types.
pub(super) fn check(contract: &Contract<'_>, driving: &mut Driving, tally: &mut Tally) -> anyhow::Result<()> {
    let schemas = contract.document["components"]["schemas"].as_object().into_iter().flatten();
    for (number, (name, schema)) in schemas.enumerate() {
        let Some(rust) = contract.rust_name(name) else {
            tally.failures.push(format!("{name}: there is no type of that name"));
            continue;
        };
        let name_in_pointer = name.replace('~', "~0").replace('/', "~1");
        let validator = contract.validator(&json!({"$ref": format!("#/components/schemas/{name_in_pointer}")}))?;
        let mut instances = Instances::new(contract.document, number as u64 + 1);
        let strict = contract.patched.contains(&rust);
        let mut tried = 0;
        for _ in 0..TRIES * 4 {
            let instance = instances.make(schema);
            if !validator.is_valid(&instance) {
                continue;
            }
            tried += 1;
            tally.instances += 1;
            match driving.read(&rust, &instance)? {
                Ok(written) => {
                    if let Some(difference) = difference(&instance, &written, strict) {
                        tally.failures.push(format!("{name}: {difference}"));
                    } else if !validator.is_valid(&written) {
                        tally.failures.push(format!("{name}: what was written back is not valid: {written}"));
                    }
                }
                Err(error) => tally.failures.push(format!("{name}: a valid instance is refused ({error}): {instance}")),
            }
            spoiled(name, &rust, schema, &instance, &validator, &mut instances, driving, tally)?;
            if contract.answers.contains(&rust) {
                of_tomorrow(name, &rust, schema, &instance, &instances, driving, tally)?;
            }
            if tried == TRIES {
                break;
            }
        }
        if tried == 0 {
            tally.failures.push(format!("{name}: no valid instance could be made"));
        }
        tally.types += 1;
    }
    Ok(())
}

/// A required field gone, and a field of a wrong type.
#[allow(clippy::too_many_arguments)]
fn spoiled(
    name: &str,
    rust: &str,
    schema: &Value,
    instance: &Value,
    validator: &Validator,
    instances: &mut Instances<'_>,
    driving: &mut Driving,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let Some(fields) = instance.as_object().filter(|_| schema.get("properties").is_some()) else { return Ok(()) };
    let mut spoiled = Vec::new();
    for field in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        let property = property_of(instances, schema, field);
        // A required field that may be anything may also be null, which is what an absent one is read as.
        if property.get("type").is_some_and(Value::is_string) {
            let mut without = fields.clone();
            without.remove(field);
            spoiled.push((format!("without `{field}`"), Value::Object(without)));
        }
    }
    // What is only ever null says nothing; another value of it is kept, as an unknown field's is.
    let is_typed = |property: &Value| property.get("type").is_some_and(|kind| kind.is_string() && kind != "null");
    let typed: Vec<&String> = fields.keys().filter(|field| is_typed(property_of(instances, schema, field))).collect();
    if !typed.is_empty() {
        let field = typed[instances.choose(typed.len())].clone();
        let wrong = match property_of(instances, schema, &field)["type"].as_str() {
            Some("string") => json!(7),
            Some("object") => json!("text"),
            _ => json!({"wrong": "type"}),
        };
        let mut other = fields.clone();
        other.insert(field.clone(), wrong);
        spoiled.push((format!("with a wrong `{field}`"), Value::Object(other)));
    }
    for (how, spoiled) in spoiled {
        if !validator.is_valid(&spoiled) {
            tally.spoiled += 1;
            if driving.read(rust, &spoiled)?.is_ok() {
                tally.failures.push(format!("{name} {how} is not refused: {spoiled}"));
            }
        }
    }
    Ok(())
}

fn property_of<'s>(instances: &Instances<'s>, schema: &'s Value, field: &str) -> &'s Value {
    instances.target(schema["properties"].get(field).unwrap_or(&Value::Null))
}

/// An unknown field, an unknown value of an enum, and a moment without offset.
fn of_tomorrow(
    name: &str,
    rust: &str,
    schema: &Value,
    instance: &Value,
    instances: &Instances<'_>,
    driving: &mut Driving,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let Some(fields) = instance.as_object().filter(|_| schema.get("properties").is_some()) else { return Ok(()) };
    let mut tomorrow = fields.clone();
    tomorrow.insert("field_of_tomorrow".to_owned(), json!({"deep": [1, 2.5, "three", null]}));
    for (field, value) in fields {
        let property = property_of(instances, schema, field);
        let kinds: BTreeSet<&str> = std::iter::once(property)
            .chain(property.get("anyOf").and_then(Value::as_array).into_iter().flatten())
            .map(|kind| match kind {
                _ if instances.target(kind).get("enum").is_some_and(Value::is_array) => "enum",
                kind if kind.get("format") == Some(&json!("date-time")) => "date-time",
                kind if kind.get("type") == Some(&json!("null")) || kind.get("anyOf").is_some() => "",
                _ => "other",
            })
            .filter(|kind| !kind.is_empty())
            .collect();
        if !value.is_string() || kinds.len() != 1 {
            continue;
        }
        if kinds.contains("enum") {
            tomorrow.insert(field.clone(), json!("value_of_tomorrow"));
        } else if kinds.contains("date-time") {
            tomorrow.insert(field.clone(), json!("2023-10-01T12:00:00"));
        }
    }
    let tomorrow = Value::Object(tomorrow);
    tally.tomorrow += 1;
    match driving.read(rust, &tomorrow)? {
        Ok(written) => {
            if let Some(difference) = difference(&tomorrow, &written, false) {
                tally.failures.push(format!("{name}: of what may come tomorrow, {difference}"));
            }
        }
        Err(error) => tally.failures.push(format!("{name}: what may come tomorrow is refused ({error}): {tomorrow}")),
    }
    Ok(())
}
