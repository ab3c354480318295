//! Generates the arguments of a call, and what the request must contain for them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::calls::{BYTES, Call, HOSTILE, REFUSED};
use super::multipart;
use super::wire::{self, Layout, Written};
use crate::client::Place;
use crate::document::{media_types, references};

/// Headers that OpenAPI does not treat as parameters.
const IGNORED: [&str; 3] = ["accept", "authorization", "content-type"];

/// One of so many calls does not have an argument that it can leave out.
const LEFT_OUT: usize = 4;

/// The arguments of a call, and the parts of the request that must contain them.
#[derive(Default)]
pub(super) struct Arguments {
    /// The arguments by name, in the form that the driver reads.
    pub values: Value,
    /// The values of path parameters by name, in canonical form.
    pub path: BTreeMap<String, (String, Option<Layout>)>,
    /// The names and values in the query, in canonical form.
    pub query: Vec<(String, String)>,
    /// The values of headers by their names in lower case; `None` for a header that must be absent.
    pub headers: BTreeMap<String, Option<String>>,
    /// The layouts of queries and headers by name.
    pub layouts: Vec<(String, Layout)>,
    pub body: Option<Body>,
}

/// The body that a request must have.
pub(super) struct Body {
    pub media_type: String,
    pub schema: Value,
    pub value: Value,
}

