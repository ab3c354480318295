//! Reading, writing, comparing and calculating with numbers.

use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::{Value, json};

use super::*;

#[derive(Debug, Serialize, Deserialize)]
struct Line {
    price: Option<Decimal>,
    #[serde(flatten)]
    extra: serde_json::Map<String, Value>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Either {
    Number(Decimal),
    Text(String),
}

#[test]
fn every_digit_is_kept() {
    for text in ["0", "-0.10", "12345678901234567890.12", "1.50", "0.1", "79228162514264337593543950335"] {
        let read: Decimal = serde_json::from_str(text).unwrap();
        assert!(read.get().is_some(), "{text}");
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }
    assert_eq!(serde_json::from_str::<Decimal>("1e3").unwrap(), Decimal::from(1000));
    assert_eq!(serde_json::from_str::<Decimal>("1.5E-3").unwrap().to_string(), "0.0015");
}

#[test]
fn a_number_that_a_decimal_cannot_hold_is_kept_as_text() {
    for text in
        ["1e30", "1e-38", "1.5e-30", "79228162514264337593543950336", "0.12345678901234567890123456789", "-1e400"]
    {
        let read: Decimal = serde_json::from_str(text).unwrap();
        assert_eq!(read, Number::Unrepresentable(text.into()));
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        assert_eq!(text.parse::<Decimal>().unwrap(), read);
    }
}

#[test]
fn an_integer_may_have_a_zero_fraction_and_any_other_number_is_kept_as_text() {
    for (text, expected) in [
        ("1.0", 1),
        ("-1e3", -1000),
        ("1.50e1", 15),
        ("0.0", 0),
        ("-0", 0),
        ("0e999999999999", 0),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
        ("9223372036854775807.000", i64::MAX),
    ] {
        assert_eq!(serde_json::from_str::<Integer>(text).unwrap(), expected, "{text}");
    }
    for text in ["1.5", "9223372036854775808", "1e30", "1e-1", "1e99999999999999999999", "18446744073709551616"] {
        let read: Integer = serde_json::from_str(text).unwrap();
        assert_eq!((read.get(), serde_json::to_string(&read).unwrap().as_str()), (None, text));
    }
    assert_eq!(serde_json::from_str::<Integer>("18446744073709551615").unwrap().to_u64(), Some(u64::MAX));
}

#[test]
fn a_float_is_the_nearest_double() {
    let read: Vec<Float> = serde_json::from_str("[259025.46,0.1,1e400]").unwrap();
    assert_eq!((read[0].get(), read[2].get()), (Some(259_025.46), None));
    assert_eq!([&read[0], &read[2]].map(|it| it.to_f64().to_string()), ["259025.46", "inf"]);
    assert_eq!(serde_json::to_string(&read).unwrap(), "[259025.46,0.1,1e400]");
}

#[test]
fn it_is_read_in_other_types_and_from_values() {
    let line: Line = serde_json::from_str("{\"price\":1234567890123456.78,\"other\":1.5}").unwrap();
    assert_eq!(serde_json::to_string(&line).unwrap(), "{\"price\":1234567890123456.78,\"other\":1.5}");
    assert!(serde_json::from_str::<Line>("{\"price\":null}").unwrap().price.is_none());
    assert!(matches!(serde_json::from_str("1.25").unwrap(), Either::Number(number) if number.to_string() == "1.25"));
    assert!(matches!(serde_json::from_str("\"a\"").unwrap(), Either::Text(_)));
    let read: Decimal = serde_json::from_value(json!(1.25)).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), json!(1.25));
}

#[test]
fn other_values_are_refused() {
    for text in ["\"1\"", "null", "true", "[]", "{}"] {
        assert!(serde_json::from_str::<Decimal>(text).is_err(), "{text}");
        assert!(serde_json::from_str::<Integer>(text).is_err(), "{text}");
    }
    for text in ["", " 1", "+1e99", "1_000", "0x10", "NaN", "--1e99", "1e30 "] {
        assert!(text.parse::<Decimal>().is_err() && text.parse::<Integer>().is_err(), "{text:?}");
    }
}

