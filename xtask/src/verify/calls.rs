//! Calls each operation: checks that the request is the one that the document requires, and that each documented
//! response is read as its type.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::child::Driver;
use super::compare::difference;
use super::instances::Instances;
use super::server::{Request, Server};
use super::{Contract, Tally, multipart};
use crate::document::operations::{Operation, UNDOCUMENTED};
use crate::document::{media_types, references};
use crate::names;

/// Headers that OpenAPI does not treat as parameters.
const IGNORED: [&str; 3] = ["accept", "authorization", "content-type"];

/// The number of calls for each documented response.
const TRIES: usize = 3;

/// Calls every operation, and adds the failures to `tally`.
pub(super) fn check(
    contract: &Contract<'_>,
    server: &Server,
    driver: &mut Driver,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    for (number, operation) in contract.outcome.lowered.operations.iter().enumerate() {
        let mut call = Call::new(contract, operation, number as u64 + 10_000);
        let before = tally.failures.len();
        call.check(server, driver, tally)?;
        // A single defect fails in every call; the first few failures are enough.
        tally.failures.truncate(before + 3);
        tally.operations += 1;
    }
    Ok(())
}

/// The calls of one operation.
pub(super) struct Call<'a> {
    pub contract: &'a Contract<'a>,
    pub operation: &'a Operation,
    /// The operation in the document.
    pub node: &'a Value,
    instances: Instances<'a>,
}

/// The arguments of a call, and the parts of the request that must contain them.
pub(super) struct Arguments {
    /// The arguments by name, in the form that the driver reads.
    pub values: Value,
    path: BTreeMap<String, String>,
    pub query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Option<Body>,
}

/// The body that a request must have.
struct Body {
    media_type: String,
    schema: Value,
    value: Value,
}

/// The body of a request or response whose media type is not JSON.
pub(super) const BYTES: &str = "bytes: \u{e4}\r\n{";

/// A string that leads to another path unless it is encoded.
const HOSTILE: &str = "..\\..\\x/../y?z=1#%2e";

/// Strings that cannot be a path segment, even when they are encoded.
const REFUSED: [&str; 3] = ["", ".", ".."];

impl<'a> Call<'a> {
    /// The calls of an operation. The same seed gives the same arguments.
    pub(super) fn new(contract: &'a Contract<'a>, operation: &'a Operation, seed: u64) -> Self {
        let node = &contract.document["paths"][&operation.path][operation.method.to_lowercase()];
        Self { contract, operation, node, instances: Instances::new(contract.document, seed) }
    }

    fn check(&mut self, server: &Server, driver: &mut Driver, tally: &mut Tally) -> anyhow::Result<()> {
        let responses: Vec<(String, Option<Value>)> = self.node["responses"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(status, response)| (status.clone(), self.response_schema(response)))
            .collect();
        for (status, schema) in responses {
            // Any status of a range.
            let Ok(status) = status.replace("XX", "30").parse::<u16>() else { continue };
            // A redirect is refused, not read.
            if (300..400).contains(&status) {
                continue;
            }
            for _ in 0..TRIES {
                let mut body = None;
                if let Some(schema) = &schema {
                    body = self.valid(schema, |_| true)?;
                    if body.is_none() {
                        tally.failures.push(format!(
                            "{}: no valid body for status {status} could be generated",
                            self.operation.id
                        ));
                        break;
                    }
                }
                self.call_once(status, body.as_ref(), server, driver, tally)?;
            }
        }
        self.check_refusals(server, driver, tally)?;
        // No operation of Chift's document lists this status.
        let undocumented = json!({"message": "m", "error_code": "ERROR_OF_THE_FUTURE", "detail": {"a": 1}});
        self.call_once(418, Some(&undocumented), server, driver, tally)
    }