impl Call<'_> {
    /// Generates the arguments of a call. The inner error reports a value that cannot be generated.
    pub(super) fn arguments(&mut self) -> anyhow::Result<Result<Arguments, String>> {
        let mut arguments = Arguments { values: json!({}), ..Arguments::default() };
        let mut query_struct = Map::new();
        let methods = &self.contract.outcome.client.methods;
        let listed = methods.get(&self.operation.id).map(|method| method.arguments.as_slice()).unwrap_or_default();
        let is_argument = |name: &str, place| listed.iter().any(|it| it.name == name && it.place == place);
        for parameter in self.parameters() {
            let name = parameter["name"].as_str().unwrap_or_default().to_owned();
            let position = parameter["in"].as_str().unwrap_or_default();
            let key = self.contract.outcome.lowered.argument(&self.operation.id, position, &name);
            let is_ignored = position == "header" && IGNORED.contains(&name.to_lowercase().as_str());
            if position == "cookie" || is_ignored {
                continue;
            }
            let value = match self.value(&parameter)? {
                Ok(value) => value,
                Err(reason) => {
                    return Ok(Err(format!("no value for the parameter {name} could be generated{reason}")));
                }
            };
            let is_left_out = parameter["required"] != json!(true) && self.instances.choose(LEFT_OUT) == 0;
            let value = if is_left_out && position != "path" { Value::Null } else { value };
            if value.is_null() {
                if position == "header" {
                    arguments.headers.insert(name.to_lowercase(), None);
                }
                continue;
            }
            let Written { pairs, layout } = wire::written(&parameter, &value);
            match position {
                "path" => {
                    let text = pairs.into_iter().next().map(|(_, text)| text).unwrap_or_default();
                    arguments.path.insert(name, (text, layout));
                    arguments.values[key] = value;
                }
                "query" => {
                    arguments.query.extend(pairs);
                    arguments.layouts.extend(layout.map(|layout| (name.clone(), layout)));
                    // The parameter is either an argument or a field of the query struct.
                    if is_argument(&key, Place::Query) {
                        arguments.values[key] = value;
                    } else {
                        query_struct.insert(name, value);
                    }
                }
                "header" => {
                    let name = name.to_lowercase();
                    arguments.layouts.extend(layout.map(|layout| (name.clone(), layout)));
                    let text = pairs.into_iter().next().map(|(_, text)| text).unwrap_or_default();
                    arguments.headers.insert(name, Some(text));
                    arguments.values[key] = value;
                }
                _ => {}
            }
        }
        if let Some(argument) = listed.iter().find(|argument| argument.place == Place::QueryStruct) {
            arguments.values[&argument.name] = Value::Object(query_struct);
        }
        Ok(self.add_body(&mut arguments)?.map(|()| arguments))
    }

    /// The parameters of the operation, without those that a later one overrides.
    fn parameters(&self) -> Vec<Value> {
        let document = self.contract.document;
        let lists = [&document["paths"][&self.operation.path]["parameters"], &self.node["parameters"]];
        let mut parameters: BTreeMap<(String, String), Value> = BTreeMap::new();
        for parameter in lists.into_iter().filter_map(Value::as_array).flatten() {
            let parameter = references::resolved(parameter, document);
            let (name, position) = (wire::text(&parameter["name"]), wire::text(&parameter["in"]));
            let name = if position == "header" { name.to_lowercase() } else { name };
            parameters.insert((position, name), parameter.clone());
        }
        parameters.into_values().collect()
    }

    /// A value for a parameter that can be sent.
    fn value(&mut self, parameter: &Value) -> anyhow::Result<Result<Value, String>> {
        let content = parameter["content"].as_object().and_then(|content| content.values().next());
        let schema = content.map_or(&parameter["schema"], |media_type| &media_type["schema"]).clone();
        let (in_path, in_header) = (parameter["in"] == "path", parameter["in"] == "header");
        let required = parameter["required"] == json!(true);
        // A path, a query and a header cannot contain null, and a path not each string.
        let accepts = |value: &Value| {
            let pairs = wire::written(parameter, value).pairs;
            let cannot_be_path = || pairs.first().is_none_or(|(_, text)| REFUSED.contains(&text.as_str()));
            !(required && value.is_null() || in_path && cannot_be_path() || wire::is_ambiguous(parameter, value))
        };
        if in_header && content.is_none() && schema.get("type").is_none() && self.is_free_text(&schema) {
            return Ok(Ok(json!("any text")));
        }
        let value = self.valid(&schema, accepts)?;
        Ok(value.map(|value| if in_path && self.is_free_text(&schema) { json!(HOSTILE) } else { value }))
    }

    /// Adds a request body, unless the operation has none or this call leaves it out.
    fn add_body(&mut self, arguments: &mut Arguments) -> anyhow::Result<Result<(), String>> {
        let body = references::resolved(&self.node["requestBody"], self.contract.document);
        let Some(content) = body.get("content").and_then(Value::as_object) else { return Ok(Ok(())) };
        let Some(chosen) = media_types::chosen_request(content) else { return Ok(Ok(())) };
        let is_form = chosen == media_types::FORM && self.operation.sent_as.is_none();
        let plain = !media_types::is_json(chosen) && !is_form;
        let in_parts = chosen == media_types::MULTIPART;
        let schema = match plain {
            true if in_parts => {
                let parts = self.valid(&content[chosen]["schema"], |_| true)?.unwrap_or_else(|_| json!(BYTES));
                json!({"const": multipart::body(&parts)})
            }
            true => json!({"const": BYTES}),
            false => content[chosen]["schema"].clone(),
        };
        // Bytes cannot be left out.
        let is_optional = body["required"] != json!(true) && !plain;
        let is_left_out = is_optional && self.instances.choose(LEFT_OUT) == 0;
        let value = if is_left_out { Ok(Value::Null) } else { self.valid(&schema, |_| true)? };
        let value = match value {
            Ok(value) => value,
            Err(reason) => return Ok(Err(format!("no request body could be generated{reason}"))),
        };
        if is_optional && value.is_null() {
            arguments.values["body"] = Value::Null;
            return Ok(Ok(()));
        }
        arguments.values["body"] = value.clone();
        let media_type = if in_parts { format!("{chosen}; boundary={}", multipart::BOUNDARY) } else { chosen.clone() };
        arguments.body = Some(Body { media_type, schema, value });
        Ok(Ok(()))
    }

    /// Whether a parameter accepts any string: its schema has no type, or the type `string` without restrictions.
    fn is_free_text(&self, schema: &Value) -> bool {
        const LIMITS: [&str; 9] =
            ["format", "enum", "const", "pattern", "maxLength", "minLength", "anyOf", "oneOf", "allOf"];
        let schema = self.instances.target(schema);
        schema.get("type").is_none_or(|kind| kind == "string") && LIMITS.iter().all(|key| schema.get(key).is_none())
    }
}
