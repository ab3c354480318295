//! Small documents from combinations of constructs, each in every position.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// A document, and the constructs that it consists of.
pub(crate) struct Combination {
    pub(crate) constructs: String,
    pub(crate) document: Value,
}

/// The version of OpenAPI that a document is written in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    V30,
    V31,
}

/// Makes schemas, and collects the components that they refer to.
struct Schemas<'a> {
    random: &'a mut Rng,
    dialect: Dialect,
    components: Map<String, Value>,
    /// The names of the constructs, from the outside to the inside.
    used: Vec<&'static str>,
}

/// Makes a schema without parts.
type Simple = fn() -> Value;

/// Makes a schema that may contain others.
type Composed = fn(&mut Schemas<'_>) -> Value;

/// Schemas without parts.
const SIMPLE: &[(&str, Simple)] = &[
    ("string", || json!({"type": "string"})),
    ("limited string", || json!({"type": "string", "minLength": 1, "maxLength": 3, "pattern": "^a+$"})),
    ("uuid", || json!({"type": "string", "format": "uuid"})),
    ("date", || json!({"type": "string", "format": "date"})),
    ("date-time", || json!({"type": "string", "format": "date-time"})),
    ("time", || json!({"type": "string", "format": "time"})),
    ("secret", || json!({"type": "string", "format": "password"})),
    ("bytes", || json!({"type": "string", "format": "binary"})),
    ("base64", || json!({"type": "string", "format": "byte"})),
    ("uri", || json!({"type": "string", "format": "uri"})),
    ("address", || json!({"type": "string", "format": "ipv4"})),
    ("unknown format", || json!({"type": "string", "format": "flour-type"})),
    ("string with a default", || json!({"type": "string", "default": "rye"})),
    ("integer", || json!({"type": "integer"})),
    ("int32", || json!({"type": "integer", "format": "int32"})),
    ("int64 with limits", || json!({"type": "integer", "format": "int64", "minimum": 1, "maximum": 9, "default": 3})),
    ("uint64", || json!({"type": "integer", "format": "uint64", "minimum": 0})),
    (
        "integers of several sizes",
        || json!({"anyOf": [{"type": "string"}, {"type": "integer", "format": "uint64"}, {"type": "integer", "format": "int64"}]}),
    ),
    ("number", || json!({"type": "number"})),
    ("float with a default", || json!({"type": "number", "format": "float", "default": 0.5})),
    (
        "double with limits",
        || json!({"type": "number", "format": "double", "minimum": 0, "exclusiveMaximum": true, "maximum": 2}),
    ),
    ("boolean with a default", || json!({"type": "boolean", "default": false})),
    ("enum", || json!({"type": "string", "enum": ["white", "dark", "", "a b", "1", "self", "é"]})),
    ("enum with a default", || json!({"type": "string", "enum": ["white", "dark"], "default": "dark"})),
    ("enum of one", || json!({"type": "string", "enum": ["white"]})),
    ("enum of integers", || json!({"type": "integer", "enum": [1, 2, -3]})),
    ("enum of numbers", || json!({"type": "number", "enum": [0.5, 1]})),
    ("enum of booleans", || json!({"type": "boolean", "enum": [true]})),
    ("enum of several types", || json!({"enum": ["white", 1, true]})),
    ("any", || json!({})),
    ("object without fields", || json!({"type": "object"})),
    (
        "closed object",
        || json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false}),
    ),
];

