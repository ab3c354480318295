//! When two JSON values say the same.

use serde_json::Value;

/// What of `given` is not in `written`, or otherwise; `None` when both say the same.
///
/// Numbers are compared by value. An absent and a null field are the same; where `strict`, as in the body of a
/// PATCH, not on the first level, where null clears what absent leaves alone.
pub(super) fn difference(given: &Value, written: &Value, strict: bool) -> Option<String> {
    at("", given, written, strict)
}

fn at(place: &str, given: &Value, written: &Value, strict: bool) -> Option<String> {
    let different = || Some(format!("{}: {given} became {written}", if place.is_empty() { "it" } else { place }));
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
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            keys.into_iter().find_map(|key| {
                let place = format!("{place}/{key}");
                match (a.get(key), b.get(key)) {
                    (Some(a), Some(b)) => at(&place, a, b, false),
                    (Some(one), None) | (None, Some(one)) if !strict && one.is_null() => None,
                    (a, b) => Some(format!("{place}: {a:?} became {b:?}")),
                }
            })
        }
        (a, b) if a == b => None,
        _ => different(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_says_the_same_is_the_same() {
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
            (json!({"a": {"b": "2023-10-01T12:00:00"}}), json!({"a": {"b": "2023-10-01T12:00:00Z"}})),
        ] {
            assert!(difference(&given, &written, false).is_some(), "{given} {written}");
        }
        assert!(difference(&json!({"a": null}), &json!({}), true).is_some());
    }
}
