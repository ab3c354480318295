//! Writes a JSON value as YAML that readers of YAML 1.1 and of YAML 1.2 read alike.
//!
//! The two versions resolve plain scalars differently: in 1.1, `no` is a boolean, `2026-01-31` a date, `12:30` a number
//! of seconds, `1_000` an integer and `1e3` a string. A string is therefore plain only if it starts with a letter, `/`
//! or `$` and is no word with a meaning in either version. All others are quoted. Keys keep their order.

use std::fmt::Write as _;

use serde_json::{Map, Number, Value};

/// The words that one of the versions reads as a boolean or null, in lower case.
const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];

/// A value as YAML in block style, with a newline at its end.
pub(crate) fn write(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Object(fields) if !fields.is_empty() => object(fields, 0, false, &mut text),
        Value::Array(items) if !items.is_empty() => list(items, 0, false, &mut text),
        _ => {
            text.push_str(&scalar(value, 0));
            text.push('\n');
        }
    }
    text
}

/// Writes the fields of an object. The first one continues the present line if `is_inline`.
fn object(fields: &Map<String, Value>, indent: usize, mut is_inline: bool, text: &mut String) {
    for (key, value) in fields {
        start(indent, &mut is_inline, text);
        text.push_str(&single_line(key));
        text.push(':');
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                text.push('\n');
                object(fields, indent + 2, false, text);
            }
            Value::Array(items) if !items.is_empty() => {
                text.push('\n');
                list(items, indent, false, text);
            }
            _ => {
                text.push(' ');
                text.push_str(&scalar(value, indent + 2));
                text.push('\n');
            }
        }
    }
}

/// Writes the items of a list. The first one continues the present line if `is_inline`.
fn list(items: &[Value], indent: usize, mut is_inline: bool, text: &mut String) {
    for item in items {
        start(indent, &mut is_inline, text);
        text.push_str("- ");
        match item {
            Value::Object(fields) if !fields.is_empty() => object(fields, indent + 2, true, text),
            Value::Array(items) if !items.is_empty() => list(items, indent + 2, true, text),
            _ => {
                text.push_str(&scalar(item, indent + 2));
                text.push('\n');
            }
        }
    }
}

fn start(indent: usize, is_inline: &mut bool, text: &mut String) {
    if !std::mem::take(is_inline) {
        text.extend(std::iter::repeat_n(' ', indent));
    }
}

/// A value without fields or items. The lines of a block have this indentation.
fn scalar(value: &Value, indent: usize) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => number(value),
        Value::String(value) => block(value, indent).unwrap_or_else(|| single_line(value)),
        Value::Array(_) => "[]".to_owned(),
        Value::Object(_) => "{}".to_owned(),
    }
}

/// A number. In YAML 1.1, a float has a decimal point, and an exponent has a sign.
fn number(value: &Number) -> String {
    let text = value.to_string();
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let point = if digits.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['-', '+']) { "" } else { "+" };
    format!("{digits}{point}e{sign}{exponent}")
}

/// A string of several lines as a literal block, if that keeps each character.
fn block(value: &str, indent: usize) -> Option<String> {
    let is_kept = value.contains('\n')
        && value.chars().all(|letter| letter == '\n' || letter == '\t' || is_printable(letter))
        && !value.starts_with([' ', '\t', '\n']);
    if !is_kept {
        return None;
    }
    let lines = value.trim_end_matches('\n');
    let chomping = match value.len() - lines.len() {
        0 => "-",
        1 => "",
        _ => "+",
    };
    let mut text = format!("|{chomping}");
    // `lines` leaves out the last newline, which the caller writes.
    for line in value.lines() {
        text.push('\n');
        if !line.is_empty() {
            let _ = write!(text, "{:indent$}{line}", "");
        }
    }
    Some(text)
}

/// A string on one line: plain if all readers take it for a string, otherwise quoted.
fn single_line(value: &str) -> String {
    if !value.chars().all(is_printable) {
        return escaped(value);
    }
    let is_plain = value.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '/' | '$'))
        && !value.ends_with([' ', ':'])
        && !value.contains(": ")
        && !value.contains(" #")
        && !WORDS.contains(&value.to_ascii_lowercase().as_str());
    if is_plain { value.to_owned() } else { format!("'{}'", value.replace('\'', "''")) }
}

/// A string in double quotes, with escapes for what YAML does not allow or reads as a line break.
fn escaped(value: &str) -> String {
    let mut text = "\"".to_owned();
    for letter in value.chars() {
        match letter {
            '"' | '\\' => text.extend(['\\', letter]),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            _ if is_printable(letter) => text.push(letter),
            _ => {
                let _ = write!(text, "\\u{:04x}", u32::from(letter));
            }
        }
    }
    text.push('"');
    text
}

/// Whether a character can be in a string on one line without an escape.
fn is_printable(letter: char) -> bool {
    !letter.is_control() && !matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_one_version_reads_as_another_type_is_quoted() {
        let strings = [
            "yes",
            "No",
            "ON",
            "off",
            "y",
            "N",
            "true",
            "False",
            "null",
            "NULL",
            "~",
            "",
            "2026-01-31",
            "2026-01-31 10:00:00",
            "12:30",
            "12:30:45",
            "190:20:30.15",
            "1_000",
            "0x1F",
            "0o17",
            "017",
            "0b1",
            "1.5",
            "1e3",
            ".5",
            ".inf",
            "-.INF",
            ".nan",
            "=",
            "<<",
            "-1",
            "+1",
            "- a",
            "? a",
            "[a",
            "{a",
            "!a",
            "&a",
            "*a",
            "%a",
            "@a",
            "`a",
            "#a",
            "|",
            ">",
            "a: b",
            "a #b",
            "a:",
            " a",
            "a ",
            "'a",
            "\"a",
            "---",
            "...",
        ];
        for string in strings {
            let text = write(&json!({string: string}));
            assert!(text.starts_with(['\'', '"']) && text.contains(": '"), "{text}");
            assert_eq!(yaml_serde::from_str::<Value>(&text).unwrap(), json!({string: string}), "{text}");
        }
    }

    #[test]
    fn other_strings_are_plain() {
        for string in ["a", "/a/{b}", "$ref", "Get a token, it's new", "https://a.b/c?d=e", "application/json"] {
            assert_eq!(write(&json!([string])), format!("- {string}\n"));
        }
    }

    #[test]
    fn a_float_has_a_point_and_a_signed_exponent() {
        let text = write(&json!([1e21, 1.5e-9, 1.5, -7, u64::MAX, 0.0]));
        assert_eq!(text, "- 1.0e+21\n- 1.5e-9\n- 1.5\n- -7\n- 18446744073709551615\n- 0.0\n");
    }

    #[test]
    fn every_value_is_read_back_and_keys_keep_their_order() {
        let document = json!({
            "z": "null", "a": ["yes", " a", "line\nline\n", "'\"#", "é\t", "\u{85}\u{2028}\u{feff}\u{7f}", "🎂", "\r\n"],
            "m": {"b": 1, "a": 1.5, "c": [{}, [], null, true, [[1, [2]], {"d": [{"e": {}}]}], -7]},
            "texts": ["a\nb", "a\nb\n", "a\n\n\n", "\na", " a\nb", "a\n  b\n\nc \n", "a\n#b: c\n---\n", "\n"],
            "": {"yes": {"nested\nkey": "a\n\tb"}},
        });
        let text = write(&document);
        let back: Value = yaml_serde::from_str(&text).unwrap();
        assert_eq!(back.to_string(), document.to_string(), "{text}");
        assert_eq!(write(&back), text);
    }
}