/// Schemas that contain others.
const COMPOSED: &[(&str, Composed)] = &[
    ("array", |it| json!({"type": "array", "items": it.inner()})),
    (
        "limited array",
        |it| json!({"type": "array", "items": it.inner(), "minItems": 1, "maxItems": 3, "uniqueItems": true}),
    ),
    ("map", |it| json!({"type": "object", "additionalProperties": it.inner()})),
    (
        "object",
        |it| json!({"type": "object", "required": ["needed"], "properties": {"needed": it.inner(), "type": it.inner(), "optional": it.nullable_inner()}}),
    ),
    (
        "object with a map",
        |it| json!({"type": "object", "properties": {"a": it.inner()}, "additionalProperties": it.inner()}),
    ),
    ("nullable", |it| it.nullable_inner()),
    ("reference", |it| it.component_of_inner()),
    ("reference with siblings", |it| {
        let mut reference = it.component_of_inner();
        reference["description"] = json!("A loaf.");
        reference
    }),
    ("recursive reference", |it| {
        let name = it.name("Tree");
        // The name is taken before the parts take theirs.
        it.components.insert(name.clone(), json!({}));
        let to_itself = json!({"$ref": format!("#/components/schemas/{name}")});
        let inner = it.inner();
        let tree = json!({"type": "object", "required": ["value"], "properties": {
            "value": inner, "children": {"type": "array", "items": to_itself}, "parent": to_itself,
        }});
        it.components.insert(name, tree);
        to_itself
    }),
    ("allOf", |it| {
        let part = it.object_component("a");
        json!({"allOf": [part, {"type": "object", "required": ["b"], "properties": {"b": it.inner()}}]})
    }),
    ("allOf of one", |it| json!({"allOf": [it.component_of_inner()], "description": "A loaf."})),
    ("anyOf", |it| json!({"anyOf": [it.inner(), it.inner()]})),
    ("anyOf with a constant", |it| json!({"anyOf": [{"enum": ["as it is"]}, it.inner()]})),
    ("anyOf of objects", |it| json!({"anyOf": [it.object_component("a"), it.object_component("b")]})),
    (
        "oneOf",
        |it| json!({"oneOf": [{"type": "object", "required": ["x"], "properties": {"x": it.inner()}}, {"type": "integer"}, {"type": "string"}]}),
    ),
    ("oneOf with a discriminator", |it| {
        let [one, other] = ["one", "other"].map(|tag| it.tagged(tag));
        json!({"oneOf": [one, other], "discriminator": {"propertyName": "kind"}})
    }),
    ("oneOf with a mapping", |it| {
        let [one, other] = ["one", "other"].map(|tag| it.tagged(tag));
        let mapping = json!({"one": one["$ref"], "other": other["$ref"]});
        json!({"oneOf": [one, other], "discriminator": {"propertyName": "kind", "mapping": mapping}})
    }),
];

/// Constructs of OpenAPI 3.1 only.
const NEW: &[(&str, Composed)] = &[
    ("const", |_| json!({"const": "white"})),
    ("const integer", |_| json!({"type": "integer", "const": 3})),
    ("null", |_| json!({"type": "null"})),
    ("several types", |_| json!({"type": ["string", "integer", "null"]})),
    ("tuple", |it| json!({"type": "array", "prefixItems": [it.inner(), {"type": "string"}], "items": false})),
    (
        "definitions",
        |it| json!({"type": "object", "properties": {"a": it.inner()}, "$defs": {"Unused": {"type": "string"}}}),
    ),
    ("exclusive limits", |_| json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1.5})),
    ("enum with null", |_| json!({"type": ["string", "null"], "enum": ["white", null]})),
];

