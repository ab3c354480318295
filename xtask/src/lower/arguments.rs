//! States how the generated code writes each parameter: the name of its argument, and the style of its value.
//!
//! progenitor writes a single value, and the items of a list in a query as repeated parameters. The crate's own runtime
//! writes anything else, so this pass records the style of such a parameter and removes it from the document. It also
//! renames an argument that would have the name of another one, or of a variable of the generated method.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Report;
use crate::document::media_types;
use crate::document::pointer::Pointer;
use crate::document::references::{self, has_value};
use crate::document::walk;
use crate::names;

/// The parameters that progenitor cannot write itself, by operation id and by their names in the lowered document.
pub type Parameters = BTreeMap<String, BTreeMap<String, Parameter>>;

/// A parameter that progenitor cannot write itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The part of the request that contains it: `path`, `query` or `header`.
    pub position: String,
    /// Its name in a request.
    pub wire: String,
    /// How its value is written.
    pub form: Form,
}

/// How the value of a parameter is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// As progenitor writes it.
    Plain,
    /// As a [`Secret`](https://docs.rs/chift-api), which has no `Display`.
    Secret,
    /// In a style of `OpenAPI`.
    Styled {
        /// The variant of the runtime's `Style`.
        style: &'static str,
        /// Whether each item or field is written separately.
        explode: bool,
    },
}

/// The variable of a generated method that an argument would replace.
const METHOD_VARIABLES: [&str; 1] = ["header_map"];

/// The functions of a mock that do not set an argument.
const MOCK_FUNCTIONS: [&str; 2] = ["new", "into_inner"];

/// The styles that a position allows, the default first, each with its name in the runtime.
fn styles(position: &str) -> &'static [(&'static str, &'static str)] {
    match position {
        "path" => &[("simple", "Simple"), ("label", "Label"), ("matrix", "Matrix")],
        "header" => &[("simple", "Simple")],
        _ => &[
            ("form", "Form"),
            ("spaceDelimited", "SpaceDelimited"),
            ("pipeDelimited", "PipeDelimited"),
            ("deepObject", "DeepObject"),
        ],
    }
}

/// Records the parameters of the client's document.
pub(super) fn of_client(document: &mut Value, report: &mut Report) -> usize {
    let query_structs = std::mem::take(&mut report.query_structs);
    let mut found = Parameters::new();
    walk::change_operations(document, &mut |path, method, operation, document| {
        let id = references::operation_id(operation).to_owned();
        let struct_argument = query_structs.get(&id);
        let own = found.entry(id).or_default();
        rename(operation, &METHOD_VARIABLES, own);
        let Some(Value::Array(parameters)) = operation.get_mut("parameters") else { return };
        let place = Pointer::root().child("paths").child(path).child(method).child("parameters");
        for (index, parameter) in parameters.iter_mut().enumerate() {
            let name = parameter["name"].as_str().unwrap_or_default();
            if struct_argument.is_some_and(|argument| argument == name) {
                continue;
            }
            match form(parameter, document) {
                Ok(form) => record(own, parameter, form),
                Err((key, what)) => {
                    const HINT: &str = "change it with an overlay action, or remove the parameter";
                    report.refuse(&place.child(index).child(key), what, HINT);
                }
            }
            make_plain(parameter);
        }
    });
    found.retain(|_, parameters| !parameters.is_empty());
    let count = found.values().map(BTreeMap::len).sum();
    report.parameters = found;
    count
}

/// Records the parameters of the mocks' document. A mock compares text, so each parameter that is not a single value, or
/// that has no `Display`, becomes a string.
pub(super) fn of_mocks(document: &mut Value, report: &mut Report) -> usize {
    let mut found = Parameters::new();
    walk::change_operations(document, &mut |_, _, operation, document| {
        let own = found.entry(references::operation_id(operation).to_owned()).or_default();
        rename(operation, &MOCK_FUNCTIONS, own);
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten();
        for parameter in parameters {
            let form = form(parameter, document).unwrap_or(Form::Plain);
            make_plain(parameter);
            let schema = &parameter["schema"];
            if form != Form::Plain || shape(schema, document) != Shape::Single || is_secret(schema, document) {
                parameter["schema"] = json!({"type": "string"});
            }
            record(own, parameter, form);
        }
    });
    found.retain(|_, parameters| !parameters.is_empty());
    let count = found.values().map(BTreeMap::len).sum();
    report.mock_parameters = found;
    count
}