fn amount(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn hash(number: &Decimal) -> u64 {
    let mut hasher = DefaultHasher::new();
    number.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn numbers_are_equal_if_they_have_the_same_value() {
    for (one, other) in [
        ("1.0", "1.00"),
        ("-0", "0.00"),
        ("1e2", "100"),
        ("1.5e30", "15e29"),
        ("1e30", "1000000000000000000000000000000"),
        ("1.00000000000000000000000000000000", "1"),
        ("1.0000000000000000000000000000000e3", "1000"),
    ] {
        let (one, other) = (amount(one), amount(other));
        assert_eq!(one, other);
        assert_eq!((one.cmp(&other), hash(&one)), (Ordering::Equal, hash(&other)), "{one}");
    }
    for (one, other) in [("1.0", "1.01"), ("1e30", "1"), ("1e30", "-1e30"), ("1e30", "1.0000001e30")] {
        assert_ne!(amount(one), amount(other));
    }
}

#[test]
fn numbers_of_any_size_have_an_order() {
    let ordered =
        ["-1e400", "-1e30", "-2", "-1.9", "-1e-40", "0", "1e-41", "1e-40", "0.1", "2", "1e30", "1.1e30", "1e31"];
    for pair in ordered.windows(2) {
        assert!(amount(pair[0]) < amount(pair[1]), "{pair:?}");
    }
    let mut sorted: Vec<_> = ordered.iter().rev().map(|text| amount(text)).collect();
    sorted.sort();
    assert_eq!(sorted, ordered.map(amount));
    let price = &amount("12.50");
    assert!(price > 12 && *price < 13_i64 && 13 > *price && *price != 12 && amount("12.0") == 12 && 12 == amount("12"));
    assert!(amount("1e30") > u64::MAX && amount("-1e30") < 0 && Integer::from(7) > 6);
}

#[test]
fn amounts_are_calculated_with_by_value_and_by_reference_and_with_integers() {
    let (a, b) = (&amount("0.10"), &amount("0.20"));
    for (result, expected) in [
        (a + b, "0.30"),
        (a.clone() + b, "0.3"),
        (a + b.clone(), "0.3"),
        (a - b, "-0.1"),
        (a * 3, "0.3"),
        (3 * a, "0.3"),
        (1_u64 - a, "0.9"),
        (a / 4_i64, "0.025"),
        (b % amount("0.15"), "0.05"),
        (-a, "-0.1"),
        (a + rust_decimal::Decimal::ONE, "1.1"),
        (rust_decimal::Decimal::ONE - a, "0.9"),
        ([a, b].into_iter().sum(), "0.3"),
        ([a, b].into_iter().cloned().sum(), "0.3"),
        (vec![a.clone(); 3].iter().sum::<Decimal>() / [1, 2].len(), "0.15"),
        (Vec::<Decimal>::new().iter().sum(), "0"),
        (amount("2.345").round(2), "2.35"),
        (amount("-2.345").round(2), "-2.35"),
    ] {
        assert_eq!(result, amount(expected));
    }
    let mut total = amount("10");
    total += a;
    total -= 1;
    total *= amount("2");
    total /= 4;
    total %= 4;
    assert_eq!(total, amount("0.55"));
    assert_eq!((Decimal::from(1) / 3).to_string(), "0.3333333333333333333333333333");
}

#[test]
fn a_calculation_without_a_value_does_not_panic_and_is_not_sent() {
    let (large, largest) = (&amount("1e30"), &amount("79228162514264337593543950335"));
    for result in [
        large + 1,
        large - large,
        largest + largest,
        largest * 2,
        -(largest + 1),
        Decimal::from(1) / 0,
        Decimal::from(1) % 0,
        [Decimal::from(1), large.clone(), Decimal::from(2)].iter().sum(),
        (large + 1) * 2,
        (large + 1).round(2),
    ] {
        assert_eq!((result.get(), result.to_string().as_str(), result.to_f64().is_nan()), (None, "NaN", true));
        assert!(serde_json::to_string(&result).is_err());
        assert!(result == large + 1 && result > *large && result > 0 && result != 0);
    }
    assert_eq!((-large, -(-large)), (amount("-1e30"), large.clone()));
}
