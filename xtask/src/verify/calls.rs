//! Calls each operation: checks that the request is the one that the document requires, and that each documented
//! response is read as its type.

use serde_json::{Value, json};

use super::arguments::{Arguments, Body};
use super::child::Driver;
use super::compare::difference;
use super::instances::Instances;
use super::server::{Request, Server};
use super::{Contract, Tally, refusal, wire};
use crate::document::operations::{Operation, UNDOCUMENTED};
use crate::document::{media_types, references};

/// The number of calls for each documented response.
const TRIES: usize = 3;

/// The number of instances that are generated until one is valid.
const INSTANCES: usize = 200;

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
    pub instances: Instances<'a>,
}

/// The body of a request or response whose media type is not JSON.
pub(super) const BYTES: &str = "bytes: \u{e4}\r\n{";

/// A string that leads to another path unless it is encoded.
pub(super) const HOSTILE: &str = "..\\..\\x/../y?z=1#%2e";

/// Strings that cannot be a path segment, even when they are encoded.
pub(super) const REFUSED: [&str; 3] = ["", ".", ".."];

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
            .map(|(status, response)| {
                // RFC 9110, sections 15.3.5 and 15.3.6: these have no body, even if the document describes one.
                let has_body = !["204", "205"].contains(&status.as_str()) && self.operation.method != "HEAD";
                (status.clone(), self.response_schema(response).filter(|_| has_body))
            })
            .collect();
        for (status, schema) in responses {
            // Any status of a range.
            let Ok(status) = status.to_uppercase().replace("XX", "30").parse::<u16>() else { continue };
            // No response ends with an informational status, and a redirect is refused, not read.
            if status < 200 || (300..400).contains(&status) {
                continue;
            }
            for _ in 0..TRIES {
                let mut body = None;
                if let Some(schema) = &schema {
                    match self.valid(schema, |_| true)? {
                        Ok(valid) => body = Some(valid),
                        Err(reason) => {
                            let id = &self.operation.id;
                            let what = format!("{id}: no valid body for status {status} could be generated{reason}");
                            tally.failures.push(what);
                            break;
                        }
                    }
                }
                self.call_once(status, body.as_ref(), server, driver, tally)?;
            }
        }
        self.check_refusals(server, driver, tally)?;
        // A status that the document neither lists nor covers by a range or `default`.
        let Some(status) = [418, 518].into_iter().find(|status| self.operation.body(&status.to_string()).is_none())
        else {
            return Ok(());
        };
        let undocumented = json!({"message": "m", "error_code": "ERROR_OF_THE_FUTURE", "detail": {"a": 1}});
        let body = Some(&undocumented).filter(|_| self.operation.method != "HEAD");
        self.call_once(status, body, server, driver, tally)
    }

    /// Checks that a path argument that cannot be a segment is refused with an error that names it, before anything is
    /// sent.
    fn check_refusals(&mut self, server: &Server, driver: &mut Driver, tally: &mut Tally) -> anyhow::Result<()> {
        let id = &self.operation.id;
        let Ok(arguments) = self.arguments()? else { return Ok(()) };
        for (name, _) in arguments.path.iter().filter(|(_, (value, _))| value == HOSTILE) {
            let key = self.contract.outcome.lowered.argument(id, "path", name);
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
        let has_body = expected.is_some();
        let expected = expected.unwrap_or(&Value::Null);
        if (200..300).contains(&status) {
            let Some(ok) = result.get("ok") else { return Some(format!("the client returned an error: {result}")) };
            // The body is bytes if another success of the operation is.
            let bytes = ok.as_str().filter(|_| self.is_stream() && !expected.is_string());
            let parsed = bytes.and_then(|bytes| serde_json::from_str(bytes).ok());
            let ok = parsed.as_ref().unwrap_or(ok);
            if expected.is_null() && bytes == Some("") {
                return None;
            }
            let several = self.operation.has_several_successes();
            if let Some(name) = self.operation.body(&status.to_string()).filter(|_| several) {
                let Some(body) = ok.get(name) else {
                    return Some(format!("the body was not read as {name}: {result}"));
                };
                return difference(expected, body, false);
            }
            return difference(expected, ok, false);
        }
        let is_json = has_body && expected != BYTES;
        let name = self.operation.body(&status.to_string()).filter(|_| is_json).unwrap_or(UNDOCUMENTED);
        match result["failure"].get(name) {
            Some(body) if expected.is_null() => (body != "").then(|| format!("an empty body was read as {body}")),
            Some(body) => difference(expected, body, false),
            None => Some(format!("the body was not read as {name}: {result}")),
        }
    }

    fn is_stream(&self) -> bool {
        self.contract.outcome.client.methods.get(&self.operation.id).is_some_and(|method| method.is_stream)
    }

    /// Generates a valid instance for which `accepts` is true; if none of many instances is, the reason.
    pub(super) fn valid(
        &mut self,
        schema: &Value,
        accepts: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Result<Value, String>> {
        let validator = self.contract.validator(schema)?;
        let mut reason = String::new();
        for _ in 0..INSTANCES {
            let instance = self.instances.make(schema);
            if let Err(error) = validator.validate(&instance) {
                reason = refusal(&error);
            } else if accepts(&instance) {
                return Ok(Ok(instance));
            }
        }
        Ok(Err(reason))
    }

    /// Lists the differences between the request that the server received and the expected one.
    fn request_differences(&self, arguments: &Arguments, received: &Request) -> anyhow::Result<Vec<String>> {
        let mut differences = Vec::new();
        if received.method != self.operation.method {
            differences.push(format!("the method is {}, not {}", received.method, self.operation.method));
        }
        let (path, query) = received.target.split_once('?').unwrap_or((&received.target, ""));
        differences.extend(self.path_difference(arguments, path));
        let sent = wire::query(query, &arguments.layouts);
        // Some documents have a query in a path.
        let mut expected = wire::query(self.template().1, &[]);
        expected.extend(arguments.query.iter().cloned());
        if !wire::same_pairs(&sent, &expected) {
            differences.push(format!("the query {sent:?} is not {expected:?}"));
        }
        let bearer = received.header("authorization");
        let is_required = needs_bearer(self.node, self.contract.document);
        if bearer != is_required.then_some("Bearer verify-token") {
            let is = if bearer.is_some() { "sent, and no bearer scheme applies" } else { "missing" };
            differences.push(format!("the bearer token is {is}"));
        }
        for (name, expected) in &arguments.headers {
            let sent = received.header(name);
            let layout = arguments.layouts.iter().find(|(known, _)| known == name).map(|(_, layout)| layout);
            let canonical = sent.map(|sent| wire::canonical(sent, layout, str::to_owned));
            let is_same = match (&canonical, expected) {
                (Some(sent), Some(expected)) => wire::same(sent, expected.trim()),
                (sent, expected) => sent.is_none() && expected.is_none(),
            };
            if !is_same {
                differences.push(format!("the header {name} is {sent:?}, not {expected:?}"));
            }
        }
        if received.header("api-version").is_some() && !arguments.headers.contains_key("api-version") {
            differences.push("the header api-version is not in the document".to_owned());
        }
        match &arguments.body {
            Some(body) => differences.extend(self.body_difference(body, received)?),
            None if received.body.is_empty() && received.header("content-type").is_none() => {}
            None => differences.push("a body is sent, and the arguments have none".to_owned()),
        }
        Ok(differences)
    }

    /// The path of the operation and the query in it. A fragment distinguishes operations in the document and is not sent.
    fn template(&self) -> (&str, &str) {
        let path = self.operation.path.split('#').next().unwrap_or_default();
        path.split_once('?').unwrap_or((path, ""))
    }

    /// Describes how the path that the server received differs from the expected one; `None` if it does not.
    fn path_difference(&self, arguments: &Arguments, path: &str) -> Option<String> {
        let (sent, template): (Vec<&str>, Vec<&str>) =
            (path.split('/').collect(), self.template().0.split('/').collect());
        let is_same = |(sent, part): (&&str, &&str)| {
            let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
            if let Some((expected, layout)) = name.and_then(|name| arguments.path.get(name)) {
                return wire::same(&wire::canonical(sent, layout.as_ref(), wire::decoded), expected);
            }
            let fill =
                |text: String, (name, (value, _)): (&String, &(String, _))| text.replace(&format!("{{{name}}}"), value);
            wire::decoded(sent) == arguments.path.iter().fold((*part).to_owned(), fill)
        };
        let same = sent.len() == template.len() && sent.iter().zip(&template).all(is_same);
        (!same).then(|| format!("the path {path} is not {} with {:?}", self.operation.path, arguments.path))
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
            let sent: Vec<(String, String)> = url::form_urlencoded::parse(&received.body).into_owned().collect();
            let fields = expected.value.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
            let expected: Vec<(String, String)> =
                fields.map(|(name, value)| (name.clone(), wire::text(value))).collect();
            return Ok((!wire::same_pairs(&sent, &expected)).then(|| format!("the form {sent:?} is not {expected:?}")));
        }
        let same = expected.value.as_str().is_some_and(|text| text.as_bytes() == received.body);
        Ok((!same).then(|| "the bytes of the body are not the expected ones".to_owned()))
    }
}

/// Whether a request needs the bearer token: an alternative of the effective security has a scheme that is a bearer or
/// that the document does not define.
fn needs_bearer(operation: &Value, document: &Value) -> bool {
    let security = operation.get("security").or_else(|| document.get("security"));
    let schemes = security.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).flatten();
    schemes.into_iter().any(|(name, _)| {
        document["components"]["securitySchemes"].get(name).is_none_or(|scheme| {
            let scheme = references::resolved(scheme, document);
            scheme["type"] == "http" && scheme["scheme"].as_str().is_some_and(|it| it.to_lowercase() == "bearer")
        })
    })
}
