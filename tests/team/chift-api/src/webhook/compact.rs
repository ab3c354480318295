//! The texts that Chift's two recipes sign, made from the bytes that were received.
//!
//! Chift's documentation shows how to compute a signature in JavaScript, over `JSON.stringify(body)`, and in Python, over
//! `json.dumps(body, separators=(',', ':'))`. Both print compact JSON. The first one leaves non-ASCII text unchanged, and
//! the second one escapes it.
//!
//! The conversion is textual: it removes white space outside of strings and rewrites the characters of strings. The
//! order of fields, duplicate fields and the digits of numbers stay as received, so a text means the same as the body.

use std::fmt::Write as _;
use std::str::Chars;

use serde_json::value::RawValue;

/// How characters outside of ASCII are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// Unchanged, as `JSON.stringify` does.
    Few,
    /// As `\u` and the digits of their UTF-16 units, as `json.dumps` does. It also escapes DEL.
    Ascii,
}

/// The body as JSON text, or `None` if it is not JSON in UTF-8. Unlike most readers, it accepts escapes of lone
/// surrogates, which both languages print, and has no limit of depth.
pub(super) fn json(body: &[u8]) -> Option<&RawValue> {
    serde_json::from_str(str::from_utf8(body).ok()?).ok()
}

/// A JSON text in compact form.
pub(super) fn compact(json: &RawValue, escapes: Escapes) -> String {
    let mut out = String::with_capacity(json.get().len());
    let mut rest = json.get().chars();
    let mut in_string = false;
    while let Some(letter) = rest.next() {
        match letter {
            '"' => {
                in_string = !in_string;
                out.push('"');
            }
            _ if !in_string => {
                if !matches!(letter, ' ' | '\t' | '\n' | '\r') {
                    out.push(letter);
                }
            }
            '\\' => push_unit(&mut out, escaped(&mut rest), escapes),
            _ => push(&mut out, letter, escapes),
        }
    }
    out
}

/// Reads an escape after its backslash: a character, or a lone surrogate.
fn escaped(rest: &mut Chars<'_>) -> Result<char, u16> {
    let unit = match rest.next() {
        Some('b') => return Ok('\u{8}'),
        Some('f') => return Ok('\u{c}'),
        Some('n') => return Ok('\n'),
        Some('r') => return Ok('\r'),
        Some('t') => return Ok('\t'),
        Some('u') => digits(rest),
        // A quote, a slash or a backslash.
        other => return Ok(other.unwrap_or('\\')),
    };
    if let Some(letter) = char::from_u32(unit.into()) {
        return Ok(letter);
    }
    // A pair of surrogates is one character.
    let mut after = rest.clone();
    if (after.next(), after.next()) == (Some('\\'), Some('u'))
        && let Some(Ok(pair)) = char::decode_utf16([unit, digits(&mut after)]).next()
    {
        *rest = after;
        return Ok(pair);
    }
    Err(unit)
}

/// The value of four hexadecimal digits.
fn digits(rest: &mut Chars<'_>) -> u16 {
    let digits = rest.by_ref().take(4).filter_map(|digit| digit.to_digit(16));
    u16::try_from(digits.fold(0, |unit, digit| unit << 4 | digit)).unwrap_or_default()
}

fn push_unit(out: &mut String, unit: Result<char, u16>, escapes: Escapes) {
    match unit {
        Ok(letter) => push(out, letter, escapes),
        Err(lone) => push_escape(out, lone),
    }
}

/// Writes a character of a string.
fn push(out: &mut String, letter: char, escapes: Escapes) {
    match letter {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        ' '..='~' => out.push(letter),
        '\u{7f}'.. if escapes == Escapes::Few => out.push(letter),
        _ => letter.encode_utf16(&mut [0; 2]).iter().for_each(|unit| push_escape(out, *unit)),
    }
}

fn push_escape(out: &mut String, unit: u16) {
    // Writing to a string cannot fail.
    let _ = write!(out, "\\u{unit:04x}");
}