/// Adds `form` to the record of a parameter, if there is one or if `form` needs one.
fn record(own: &mut BTreeMap<String, Parameter>, parameter: &Value, form: Form) {
    let name = parameter["name"].as_str().unwrap_or_default();
    match own.get_mut(name) {
        Some(known) => known.form = form,
        None if form == Form::Plain => {}
        None => {
            let position = parameter["in"].as_str().unwrap_or_default().to_owned();
            own.insert(name.to_owned(), Parameter { position, wire: name.to_owned(), form });
        }
    }
}

/// Renames the parameters whose arguments would have the name of another one or a name in `reserved`, and records their
/// old names. A path parameter keeps its name, which is a part of the path.
fn rename(operation: &mut Value, reserved: &[&str], own: &mut BTreeMap<String, Parameter>) {
    let has_body = operation.get("requestBody").is_some();
    let Some(Value::Array(parameters)) = operation.get_mut("parameters") else { return };
    let argument = |parameter: &Value| names::argument_name(parameter["name"].as_str().unwrap_or_default());
    let is_in_path = |parameter: &Value| has_value(parameter, "in", "path");
    let mut taken: BTreeSet<String> = reserved.iter().map(|name| (*name).to_owned()).collect();
    taken.extend(has_body.then(|| "body".to_owned()));
    taken.extend(parameters.iter().filter(|it| is_in_path(it)).map(argument));
    for parameter in parameters.iter_mut().filter(|it| !is_in_path(it)) {
        let name = argument(parameter);
        if taken.insert(name.clone()) {
            continue;
        }
        let position = parameter["in"].as_str().unwrap_or_default().to_owned();
        let free = names::free_name(&format!("{}_{position}", name.trim_end_matches('_')), |name| taken.contains(name));
        let wire = parameter["name"].as_str().unwrap_or_default().to_owned();
        taken.insert(free.clone());
        parameter["name"] = json!(free);
        own.insert(free, Parameter { position, wire, form: Form::Plain });
    }
}

/// Removes what the record of a parameter states, and gives it the schema of its `content`.
fn make_plain(parameter: &mut Value) {
    let Some(fields) = parameter.as_object_mut() else { return };
    fields.shift_remove("style");
    fields.shift_remove("explode");
    if let Some(content) = fields.shift_remove("content") {
        let media_type = content.as_object().and_then(|content| content.values().next());
        let schema = media_type.and_then(|it| it.get("schema")).cloned().unwrap_or_else(|| json!({}));
        fields.insert("schema".to_owned(), schema);
    }
}

/// How the value of a parameter is written; the error is the key that cannot be lowered, and why.
fn form(parameter: &Value, document: &Value) -> Result<Form, (&'static str, String)> {
    let position = parameter.get("in").and_then(Value::as_str).unwrap_or_default();
    if let Some(content) = parameter.get("content") {
        let names: Vec<&String> = content.as_object().into_iter().flat_map(|content| content.keys()).collect();
        return match names[..] {
            [name] if media_types::is_json(name) => Ok(Form::Styled { style: "Json", explode: false }),
            _ => Err(("content", "only the content of one JSON media type can be lowered here".to_owned())),
        };
    }
    let (default, _) = styles(position)[0];
    let stated = parameter.get("style").and_then(Value::as_str).unwrap_or(default);
    let Some((name, style)) = styles(position).iter().find(|(name, _)| *name == stated) else {
        let allowed = styles(position).iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        return Err(("style", format!("a parameter in a {position} has one of the styles {allowed}")));
    };
    let explode = parameter.get("explode").and_then(Value::as_bool).unwrap_or(*name == "form");
    let styled = Form::Styled { style, explode };
    let schema = parameter.get("schema").unwrap_or(&Value::Null);
    let shape = shape(schema, document);
    Ok(match (*name, shape) {
        ("simple", Shape::Single) if is_secret(schema, document) => Form::Secret,
        ("simple" | "form" | "spaceDelimited" | "pipeDelimited", Shape::Single) => Form::Plain,
        ("form" | "spaceDelimited" | "pipeDelimited", Shape::List) if explode => Form::Plain,
        _ => styled,
    })
}

fn is_secret(schema: &Value, document: &Value) -> bool {
    has_value(references::resolved_schema(schema, document), "format", "password")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A string, a number or a boolean.
    Single,
    /// A list of single values.
    List,
    /// Anything else.
    Other,
}

