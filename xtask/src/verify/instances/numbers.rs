//! Random numbers within the limits of a schema.

use fastrand::Rng;
use serde_json::{Value, json};

/// The distance from zero, or from the other bound, to a bound that the schema does not set.
const FAR: f64 = 1_000_000.0;

/// The limits that a schema sets for a number.
struct Range {
    low: f64,
    high: f64,
    /// Whether the schema sets a bound.
    is_bounded: bool,
    step: Option<f64>,
}

impl Range {
    fn of(schema: &Value) -> Self {
        let number = |key: &str| schema.get(key).and_then(Value::as_f64);
        let step = number("multipleOf").filter(|step| *step > 0.0);
        let excluded = |key: &str| schema.get(key) == Some(&json!(true));
        // The distance from an excluded bound to the nearest allowed value: the step, or a small number.
        let near = step.unwrap_or(if schema.get("type") == Some(&json!("integer")) { 1.0 } else { 0.000_1 });
        let low = match (number("exclusiveMinimum"), number("minimum")) {
            (Some(bound), other) => Some(other.map_or(bound + near, |other| other.max(bound + near))),
            (None, Some(bound)) if excluded("exclusiveMinimum") => Some(bound + near),
            (None, bound) => bound,
        };
        let high = match (number("exclusiveMaximum"), number("maximum")) {
            (Some(bound), other) => Some(other.map_or(bound - near, |other| other.min(bound - near))),
            (None, Some(bound)) if excluded("exclusiveMaximum") => Some(bound - near),
            (None, bound) => bound,
        };
        Self {
            low: low.unwrap_or_else(|| high.map_or(-FAR, |high| high - FAR)),
            high: high.unwrap_or_else(|| low.map_or(FAR, |low| low + FAR)),
            is_bounded: low.is_some() || high.is_some(),
            step,
        }
    }

    /// A multiple of `step` within the range.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
    fn multiple(&self, step: f64, random: &mut Rng) -> f64 {
        let (low, high) = ((self.low / step).ceil() as i64, (self.high / step).floor() as i64);
        random.i64(low..=high.max(low)) as f64 * step
    }
}

#[allow(clippy::cast_possible_truncation)]
pub(super) fn integer(schema: &Value, random: &mut Rng) -> i64 {
    let range = Range::of(schema);
    let (low, high) = limits(schema);
    // An integer that an `f64` cannot represent, or the largest one of a narrower format: the client must read integers
    // as 64 bits.
    if !range.is_bounded && range.step.is_none() && random.u8(..8) == 0 {
        return high.min(9_007_199_254_740_993);
    }
    (range.multiple(range.step.unwrap_or(1.0).max(1.0), random) as i64).clamp(low, high)
}

/// The smallest and the largest integer of the format, which a validator does not check.
fn limits(schema: &Value) -> (i64, i64) {
    match schema.get("format").and_then(Value::as_str) {
        Some("int8") => (i8::MIN.into(), i8::MAX.into()),
        Some("int16") => (i16::MIN.into(), i16::MAX.into()),
        Some("int32") => (i32::MIN.into(), i32::MAX.into()),
        Some("uint8") => (0, u8::MAX.into()),
        Some("uint16") => (0, u16::MAX.into()),
        Some("uint32") => (0, u32::MAX.into()),
        Some("uint" | "uint64") => (0, i64::MAX),
        _ => (i64::MIN, i64::MAX),
    }
}

/// A number at or beyond the limits of the types of the client. It may be outside the limits of a schema.
pub(super) fn extreme(kind: &Value, random: &mut Rng) -> Value {
    const INTEGERS: [&str; 6] =
        ["1.0", "-3e2", "9223372036854775807", "-9223372036854775808", "18446744073709551615", "1e30"];
    const NUMBERS: [&str; 6] = ["1e30", "1e-38", "-1.5e300", "79228162514264337593543950336", "259025.46", "0.1"];
    let list = if kind == "integer" { INTEGERS } else { NUMBERS };
    random.choice(list).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// A number with few decimal places, so that a decimal and an `f64` have the same value.
pub(super) fn number(schema: &Value, random: &mut Rng) -> Value {
    let range = Range::of(schema);
    let fine = if range.high - range.low < 1.0 { 0.000_1 } else { 0.01 };
    let value = range.multiple(range.step.unwrap_or(fine), random);
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    serde_json::from_str(text).unwrap_or_else(|_| json!(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_within_the_bounds_and_multiples_of_the_step() {
        let mut random = Rng::with_seed(7);
        for (schema, is_valid) in [
            (
                json!({"type": "integer", "minimum": 1, "multipleOf": 5}),
                (|it| it >= 1.0 && it % 5.0 == 0.0) as fn(f64) -> bool,
            ),
            (json!({"type": "integer", "exclusiveMinimum": 0, "maximum": 2}), |it| (1.0..=2.0).contains(&it)),
            (json!({"type": "integer", "exclusiveMinimum": true, "minimum": 3, "maximum": 4}), |it| {
                (4.0..5.0).contains(&it)
            }),
            (json!({"type": "number", "minimum": 0, "exclusiveMaximum": 0.5}), |it| (0.0..0.5).contains(&it)),
            (json!({"type": "number", "exclusiveMinimum": 0.0, "maximum": 1.0}), |it| it > 0.0 && it <= 1.0),
        ] {
            for _ in 0..100 {
                let made = if schema["type"] == "integer" {
                    json!(integer(&schema, &mut random))
                } else {
                    number(&schema, &mut random)
                };
                assert!(made.as_f64().is_some_and(is_valid), "{made} of {schema}");
            }
        }
    }

    #[test]
    fn an_integer_is_within_its_format() {
        let mut random = Rng::with_seed(3);
        for (format, low, high) in [("int32", i64::from(i32::MIN), i64::from(i32::MAX)), ("uint8", 0, 255)] {
            let schema = json!({"type": "integer", "format": format});
            assert!((0..100).all(|_| (low..=high).contains(&integer(&schema, &mut random))), "{format}");
        }
    }
}
