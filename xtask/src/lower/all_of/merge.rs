//! The schema of the values that two schemas have in common.

use serde_json::{Map, Value, json};

use super::{own, restricts};
use crate::document::marker;
use crate::document::references::{self, has_value};
use crate::document::walk;
use crate::document::walk::Kind;

/// Why two schemas have no value in common.
#[derive(Debug)]
pub(super) struct Conflict(pub(super) String);

/// The number of schemas around the one that is merged; more of them contain each other.
const DEPTH: usize = 24;

/// A union of more alternatives than this is not merged with another union.
const ALTERNATIVES: usize = 64;

pub(super) struct Merge<'a> {
    schemas: &'a Map<String, Value>,
    depth: usize,
    /// Whether an alternative of a union is merged: without a value, it is left out.
    in_alternative: bool,
    /// Whether a union was left out, because its alternatives only require fields.
    pub(super) left_out: bool,
    /// Why a field has no valid value; it accepts any value.
    pub(super) contradictions: Vec<String>,
}

impl<'a> Merge<'a> {
    pub(super) fn new(schemas: &'a Map<String, Value>) -> Self {
        Self { schemas, depth: 0, in_alternative: false, left_out: false, contradictions: Vec::new() }
    }

    /// The schema without `allOf`, and with nothing beside an `anyOf` or a `oneOf`.
    pub(super) fn normal(&mut self, schema: &Value) -> Result<Value, Conflict> {
        let Some(fields) = schema.as_object() else { return Ok(json!({})) };
        self.depth += 1;
        let result = self.combined(fields);
        self.depth -= 1;
        let mut result = result?;
        let annotations: Map<String, Value> =
            fields.iter().filter(|(key, _)| !restricts(key)).map(|(key, value)| (key.clone(), value.clone())).collect();
        if annotations.is_empty() {
            return Ok(result);
        }
        if result.get("$ref").is_some() {
            result = json!({"allOf": [result]});
        }
        let mut annotated = annotations;
        if let Value::Object(rules) = result {
            for (key, value) in rules {
                annotated.entry(key).or_insert(value);
            }
        }
        Ok(Value::Object(annotated))
    }

    fn combined(&mut self, fields: &Map<String, Value>) -> Result<Value, Conflict> {
        if self.depth > DEPTH {
            return Err(Conflict("the parts contain each other".to_owned()));
        }
        let mut parts: Vec<Value> = own(fields).into_iter().collect();
        parts.extend(fields.get("allOf").and_then(Value::as_array).into_iter().flatten().cloned());
        for keyword in ["oneOf", "anyOf"] {
            let Some(alternatives) = fields.get(keyword).and_then(Value::as_array) else { continue };
            if !parts.is_empty() && !alternatives.is_empty() && alternatives.iter().all(only_requires) {
                self.left_out = true;
            } else {
                parts.push(json!({keyword: alternatives}));
            }
        }
        let mut parts = parts.into_iter();
        let Some(first) = parts.next() else { return Ok(json!({})) };
        let first = self.part(&first)?;
        parts.try_fold(first, |merged, part| {
            let part = self.part(&part)?;
            self.both(&merged, &part)
        })
    }

    /// A part in its normal form; a reference stays one.
    fn part(&mut self, part: &Value) -> Result<Value, Conflict> {
        let is_normal = part.get("$ref").is_some() || !super::needs_merge(part);
        if is_normal { Ok(part.clone()) } else { self.normal(part) }
    }

