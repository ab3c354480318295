//! Gives each value of an enum a text that has a distinct name in Rust, and records the value, which a later stage
//! writes back into the generated enum. The generator would panic on `-` beside `+`, or on `a` beside `A`.

use std::collections::{BTreeMap, HashMap, HashSet};

use heck::ToPascalCase as _;
use serde_json::{Value, json};

use super::Report;
use crate::document::walk::{self, Kind};
use crate::names;

/// The names of characters that a name cannot contain.
const CHARACTERS: &[(char, &str)] = &[
    (' ', "Space"),
    ('!', "Bang"),
    ('"', "Quote"),
    ('#', "Hash"),
    ('$', "Dollar"),
    ('%', "Percent"),
    ('&', "And"),
    ('\'', "Apostrophe"),
    ('(', "Open"),
    (')', "Close"),
    ('*', "Star"),
    ('+', "Plus"),
    (',', "Comma"),
    ('-', "Minus"),
    ('.', "Dot"),
    ('/', "Slash"),
    (':', "Colon"),
    (';', "Semicolon"),
    ('<', "Less"),
    ('=', "Equal"),
    ('>', "Greater"),
    ('?', "Question"),
    ('@', "At"),
    ('[', "OpenBracket"),
    ('\\', "Backslash"),
    (']', "CloseBracket"),
    ('^', "Caret"),
    ('`', "Backtick"),
    ('{', "OpenBrace"),
    ('|', "Pipe"),
    ('}', "CloseBrace"),
    ('~', "Tilde"),
];

pub(super) fn spell(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        let (Kind::Schema, Some(["components", "schemas", component])) = (kind, place.keys()) else { return };
        let Some(values) = node.get("enum").and_then(Value::as_array) else { return };
        let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        let Some(names) = spelled(&values) else { return };
        count += 1;
        let by_name = names.iter().cloned().zip(values.into_iter().map(str::to_owned)).collect();
        report.enum_values.insert(names::type_name(component), by_name);
        node["enum"] = json!(names);
    });
    count
}

/// A text with a distinct name for each value; `None` if the generator finds distinct names for them.
fn spelled(values: &[&str]) -> Option<Vec<String>> {
    let plain: Vec<String> = values.iter().map(|value| plain(value)).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for name in &plain {
        *counts.entry(name).or_default() += 1;
    }
    let is_usable = |name: &str| !name.is_empty() && counts.get(name) == Some(&1);
    if plain.iter().all(|name| is_usable(name)) {
        return None;
    }
    let mut taken: HashSet<String> = plain.iter().filter(|name| is_usable(name)).cloned().collect();
    let mut texts = Vec::new();
    for (value, name) in values.iter().zip(&plain) {
        if is_usable(name) {
            texts.push((*value).to_owned());
        } else {
            let free = names::free_name(&in_words(value), |name| taken.contains(name));
            taken.insert(free.clone());
            texts.push(free);
        }
    }
    Some(texts)
}

/// The name that the generator gives a value; empty if the value has no letter and no digit.
fn plain(value: &str) -> String {
    with_letter(value.replace('\'', "").replace(|c| !fits(c), "-").to_pascal_case())
}

/// The name of a value whose other characters are written in words.
fn in_words(value: &str) -> String {
    let word = |c: char| match CHARACTERS.iter().find(|(character, _)| *character == c) {
        Some((_, word)) => format!("-{word}-"),
        None if fits(c) => c.to_string(),
        None => format!("-u{:x}-", u32::from(c)),
    };
    let words: String = value.chars().map(word).collect();
    // Twice, so that the generator does not change it again.
    match with_letter(words.to_pascal_case().to_pascal_case()) {
        name if name.is_empty() && value.is_empty() => "Empty".to_owned(),
        name if name.is_empty() => "Underscore".to_owned(),
        name => name,
    }
}

/// Like the generator, puts an `X` before a digit.
fn with_letter(name: String) -> String {
    if name.starts_with(|c: char| !c.is_alphabetic()) { format!("X{name}") } else { name }
}

fn fits(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The values of enums whose text the pass replaced: by type, and by the text that replaces them.
pub type EnumValues = BTreeMap<String, BTreeMap<String, String>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_without_a_distinct_name_are_spelled_in_words() {
        for (values, expected) in [
            (&[".", "X", "O"][..], &["Dot", "X", "O"][..]),
            (&["", "-", "+"], &["Empty", "Minus", "Plus"]),
            (&["+1", "-1", "1"], &["Plus1", "Minus1", "X1"]),
            (&["a b", "a_b", "c-d"], &["ASpaceB", "Ab", "c-d"]),
            (&["a", "A", "A2"], &["A", "A3", "A2"]),
            (&["name", "-name"], &["Name", "MinusName"]),
            (&["_", "__", "é", "→"], &["Underscore", "Underscore2", "é", "U2192"]),
            (&["<", "<=", "=", "Less"], &["Less2", "LessEqual", "Equal", "Less"]),
        ] {
            assert_eq!(spelled(values).unwrap(), expected, "{values:?}");
        }
        assert_eq!(spelled(&["a", "b c", "d-e", "1f", "self"]), None);
    }

    #[test]
    fn the_value_is_recorded_by_the_name_of_its_type() {
        let mut document = json!({"components": {"schemas": {"chess_mark": {"type": "string", "enum": [".", "X"]}}}});
        let mut report = Report::default();
        assert_eq!(spell(&mut document, &mut report), 1);
        assert_eq!(document["components"]["schemas"]["chess_mark"]["enum"], json!(["Dot", "X"]));
        assert_eq!(report.enum_values["ChessMark"]["Dot"], ".");
    }
}