    /// Checks that a path argument that cannot be a segment is refused with an error that names it, before anything is
    /// sent.
    fn check_refusals(&mut self, server: &Server, driver: &mut Driver, tally: &mut Tally) -> anyhow::Result<()> {
        let id = &self.operation.id;
        let Ok(arguments) = self.arguments()? else { return Ok(()) };
        for (name, _) in arguments.path.iter().filter(|(_, value)| *value == HOSTILE) {
            let key = names::argument_name(name);
            for text in REFUSED {
                let mut values = arguments.values.clone();
                values[&key] = json!(text);
                server.set_response(200, String::new());
                let result = driver.call(id, &values)?;
                tally.calls += 1;
                if server.take_request().is_some() {
                    tally.failures.push(format!("{id}: the path argument {name} = {text:?} was sent, not refused"));
                }
                let message = result["error"].as_str().unwrap_or_default();
                if !message.contains(&format!("path parameter `{key}`")) {
                    tally.failures.push(format!(
                        "{id}: the error for the path argument {name} = {text:?} does not name it: {result}"
                    ));
                }
            }
        }
        Ok(())
    }

    /// The schema of a response's body. If the body is not JSON, the schema is the constant [`BYTES`].
    pub(super) fn response_schema(&self, response: &Value) -> Option<Value> {
        let content = references::resolved(response, self.contract.document).get("content")?.as_object()?;
        let chosen = media_types::chosen_response(content)?;
        if media_types::is_json(chosen) {
            return Some(content[chosen].get("schema").cloned().unwrap_or_else(|| json!({})));
        }
        Some(json!({"const": BYTES}))
    }

    /// Calls the operation once; the server responds with `status` and `body`.
    fn call_once(
        &mut self,
        status: u16,
        body: Option<&Value>,
        server: &Server,
        driver: &mut Driver,
        tally: &mut Tally,
    ) -> anyhow::Result<()> {
        let id = &self.operation.id;
        let arguments = match self.arguments()? {
            Ok(arguments) => arguments,
            Err(why) => {
                tally.failures.push(format!("{id}: {why}"));
                return Ok(());
            }
        };
        let bytes = body.is_some_and(|body| body == BYTES);
        server.set_response(
            status,
            if bytes { BYTES.to_owned() } else { body.map(Value::to_string).unwrap_or_default() },
        );
        let result = driver.call(id, &arguments.values)?;
        tally.calls += 1;
        match server.take_request() {
            Some(received) => {
                tally.failures.extend(
                    self.request_differences(&arguments, &received)?.into_iter().map(|what| format!("{id}: {what}")),
                );
            }
            None => tally.failures.push(format!("{id}: the server received no request: {result}")),
        }
        if let Some(what) = self.unexpected_result(status, body, &result) {
            tally.failures.push(format!("{id}, response {status}: {what}"));
        }
        Ok(())
    }

    /// Describes how the result of a call differs from the expected one; `None` if it does not.
    pub(super) fn unexpected_result(&self, status: u16, expected: Option<&Value>, result: &Value) -> Option<String> {
        if let Some(error) = result.get("error") {
            return Some(format!("the call failed: {error}"));
        }
        if result["status"] != status {
            return Some(format!("the client returned status {}", result["status"]));
        }
        let expected = expected.unwrap_or(&Value::Null);
        if (200..300).contains(&status) {
            let Some(ok) = result.get("ok") else { return Some(format!("the client returned an error: {result}")) };
            if let Some(name) = self.operation.bodies.get(&status.to_string()) {
                let Some(body) = ok.get(name) else {
                    return Some(format!("the body was not read as {name}: {result}"));
                };
                return difference(expected, body, false);
            }
            return difference(expected, ok, false);
        }
        let name = self.operation.bodies.get(&status.to_string()).map_or(UNDOCUMENTED, String::as_str);
        match result["failure"].get(name) {
            Some(body) if expected.is_null() => (body != "").then(|| format!("an empty body was read as {body}")),
            Some(body) => difference(expected, body, false),
            None => Some(format!("the body was not read as {name}: {result}")),
        }
    }

    /// Generates a valid instance for which `accepts` is true; `None` if none of fifty instances is.
    fn valid(&mut self, schema: &Value, accepts: impl Fn(&Value) -> bool) -> anyhow::Result<Option<Value>> {
        let validator = self.contract.validator(schema)?;
        Ok((0..50)
            .map(|_| self.instances.make(schema))
            .find(|instance| accepts(instance) && validator.is_valid(instance)))
    }

