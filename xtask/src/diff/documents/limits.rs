//! Decides whether a limit became stricter.

use std::cmp::Ordering;

use serde_json::Value;

/// The keywords that are true or false, and no schemas.
const BOOLEANS: [&str; 3] = ["exclusiveMinimum", "exclusiveMaximum", "uniqueItems"];

/// Whether values that the old limit allows may be refused by the new one.
pub(super) fn is_tighter(keyword: &str, old: Option<&Value>, new: Option<&Value>) -> bool {
    let number = |value: Option<&Value>| value.and_then(Value::as_f64);
    let compared = match (number(old), number(new)) {
        (Some(old), Some(new)) => old.partial_cmp(&new),
        _ => None,
    };
    match (keyword, old, new) {
        // Without it, a list must contain one item.
        ("minContains", Some(old), None) => old.as_f64() == Some(0.0),
        // As a schema, `true` allows everything, and `false` nothing.
        (_, _, Some(Value::Bool(value))) if *value != BOOLEANS.contains(&keyword) => false,
        ("minLength" | "minItems" | "minProperties" | "minContains", None, Some(new)) => new.as_f64() != Some(0.0),
        (_, _, None | Some(Value::Null)) => false,
        (_, None, Some(_)) => true,
        (_, Some(old), Some(new)) => match keyword {
            keyword if keyword.starts_with("max") || keyword == "exclusiveMaximum" => compared != Some(Ordering::Less),
            keyword if keyword.starts_with("min") || keyword == "exclusiveMinimum" => {
                compared != Some(Ordering::Greater)
            }
            "multipleOf" => match (old.as_f64(), new.as_f64()) {
                // Each multiple of the old number is one of the new number.
                (Some(old), Some(new)) if new != 0.0 => (old / new).fract() != 0.0,
                _ => true,
            },
            _ => true,
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_limit_is_tighter_if_it_refuses_what_was_allowed() {
        for (keyword, old, new, expected) in [
            ("maxLength", json!(50), json!(20), true),
            ("maxLength", json!(20), json!(50), false),
            ("maxLength", json!(null), json!(20), true),
            ("maxLength", json!(20), json!(null), false),
            ("minimum", json!(1), json!(2), true),
            ("minimum", json!(2), json!(1), false),
            ("minLength", json!(null), json!(0), false),
            ("minLength", json!(null), json!(1), true),
            ("exclusiveMinimum", json!(null), json!(true), true),
            ("exclusiveMinimum", json!(true), json!(false), false),
            ("pattern", json!("a"), json!("b"), true),
            ("pattern", json!("a"), json!(null), false),
            ("multipleOf", json!(0.1), json!(0.01), false),
            ("multipleOf", json!(2), json!(4), true),
            ("multipleOf", json!(4), json!(2), false),
            ("uniqueItems", json!(null), json!(true), true),
            ("unevaluatedProperties", json!(null), json!(false), true),
            ("unevaluatedProperties", json!(null), json!(true), false),
            ("minContains", json!(0), json!(null), true),
        ] {
            let value = |value: &Value| (!value.is_null()).then(|| value.clone());
            let (was, is) = (value(&old), value(&new));
            assert_eq!(is_tighter(keyword, was.as_ref(), is.as_ref()), expected, "{keyword} {old} -> {new}");
        }
    }
}