impl Schemas<'_> {
    /// A random schema inside another one.
    fn inner(&mut self) -> Value {
        // Deeper schemas are more often simple ones, so that they end.
        let depth = self.used.len();
        if depth < 4 && self.random.u8(..3) == 0 {
            let constructs = if self.dialect == Dialect::V31 && self.random.bool() { NEW } else { COMPOSED };
            let (name, make) = constructs[self.random.usize(..constructs.len())];
            self.used.push(name);
            return make(self);
        }
        let (name, make) = SIMPLE[self.random.usize(..SIMPLE.len())];
        self.used.push(name);
        self.simple(make())
    }

    /// A schema of 3.1 has no exclusive limits that are booleans.
    fn simple(&self, mut schema: Value) -> Value {
        if self.dialect == Dialect::V31 && schema.get("exclusiveMaximum").is_some() {
            schema["exclusiveMaximum"] = json!(2);
        }
        schema
    }

    fn nullable_inner(&mut self) -> Value {
        let mut inner = self.inner();
        match self.dialect {
            Dialect::V30 if inner.get("$ref").is_some() => json!({"allOf": [inner], "nullable": true}),
            Dialect::V30 => {
                inner["nullable"] = json!(true);
                inner
            }
            Dialect::V31 => json!({"anyOf": [inner, {"type": "null"}]}),
        }
    }

    fn name(&self, base: &str) -> String {
        format!("{base}{}", self.components.len())
    }

    fn component(&mut self, base: &str, schema: Value) -> Value {
        let name = self.name(base);
        self.components.insert(name.clone(), schema);
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    fn component_of_inner(&mut self) -> Value {
        let inner = self.inner();
        self.component("Loaf", inner)
    }

    fn object_component(&mut self, field: &str) -> Value {
        let inner = self.inner();
        self.component("Part", json!({"type": "object", "required": [field], "properties": {field: inner}}))
    }

    fn tagged(&mut self, tag: &str) -> Value {
        let kind = match self.dialect {
            Dialect::V30 => json!({"type": "string", "enum": [tag]}),
            Dialect::V31 => json!({"type": "string", "const": tag}),
        };
        let inner = self.inner();
        self.component(
            "Kind",
            json!({"type": "object", "required": ["kind"], "properties": {"kind": kind, "value": inner}}),
        )
    }
}

