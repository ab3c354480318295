//! Properties for arbitrary bytes and arbitrary JSON.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::Value;

use super::super::compact::{Escapes, compact};
use super::super::{Event, Verifier, WebhookError};
use super::{CREATED, SECRET, json, sign};

/// How a JSON text is printed: an endless sequence of choices.
struct Style<'a>(std::iter::Cycle<std::slice::Iter<'a, u8>>);

impl Style<'_> {
    fn next(&mut self) -> u8 {
        self.0.next().copied().unwrap_or_default()
    }

    fn space(&mut self, out: &mut String) {
        out.push_str(["", "", "", " ", "\n  ", "\t", "\r\n"][usize::from(self.next() % 7)]);
    }

    /// Each character as itself, or as one of the escapes that mean it.
    fn string(&mut self, text: &str, out: &mut String) {
        out.push('"');
        for letter in text.chars() {
            let short = r#"\"/bfnrt"#.chars().zip("\\\"/\u{8}\u{c}\n\r\t".chars()).find(|(_, meant)| *meant == letter);
            match (self.next() % 3, short) {
                (0, Some((escape, _))) => write!(out, "\\{escape}").unwrap(),
                (1, _) if letter >= ' ' && letter != '"' && letter != '\\' => out.push(letter),
                (choice, _) => letter.encode_utf16(&mut [0; 2]).iter().for_each(|unit| match choice {
                    2 => write!(out, "\\u{unit:04X}").unwrap(),
                    _ => write!(out, "\\u{unit:04x}").unwrap(),
                }),
            }
        }
        out.push('"');
    }

    fn print(&mut self, value: &Value, out: &mut String) {
        self.space(out);
        match value {
            Value::String(text) => self.string(text, out),
            Value::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    self.print(item, out);
                }
                self.space(out);
                out.push(']');
            }
            Value::Object(fields) => {
                out.push('{');
                for (index, (name, field)) in fields.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    self.space(out);
                    self.string(name, out);
                    self.space(out);
                    out.push(':');
                    self.print(field, out);
                }
                self.space(out);
                out.push('}');
            }
            other => out.push_str(&other.to_string()),
        }
        self.space(out);
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[\\x00-\\x7f]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4).prop_map(|it| it.into_iter().collect()),
        ]
    })
}

/// What JSON text looks like, with errors in it.
fn nearly_json() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just(r#"{"event":"account.connection.created""#.to_owned()),
        Just(CREATED.to_owned()),
        r#"[\[\]{}:,"\\ eE.+-]|\\u|[dD][89a-fA-F][0-9a-f]{2}|[0-9]{1,20}|true|null|created|[^\x00-\x7f]"#,
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

/// Checks what holds for every body.
fn check(body: &[u8]) -> Result<(), TestCaseError> {
    let verifier = Verifier::new([SECRET]).unwrap();
    match (verifier.verify(sign(SECRET, body), body), json(body)) {
        (Ok(event), Some(json)) => {
            // Verified and read again, each form is the same event.
            for escapes in [Escapes::Few, Escapes::Ascii] {
                let text = compact(json, escapes);
                let received = verifier.verify(sign(SECRET, text.as_bytes()), body);
                prop_assert_eq!(received.as_ref(), Ok(&event));
                let again = Event::unverified_for_tests(&text).unwrap();
                prop_assert_eq!(again.kind(), event.kind());
                prop_assert_eq!(again.created(), event.created());
                prop_assert_eq!(compact(super::json(text.as_bytes()).unwrap(), escapes), text);
            }
        }
        (result, None) => prop_assert_eq!(result, Err(WebhookError::NotJson)),
        (result, Some(_)) => prop_assert!(false, "{:?}", result),
    }
    prop_assert_eq!(verifier.verify(sign("other", body), body), Err(WebhookError::Forged));
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_safe(body in any::<Vec<u8>>(), signature in any::<Vec<u8>>()) {
        check(&body)?;
        let verifier = Verifier::new([SECRET]).unwrap();
        prop_assert!(verifier.verify(&signature, &body).is_err());
    }

    #[test]
    fn nearly_json_is_safe(body in nearly_json()) {
        check(body.as_bytes())?;
    }

    #[test]
    fn any_notation_has_the_compact_form_of_its_value(value in value(), style in prop::collection::vec(any::<u8>(), 1..64)) {
        let mut body = String::new();
        Style(style.iter().cycle()).print(&value, &mut body);
        check(body.as_bytes())?;
        let json = json(body.as_bytes()).unwrap();
        // `serde_json` prints text as `JSON.stringify` does.
        prop_assert_eq!(compact(json, Escapes::Few), value.to_string());
        let ascii = compact(json, Escapes::Ascii);
        prop_assert!(ascii.bytes().all(|byte| matches!(byte, b' '..=b'~')));
        prop_assert_eq!(serde_json::from_str::<Value>(&ascii).unwrap(), value);
    }
}
