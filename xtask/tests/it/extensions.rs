//! What a vendor adds to a document does not change the client: extensions anywhere, and whatever stands beside
//! `format: password`.

use std::path::Path;

use serde_json::{Value, json};
use xtask::client::Kind as TypeKind;
use xtask::document::walk::{self, Kind};
use xtask::options::Options;
use xtask::pipeline::{self, Input, Outcome};

fn run(document: &Value) -> Outcome {
    pipeline::run(&Input { name: "document.json".to_owned(), text: document.to_string() }, &Options::default()).unwrap()
}

fn everything() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutations/everything.yaml");
    let text = std::fs::read_to_string(path).unwrap();
    xtask::read::read("everything.yaml", &text).unwrap().value
}

/// The sources without their headers, which contain a fingerprint of the document.
fn sources(document: &Value) -> Vec<String> {
    let without_header =
        |source: &String| source.lines().skip_while(|line| line.starts_with("//")).collect::<Vec<_>>().join("\n");
    run(document).sources.values().map(without_header).collect()
}

#[test]
fn documents_that_differ_only_in_extensions_give_the_same_client() {
    let plain = everything();
    let mut extended = plain.clone();
    let mut count = 0;
    walk::change(&mut extended, &mut |kind, _, node| {
        let Value::Object(fields) = node else { return };
        let mut extend = |fields: &mut serde_json::Map<String, Value>| {
            fields
                .insert("x-vendor".to_owned(), json!({"type": "string", "$ref": "#/nowhere", "properties": {"a": 1}}));
            fields.insert("x-dropshot-pagination".to_owned(), json!({"required": []}));
            fields.insert("x-text".to_owned(), json!("text"));
            count += 1;
        };
        // A reference has no siblings in 3.0; the entries of a callback are path items.
        if fields.contains_key("$ref") && kind != Kind::Schema || kind == Kind::Callback {
            return;
        }
        extend(fields);
        for key in ["info", "paths", "responses"] {
            if let (true, Some(Value::Object(entries))) = (kind != Kind::Components, fields.get_mut(key)) {
                extend(entries);
            }
        }
        for key in ["servers", "tags"] {
            for entry in fields.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
                // The tags of an operation are strings.
                if let Value::Object(entry) = entry {
                    entry.insert("x-vendor".to_owned(), json!(1));
                }
            }
        }
    });
    assert!(count > 200, "{count}");
    assert_ne!(plain, extended);
    for (plain, extended) in sources(&plain).iter().zip(&sources(&extended)) {
        assert!(plain == extended, "{}", similar::TextDiff::from_lines(plain, extended).unified_diff());
    }
}

#[test]
fn every_spelling_of_a_secret_is_a_secret() {
    let secret = json!({"type": "string", "format": "password"});
    let with = |key: &str, value: Value| {
        let mut schema = secret.clone();
        schema[key] = value;
        schema
    };
    let reference = json!({"$ref": "#/components/schemas/Key"});
    let spellings = [
        secret.clone(),
        json!({"format": "password"}),
        json!({"type": ["string"], "format": "password"}),
        json!({"type": ["string", "null"], "format": "password"}),
        json!({"type": "string", "format": "Password"}),
        with("x-vendor", json!(1)),
        with("unknown", json!({})),
        with("minLength", json!(8)),
        with("pattern", json!("^k")),
        with("default", json!("changeme")),
        with("example", json!("k")),
        with("examples", json!(["k"])),
        with("enum", json!(["a", "b"])),
        with("const", json!("a")),
        with("not", json!({"enum": ["a"]})),
        with("if", json!({})),
        with("contentEncoding", json!("base64")),
        with("contentMediaType", json!("text/plain")),
        with("contentSchema", json!({})),
        with("writeOnly", json!(true)),
        with("deprecated", json!(true)),
        with("title", json!("Key")),
        with("externalDocs", json!({"url": "https://example.com"})),
        with("xml", json!({"name": "k"})),
        with("nullable", json!(true)),
        with("$comment", json!("c")),
        with("$id", json!("key")),
        with("properties", json!({})),
        with("items", json!({})),
        with("required", json!(["a"])),
        with("additionalProperties", json!(false)),
        json!({"anyOf": [secret, {"type": "null"}]}),
        json!({"oneOf": [secret, {"type": "string"}]}),
        json!({"anyOf": [secret, {"type": "string", "format": "uuid"}]}),
        json!({"type": "string", "anyOf": [{"format": "password"}, {"maxLength": 3}]}),
        json!({"allOf": [secret]}),
        json!({"allOf": [{"type": "string"}, {"format": "password"}]}),
        json!({"allOf": [secret, {"maxLength": 3}], "description": "d"}),
        json!({"allOf": [{"type": "string", "format": "uuid"}, secret]}),
        json!({"type": "string", "allOf": [{"format": "password", "x-vendor": 1}]}),
        json!({"allOf": [reference, {"minLength": 3}]}),
    ];
    let lists = spellings.iter().map(|schema| json!({"type": "array", "items": schema}));
    let maps = spellings.iter().map(|schema| json!({"type": "object", "additionalProperties": schema}));
    let all: Vec<Value> = spellings.iter().cloned().chain(lists).chain(maps).collect();
    let fields: serde_json::Map<String, Value> =
        all.iter().enumerate().map(|(index, schema)| (format!("f{index}"), schema.clone())).collect();
    let outcome = run(&json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "components": {"schemas": {
        "All": {"type": "object", "properties": fields}, "Key": secret,
    }}}));
    let TypeKind::Struct(found) = &outcome.client.types["All"].kind else { panic!("not a struct") };
    for (index, schema) in all.iter().enumerate() {
        let kind = &found[&format!("f{index}")].kind;
        assert!(kind.contains("crate::Secret") || kind.contains("Key"), "{schema} is a {kind}");
    }
    // A value that is not a string is kept as it is, and not printed.
    let other = json!({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "components": {"schemas": {
        "Pin": {"type": "object", "properties": {"pin": {"type": "integer", "format": "password"}}},
    }}});
    let outcome = run(&other);
    let TypeKind::Struct(found) = &outcome.client.types["Pin"].kind else { panic!("not a struct") };
    assert!(found["pin"].kind.contains("crate::Redacted"), "{}", found["pin"].kind);
}