    /// Generates the arguments of a call. The inner error reports a value that cannot be generated.
    pub(super) fn arguments(&mut self) -> anyhow::Result<Result<Arguments, String>> {
        let mut arguments =
            Arguments { values: json!({}), path: BTreeMap::new(), query: Vec::new(), headers: Vec::new(), body: None };
        let mut query_struct = Map::new();
        let item = &self.contract.document["paths"][&self.operation.path];
        let parameters: Vec<Value> = [&item["parameters"], &self.node["parameters"]]
            .into_iter()
            .filter_map(Value::as_array)
            .flatten()
            .map(|parameter| references::resolved(parameter, self.contract.document).clone())
            .collect();
        let argument = names::query_argument(parameters.iter().filter_map(|parameter| parameter["name"].as_str()));
        for parameter in parameters {
            let name = parameter["name"].as_str().unwrap_or_default().to_owned();
            let required = parameter["required"] == json!(true);
            let schema = parameter["schema"].clone();
            let in_path = parameter["in"] == "path";
            // A path, a query and a header cannot contain null, and a path not each string.
            let accepts = |value: &Value| {
                !(required && value.is_null() || in_path && value.as_str().is_some_and(|text| REFUSED.contains(&text)))
            };
            let Some(value) = self.valid(&schema, accepts)? else {
                return Ok(Err(format!("no value for the parameter {name} could be generated")));
            };
            let value = match value {
                Value::Null => continue,
                _ if in_path && self.is_free_text(&schema) => json!(HOSTILE),
                value => value,
            };
            let key = names::argument_name(&name);
            match parameter["in"].as_str() {
                Some("path") => {
                    arguments.path.insert(name, text(&value));
                    arguments.values[key] = value;
                }
                Some("query") => {
                    match &value {
                        Value::Array(items) => {
                            arguments.query.extend(items.iter().map(|item| (name.clone(), text(item))));
                        }
                        value => arguments.query.push((name.clone(), text(value))),
                    }
                    // The parameter is either an argument or a field of the query struct. The driver reads the one that
                    // exists.
                    query_struct.insert(name, value.clone());
                    // A parameter that shares its name with another is always in the query struct.
                    if arguments.values.get(&key).is_none() {
                        arguments.values[key] = value;
                    }
                }
                // The client sends no list in a header, and OpenAPI ignores three headers (3.1.1, Parameter Object).
                // Lowering reports both.
                Some("header") if schema.get("type").is_none() && self.is_free_text(&schema) => {
                    arguments.headers.push((name.to_lowercase(), "any text".to_owned()));
                    arguments.values[key] = json!("any text");
                }
                Some("header") if !value.is_array() && !IGNORED.contains(&name.to_lowercase().as_str()) => {
                    arguments.headers.push((name.to_lowercase(), text(&value)));
                    arguments.values[key] = value;
                }
                _ => {}
            }
        }
        arguments.values[argument] = Value::Object(query_struct);
        let content = references::resolved(&self.node["requestBody"], self.contract.document).get("content");
        if let Some(content) = content.and_then(Value::as_object)
            && let Some(chosen) = media_types::chosen_request(content)
        {
            let is_form = chosen == media_types::FORM && self.operation.sent_as.is_none();
            let plain = !media_types::is_json(chosen) && !is_form;
            let in_parts = chosen == media_types::MULTIPART;
            let schema = match plain {
                true if in_parts => {
                    let parts = self.valid(&content[chosen]["schema"], |_| true)?.unwrap_or(json!(BYTES));
                    json!({"const": multipart::body(&parts)})
                }
                true => json!({"const": BYTES}),
                false => content[chosen]["schema"].clone(),
            };
            let Some(value) = self.valid(&schema, |_| true)? else {
                return Ok(Err("no request body could be generated".to_owned()));
            };
            arguments.values["body"] = value.clone();
            let media_type =
                if in_parts { format!("{chosen}; boundary={}", multipart::BOUNDARY) } else { chosen.clone() };
            arguments.body = Some(Body { media_type, schema, value });
        }
        Ok(Ok(arguments))
    }

