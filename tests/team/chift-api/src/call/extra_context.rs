//! The value of the header `X-Chift-Extra-Context`: a JSON object in base64.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::HeaderValue;
use serde::Serialize;

use super::context::ContextError;
use crate::values::wiped;

/// The longest object, in bytes of JSON; 4,096 characters in base64. By default, nginx, Apache and gunicorn accept headers
/// of about 8 KiB each, and Tomcat and Jetty 8 KiB for all headers of a request, which include the access token.
const LONGEST: usize = 3072;

/// The header's value for `object`: the standard alphabet of base64, with padding.
pub(super) fn encoded(object: &(impl Serialize + ?Sized)) -> Result<HeaderValue, ContextError> {
    let refused = |problem| ContextError { what: "the extra context", problem };
    // The serializer's message can contain values.
    let json = wiped::bytes(object).map_err(|_| refused("cannot be written as JSON"))?;
    if json.first() != Some(&b'{') {
        return Err(refused("is not a JSON object"));
    }
    if json.len() > LONGEST {
        return Err(refused("has more than 3,072 bytes of JSON, which servers may refuse in a header"));
    }
    HeaderValue::try_from(BASE64_STANDARD.encode(&json))
        .map_err(|_| refused("contains characters that a header cannot contain"))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Serialize)]
    struct Order<'a> {
        shop: &'a str,
        amount: crate::Decimal,
    }

    fn refusal(object: &impl Serialize) -> String {
        encoded(object).unwrap_err().to_string()
    }

    #[test]
    fn an_object_is_encoded_with_the_standard_alphabet_and_padding() {
        for (object, expected) in [
            (json!({}), "e30="),
            (json!({"a": 1}), "eyJhIjoxfQ=="),
            (json!({"a": 12}), "eyJhIjoxMn0="),
            (json!({"a": "é?>~"}), "eyJhIjoiw6k/Pn4ifQ=="),
            (json!({"?": "~~~"}), "eyI/Ijoifn5+In0="),
        ] {
            assert_eq!(encoded(&object).unwrap(), expected, "{object}");
        }
        let order = Order { shop: "Bäckerei", amount: "0.10".parse().unwrap() };
        let sent = BASE64_STANDARD.decode(encoded(&order).unwrap()).unwrap();
        assert_eq!(String::from_utf8(sent).unwrap(), r#"{"shop":"Bäckerei","amount":0.10}"#);
    }

    #[test]
    fn what_is_not_an_object_is_refused_without_its_value() {
        for value in [json!(null), json!("secret"), json!(["secret"]), json!(7)] {
            assert_eq!(refusal(&value), "the extra context is not a JSON object");
        }
        assert_eq!(refusal(&None::<Value>), "the extra context is not a JSON object");
        let not_a_key = HashMap::from([(vec!["secret"], 1)]);
        assert_eq!(refusal(&not_a_key), "the extra context cannot be written as JSON");
        let no_amount = Order { shop: "secret", amount: crate::Decimal::from(1) / 0 };
        assert_eq!(refusal(&no_amount), "the extra context cannot be written as JSON");
    }

    #[test]
    fn the_longest_object_has_4096_characters() {
        let of_length = |length: usize| json!({"a": "x".repeat(length - r#"{"a":""}"#.len())});
        assert_eq!(encoded(&of_length(LONGEST)).unwrap().len(), 4096);
        assert!(refusal(&of_length(LONGEST + 1)).contains("more than 3,072 bytes"));
    }

    proptest! {
        #[test]
        fn every_object_arrives_unchanged(object: BTreeMap<String, String>) {
            if let Ok(value) = encoded(&object) {
                let sent: BTreeMap<String, String> =
                    serde_json::from_slice(&BASE64_STANDARD.decode(value).unwrap()).unwrap();
                prop_assert_eq!(sent, object);
            }
        }
    }
}
