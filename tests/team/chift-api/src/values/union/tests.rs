//! A union reads the alternative that the document means.

use indexmap::IndexMap;
use serde_json::Value;

use super::form::{Field, Form};
use super::union;
use crate::object::object;
use crate::{Decimal, Open, RawJson};

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
enum Kind {
    #[serde(rename = "disc")]
    Disc,
}

#[derive(Debug)]
struct Disc {
    kind: Open<Kind>,
    size: Decimal,
    extra: IndexMap<String, Value>,
}
object! { Disc { required kind "type"; required size "size"; } extra: IndexMap<String, Value> }

#[derive(Debug)]
struct Square {
    kind: Open<Kind>,
    size: Option<Decimal>,
    extra: IndexMap<String, Value>,
}
object! { Square { required kind "type"; optional size "size"; } extra: IndexMap<String, Value> }

#[derive(Debug)]
enum Shape {
    Disc(Disc),
    Square(Square),
    Unknown(RawJson),
}
union! { Shape Unknown ["type"] {
    Disc(Disc) [Form::Object(&[Field::required("type", &[Form::Constant("\"disc\"")])])];
    Square(Square) [Form::Object(&[Field::required("type", &[Form::Constant("\"square\""), Form::Constant("\"box\"")])])];
} }

#[derive(Debug)]
enum Value1 {
    Number(Decimal),
    Shape(Box<Shape>),
    Text(String),
    List(Vec<Shape>),
    Other(RawJson),
}
union! { Value1 Other [] {
    Number(Decimal) [Form::Number];
    Shape(Box<Shape>) [Form::Object(&[Field::required("type", &[Form::String])])];
    Text(String) [Form::String];
    List(Vec<Shape>) [Form::Array(&[Form::Object(&[])])];
} }

#[derive(Debug, PartialEq)]
enum Limit {
    Unlimited,
    Number(Decimal),
    Unknown(RawJson),
}
union! { Limit Unknown [] {
    Unlimited = "no limit" [Form::Constant("\"no limit\"")];
    Number(Decimal) [Form::Number];
} }

/// Reads and writes back; returns the variant's name.
fn variant<T: serde::de::DeserializeOwned + serde::Serialize + std::fmt::Debug>(json: &str) -> String {
    let read: T = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), json);
    let name = format!("{read:?}");
    name[..name.find('(').unwrap()].to_owned()
}

#[test]
fn the_tag_selects_the_alternative_wherever_it_stands() {
    assert_eq!(variant::<Shape>("{\"type\":\"square\",\"size\":2}"), "Square");
    assert_eq!(variant::<Shape>("{\"type\":\"disc\",\"size\":2}"), "Disc");
    let read: Shape = serde_json::from_str("{\"size\":2, \"type\": \"b\\u006fx\"}").unwrap();
    assert!(matches!(read, Shape::Square(_)), "{read:?}");
}

#[test]
fn an_unknown_tag_is_kept_with_its_whole_value() {
    for json in [
        "{\"type\":\"star\",\"points\":[1.50,1e40],\"b\":{\"z\":1,\"a\":2}}",
        "{\"size\":1}",
        "7",
        "null",
        "{\"type\":null}",
        "{\"type\":[\"disc\"]}",
    ] {
        assert_eq!(variant::<Shape>(json), "Unknown", "{json}");
    }
}

#[test]
fn a_value_with_a_known_tag_that_does_not_match_is_an_error_without_the_value() {
    let error = serde_json::from_str::<Shape>("{\"type\":\"disc\",\"size\":\"s3cret\"}").unwrap_err().to_string();
    assert!(
        error.starts_with("the value does not match alternative 0 of Shape") && !error.contains("s3cret"),
        "{error}"
    );
}

#[test]
fn a_union_without_tags_is_decided_by_the_form_and_keeps_every_digit() {
    for (json, name) in [
        ("12345678901234567890.12", "Number"),
        ("\"a\"", "Text"),
        ("{\"type\":\"square\",\"size\":0.10}", "Shape"),
        ("[{\"type\":\"disc\",\"size\":1}]", "List"),
        ("[1]", "Other"),
        ("true", "Other"),
    ] {
        assert_eq!(variant::<Value1>(json), name, "{json}");
    }
}

#[test]
fn a_union_is_read_from_the_buffer_of_serde() {
    #[derive(Debug, serde::Deserialize)]
    #[serde(untagged)]
    enum Outer {
        Shape(Shape),
    }
    let Outer::Shape(read) = serde_json::from_str("{\"size\":2,\"type\":\"square\"}").unwrap();
    assert!(matches!(read, Shape::Square(_)), "{read:?}");
    let read: Shape = serde_json::from_value(serde_json::json!({"size": 2, "type": "square"})).unwrap();
    assert!(matches!(read, Shape::Square(_)), "{read:?}");
}

#[derive(Debug)]
struct Nested {
    inner: Tree,
}
object! { Nested { required inner "inner"; } }

#[derive(Debug)]
enum Tree {
    Nested(Box<Nested>),
    Leaf(Decimal),
    Unknown(RawJson),
}
union! { Tree Unknown [] {
    Nested(Box<Nested>) [Form::Object(&[])];
    Leaf(Decimal) [Form::Number];
} }

#[test]
fn a_value_that_is_too_deep_is_refused_and_does_not_exhaust_the_stack() {
    let nested = |depth: usize| format!("{}1{}", "{\"inner\":".repeat(depth), "}".repeat(depth));
    let read: Tree = serde_json::from_str(&nested(100)).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), nested(100));
    let error = serde_json::from_str::<Tree>(&nested(1_000_000)).unwrap_err().to_string();
    assert!(error.contains("recursion limit exceeded"), "{error}");
}

#[test]
fn of_two_alternatives_the_one_that_knows_more_fields_is_preferred_unless_the_other_requires_more() {
    const A: &[Form] = &[Form::Object(&[Field::optional("a", &[Form::Any])])];
    const B: &[Form] = &[Form::Object(&[Field::optional("b", &[Form::Any]), Field::optional("c", &[Form::Any])])];
    const C: &[Form] = &[Form::Object(&[Field::required("a", &[Form::Any])])];
    for (alternatives, json, expected) in [
        ([A, B], "{\"b\":1}", vec![1, 0]),
        ([A, B], "{\"a\":1}", vec![0, 1]),
        ([A, B], "{}", vec![0, 1]),
        ([C, B], "{\"a\":1,\"b\":1,\"c\":1}", vec![0, 1]),
    ] {
        assert_eq!(super::choose(&[], &alternatives, json), super::Choice::Formed(expected), "{json}");
    }
}

#[test]
fn a_constant_is_a_variant_without_content() {
    let read: Vec<Limit> = serde_json::from_str("[\"no limit\", \"no\\u0020limit\", 3, \"none\"]").unwrap();
    assert_eq!(read[..2], [Limit::Unlimited, Limit::Unlimited]);
    assert!(matches!(read[2..], [Limit::Number(_), Limit::Unknown(_)]), "{read:?}");
    assert_eq!(serde_json::to_string(&read).unwrap(), "[\"no limit\",\"no limit\",3,\"none\"]");
}