    /// Whether a parameter accepts any string: its schema has no type, or the type `string` without restrictions.
    fn is_free_text(&self, schema: &Value) -> bool {
        const LIMITS: [&str; 9] =
            ["format", "enum", "const", "pattern", "maxLength", "minLength", "anyOf", "oneOf", "allOf"];
        let schema = self.instances.target(schema);
        schema.get("type").is_none_or(|kind| kind == "string") && LIMITS.iter().all(|key| schema.get(key).is_none())
    }

    /// Lists the differences between the request that the server received and the expected one.
    fn request_differences(&self, arguments: &Arguments, received: &Request) -> anyhow::Result<Vec<String>> {
        let mut differences = Vec::new();
        if received.method != self.operation.method {
            differences.push(format!("the method is {}, not {}", received.method, self.operation.method));
        }
        let (path, query) = received.target.split_once('?').unwrap_or((&received.target, ""));
        let expected: Vec<String> = self
            .operation
            .path
            .split('/')
            .map(|part| {
                let filled =
                    |text: String, (name, value): (&String, &String)| text.replace(&format!("{{{name}}}"), value);
                arguments.path.iter().fold(part.to_owned(), filled)
            })
            .collect();
        let segments: Vec<String> = path
            .split('/')
            .map(|part| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned())
            .collect();
        if segments != expected {
            differences.push(format!("the path {path} is not {expected:?}"));
        }
        let mut sent: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let mut expected = arguments.query.clone();
        sent.sort();
        expected.sort();
        if !same_texts(&sent, &expected) {
            differences.push(format!("the query {sent:?} is not {expected:?}"));
        }
        let bearer = received.header("authorization");
        if bearer != self.operation.needs_bearer.then_some("Bearer verify-token") {
            differences.push(
                "the bearer token is missing although the document requires it, or sent although it does not"
                    .to_owned(),
            );
        }
        for (name, value) in &arguments.headers {
            if received.header(name) != Some(value.trim()) {
                differences.push(format!("the header {name} is {:?}, not {value:?}", received.header(name)));
            }
        }
        if let Some(body) = &arguments.body {
            differences.extend(self.body_difference(body, received)?);
        }
        Ok(differences)
    }

    /// Describes how the body that the server received differs from the expected one; `None` if it does not.
    fn body_difference(&self, expected: &Body, received: &Request) -> anyhow::Result<Option<String>> {
        let stated = received.header("content-type").unwrap_or_default();
        let json = media_types::is_json(&expected.media_type);
        if stated != expected.media_type && !(json && media_types::is_json(stated)) {
            return Ok(Some(format!("the content type of the body is {stated:?}, not {:?}", expected.media_type)));
        }
        if json {
            let sent: Value = match serde_json::from_slice(&received.body) {
                Ok(sent) => sent,
                Err(error) => return Ok(Some(format!("the body is not JSON: {error}"))),
            };
            if !self.contract.validator(&expected.schema)?.is_valid(&sent) {
                return Ok(Some(format!("the body does not match its schema: {sent}")));
            }
            let difference = difference(&expected.value, &sent, self.operation.method == "PATCH");
            return Ok(difference.map(|what| format!("in the body, {what}")));
        }
        if expected.media_type == media_types::FORM && expected.value.is_object() {
            let mut sent: Vec<(String, String)> = url::form_urlencoded::parse(&received.body).into_owned().collect();
            let fields = expected.value.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
            let mut expected: Vec<(String, String)> = fields.map(|(name, value)| (name.clone(), text(value))).collect();
            sent.sort();
            expected.sort();
            return Ok((!same_texts(&sent, &expected)).then(|| format!("the form {sent:?} is not {expected:?}")));
        }
        let same = expected.value.as_str().is_some_and(|text| text.as_bytes() == received.body);
        Ok((!same).then(|| "the bytes of the body are not the expected ones".to_owned()))
    }
}

/// Whether two lists of names and strings are equal. Strings that are the same number are equal.
fn same_texts(sent: &[(String, String)], expected: &[(String, String)]) -> bool {
    let same = |a: &str, b: &str| a == b || a.parse::<f64>().is_ok_and(|a| b.parse::<f64>() == Ok(a));
    sent.len() == expected.len() && sent.iter().zip(expected).all(|(a, b)| a.0 == b.0 && same(&a.1, &b.1))
}

/// A value as a parameter or a form contains it.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
