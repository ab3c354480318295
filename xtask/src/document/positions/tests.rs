//! Tests of positions: texts in each form, and random documents.

use proptest::prelude::{BoxedStrategy, Just, ProptestConfig, Strategy, any, prop_assert, prop_oneof, proptest};
use serde_json::{Value, json};

use super::*;
use crate::document::{parse, yaml_text};

/// The places of all fields and items of a value, and the root.
fn all(value: &Value) -> BTreeSet<Pointer> {
    let mut places = BTreeSet::new();
    let mut open = vec![(Pointer::root(), value)];
    while let Some((place, value)) = open.pop() {
        match value {
            Value::Object(fields) => open.extend(fields.iter().map(|(key, value)| (place.child(key), value))),
            Value::Array(items) => {
                open.extend(items.iter().enumerate().map(|(index, item)| (place.child(index), item)));
            }
            _ => {}
        }
        places.insert(place);
    }
    places
}

/// The position of the place `pointer`, written without `#`, as `line:column`.
fn at(text: &str, pointer: &str) -> String {
    let pointer = Pointer::from_reference(&format!("#{pointer}")).unwrap();
    let Position { line, column } = positions(text, &BTreeSet::from([pointer.clone()]))[&pointer];
    format!("{line}:{column}")
}

fn check(text: &str, expected: &[(&str, &str)]) {
    let found: Vec<_> = expected.iter().map(|(pointer, _)| (*pointer, at(text, pointer))).collect();
    let found: Vec<_> = found.iter().map(|(pointer, position)| (*pointer, position.as_str())).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn json_compact_and_pretty() {
    let text = r#"{"a":{"a":[1,{"a":2}]},"b":[[0,[1]],[]]}"#;
    let expected = [
        ("", "1:1"),
        ("/a", "1:2"),
        ("/a/a", "1:7"),
        ("/a/a/0", "1:12"),
        ("/a/a/1", "1:14"),
        ("/a/a/1/a", "1:15"),
        ("/b", "1:24"),
        ("/b/0", "1:29"),
        ("/b/0/1/0", "1:33"),
        ("/b/1", "1:37"),
    ];
    check(text, &expected);
    let text = serde_json::to_string_pretty(&parse::json(text).unwrap()).unwrap();
    let expected =
        [("", "1:1"), ("/a", "2:3"), ("/a/a", "3:5"), ("/a/a/1", "5:7"), ("/a/a/1/a", "6:9"), ("/b/0/1/0", "14:9")];
    check(&text, &expected);
}

#[test]
fn yaml_block_and_flow() {
    let text = "openapi: 3.1.0\n# paths: a comment\npaths:\n  /a: # not this\n    get: {responses: {200: {a: 1}, '404': [x, [y, z]]}}\n  /b:\n    get:\n      tags:\n      - a\n      - - b\n        - k: v\n          l: w\n";
    let expected = [
        ("", "1:1"),
        ("/paths", "3:1"),
        ("/paths/~1a", "4:3"),
        ("/paths/~1a/get", "5:5"),
        ("/paths/~1a/get/responses/200", "5:23"),
        ("/paths/~1a/get/responses/200/a", "5:29"),
        ("/paths/~1a/get/responses/404/1", "5:47"),
        ("/paths/~1a/get/responses/404/1/1", "5:51"),
        ("/paths/~1b/get", "7:5"),
        ("/paths/~1b/get/tags/0", "9:9"),
        ("/paths/~1b/get/tags/1", "10:9"),
        ("/paths/~1b/get/tags/1/0", "10:11"),
        ("/paths/~1b/get/tags/1/1/l", "12:11"),
    ];
    check(text, &expected);
}

#[test]
fn a_list_can_have_the_indentation_of_its_key() {
    check("a:\n- b: 1\n  c: 2\n-\n- d\n", &[("/a/0", "2:3"), ("/a/0/c", "3:3"), ("/a/1", "4:2"), ("/a/2", "5:3")]);
}

#[test]
fn columns_are_characters() {
    check("é😀: {ü: 1, b: 2}\n", &[("/%C3%A9😀", "1:1"), ("/é😀/ü", "1:6"), ("/é😀/b", "1:12")]);
    check(r#"{"é😀": {"ü": 1, "b": 2}}"#, &[("/é😀", "1:2"), ("/é😀/ü", "1:9"), ("/é😀/b", "1:17")]);
}

#[test]
fn keys_are_decoded() {
    let expected =
        [("/a~1b", "2:1"), ("/c~0d", "3:1"), ("/😀", "4:1"), ("/e\"f", "5:1"), ("/", "6:1"), ("/null", "7:1")];
    let yaml = "x: 1\na/b: 1\n'c~d': 1\n\"\\U0001f600\": 1\n\"e\\\"f\": 1\n'': 1\nnull: 1\n";
    assert_eq!(parse::yaml(yaml).unwrap(), json!({"x": 1, "a/b": 1, "c~d": 1, "😀": 1, "e\"f": 1, "": 1, "null": 1}));
    check(yaml, &expected);
    let json =
        "{\"x\": 1,\n\"a\\/b\": 1,\n\"c\\u007ed\": 1,\n\"\\ud83d\\ude00\": 1,\n\"e\\\"f\": 1,\n\"\": 1,\n\"null\": 1}";
    check(json, &expected);
}

#[test]
fn texts_of_several_lines_are_skipped() {
    let text =
        "a: |\n  b: 1\n\n  c: 2\nb: >-\n  a: 1\n  - x\nc: \"d: 1\n\n  d: 2\"\nd:\n- |\n\n  e\n- >- # f\n  g\n- h: 1\n";
    let expected = [
        ("/a", "1:1"),
        ("/b", "5:1"),
        ("/c", "8:1"),
        ("/d", "11:1"),
        ("/d/0", "12:3"),
        ("/d/1", "15:3"),
        ("/d/2/h", "17:3"),
    ];
    check(text, &expected);
}

#[test]
fn a_missing_place_has_the_position_of_the_one_around_it() {
    for text in ["{\"a\":\n {\"b\":\n [1]}}", "a:\n {b:\n [1]}\n"] {
        for pointer in ["/a/b/1", "/a/b/x/y"] {
            assert!(at(text, pointer).starts_with("2:"), "{text}");
        }
        assert_eq!(at(text, "/a/b/0/c"), "3:3");
        assert!(at(text, "/a/c/b/0").starts_with("1:"), "{text}");
        assert_eq!(at(text, "/c/d"), "1:1");
    }
}

#[test]
fn a_place_behind_an_alias_has_the_position_of_the_alias() {
    let text = "a: &x\n  b: 1\nc: *x\nd:\n- *x\n- &y e\n*y : 1\nf: 1\n";
    let expected = [("/a/b", "2:3"), ("/c", "3:1"), ("/c/b", "3:1"), ("/d/0/b", "5:3"), ("/d/1", "6:6"), ("/f", "8:1")];
    check(text, &expected);
}

#[test]
fn a_byte_order_mark_has_no_column_and_a_carriage_return_no_line() {
    for text in ["\u{feff}a: {b: 1}\r\nc:\r\n- d\r\n", "\u{feff}{\"a\": {\r\n\"c\": [\r\n \"d\"]}}"] {
        assert_eq!(at(text, ""), "1:1");
    }
    check("\u{feff}a: {b: 1}\r\nc:\r\n- d\r\n", &[("/a", "1:1"), ("/a/b", "1:5"), ("/c", "2:1"), ("/c/0", "3:3")]);
    check("\u{feff}{\"a\": 1,\r\n\"c\": [\r\n \"d\"]}", &[("/a", "1:2"), ("/c", "2:1"), ("/c/0", "3:2")]);
}

#[test]
fn the_block_of_a_documentation_page() {
    let page =
        "\u{feff}# Title\n\nopenapi: 1\n````yaml post /token\nopenapi: 3.1.0\ninfo:\n  title: T\n````\n\ninfo: x\n";
    check(page, &[("", "5:1"), ("/openapi", "5:1"), ("/info", "6:1"), ("/info/title", "7:3"), ("/paths", "5:1")]);
    let page = "# Title\n\n```json\n{\"openapi\": \"3.1.0\",\n \"info\": {\"title\": \"T\"}}\n```\n";
    check(page, &[("", "4:1"), ("/info/title", "5:11")]);
}

#[test]
fn a_text_that_is_no_document_has_the_positions_of_what_could_be_read() {
    check("a: 1\nb: [1, 2, 3\n", &[("/a", "1:1"), ("/b/1", "2:8"), ("/b/3", "2:1"), ("/c", "1:1")]);
    check("{\"a\": 1,\n \"b\": [1, 2", &[("/a", "1:2"), ("/b/1", "1:1")]);
    check("```yaml\nopenapi: 3.1.0\n", &[("/openapi", "1:1")]);
    for text in ["", "{", "[", "a", "? [a, {b: c}]\n: d", "*x", "a: *x", "!t a: 1", "---\n--- b", "{\"\\ud800\": 1}"] {
        assert_eq!(at(text, "/x"), "1:1", "{text}");
    }
}

/// A key of more characters than a parser of YAML accepts without `?` is one of JSON all the same.
#[test]
fn a_long_key() {
    let key = "a".repeat(2_000);
    check(&format!("{{\"{key}\": 1,\n \"b\": 1}}"), &[(&format!("/{key}"), "1:2"), ("/b", "2:2")]);
}

fn text() -> BoxedStrategy<String> {
    let part = prop_oneof![
        any::<char>().prop_map(String::from),
        proptest::sample::select(vec![
            "a", "b", " ", "\n", "/", "~", "\"", "'", "\\", "#", ": ", "- ", "|", ">", "\t", "\r", "\u{feff}",
            "\u{7f}", "\u{85}", "\u{2028}", "é", "😀", "true", "1", "{", "[", "&", "*", "!", "%", "?", ",",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(part, 0..6).prop_map(|parts| parts.concat()).boxed()
}

fn value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    let values = leaf.prop_recursive(5, 40, 5, |inner| {
        let fields = proptest::collection::vec((text(), inner.clone()), 0..5);
        prop_oneof![
            proptest::collection::vec(inner, 0..5).prop_map(Value::from),
            fields.prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    });
    // A document is an object.
    proptest::collection::vec((text(), values), 1..4)
        .prop_map(|fields| Value::Object(fields.into_iter().collect()))
        .boxed()
}

/// What the text has from a position on.
fn rest(text: &str, position: Position) -> String {
    let line = text.split_inclusive('\n').nth(position.line - 1).unwrap_or_default();
    line.chars().skip(position.column - 1).collect()
}

/// How a key or an item starts in JSON.
fn json_start(value: &Value, pointer: &Pointer) -> String {
    match (container(value, pointer), pointer.find(value)) {
        (Some(Value::Object(_)), _) => format!("{}:", json!(pointer.tokens().last())),
        (_, Some(Value::Array(_))) => "[".to_owned(),
        (_, Some(Value::Object(_))) => "{".to_owned(),
        (_, item) => json!(item).to_string(),
    }
}

/// How a key or an item starts in block style.
fn yaml_start(value: &Value, pointer: &Pointer) -> String {
    let written = match (container(value, pointer), pointer.find(value)) {
        (Some(Value::Object(_)), _) => {
            let key = pointer.tokens().last().unwrap();
            return yaml_text::write(&json!({key: null})).trim_end_matches(" null\n").to_owned();
        }
        (_, Some(item)) => yaml_text::write(item),
        (_, None) => String::new(),
    };
    written.lines().next().unwrap_or_default().to_owned()
}

fn container<'a>(value: &'a Value, pointer: &Pointer) -> Option<&'a Value> {
    pointer.parent()?.find(value)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn each_key_and_item_is_at_its_position(value in value()) {
        let wanted = all(&value);
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        let yaml = yaml_text::write(&value);
        for (text, start) in [
            (value.to_string(), json_start as fn(&Value, &Pointer) -> String),
            (pretty, json_start),
            (yaml, yaml_start),
        ] {
            let found = positions(&text, &wanted);
            prop_assert!(found.keys().eq(&wanted));
            for (pointer, position) in found {
                let expected = start(&value, &pointer);
                let rest = rest(&text, position);
                prop_assert!(rest.starts_with(&expected), "{} is at {:?}: {:?}\n{}", pointer, position, rest, text);
            }
        }
    }

    #[test]
    fn a_text_with_an_error_has_positions(value in value(), cut in any::<proptest::sample::Index>(), more in text()) {
        let wanted = all(&value);
        for text in [value.to_string(), yaml_text::write(&value)] {
            let boundaries: Vec<usize> = text.char_indices().map(|(offset, _)| offset).collect();
            let (before, after) = text.split_at(*cut.get(&boundaries));
            for text in [before.to_owned(), format!("{before}{more}{after}")] {
                let lines = text.split('\n').count();
                prop_assert!(positions(&text, &wanted).values().all(|position| position.line <= lines));
            }
        }
    }
}