    /// The schema of the values that both schemas have. Both are in normal form.
    fn both(&mut self, one: &Value, other: &Value) -> Result<Value, Conflict> {
        if !is_restricted(other) || essence(one) == essence(other) {
            return Ok(described(one, other));
        }
        if !is_restricted(one) {
            return Ok(described(other, one));
        }
        let (whole_one, whole_other) = (self.target(one)?, self.target(other)?);
        self.depth += 1;
        let merged = match (alternatives(&whole_one), alternatives(&whole_other)) {
            (Some(union), _) => self.distributed(union, &whole_one, other, true),
            (None, Some(union)) => self.distributed(union, &whole_other, one, false),
            (None, None) => self.plain(&whole_one, &whole_other),
        };
        self.depth -= 1;
        let mut merged = merged?;
        if !(is_nullable(&whole_one) && is_nullable(&whole_other)) {
            remove(&mut merged, "nullable");
        }
        // If one of them says all that both say, its name stays.
        let essence_of_both = essence(&merged);
        for (schema, whole) in [(one, &whole_one), (other, &whole_other)] {
            if schema.get("$ref").or_else(|| schema.get("allOf")).is_some() && essence(whole) == essence_of_both {
                return Ok(schema.clone());
            }
        }
        Ok(merged)
    }

    /// The schema that a reference leads to, in normal form, without its annotations, which describe that schema alone.
    /// Any other schema as it is.
    fn target(&mut self, schema: &Value) -> Result<Value, Conflict> {
        let mut schema = schema.clone();
        for _ in 0..references::HOPS {
            let part = schema.get("allOf").and_then(|parts| parts.get(0)).unwrap_or(&schema);
            let Some(target) = references::component(part).and_then(|name| self.schemas.get(name)) else { break };
            let is_nullable = is_nullable(&schema);
            schema = self.part(target)?;
            if let Value::Object(fields) = &mut schema {
                fields.retain(|key, _| restricts(key) || key == "nullable");
                if is_nullable {
                    fields.insert("nullable".to_owned(), json!(true));
                }
            }
        }
        Ok(schema)
    }