/// `count` documents: every construct is the outer one of some, as far as the count allows.
pub(crate) fn all(seed: u64, count: usize) -> Vec<Combination> {
    let mut random = Rng::with_seed(seed);
    let composed = COMPOSED.iter().map(|(name, make)| (*name, Make::Composed(*make), false));
    let new = NEW.iter().map(|(name, make)| (*name, Make::Composed(*make), true));
    let simple = SIMPLE.iter().map(|(name, make)| (*name, Make::Simple(*make), false));
    let mut outer: Vec<(&'static str, Make, bool)> = composed.chain(new).chain(simple).collect();
    random.shuffle(&mut outer);
    let each = outer.iter().cycle().take(count);
    each.map(|(name, make, is_new)| combination(name, *make, *is_new, &mut random)).collect()
}

#[derive(Clone, Copy)]
enum Make {
    Simple(Simple),
    Composed(Composed),
}

fn combination(name: &'static str, make: Make, is_new: bool, random: &mut Rng) -> Combination {
    let dialect = if is_new || random.bool() { Dialect::V31 } else { Dialect::V30 };
    let mut schemas = Schemas { random, dialect, components: Map::new(), used: vec![name] };
    let schema = match make {
        Make::Simple(make) => schemas.simple(make()),
        Make::Composed(make) => make(&mut schemas),
    };
    let mut all = Map::new();
    for (position, mut operation) in positions(&schema) {
        let mut path =
            if position.starts_with("path") { format!("/{position}/{{value}}") } else { format!("/{position}") };
        if let Some(tag) = schemas.random.choice(TAGS).copied().flatten() {
            operation["tags"] = json!([tag]);
        }
        if schemas.random.bool() {
            path.insert_str(0, "/consumers/{consumer_id}");
            for_consumer(&mut operation);
        }
        let methods: &[&str] = match operation.get("requestBody") {
            Some(_) => &["post", "post", "post", "put", "delete", "options"],
            None => &["get", "get", "get", "delete", "options", "head", "trace"],
        };
        let method = *schemas.random.choice(methods).unwrap_or(&"get");
        all.insert(path, json!({method: operation}));
    }
    let Schemas { mut components, used, .. } = schemas;
    let patch = json!({"operationId": "patch", "requestBody": body("application/json", &json!({"$ref": "#/components/schemas/Outer"})), "responses": {"204": {"description": "ok"}}});
    all.insert("/patch".to_owned(), json!({"patch": patch}));
    components.insert("Subject".to_owned(), schema.clone());
    components.insert(
        "Outer".to_owned(),
        json!({"type": "object", "required": ["needed"], "properties": {
            "needed": schema, "optional": schema, "list": {"type": "array", "items": schema},
            "map": {"type": "object", "additionalProperties": schema},
        }}),
    );
    let version = if dialect == Dialect::V30 { "3.0.3" } else { "3.1.0" };
    let document = json!({
        "openapi": version, "info": {"title": "Bakery", "version": "1"}, "servers": [{"url": "https://bakery.example"}],
        "paths": all, "components": {"schemas": components},
    });
    Combination { constructs: format!("{version}: {}", used.join(", ")), document }
}

/// Tags of operations: ordinary ones, and names that the client uses itself.
const TAGS: &[Option<&str>] = &[
    None,
    Some("Baking"),
    Some("baking"),
    Some("Point of Sale"),
    Some("Client"),
    Some("Consumer"),
    Some("error"),
    Some("Result"),
    Some("json"),
    Some("self"),
    Some("24/7"),
];

fn for_consumer(operation: &mut Value) {
    let consumer =
        json!({"name": "consumer_id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}});
    match operation.get_mut("parameters").and_then(Value::as_array_mut) {
        Some(parameters) => parameters.push(consumer),
        None => operation["parameters"] = json!([consumer]),
    }
}

fn body(media_type: &str, schema: &Value) -> Value {
    json!({"required": true, "content": {media_type: {"schema": schema}}})
}

/// An operation for each position of a schema, by the name of the position.
fn positions(schema: &Value) -> Vec<(&'static str, Value)> {
    let ok = json!({"200": {"description": "ok"}});
    let parameter = |place: &str, required: bool, more: Value| {
        let mut parameter = json!({"name": "value", "in": place, "required": required, "schema": schema});
        parameter
            .as_object_mut()
            .into_iter()
            .for_each(|fields| fields.extend(more.as_object().cloned().unwrap_or_default()));
        json!({"parameters": [parameter], "responses": ok})
    };
    let request = |media_type: &str, schema: &Value| json!({"requestBody": body(media_type, schema), "responses": ok});
    let in_object =
        json!({"type": "object", "required": ["needed"], "properties": {"needed": schema, "optional": schema}});
    let response = |status: &str| json!({"responses": {status: {"description": "", "content": {"application/json": {"schema": schema}}}, "204": {"description": "none"}}});
    let mut optional_body = request("application/json", schema);
    optional_body["requestBody"]["required"] = json!(false);
    let mut all = vec![
        ("json", request("application/json", schema)),
        ("optional_json", optional_body),
        ("form", request("application/x-www-form-urlencoded", &in_object)),
        ("multipart", request("multipart/form-data", &in_object)),
        ("octets", request("application/octet-stream", schema)),
        ("text", request("text/plain", schema)),
        (
            "response",
            json!({"responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}}),
        ),
        ("response_or_none", response("200")),
        (
            "response_of_two_types",
            json!({"responses": {
                "200": {"description": "", "content": {"application/json": {"schema": schema}}},
                "201": {"description": "", "content": {"application/json": {"schema": in_object}}},
            }}),
        ),
        ("error", response("400")),
        ("default_response", response("default")),
        (
            "page",
            json!({"responses": {"200": {"description": "", "content": {"application/json": {"schema": {
                "type": "object", "required": ["items", "total", "page", "size"], "properties": {
                    "items": {"type": "array", "items": schema}, "total": {"type": "integer"}, "page": {"type": "integer"}, "size": {"type": "integer"},
                },
            }}}}}}),
        ),
        ("path", parameter("path", true, json!({}))),
        ("header", parameter("header", true, json!({}))),
        ("optional_header", parameter("header", false, json!({}))),
        ("query", parameter("query", true, json!({}))),
        ("optional_query", parameter("query", false, json!({}))),
        ("query_without_explode", parameter("query", false, json!({"explode": false}))),
        ("query_with_pipes", parameter("query", false, json!({"style": "pipeDelimited", "explode": false}))),
        ("query_deep_object", parameter("query", true, json!({"style": "deepObject"}))),
    ];
    for (name, operation) in &mut all {
        operation["operationId"] = json!(name);
    }
    all
}