fn shape(schema: &Value, document: &Value) -> Shape {
    let target = references::resolved_schema(schema, document);
    match target.get("type").and_then(Value::as_str) {
        Some("string" | "number" | "integer" | "boolean") => Shape::Single,
        Some("array") => {
            let items = references::resolved_schema(&target["items"], document);
            let is_single = ["string", "number", "integer", "boolean"].iter().any(|it| has_value(items, "type", *it));
            if is_single { Shape::List } else { Shape::Other }
        }
        _ => Shape::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(parameters: &Value) -> (Value, BTreeMap<String, Parameter>, Vec<String>) {
        let mut document = json!({"paths": {"/a/{id}": {"post": {
            "operationId": "get", "parameters": parameters, "requestBody": {},
        }}}});
        let mut report = Report::default();
        of_client(&mut document, &mut report);
        let problems = report.problems.iter().map(|problem| format!("{}: {}", problem.place, problem.what)).collect();
        let own = report.parameters.remove("get").unwrap_or_default();
        (document["paths"]["/a/{id}"]["post"]["parameters"].take(), own, problems)
    }

    fn styled(style: &'static str, explode: bool) -> Form {
        Form::Styled { style, explode }
    }

    #[test]
    fn a_value_that_progenitor_cannot_write_is_recorded_with_its_style() {
        let (text, list, object) = (
            json!({"type": "string"}),
            json!({"type": "array", "items": {"type": "string"}}),
            json!({"type": "object"}),
        );
        let union = json!({"anyOf": [{"type": "string"}, {"type": "integer"}]});
        for (stated, schema, expected) in [
            (json!({"in": "query"}), &text, Form::Plain),
            (json!({"in": "query"}), &list, Form::Plain),
            (json!({"in": "query"}), &object, styled("Form", true)),
            (json!({"in": "query"}), &union, styled("Form", true)),
            (json!({"in": "query", "explode": false}), &text, Form::Plain),
            (json!({"in": "query", "explode": false}), &list, styled("Form", false)),
            (json!({"in": "query", "style": "spaceDelimited"}), &list, styled("SpaceDelimited", false)),
            (json!({"in": "query", "style": "pipeDelimited", "explode": true}), &list, Form::Plain),
            (json!({"in": "query", "style": "deepObject", "explode": true}), &object, styled("DeepObject", true)),
            (json!({"in": "path"}), &text, Form::Plain),
            (json!({"in": "path"}), &list, styled("Simple", false)),
            (json!({"in": "path", "style": "label"}), &text, styled("Label", false)),
            (json!({"in": "path", "style": "matrix", "explode": true}), &object, styled("Matrix", true)),
            (json!({"in": "path"}), &json!({"type": "string", "format": "password"}), Form::Secret),
            (json!({"in": "header"}), &list, styled("Simple", false)),
            (json!({"in": "header", "explode": true}), &object, styled("Simple", true)),
            (json!({"in": "header"}), &union, styled("Simple", false)),
        ] {
            let mut parameter = stated.clone();
            parameter["name"] = json!("id");
            parameter["schema"] = schema.clone();
            let (after, own, _) = recorded(&json!([parameter]));
            let form = own.get("id").map_or(Form::Plain, |parameter| parameter.form.clone());
            assert_eq!(form, expected, "{stated} {schema}");
            assert_eq!(after[0], json!({"in": stated["in"], "name": "id", "schema": schema}));
        }
    }

    #[test]
    fn json_content_becomes_a_schema_and_any_other_is_refused() {
        let content = |media_type: &str| json!({"in": "query", "name": "q", "content": {media_type: {"schema": {"type": "object"}}}});
        let (after, own, _) = recorded(&json!([content("application/json")]));
        assert_eq!(after[0], json!({"in": "query", "name": "q", "schema": {"type": "object"}}));
        assert_eq!(own["q"].form, styled("Json", false));
        let (_, _, problems) =
            recorded(&json!([content("application/xml"), {"in": "header", "name": "h", "style": "form"}]));
        assert_eq!(
            problems,
            [
                "#/paths/~1a~1{id}/post/parameters/0/content: only the content of one JSON media type can be lowered here",
                "#/paths/~1a~1{id}/post/parameters/1/style: a parameter in a header has one of the styles `simple`",
            ]
        );
    }

    #[test]
    fn arguments_of_one_name_or_of_a_variable_are_renamed() {
        let parameter =
            |name: &str, position: &str| json!({"name": name, "in": position, "schema": {"type": "string"}});
        let (after, own, _) = recorded(&json!([
            parameter("id", "header"),
            parameter("id", "path"),
            parameter("$id", "query"),
            parameter("header_map", "query"),
            parameter("body", "header"),
            parameter("Type", "query"),
            parameter("type", "header"),
        ]));
        let names: Vec<_> = after.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["id_header", "id", "id_query", "header_map_query", "body_header", "Type", "type_header"]);
        assert_eq!(
            own["id_query"],
            Parameter { position: "query".to_owned(), wire: "$id".to_owned(), form: Form::Plain }
        );
        assert_eq!(own.len(), 5);
    }
}