    /// The union of `whole` with `rule` applied to each alternative, after it or before it.
    fn distributed(
        &mut self,
        (keyword, alternatives): (&'static str, &[Value]),
        whole: &Value,
        rule: &Value,
        after: bool,
    ) -> Result<Value, Conflict> {
        if self.depth > DEPTH {
            return Err(Conflict("the parts contain each other".to_owned()));
        }
        let mut merged: Vec<Value> = Vec::new();
        let mut conflict = None;
        for alternative in alternatives {
            let normal = self.part(alternative)?;
            let outer = std::mem::replace(&mut self.in_alternative, true);
            let both = if after { self.both(&normal, rule) } else { self.both(rule, &normal) };
            self.in_alternative = outer;
            match both {
                Ok(mut schema) => {
                    if let (Some(name), Value::Object(fields)) = (references::component(alternative), &mut schema)
                        && fields.contains_key("properties")
                    {
                        // The alternative gets its own type, which is named after its title.
                        fields.shift_insert(0, "title".to_owned(), json!(name));
                    }
                    match alternatives_of_union(&schema) {
                        Some(inner) => merged.extend(inner.to_vec()),
                        None => merged.push(schema),
                    }
                }
                Err(why) => conflict = Some(why),
            }
        }
        let mut seen = Vec::new();
        merged.retain(|schema| {
            let essence = essence(schema);
            let is_new = !seen.contains(&essence);
            seen.push(essence);
            is_new
        });
        // Several unions have the product of their alternatives.
        if merged.len() > ALTERNATIVES.max(alternatives.len()) {
            return Err(Conflict(format!("its unions have {} combinations", merged.len())));
        }
        match (merged.len(), conflict) {
            (0, Some(why)) => Err(why),
            (1, _) => Ok(merged.remove(0)),
            _ => {
                let mut union = whole.clone();
                union[keyword] = Value::Array(merged);
                Ok(union)
            }
        }
    }

    fn plain(&mut self, one: &Value, other: &Value) -> Result<Value, Conflict> {
        let (Some(one), Some(other)) = (one.as_object(), other.as_object()) else { return Ok(json!({})) };
        let mut merged = one.clone();
        let required = required(one, other);
        for (key, theirs) in other {
            let Some(ours) = one.get(key) else {
                // A closed object is open for the fields of the other part.
                if !(key == "additionalProperties" && theirs.is_boolean()) {
                    merged.insert(key.clone(), theirs.clone());
                }
                continue;
            };
            let value = match key.as_str() {
                "type" => kind(ours, theirs)?,
                "enum" => common(ours, theirs)?,
                "required" => continue,
                "properties" => self.fields(ours, theirs, &required)?,
                "items" => self.both_parts(ours, theirs)?,
                "additionalProperties" if ours.is_object() && theirs.is_object() => self.both_parts(ours, theirs)?,
                "additionalProperties" if theirs.is_object() => theirs.clone(),
                "format" if theirs == "password" => theirs.clone(),
                marker::KEY if theirs == marker::REDACTED => theirs.clone(),
                _ => continue,
            };
            merged.insert(key.clone(), value);
        }
        if !required.is_empty() {
            merged.insert("required".to_owned(), json!(required));
        }
        if merged.contains_key("properties") {
            check_type(&merged, "object")?;
            merged.insert("type".to_owned(), json!("object"));
        }
        if !other.contains_key("additionalProperties")
            && merged.get("additionalProperties").is_some_and(Value::is_boolean)
        {
            merged.shift_remove("additionalProperties");
        }
        let formats = (one.get("format"), other.get("format"), merged.get("format"));
        if formats_differ(formats) || has_value(&json!(merged), "type", "integer") && !is_integer_format(formats.2) {
            merged.shift_remove("format");
        }
        Ok(Value::Object(merged))
    }

    fn both_parts(&mut self, one: &Value, other: &Value) -> Result<Value, Conflict> {
        let (one, other) = (self.part(one)?, self.part(other)?);
        self.both(&one, &other)
    }

    fn fields(&mut self, ours: &Value, theirs: &Value, required: &[Value]) -> Result<Value, Conflict> {
        let (Some(ours), Some(theirs)) = (ours.as_object(), theirs.as_object()) else { return Ok(ours.clone()) };
        let mut fields = ours.clone();
        for (name, field) in theirs {
            let merged = match ours.get(name) {
                None => field.clone(),
                Some(own) => match self.both_parts(own, field) {
                    Ok(merged) => merged,
                    Err(Conflict(why)) if self.in_alternative && required.iter().any(|it| it == name) => {
                        return Err(Conflict(format!("in the field `{name}`: {why}")));
                    }
                    Err(Conflict(why)) => {
                        self.contradictions.push(format!("the field `{name}` accepts any value: {why}"));
                        let is_secret = [own, field].iter().any(|part| part.to_string().contains("\"password\""));
                        if is_secret { json!({marker::KEY: marker::REDACTED}) } else { json!({}) }
                    }
                },
            };
            fields.insert(name.clone(), merged);
        }
        Ok(Value::Object(fields))
    }
}

/// Whether an alternative does nothing but require fields.
fn only_requires(alternative: &Value) -> bool {
    let fields = alternative.as_object();
    fields.is_some_and(|fields| {
        fields.contains_key("required")
            && fields.iter().all(|(key, value)| {
                ["required", "type"].contains(&key.as_str()) && value != "string" || !restricts(key)
            })
    })
}

fn is_restricted(schema: &Value) -> bool {
    schema.as_object().is_some_and(|fields| fields.keys().any(|key| restricts(key)))
}

/// Whether null is a value. A schema without rules has any value.
fn is_nullable(schema: &Value) -> bool {
    has_value(schema, "nullable", true) || !is_restricted(schema)
}

fn remove(schema: &mut Value, key: &str) {
    if let Value::Object(fields) = schema {
        fields.shift_remove(key);
    }
}

/// The first schema, with those annotations of the second that it lacks.
fn described(schema: &Value, annotations: &Value) -> Value {
    let (Some(fields), Some(others)) = (schema.as_object(), annotations.as_object()) else { return schema.clone() };
    let mut others: Map<String, Value> = others
        .iter()
        .filter(|(key, _)| !restricts(key) && *key != "nullable" && !fields.contains_key(*key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if others.is_empty() {
        return schema.clone();
    }
    if fields.contains_key("$ref") {
        others.insert("allOf".to_owned(), json!([schema]));
        return Value::Object(others);
    }
    Value::Object(fields.clone().into_iter().chain(others).collect())
}

fn alternatives(schema: &Value) -> Option<(&'static str, &[Value])> {
    ["oneOf", "anyOf"].into_iter().find_map(|key| Some((key, schema.get(key)?.as_array()?.as_slice())))
}

/// The alternatives of a union that has no annotations.
fn alternatives_of_union(schema: &Value) -> Option<&[Value]> {
    alternatives(schema).filter(|_| schema.as_object().is_some_and(|fields| fields.len() == 1)).map(|(_, union)| union)
}

/// A schema without its annotations and without keywords that say nothing.
fn essence(schema: &Value) -> Value {
    let mut schema = schema.clone();
    walk::change_from(Kind::Schema, &mut schema, &mut |kind, _, node| {
        let (Kind::Schema, Value::Object(fields)) = (kind, node) else { return };
        if fields.len() == 1
            && let Some(Value::Array(parts)) = fields.get("allOf")
            && let [only] = parts.as_slice()
        {
            *fields = only.as_object().cloned().unwrap_or_default();
        }
        let has_fields = fields.contains_key("properties");
        fields.retain(|key, value| match key.as_str() {
            "nullable" => value == true,
            "required" => value.as_array().is_some_and(|list| !list.is_empty()),
            "additionalProperties" => !(has_fields && value.is_boolean()),
            "type" => !(has_fields && value == "object"),
            key => restricts(key),
        });
        // The order has no meaning.
        for key in ["required", "enum"] {
            if let Some(Value::Array(list)) = fields.get_mut(key) {
                list.sort_by_key(ToString::to_string);
            }
        }
    });
    schema
}

fn required(one: &Map<String, Value>, other: &Map<String, Value>) -> Vec<Value> {
    let mut names: Vec<Value> = Vec::new();
    for name in [one, other].iter().filter_map(|it| it.get("required")?.as_array()).flatten() {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

fn kind(one: &Value, other: &Value) -> Result<Value, Conflict> {
    match (one.as_str(), other.as_str()) {
        (Some("number"), Some("integer")) | (Some("integer"), Some("number")) => Ok(json!("integer")),
        (Some(ours), Some(theirs)) if ours != theirs => {
            Err(Conflict(format!("it has the types `{ours}` and `{theirs}`")))
        }
        _ => Ok(one.clone()),
    }
}

fn check_type(schema: &Map<String, Value>, expected: &str) -> Result<(), Conflict> {
    schema.get("type").map_or(Ok(()), |stated| kind(stated, &json!(expected)).map(drop))
}

fn common(one: &Value, other: &Value) -> Result<Value, Conflict> {
    let (Some(ours), Some(theirs)) = (one.as_array(), other.as_array()) else { return Ok(one.clone()) };
    let both: Vec<&Value> = ours.iter().filter(|value| theirs.contains(value)).collect();
    if both.is_empty() { Err(Conflict("no value is in both enums".to_owned())) } else { Ok(json!(both)) }
}

/// Whether two formats are stated that no value need have both; a secret stays one.
fn formats_differ((one, other, merged): (Option<&Value>, Option<&Value>, Option<&Value>)) -> bool {
    one.is_some() && other.is_some() && one != other && merged.is_some_and(|format| format != "password")
}

fn is_integer_format(format: Option<&Value>) -> bool {
    format.and_then(Value::as_str).is_some_and(|format| format.contains("int"))
}
