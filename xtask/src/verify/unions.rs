//! Checks each union: the variant that is read is an alternative whose schema the value satisfies, and of those the first
//! in the order of the variants or one that lists more of the fields. The validator decides which alternatives a value satisfies, and the discriminator is read
//! from the document again, so a mistake of the lowering does not repeat itself here.

use std::rc::Rc;

use anyhow::Context as _;
use jsonschema::Validator;
use serde_json::{Value, json};

use super::child::Driver;
use super::compare::difference;
use super::instances::Instances;
use super::{Contract, Tally, refusal};
use crate::client::{Client, Kind};
use crate::document::keywords;
use crate::document::pointer::Pointer;
use crate::document::references;
use crate::lower::Union;
use crate::names;

/// The number of instances that are checked for each alternative.
const TRIES: usize = 4;

/// The number of instances that are generated until one is valid.
const INSTANCES: usize = 200;

/// An alternative, as the document states it.
struct Stated<'a> {
    variant: &'a str,
    /// Its schema, with what the document states beside the union.
    schema: Value,
    validator: Rc<Validator>,
    /// Whether the union has a discriminator.
    has_discriminator: bool,
    /// The property of the discriminator, and its values for this alternative.
    tag: Option<(&'a str, Vec<Value>)>,
}

/// Checks every union whose alternatives are in the document, and adds the failures to `tally`.
pub(super) fn check(contract: &Contract<'_>, driver: &mut Driver, tally: &mut Tally) -> anyhow::Result<()> {
    for (number, (name, union)) in contract.outcome.client.unions.iter().enumerate() {
        let Some(stated) = stated(contract, name, union)? else {
            tally.unchecked_unions.push(name.clone());
            continue;
        };
        let seed = number as u64 + 50_000;
        let instances = Instances::new(contract.document, seed);
        let mut source = Source { instances, around: Around::new(contract, name, seed) };
        for (index, alternative) in stated.iter().enumerate() {
            for _ in 0..TRIES {
                check_alternative(name, union, &stated, index, &mut source, driver, tally)?;
            }
            if let Some((property, _)) = &alternative.tag {
                check_unknown(name, property, &stated, &mut source.instances, driver, tally)?;
            }
        }
    }
    Ok(())
}

/// The alternatives of a union in the order of its variants; `None` if one of them is not in the document, or if the
/// client has no such union.
fn stated<'a>(contract: &'a Contract<'_>, name: &str, union: &'a Union) -> anyhow::Result<Option<Vec<Stated<'a>>>> {
    let client: &'a Client = &contract.outcome.client;
    let Some(Kind::Enum(variants)) = client.types.get(name).map(|kind| &kind.kind) else { return Ok(None) };
    let mut list = Vec::new();
    for (index, alternative) in union.alternatives.iter().enumerate() {
        let variant = variants.iter().find(|(_, variant)| variant.position == index).map(|(name, _)| name.as_str());
        let found = alternative.place.as_ref().and_then(|place| {
            let documents = [contract.document, &contract.outcome.document];
            let (document, schema) = documents.into_iter().find_map(|it| Some((it, place.find(it)?)))?;
            let around = place.parent()?.parent()?.find(document)?;
            Some((place, schema, within(schema, around)))
        });
        let (Some(variant), Some((place, alternative, schema))) = (variant, found) else { return Ok(None) };
        let tag = tag(place, alternative, contract.document);
        let validator = contract.validator(&schema).with_context(|| format!("{place}, an alternative of {name}"))?;
        let has_discriminator = discriminator(place, contract.document).is_some();
        list.push(Stated { variant, schema, validator, has_discriminator, tag });
    }
    Ok(Some(list))
}

/// Makes values of the alternatives of a union.
struct Source<'a> {
    instances: Instances<'a>,
    around: Around<'a>,
}

impl Source<'_> {
    /// A value of an alternative, which is the one with this index; if no valid one was found, the reason.
    fn make(&mut self, alternative: &Stated<'_>, index: usize) -> Result<Value, String> {
        let mut reason = String::new();
        for _ in 0..INSTANCES {
            let mut instance = self.instances.make(&alternative.schema);
            if let (Some((property, values)), Value::Object(fields)) = (&alternative.tag, &mut instance) {
                fields.insert((*property).to_owned(), values[self.instances.choose(values.len())].clone());
            }
            self.around.complete(&mut instance, index);
            if alternative.accepts(&instance) {
                return Ok(instance);
            }
            reason = alternative.validator.validate(&instance).err().map(|error| refusal(&error)).unwrap_or_default();
        }
        Err(reason)
    }
}

