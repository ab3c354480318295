//! Compares a JSON value with the value that a type writes after reading it.

use serde_json::{Map, Value};

/// The keys of the maps among the instances, whose order must not change.
pub(super) const KEYS: [&str; 3] = ["key_2", "key_3", "key_1"];

/// Describes the first difference between `given` and `written`; `None` if they are equivalent.
///
/// Numbers are compared by value. An absent field and a null field are equivalent, unless `strict` is set and they are
/// on the first level: in the body of a PATCH, null clears a field and an absent field leaves it unchanged.
pub(super) fn difference(given: &Value, written: &Value, strict: bool) -> Option<String> {
    at("", given, written, strict)
}

fn at(place: &str, given: &Value, written: &Value, strict: bool) -> Option<String> {
    let different = || {
        let place = if place.is_empty() { "the value" } else { place };
        Some(format!("{place}: {given} became {written}"))
    };
    match (given, written) {
        (Value::Number(a), Value::Number(b)) => {
            let same = a == b || a.as_f64() == b.as_f64() && (a.is_f64() || b.is_f64());
            if same { None } else { different() }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b)
            .enumerate()
            .find_map(|(index, (a, b))| at(&format!("{place}/{index}"), a, b, strict && place.is_empty())),
        (Value::Object(a), Value::Object(b)) if keys_in_order(a) != keys_in_order(b) => different(),
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            keys.into_iter().find_map(|key| {
                let place = format!("{place}/{key}");
                match (a.get(key), b.get(key)) {
                    (Some(a), Some(b)) => at(&place, a, b, false),
                    (Some(one), None) | (None, Some(one)) if !strict && one.is_null() => None,
                    (a, b) => Some(format!("{place}: {} became {}", shown(a), shown(b))),
                }
            })
        }
        (a, b) if a == b => None,
        _ => different(),
    }
}

/// The keys of a map. The fields of a struct are written in another order than they were read.
fn keys_in_order(object: &Map<String, Value>) -> Vec<&String> {
    object.keys().filter(|key| KEYS.contains(&key.as_str())).collect()
}

fn shown(field: Option<&Value>) -> String {
    field.map_or_else(|| "no field".to_owned(), Value::to_string)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_equivalent_values_have_no_difference() {
        for (given, written) in [
            (json!({"a": 1.0}), json!({"a": 1})),
            (json!({"a": null}), json!({})),
            (json!([{"a": "x"}]), json!([{"a": "x"}])),
        ] {
            assert_eq!(difference(&given, &written, false), None);
        }
        for (given, written) in [
            (json!({"a": 1}), json!({"a": 2})),
            (json!({"a": 9_007_199_254_740_993_i64}), json!({"a": 9_007_199_254_740_992_i64})),
            (json!({"a": "x"}), json!({})),
            (json!([1]), json!([])),
            (json!({"a": []}), json!({})),
            (json!({"key_2": 1, "key_1": 2}), json!({"key_1": 2, "key_2": 1})),
            (json!({"a": {"b": "2023-10-01T12:00:00"}}), json!({"a": {"b": "2023-10-01T12:00:00Z"}})),
        ] {
            assert!(difference(&given, &written, false).is_some(), "{given} {written}");
        }
        assert!(difference(&json!({"a": null}), &json!({}), true).is_some());
    }
}
