//! The compact forms. The expected texts are what Node.js and Python print.

use super::super::compact::{Escapes, compact};
use super::json;

fn forms(body: &str) -> [String; 2] {
    [Escapes::Few, Escapes::Ascii].map(|escapes| compact(json(body.as_bytes()).unwrap(), escapes))
}

#[test]
fn white_space_outside_of_strings_is_removed() {
    let body = "\r\n\t { \"a b\" : [ 1 , -2.50e+3,\n{ } , [ ] , true , null , \" \\\" , : \" ] }\n";
    let expected = r#"{"a b":[1,-2.50e+3,{},[],true,null," \" , : "]}"#;
    assert_eq!(forms(body), [expected, expected]);
}

#[test]
fn text_is_escaped_as_the_two_languages_do() {
    for (text, few, ascii) in [
        (r#""\u0022\u005c\/\b\f\n\r\t""#, r#""\"\\/\b\f\n\r\t""#, r#""\"\\/\b\f\n\r\t""#),
        (r#""\u0008\u000C\u000a\u000D\u0009""#, r#""\b\f\n\r\t""#, r#""\b\f\n\r\t""#),
        (r#""\u0000\u001F\u000b""#, r#""\u0000\u001f\u000b""#, r#""\u0000\u001f\u000b""#),
        (r#""\u0041\u007E""#, r#""A~""#, r#""A~""#),
        (r#""\u007F""#, "\"\u{7f}\"", r#""\u007f""#),
        (r#""\u2028\u2029\uFEFF""#, "\"\u{2028}\u{2029}\u{feff}\"", r#""\u2028\u2029\ufeff""#),
        ("\"\u{80}é€\u{fffd}\u{ffff}\"", "\"\u{80}é€\u{fffd}\u{ffff}\"", r#""\u0080\u00e9\u20ac\ufffd\uffff""#),
        ("\"😀\u{10ffff}\"", "\"😀\u{10ffff}\"", r#""\ud83d\ude00\udbff\udfff""#),
        (r#""\uD83D\uDE00""#, "\"😀\"", r#""\ud83d\ude00""#),
    ] {
        assert_eq!(forms(text), [few, ascii], "{text}");
    }
}

#[test]
fn a_lone_surrogate_stays_an_escape() {
    for (text, few, ascii) in [
        (r#""\uD800""#, r#""\ud800""#, r#""\ud800""#),
        (r#""\uDE00\uD83D""#, r#""\ude00\ud83d""#, r#""\ude00\ud83d""#),
        (r#""\uD83D\uD83D\uDE00""#, r#""\ud83d😀""#, r#""\ud83d\ud83d\ude00""#),
        (r#""\uD83D\u0041\uD83D\n\uD83Dé""#, r#""\ud83dA\ud83d\n\ud83dé""#, r#""\ud83dA\ud83d\n\ud83d\u00e9""#),
        (r#""\uD83D\\uDE00""#, r#""\ud83d\\uDE00""#, r#""\ud83d\\uDE00""#),
        (r#"{"\uD83D":"\uDE00"}"#, r#"{"\ud83d":"\ude00"}"#, r#"{"\ud83d":"\ude00"}"#),
    ] {
        assert_eq!(forms(text), [few, ascii], "{text}");
    }
}

#[test]
fn order_duplicates_and_numbers_stay_as_received() {
    let body = r#"{"b":1.0,"2":1e2,"a":-0,"1":12345678901234567890,"b":1E400,"__proto__":{"b":[]}}"#;
    assert_eq!(forms(body), [body, body]);
}

#[test]
fn what_is_not_json_in_utf_8_has_no_compact_form() {
    let invalid: [&[u8]; 12] = [
        b"",
        b" ",
        b"{",
        b"1 2",
        b"{\"a\":1,}",
        b"NaN",
        b"01",
        b"'a'",
        b"\"\xff\"",
        b"\"\xed\xa0\x80\"",
        b"\"\\u12\"",
        b"\xef\xbb\xbf{}",
    ];
    for body in invalid {
        assert!(json(body).is_none(), "{}", body.escape_ascii());
    }
}