/// The fields that the type of an alternative requires although the alternative does not: an `allOf` around the union
/// combines it with another schema. Whether a type requires too much is checked where its whole instances are read.
struct Around<'a> {
    alternatives: &'a [Value],
    instances: Instances<'a>,
}

impl<'a> Around<'a> {
    fn new(contract: &'a Contract<'_>, union: &str, seed: u64) -> Self {
        let document = &contract.outcome.lowered.document;
        let mut components = document["components"]["schemas"].as_object().into_iter().flatten();
        let schema = components.find(|(name, _)| names::type_name(name) == union).map(|(_, schema)| schema);
        let alternatives = schema.and_then(|schema| schema.get("anyOf").or(schema.get("oneOf"))?.as_array());
        Self { alternatives: alternatives.map_or(&[], Vec::as_slice), instances: Instances::new(document, seed) }
    }

    fn complete(&mut self, instance: &mut Value, index: usize) {
        let (Some(schema), Value::Object(fields)) = (self.alternatives.get(index), instance) else { return };
        let schema = self.instances.target(schema);
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !fields.contains_key(name) {
                fields.insert(name.to_owned(), self.instances.make(&schema["properties"][name]));
            }
        }
    }
}

/// The schema of an alternative together with the keywords beside the union that it belongs to.
fn within(alternative: &Value, union: &Value) -> Value {
    let mut around = union.as_object().cloned().unwrap_or_default();
    around.retain(|key, _| keywords::is_rule(key) && !["anyOf", "oneOf"].contains(&key.as_str()));
    if around.is_empty() { alternative.clone() } else { json!({"allOf": [around, alternative]}) }
}

/// The discriminator of the union around `place`.
fn discriminator<'a>(place: &Pointer, document: &'a Value) -> Option<&'a Value> {
    place.parent()?.parent()?.find(document)?.get("discriminator")
}

/// The property of the discriminator of the union around `place`, and its values for the alternative `schema`
/// (OpenAPI 3.1.1, Discriminator Object).
fn tag<'a>(place: &Pointer, schema: &'a Value, document: &'a Value) -> Option<(&'a str, Vec<Value>)> {
    let discriminator = discriminator(place, document)?;
    let property = discriminator["propertyName"].as_str()?;
    let target = schema.get("$ref")?.as_str()?;
    let name = target.rsplit('/').next()?;
    let parts = parts(schema, document);
    let own = parts.iter().find_map(|part| part.get("properties")?.get(property));
    // The alternatives of a union have tags of their own.
    let is_union = |part: &&Value| part.get("anyOf").or(part.get("oneOf")).is_some();
    if own.is_none() && parts.iter().any(is_union) {
        return None;
    }
    let own = constants(own.unwrap_or(&Value::Null));
    if !own.is_empty() {
        return Some((property, own));
    }
    let mapping = discriminator.get("mapping").and_then(Value::as_object).into_iter().flatten();
    let mapped = mapping.filter(|(_, to)| *to == target || *to == name).map(|(value, _)| json!(value));
    let mapped: Vec<Value> = mapped.collect();
    Some((property, if mapped.is_empty() { vec![json!(name)] } else { mapped }))
}

/// The values, without null, that a schema allows if it allows only some.
fn constants(schema: &Value) -> Vec<Value> {
    let list = |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten();
    let own = schema.get("const").into_iter().chain(list("enum")).filter(|value| !value.is_null()).cloned();
    own.chain(list("anyOf").chain(list("oneOf")).flat_map(constants)).collect()
}

impl Stated<'_> {
    fn accepts(&self, instance: &Value) -> bool {
        // Only an object has the property of a discriminator.
        if self.has_discriminator && !instance.is_object() {
            return false;
        }
        let has_tag =
            |(property, values): &(&str, Vec<Value>)| instance.get(property).is_none_or(|value| values.contains(value));
        self.tag.as_ref().is_none_or(has_tag) && self.validator.is_valid(instance)
    }
}

