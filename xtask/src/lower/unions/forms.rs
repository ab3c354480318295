//! What the values of a schema look like, as far as it distinguishes the alternatives of a union.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use serde_json::Value;

use super::discriminator::Discriminator;
use crate::document::references::{self, has_value};

/// How many levels of a value have forms: below them, only constants count, and below those nothing. Reading the value
/// compares the rest.
pub(super) const LEVELS: usize = 1;

/// The same for alternatives of which one accepts the values of the other with fewer levels, such as objects with a list
/// of objects.
pub(super) const MORE_LEVELS: usize = 3;

/// The maximum number of forms of a schema. A schema with more has the form of any value.
const FORMS: usize = 64;

/// What a value looks like. `chift-api` has the same type, with the function that compares a value with it.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// Any value.
    Any,
    /// `null`.
    Null,
    /// A boolean.
    Boolean,
    /// A number whose fraction is zero.
    Integer,
    /// The same, and not negative.
    Unsigned,
    /// A number.
    Number,
    /// A string, with the format whose syntax the type of the alternative checks.
    String(Option<String>),
    /// A string that starts with this text.
    Prefix(String),
    /// This string, number or boolean.
    Constant(Value),
    /// An array whose items all have one of these forms.
    Array(Vec<Form>),
    /// An object with these fields.
    Object {
        /// The fields by name.
        fields: BTreeMap<String, Field>,
        /// Whether it has no other fields.
        is_closed: bool,
    },
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Whether each value has it.
    pub is_required: bool,
    /// The value has one of these forms.
    pub forms: Vec<Form>,
}

impl Form {
    /// The constants of the field `name`; `None` if the form does not limit the field to constants.
    pub(super) fn constants(&self, name: &str) -> Option<Vec<&Value>> {
        let Self::Object { fields, .. } = self else { return None };
        let forms = fields.get(name)?.forms.iter();
        forms.map(|form| if let Self::Constant(value) = form { Some(value) } else { None }).collect()
    }

    /// The form without the value of a constant.
    pub(super) fn kind(&self) -> Self {
        match self {
            Self::Constant(Value::Bool(_)) => Self::Boolean,
            Self::Constant(Value::Number(number)) if number.is_f64() => Self::Number,
            Self::Constant(Value::Number(_)) => Self::Integer,
            Self::Constant(_) => Self::String(None),
            other => other.clone(),
        }
    }

    /// Whether this form accepts a value that has only what `other` requires.
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _)
            | (Self::Number, Self::Integer | Self::Unsigned)
            | (Self::Integer, Self::Unsigned)
            | (Self::String(None), Self::String(_) | Self::Prefix(_)) => true,
            (Self::Prefix(prefix), Self::Prefix(other)) => other.starts_with(prefix.as_str()),
            (_, Self::Constant(_)) if !matches!(self, Self::Constant(_)) => self.covers(&other.kind()),
            (Self::Array(items), Self::Array(others)) => {
                items.is_empty() || others.iter().all(|other| covers(items, other))
            }
            (Self::Object { fields, is_closed }, Self::Object { fields: others, .. }) => {
                let has_required = fields.iter().all(|(name, field)| match others.get(name) {
                    Some(other) if other.is_required => other.forms.iter().all(|other| covers(&field.forms, other)),
                    _ => !field.is_required,
                });
                has_required
                    && (!is_closed || others.iter().all(|(name, it)| !it.is_required || fields.contains_key(name)))
            }
            _ => self == other,
        }
    }
}

/// Whether one of `forms` accepts what `other` requires.
pub(super) fn covers(forms: &[Form], other: &Form) -> bool {
    forms.iter().any(|form| form.covers(other))
}

