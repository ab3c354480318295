//! Random instances of a schema, as the original document states it (3.0 or 3.1).

use serde_json::{Map, Value, json};

use crate::node::{self, says};

/// Below this depth only what is required is made, so that recursive schemas end.
const DEPTH: usize = 5;

/// Makes instances from a document's schemas, in an order that a seed decides.
pub(super) struct Instances<'a> {
    document: &'a Value,
    random: fastrand::Rng,
}

impl<'a> Instances<'a> {
    pub(super) fn new(document: &'a Value, seed: u64) -> Self {
        Self { document, random: fastrand::Rng::with_seed(seed) }
    }

    /// An instance of `schema`; it is meant to be valid, and a validator must still say so.
    pub(super) fn make(&mut self, schema: &Value) -> Value {
        self.at(schema, 0)
    }

    /// One of `count`.
    pub(super) fn choose(&mut self, count: usize) -> usize {
        self.random.usize(..count.max(1))
    }

    /// What a schema is once its references are followed.
    pub(super) fn target<'s>(&self, schema: &'s Value) -> &'s Value
    where
        'a: 's,
    {
        node::resolved_schema(schema, self.document)
    }

    fn at(&mut self, schema: &Value, depth: usize) -> Value {
        if schema.get("$ref").is_some() {
            return node::target(schema, self.document).map_or(Value::Null, |target| self.at(target, depth));
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(Value::Array(values)) = schema.get("enum") {
            return values[self.choose(values.len())].clone();
        }
        if says(schema, "nullable", true) && (depth > DEPTH || self.random.u8(..4) == 0) {
            return Value::Null;
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(Value::Array(alternatives)) = schema.get(keyword) {
                let null = alternatives.iter().find(|alternative| says(alternative, "type", "null"));
                let chosen = match null {
                    Some(null) if depth > DEPTH => null,
                    _ => &alternatives[self.choose(alternatives.len())],
                };
                return self.at(chosen, depth + 1);
            }
        }
        if let Some(Value::Array(parts)) = schema.get("allOf") {
            let mut merged = Map::new();
            let mut last = Value::Null;
            for part in parts {
                last = self.at(part, depth);
                merged.extend(last.as_object().cloned().unwrap_or_default());
            }
            return if last.is_object() { Value::Object(merged) } else { last };
        }
        let kind = match schema.get("type") {
            Some(Value::Array(names)) => names[self.choose(names.len())].clone(),
            Some(name) => name.clone(),
            None if schema.get("properties").is_some() => json!("object"),
            None => json!("any"),
        };
        match kind.as_str().unwrap_or_default() {
            "null" => Value::Null,
            "boolean" => json!(self.random.bool()),
            "integer" => json!(self.integer(schema)),
            "number" => self.number(schema),
            "string" => json!(self.text(schema)),
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

    fn bounds(schema: &Value) -> (i64, i64) {
        let bound = |inclusive: &str, exclusive: &str, step: i64| {
            let number = |key: &str| schema.get(key).and_then(Value::as_f64);
            #[allow(clippy::cast_possible_truncation)]
            number(exclusive).map(|bound| bound as i64 + step).or(number(inclusive).map(|bound| bound as i64))
        };
        let low = bound("minimum", "exclusiveMinimum", 1);
        let high = bound("maximum", "exclusiveMaximum", -1);
        match (low, high) {
            (Some(low), Some(high)) => (low, high.max(low)),
            (Some(low), None) => (low, low.saturating_add(1_000_000)),
            (None, Some(high)) => (high.saturating_sub(1_000_000), high),
            (None, None) => (-1_000_000, 1_000_000),
        }
    }

    fn integer(&mut self, schema: &Value) -> i64 {
        let (low, high) = Self::bounds(schema);
        // Integers are 64 bits wide.
        if low == -1_000_000 && self.random.u8(..8) == 0 {
            return 9_007_199_254_740_993;
        }
        self.random.i64(low..=high)
    }

    fn number(&mut self, schema: &Value) -> Value {
        let (low, high) = Self::bounds(schema);
        let whole = self.random.i64(low..=high);
        if whole >= high {
            return json!(whole);
        }
        let text = format!("{whole}.{:02}", self.random.u8(..100));
        serde_json::from_str(&text).unwrap_or(Value::from(whole))
    }

    fn text(&mut self, schema: &Value) -> String {
        let mut digits = |count: usize| -> String { (0..count).map(|_| self.random.digit(16)).collect() };
        match schema.get("format").and_then(Value::as_str) {
            Some("uuid") => format!("{}-{}-4{}-a{}-{}", digits(8), digits(4), digits(3), digits(3), digits(12)),
            Some("date") => {
                format!("20{:02}-{:02}-{:02}", self.random.u8(..90), self.random.u8(1..13), self.random.u8(1..29))
            }
            Some("date-time") => {
                let date = self.text(&json!({"format": "date"}));
                let offset = ["Z", "+02:00", ".123456Z", "-05:30"][self.choose(4)];
                format!("{date}T{:02}:{:02}:00{offset}", self.random.u8(..24), self.random.u8(..60))
            }
            Some("email") => "somebody@example.com".to_owned(),
            Some("uri" | "url") => "https://example.com/a".to_owned(),
            _ => {
                let length =
                    |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
                let low = length("minLength").unwrap_or(0);
                let high = length("maxLength").unwrap_or(low + 12).min(low + 12).max(low);
                let letters: Vec<char> = if schema.get("pattern").is_some() {
                    ('a'..='z').collect()
                } else {
                    "abcdefgh ABC 0123456789 äé€ /?&=%+\"'".chars().collect()
                };
                let low = low.max(usize::from(schema.get("pattern").is_some()));
                (0..self.random.usize(low..=high.max(low))).map(|_| letters[self.choose(letters.len())]).collect()
            }
        }
    }

    fn array(&mut self, schema: &Value, depth: usize) -> Value {
        if let Some(Value::Array(parts)) = schema.get("prefixItems") {
            return parts.iter().map(|part| self.at(part, depth + 1)).collect();
        }
        let length =
            |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
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
        if schema.get("properties").is_none()
            && let Some(values @ Value::Object(_)) = schema.get("additionalProperties")
            && depth <= DEPTH
        {
            let key = schema.get("propertyNames").map(|names| self.at(names, depth + 1));
            let key = key.as_ref().and_then(Value::as_str).unwrap_or("a_key").to_owned();
            made.insert(key, self.at(values, depth + 1));
        }
        Value::Object(made)
    }
}