fn check_alternative(
    name: &str,
    union: &Union,
    stated: &[Stated<'_>],
    index: usize,
    source: &mut Source<'_>,
    driver: &mut Driver,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let alternative = &stated[index];
    let mut instance = match source.make(alternative, index) {
        Ok(instance) => instance,
        Err(reason) => {
            let variant = alternative.variant;
            tally.failures.push(format!("{name}: no valid instance of `{variant}` could be generated{reason}"));
            return Ok(());
        }
    };
    let accepting: Vec<usize> = (0..stated.len()).filter(|index| stated[*index].accepts(&instance)).collect();
    // The union may be nullable as a whole.
    let Some(expected) = accepting.first().filter(|_| !instance.is_null()) else { return Ok(()) };
    tally.variants += 1;
    let read = match driver.read(name, &instance)? {
        Ok(read) => read,
        Err(error) => {
            tally.failures.push(format!("{name}: a valid instance is refused ({error}): {instance}"));
            return Ok(());
        }
    };
    let variant = read.variant.as_deref().unwrap_or_default();
    let position = stated.iter().position(|it| it.variant == variant);
    let is_ambiguous = |position: &usize| accepting.iter().any(|index| union.is_ambiguous(*position, *index));
    // An alternative that lists more of the fields goes before one that stands earlier.
    let lists_more = |position: &usize| {
        let listed = |index: usize| listed(&instance, &stated[index].schema, source.instances.document);
        listed(*position) > listed(*expected)
    };
    // A field that is null is read as if it were absent.
    let without_nulls = match &instance {
        Value::Object(fields) => fields.clone().into_iter().filter(|(_, value)| !value.is_null()).collect(),
        other => other.clone(),
    };
    let is_accepting = |it: &usize| accepting.contains(it) || stated[*it].accepts(&without_nulls);
    let is_allowed = |it: &usize| is_accepting(it) && (it == expected || is_ambiguous(it) || lists_more(it));
    if !position.as_ref().is_some_and(is_allowed) {
        let expected = stated[*expected].variant;
        tally.failures.push(format!(
            "{name}: a value was read as `{variant}`, and its schema is that of `{expected}`: {instance}"
        ));
    }
    let mut written = read.written;
    if position != Some(index) {
        // The alternative does not list all fields, and keeps no order within those that it does not list.
        instance.sort_all_objects();
        written.sort_all_objects();
    }
    if let Some(difference) = difference(&instance, &written, false) {
        tally.failures.push(format!("{name}: {difference}"));
    }
    Ok(())
}

/// The number of fields of an instance that a schema lists.
fn listed(instance: &Value, schema: &Value, document: &Value) -> usize {
    let parts = parts(schema, document);
    let is_listed = |name: &String| parts.iter().any(|part| part["properties"].get(name).is_some());
    instance.as_object().into_iter().flatten().filter(|(name, _)| is_listed(name)).count()
}

/// A schema and the parts of its `allOf`, at any depth.
fn parts<'a>(schema: &'a Value, document: &'a Value) -> Vec<&'a Value> {
    let (mut found, mut open) = (Vec::new(), vec![schema]);
    // Bounded, because a schema may contain itself.
    while let Some(schema) = open.pop().filter(|_| found.len() < 100) {
        let schema = references::resolved(schema, document);
        open.extend(schema.get("allOf").and_then(Value::as_array).into_iter().flatten());
        found.push(schema);
    }
    found
}

/// Checks that a value with an unknown tag is kept, unless an alternative without this tag accepts it.
fn check_unknown(
    name: &str,
    property: &str,
    stated: &[Stated<'_>],
    instances: &mut Instances<'_>,
    driver: &mut Driver,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let unknown = json!({"z": 1.5, property: "value_of_the_future", "a": [{"deep": instances.choose(9)}]});
    if stated.iter().any(|alternative| alternative.accepts(&unknown)) {
        return Ok(());
    }
    match driver.read(name, &unknown)? {
        Ok(read) if read.written == unknown && !stated.iter().any(|it| Some(it.variant) == read.variant.as_deref()) => {
        }
        Ok(read) => tally.failures.push(format!(
            "{name}: a value with an unknown tag was read as `{}`: {unknown}",
            read.variant.unwrap_or_default()
        )),
        Err(error) => {
            tally.failures.push(format!("{name}: a value with an unknown tag is refused ({error}): {unknown}"));
        }
    }
    Ok(())
}