/// The text with which each string that matches a pattern starts, such as `tr_` for `^tr_\w+$`.
fn prefix(pattern: &str) -> Option<&str> {
    let rest = pattern.strip_prefix('^').filter(|rest| !rest.contains('|'))?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
    let (prefix, rest) = rest.split_at(end);
    // The last character may be absent.
    let prefix = if rest.starts_with(['?', '*', '{']) { &prefix[..end.saturating_sub(1)] } else { prefix };
    Some(prefix).filter(|prefix| !prefix.is_empty())
}

/// Replaces constants with their kind.
pub(super) fn without_values(forms: &mut Vec<Form>) {
    let kinds = forms.iter().map(Form::kind).collect();
    *forms = distinct(kinds);
}

fn distinct(forms: Vec<Form>) -> Vec<Form> {
    let mut list: Vec<Form> = Vec::new();
    for form in forms {
        if !list.contains(&form) {
            list.push(form);
        }
    }
    list
}

/// Code for the form in `chift-api`.
impl ToTokens for Form {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::Any => quote!(Form::Any),
            Self::Null => quote!(Form::Null),
            Self::Boolean => quote!(Form::Boolean),
            Self::Integer => quote!(Form::Integer),
            Self::Unsigned => quote!(Form::Unsigned),
            Self::Number => quote!(Form::Number),
            Self::String(_) => quote!(Form::String),
            Self::Prefix(prefix) => quote!(Form::Prefix(#prefix)),
            Self::Constant(value) => {
                let json = value.to_string();
                quote!(Form::Constant(#json))
            }
            Self::Array(items) => quote!(Form::Array(&[#(#items),*])),
            Self::Object { fields, is_closed } => {
                let fields = fields.iter().map(|(name, Field { is_required, forms })| match is_required {
                    true => quote!(Field::required(#name, &[#(#forms),*])),
                    false => quote!(Field::optional(#name, &[#(#forms),*])),
                });
                if *is_closed { quote!(Form::Closed(&[#(#fields),*])) } else { quote!(Form::Object(&[#(#fields),*])) }
            }
        });
    }
}

/// The forms of the values of `schema`.
pub(super) fn of(schema: &Value, document: &Value) -> Vec<Form> {
    Facts::of([schema], document).forms(document, LEVELS)
}

/// The forms of the values of an alternative of a union with this discriminator.
pub(super) fn of_alternative(
    alternative: &Value,
    discriminator: Option<Discriminator<'_>>,
    document: &Value,
    levels: usize,
) -> Vec<Form> {
    Facts::of([alternative], document).tagged(alternative, discriminator, document).forms(document, levels)
}

/// What a schema and the schemas that it is combined with state about a value.
#[derive(Debug, Clone, Default)]
struct Facts<'a> {
    /// The names of the types; `None` if the value may have any type.
    kinds: Option<Vec<&'a str>>,
    values: Option<Vec<&'a Value>>,
    format: Option<&'a str>,
    pattern: Option<&'a str>,
    is_nullable: bool,
    fields: BTreeMap<&'a str, Vec<&'a Value>>,
    required: BTreeSet<&'a str>,
    /// The constants that a discriminator states, by field.
    constants: BTreeMap<&'a str, Vec<Value>>,
    is_closed: bool,
    items: Vec<&'a Value>,
    /// The unions that still have to be resolved.
    unions: Vec<&'a Value>,
    /// The unions that have been resolved. A union that contains itself has no other values because of that.
    resolved: Vec<&'a Value>,
}

impl<'a> Facts<'a> {
    fn of(schemas: impl IntoIterator<Item = &'a Value>, document: &'a Value) -> Self {
        let mut facts = Self::default();
        for schema in schemas {
            facts.add(schema, document, 0);
        }
        facts
    }

    /// Adds what `schema` states. References form no cycle at this level in a document that is accepted; `hops` is a
    /// limit for all others.
    fn add(&mut self, schema: &'a Value, document: &'a Value, hops: usize) {
        if hops > references::HOPS {
            return;
        }
        if let Some(target) = references::target(schema, document) {
            self.add(target, document, hops + 1);
        }
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.add(part, document, hops + 1);
        }
        let Some(fields) = schema.as_object() else { return };
        let kinds: Option<Vec<&str>> = match fields.get("type") {
            Some(Value::String(name)) => Some(vec![name]),
            Some(Value::Array(names)) => Some(names.iter().filter_map(Value::as_str).collect()),
            _ => None,
        };
        if kinds.is_some() {
            self.kinds = kinds;
        }
        if let Some(value) = fields.get("const") {
            self.values = Some(vec![value]);
        } else if let Some(Value::Array(values)) = fields.get("enum") {
            self.values = Some(values.iter().collect());
        }
        self.format = fields.get("format").and_then(Value::as_str).or(self.format);
        self.pattern = fields.get("pattern").and_then(Value::as_str).or(self.pattern);
        self.is_nullable |= has_value(schema, "nullable", true);
        self.is_closed |= has_value(schema, "additionalProperties", false);
        for (name, property) in fields.get("properties").and_then(Value::as_object).into_iter().flatten() {
            self.fields.entry(name).or_default().push(property);
        }
        let required = fields.get("required").and_then(Value::as_array).into_iter().flatten();
        self.required.extend(required.filter_map(Value::as_str));
        self.items.extend(fields.get("items"));
        if ["anyOf", "oneOf"].iter().any(|keyword| fields.contains_key(*keyword)) {
            self.unions.push(schema);
        }
    }

    /// Adds the constants that a discriminator states for `alternative`.
    fn tagged(mut self, alternative: &Value, discriminator: Option<Discriminator<'a>>, document: &'a Value) -> Self {
        if let Some(discriminator) = discriminator {
            let name = discriminator.property;
            let forms = Facts::of(self.schemas(name), document).forms(document, 0);
            // A tag that may be null may also be absent.
            let own: Option<Vec<Value>> = forms
                .into_iter()
                .filter(|form| *form != Form::Null)
                .map(|form| if let Form::Constant(value) = form { Some(value) } else { None })
                .collect();
            self.constants.insert(name, discriminator.constants(alternative, own.unwrap_or_default()));
        }
        self
    }

    fn forms(mut self, document: &'a Value, levels: usize) -> Vec<Form> {
        let Some(union) = self.unions.pop() else { return distinct(self.finished(document, levels)) };
        if self.resolved.iter().any(|resolved| std::ptr::eq(*resolved, union)) {
            return Vec::new();
        }
        self.resolved.push(union);
        let mut forms = Vec::new();
        let alternatives = ["anyOf", "oneOf"].iter().filter_map(|keyword| union.get(keyword)?.as_array()).flatten();
        for alternative in alternatives {
            let mut facts = self.clone();
            facts.values = None;
            facts.add(alternative, document, 0);
            // The alternative may list only some of the values, or none of them.
            facts.values = match (&self.values, facts.values) {
                (Some(own), Some(theirs)) => Some(theirs.into_iter().filter(|value| own.contains(value)).collect()),
                (own, theirs) => theirs.or_else(|| own.clone()),
            };
            if facts.values.as_ref().is_some_and(Vec::is_empty) {
                continue;
            }
            forms.extend(facts.tagged(alternative, Discriminator::of(union), document).forms(document, levels));
            if forms.len() > FORMS {
                return vec![Form::Any];
            }
        }
        distinct(forms)
    }

    fn finished(&self, document: &'a Value, levels: usize) -> Vec<Form> {
        let mut forms = Vec::new();
        if let Some(values) = &self.values {
            forms.extend(values.iter().map(|value| match value {
                Value::Null => Form::Null,
                Value::Array(_) => Form::Array(Vec::new()),
                Value::Object(_) => Form::Object { fields: BTreeMap::new(), is_closed: false },
                scalar => Form::Constant((*scalar).clone()),
            }));
        } else {
            let is_object = !self.fields.is_empty() || !self.required.is_empty() || !self.constants.is_empty();
            let inferred = match () {
                () if is_object || self.is_closed => vec!["object"],
                () if !self.items.is_empty() => vec!["array"],
                () => vec!["any"],
            };
            let kinds = self.kinds.clone().unwrap_or(inferred);
            forms.extend(kinds.into_iter().map(|kind| self.of_kind(kind, document, levels)));
        }
        if self.is_nullable {
            forms.push(Form::Null);
        }
        forms
    }

    fn of_kind(&self, kind: &str, document: &'a Value, levels: usize) -> Form {
        match kind {
            "null" => Form::Null,
            "boolean" => Form::Boolean,
            "integer" if self.format.is_some_and(|format| format.starts_with("uint")) => Form::Unsigned,
            "integer" => Form::Integer,
            "number" => Form::Number,
            "string" => match self.pattern.and_then(prefix) {
                Some(prefix) => Form::Prefix(prefix.to_owned()),
                None => Form::String(self.format.filter(|format| CHECKED.contains(format)).map(str::to_owned)),
            },
            "array" if levels > 0 && self.items.len() == 1 => {
                let items = Facts::of(self.items.iter().copied(), document).forms(document, levels - 1);
                Form::Array(if items.contains(&Form::Any) { Vec::new() } else { items })
            }
            "array" => Form::Array(Vec::new()),
            "object" if levels > 0 => self.object(document, levels - 1),
            "object" => self.constants(document),
            _ => Form::Any,
        }
    }

    fn object(&self, document: &'a Value, levels: usize) -> Form {
        let names = self.fields.keys().chain(&self.required).chain(self.constants.keys());
        let names: BTreeSet<&str> = names.copied().collect();
        let field = |name: &str| {
            let forms = match self.constants.get(name) {
                Some(constants) if !constants.is_empty() => constants.iter().cloned().map(Form::Constant).collect(),
                _ => Facts::of(self.schemas(name), document).forms(document, levels),
            };
            Field { is_required: self.is_required(name), forms }
        };
        let fields = names.into_iter().map(|name| (name.to_owned(), field(name))).collect();
        Form::Object { fields, is_closed: self.is_closed }
    }

    /// The form of an object of which only the constants count.
    fn constants(&self, document: &'a Value) -> Form {
        let fields = self.fields.keys().filter_map(|name| {
            let values = Facts::of(self.schemas(name), document).values?;
            let [value] = values.as_slice() else { return None };
            let is_scalar = !value.is_null() && !value.is_array() && !value.is_object();
            let field = Field { is_required: self.is_required(name), forms: vec![Form::Constant((*value).clone())] };
            is_scalar.then(|| ((*name).to_owned(), field))
        });
        Form::Object { fields: fields.collect(), is_closed: false }
    }

    fn schemas(&self, name: &str) -> impl Iterator<Item = &'a Value> {
        self.fields.get(name).into_iter().flatten().copied()
    }

    /// Whether each value has a field. Only a request or only a response has one that is `readOnly` or `writeOnly`.
    fn is_required(&self, name: &str) -> bool {
        let is_partial = |schema| has_value(schema, "readOnly", true) || has_value(schema, "writeOnly", true);
        self.required.contains(name) && !self.schemas(name).any(is_partial)
    }
}

/// The formats whose syntax the type of the generated client checks.
const CHECKED: [&str; 6] = ["date", "date-time", "ip", "ipv4", "ipv6", "uuid"];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spelled(schema: &Value) -> String {
        let document = json!({"components": {"schemas": {
            "Base": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}},
            "Loop": {"anyOf": [{"$ref": "#/components/schemas/Loop"}, {"type": "string"}]},
        }}});
        let forms = of(schema, &document);
        quote!(#(#forms),*).to_string().replace(' ', "").replace("Form::", "")
    }

    #[test]
    fn a_pattern_may_start_with_a_text() {
        for (pattern, expected) in [
            ("^tr_\\w+$", Some("tr_")),
            ("^tr_\\d{2}", Some("tr_")),
            ("^ab?c", Some("a")),
            ("^a+", Some("a")),
            ("^a*", None),
            ("^a|b", None),
            ("tr_", None),
            ("^[a-z]+$", None),
        ] {
            assert_eq!(prefix(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn a_schema_has_the_forms_of_its_values() {
        for (schema, expected) in [
            (json!({}), "Any"),
            (json!(true), "Any"),
            (json!({"type": ["string", "null"]}), "String,Null"),
            (json!({"type": "integer", "nullable": true}), "Integer,Null"),
            (json!({"type": "integer", "format": "uint64"}), "Unsigned"),
            (json!({"enum": ["a", 1, null]}), "Constant(\"\\\"a\\\"\"),Constant(\"1\"),Null"),
            (json!({"anyOf": [{"type": "string"}, {"const": true}]}), "String,Constant(\"true\")"),
            (json!({"type": "string", "pattern": "^tr_"}), "Prefix(\"tr_\")"),
            (json!({"enum": [2], "oneOf": [{"const": 1}, {"const": 2}, {"const": 3}]}), "Constant(\"2\")"),
            (json!({"type": "array", "items": {"type": "number"}}), "Array(&[Number])"),
            (json!({"items": {}}), "Array(&[])"),
            (
                json!({"allOf": [{"$ref": "#/components/schemas/Base"}, {"required": ["a"], "properties": {"a": {"const": "x"}}}]}),
                "Object(&[Field::required(\"a\",&[Constant(\"\\\"x\\\"\")]),Field::required(\"id\",&[Integer])])",
            ),
            (
                json!({"additionalProperties": false, "properties": {"a": {}}}),
                "Closed(&[Field::optional(\"a\",&[Any])])",
            ),
            (
                json!({"required": ["a"], "properties": {"a": {"readOnly": true}}}),
                "Object(&[Field::optional(\"a\",&[Any])])",
            ),
            (
                json!({"required": ["b"], "anyOf": [{"required": ["a"]}, {}]}),
                "Object(&[Field::required(\"a\",&[Any]),Field::required(\"b\",&[Any])]),Object(&[Field::required(\"b\",&[Any])])",
            ),
            (json!({"$ref": "#/components/schemas/Loop"}), "String"),
        ] {
            assert_eq!(spelled(&schema), expected, "{schema}");
        }
    }

    #[test]
    fn a_form_covers_another_if_it_accepts_what_the_other_requires() {
        let object = |required: &[&str], optional: &[&str]| {
            let properties: serde_json::Map<String, Value> =
                required.iter().chain(optional).map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
            json!({"type": "object", "required": required, "properties": properties})
        };
        let covers = |one: &Value, other: &Value| {
            let document = json!({});
            of(other, &document).iter().all(|other| covers(&of(one, &document), other))
        };
        for (one, other, expected) in [
            (json!({}), json!({"type": "string"}), true),
            (json!({"type": "number"}), json!({"type": "integer"}), true),
            (json!({"type": "integer"}), json!({"type": "number"}), false),
            (json!({"type": "string"}), json!({"type": "string", "format": "date"}), true),
            (json!({"type": "string", "format": "uuid"}), json!({"type": "string", "format": "date"}), false),
            (json!({"type": "string"}), json!({"enum": ["a", "b"]}), true),
            (object(&["a"], &[]), object(&["a", "b"], &[]), true),
            (object(&["a", "b"], &[]), object(&["a"], &[]), false),
            (object(&[], &["a"]), object(&[], &["b"]), true),
            (json!({"required": ["a"]}), json!({"required": ["b"]}), false),
            (json!({"properties": {"a": {"type": "integer"}}}), object(&["a"], &[]), false),
            (json!({"additionalProperties": false, "properties": {"b": {}}}), object(&["a"], &[]), false),
        ] {
            assert_eq!(covers(&one, &other), expected, "{one} {other}");
        }
    }
}
