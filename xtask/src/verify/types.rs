//! Checks each type: it reads a valid instance and writes it back unchanged, refuses an invalid one, and keeps the
//! fields and values that a later version of the document may add.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::child::{Driver, Read};
use super::compare::difference;
use super::instances::Instances;
use super::{Contract, Tally, refusal};

/// The number of valid instances that are checked for each type.
const TRIES: usize = 12;

/// Checks the type of every component schema, and adds the failures to `tally`.
pub(super) fn check(contract: &Contract<'_>, driver: &mut Driver, tally: &mut Tally) -> anyhow::Result<()> {
    let client = &contract.outcome.client;
    let patch_bodies = client.patch_bodies();
    let schemas = contract.document["components"]["schemas"].as_object().into_iter().flatten();
    for (number, (name, schema)) in schemas.enumerate() {
        let Some(rust) = contract.rust_name(name) else {
            // A string that is an alternative of a union is a variant of it, which `unions` checks.
            let is_one = |values: &Vec<Value>| matches!(values.as_slice(), [Value::String(_)]);
            if schema["const"].is_string() || schema["enum"].as_array().is_some_and(is_one) {
                continue;
            }
            tally.failures.push(format!("{name}: the client has no type for this component"));
            continue;
        };
        let name_in_pointer = name.replace('~', "~0").replace('/', "~1");
        let reference = json!({"$ref": format!("#/components/schemas/{name_in_pointer}")});
        let validator = contract.validator(&reference)?;
        let mut instances = Instances::new(contract.document, number as u64 + 1);
        // The types of responses read any number; those of requests need not.
        instances.extreme_numbers = client.types.get(&rust).is_some_and(|kind| kind.is_received);
        let strict = patch_bodies.contains(rust.as_str());
        let mut tried = 0;
        let mut reason = String::new();
        // An instance of a `oneOf` that several alternatives accept is invalid, so a valid one may be rare.
        for attempt in 0..TRIES * 40 {
            if attempt >= TRIES * 4 && tried > 0 {
                break;
            }
            let instance = instances.make(schema);
            if let Err(error) = validator.validate(&instance) {
                reason = refusal(&error);
                continue;
            }
            tried += 1;
            // The type of a component is its value; the references to a nullable component are optional.
            if instance.is_null() {
                continue;
            }
            tally.instances += 1;
            match driver.read(&rust, &instance)? {
                Ok(Read { written, variant, shows_secret }) => {
                    if shows_secret {
                        tally.failures.push(format!("{name}: `Debug` shows a secret"));
                    }
                    if variant.as_deref() == Some("unknown") && instance.is_string() {
                        tally.failures.push(format!("{name}: a value that the document lists is unknown: {instance}"));
                    }
                    if let Some(difference) = difference(&instance, &written, strict) {
                        tally.failures.push(format!("{name}: {difference}"));
                    } else if let Err(error) = validator.validate(&written)
                        && !contract.lenient_validator(&reference)?.is_valid(&written)
                    {
                        let reason = refusal(&error);
                        tally.failures.push(format!("{name}: the serialized value is not valid{reason}: {written}"));
                    }
                }
                Err(error) => tally.failures.push(format!("{name}: a valid instance is refused ({error}): {instance}")),
            }
            check_invalid(name, &rust, schema, &instance, &validator, &mut instances, driver, tally)?;
            if client.types.get(&rust).is_some_and(|kind| kind.is_received) {
                check_future(name, &rust, schema, &instance, &instances, driver, tally)?;
            }
            if tried == TRIES {
                break;
            }
        }
        if tried == 0 {
            tally.failures.push(format!("{name}: no valid instance could be generated{reason}"));
        }
        tally.types += 1;
    }
    Ok(())
}

/// Checks that the type refuses an instance without a required field, and one with a field of a wrong type.
#[allow(clippy::too_many_arguments)]
fn check_invalid(
    name: &str,
    rust: &str,
    schema: &Value,
    instance: &Value,
    validator: &Validator,
    instances: &mut Instances<'_>,
    driver: &mut Driver,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    // A union keeps a value that is none of its alternatives.
    let is_object = schema.get("properties").is_some() && schema.get("oneOf").or_else(|| schema.get("anyOf")).is_none();
    let Some(fields) = instance.as_object().filter(|_| is_object) else { return Ok(()) };
    let mut changed = Vec::new();
    for field in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        let property = property_of(instances, schema, field);
        // A required field without a type may be null, and an absent field is read as null.
        if property.get("type").is_some_and(Value::is_string) {
            let mut without = fields.clone();
            without.remove(field);
            changed.push((format!("without `{field}`"), Value::Object(without)));
        }
    }
    // A field that is always null accepts any value, as an unknown field does.
    let is_typed = |property: &Value| {
        let is_union = property.get("oneOf").or_else(|| property.get("anyOf")).is_some();
        !is_union && property.get("type").is_some_and(|kind| kind.is_string() && kind != "null")
    };
    let typed: Vec<&String> = fields.keys().filter(|field| is_typed(property_of(instances, schema, field))).collect();
    if !typed.is_empty() {
        let field = typed[instances.choose(typed.len())].clone();
        let wrong = match property_of(instances, schema, &field)["type"].as_str() {
            Some("string") => json!(7),
            Some("object") => json!("text"),
            _ => json!({"wrong": "type"}),
        };
        let mut mistyped = fields.clone();
        mistyped.insert(field.clone(), wrong);
        changed.push((format!("with a `{field}` of a wrong type"), Value::Object(mistyped)));
    }
    for (how, invalid) in changed {
        if !validator.is_valid(&invalid) {
            tally.invalid += 1;
            if driver.read(rust, &invalid)?.is_ok() {
                tally.failures.push(format!("{name}: an instance {how} is not refused: {invalid}"));
            }
        }
    }
    Ok(())
}

fn property_of<'s>(instances: &Instances<'s>, schema: &'s Value, field: &str) -> &'s Value {
    instances.target(schema["properties"].get(field).unwrap_or(&Value::Null))
}

/// Checks that the type keeps an unknown field, an unknown enum value, and a date-time without offset.
fn check_future(
    name: &str,
    rust: &str,
    schema: &Value,
    instance: &Value,
    instances: &Instances<'_>,
    driver: &mut Driver,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let Some(fields) = instance.as_object().filter(|_| schema.get("properties").is_some()) else { return Ok(()) };
    let mut future = fields.clone();
    // A schema may state what other fields are.
    if !schema["additionalProperties"].is_object() {
        future.insert("field_of_the_future".to_owned(), json!({"deep": [1, 2.5, "three", null]}));
    }
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
            future.insert(field.clone(), json!("value_of_the_future"));
        } else if kinds.contains("date-time") {
            future.insert(field.clone(), json!("2023-10-01T12:00:00"));
        }
    }
    let future = Value::Object(future);
    tally.future += 1;
    match driver.read(rust, &future)? {
        Ok(Read { written, .. }) => {
            if let Some(difference) = difference(&future, &written, false) {
                tally.failures.push(format!("{name}: in a future instance, {difference}"));
            }
        }
        Err(error) => tally.failures.push(format!("{name}: a future instance is refused ({error}): {future}")),
    }
    Ok(())
}
