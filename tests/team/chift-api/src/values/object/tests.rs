//! A list of fields reads, writes and refuses the same as the derives of `serde`.

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::object;
use crate::{Decimal, Nullable, Open, Redacted, Secret};

#[derive(Debug, Clone, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Draft,
}

/// Accepts null, although its name is not `Option`.
#[derive(Debug, ::serde::Serialize, ::serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
#[serde(transparent)]
pub(crate) struct Note(Option<String>);

/// The structs with derives; [`listed`] has the same ones with a list.
pub(crate) mod derived {
    use super::*;

    /// An order.
    #[derive(Debug, ::serde::Serialize, ::serde::Deserialize)]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub(crate) struct Order {
        /// # The number
        ///
        /// Counted from 1.
        pub(crate) id: i64,
        pub(crate) price: Decimal,
        #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
        pub(crate) type_: Option<Open<Status>>,
        /// Cleared by null.
        #[serde(default, skip_serializing_if = "Nullable::is_absent")]
        pub(crate) fields: Nullable<Vec<i64>>,
        #[serde(deserialize_with = "Option::deserialize")]
        pub(crate) key: Option<bool>,
        pub(crate) note: Note,
        #[serde(flatten)]
        pub(crate) extra: IndexMap<String, Value>,
    }

    #[derive(Debug, ::serde::Serialize, ::serde::Deserialize)]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub(crate) struct Login {
        pub(crate) secret: Secret,
        #[serde(flatten)]
        pub(crate) extra: IndexMap<String, Redacted>,
    }

    #[derive(Debug, ::serde::Serialize, ::serde::Deserialize)]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    pub(crate) struct Query {
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(crate) page: Option<i64>,
    }
}

pub(crate) mod listed {
    use super::*;

    /// An order.
    #[derive(Debug)]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[cfg_attr(feature = "schemars", schemars(transform = crate::schema::<Self>))]
    pub(crate) struct Order {
        /// # The number
        ///
        /// Counted from 1.
        pub(crate) id: i64,
        pub(crate) price: Decimal,
        pub(crate) type_: Option<Open<Status>>,
        /// Cleared by null.
        pub(crate) fields: Nullable<Vec<i64>>,
        pub(crate) key: Option<bool>,
        pub(crate) note: Note,
        pub(crate) extra: IndexMap<String, Value>,
    }
    object! {
        Order {
            required id "id";
            required price "price";
            optional type_ "type";
            nullable fields "fields";
            required_or_null key "key";
            required note "note";
        } extra: IndexMap<String, Value>
    }

    #[derive(Debug)]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[cfg_attr(feature = "schemars", schemars(transform = crate::schema::<Self>))]
    pub(crate) struct Login {
        pub(crate) secret: Secret,
        pub(crate) extra: IndexMap<String, Redacted>,
    }
    object! { Login { required secret "secret"; } extra: IndexMap<String, Redacted> }

    #[derive(Debug)]
    #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
    #[cfg_attr(feature = "schemars", schemars(transform = crate::schema::<Self>))]
    pub(crate) struct Query {
        pub(crate) page: Option<i64>,
    }
    object! { Query { optional page "page"; } }
}

/// The value read and the JSON written, or the error.
fn outcomes<T: for<'de> Deserialize<'de> + Serialize + fmt::Debug>(json: &str) -> [String; 3] {
    let outcome = |read: Result<T, serde_json::Error>| match read {
        Ok(value) => format!("{} {value:?}", serde_json::to_string(&value).unwrap()),
        Err(error) => error.to_string(),
    };
    [
        outcome(serde_json::from_str(json)),
        outcome(serde_json::from_reader(json.as_bytes())),
        outcome(serde_json::from_str(json).and_then(serde_json::from_value)),
    ]
}

#[test]
fn a_list_reads_writes_and_refuses_the_same_as_the_derives() {
    for json in [
        r#"{"id": 1, "price": 1234567890123456.78, "type": "draft", "fields": [1], "key": true, "note": "n"}"#,
        r#"{"note": "n", "key": null, "price": 1, "id": 1, "type": null, "fields": null}"#,
        r#"{"id": 1, "price": 0.10, "key": null, "z": {"deep": [1, 2.5, null]}, "a": 1.10, "z": 2}"#,
        r#"{"id": 1, "price": 1, "key": false, "ty\u0070e": "archived", "\u00e4": 1}"#,
        r#"{"price": 1, "key": null}"#,
        r#"{"id": 1, "key": null}"#,
        r#"{"id": 1, "price": 1}"#,
        r#"{"id": null, "price": 1, "key": null}"#,
        r#"{"id": "1", "price": 1, "key": null}"#,
        r#"{"id": 1, "price": "1", "key": null}"#,
        r#"{"id": 1, "price": 1, "key": 1}"#,
        r#"{"id": 1, "price": 1, "key": null, "fields": [true]}"#,
        r#"{"id": 1, "price": 1, "key": null, "type": null, "type": null}"#,
        r#"{"id": 1, "id": 2, "price": 1, "key": null}"#,
        r#"{"id": 1, "price": 1, "key": null"#,
        "{}",
        "[]",
        "\"order\"",
        "null",
    ] {
        assert_eq!(outcomes::<listed::Order>(json), outcomes::<derived::Order>(json), "{json}");
    }
    for json in [r#"{"secret": "s3cret", "other": "s3cret"}"#, r#"{"secret": 7}"#, "{}", "7"] {
        assert_eq!(outcomes::<listed::Login>(json), outcomes::<derived::Login>(json), "{json}");
    }
    for json in ["{}", r#"{"page": 2, "other": [{"page": 3}]}"#, r#"{"page": true}"#, r#"{"page": 1, "page": 1}"#] {
        assert_eq!(outcomes::<listed::Query>(json), outcomes::<derived::Query>(json), "{json}");
    }
}

#[test]
fn an_error_names_the_field_or_the_position() {
    let error = |json| serde_json::from_str::<listed::Order>(json).unwrap_err().to_string();
    assert_eq!(error(r#"{"price": 1, "key": null}"#), "missing field `id` at line 1 column 25");
    assert_eq!(error(r#"{"id": 1, "id": 2}"#), "duplicate field `id` at line 1 column 14");
    assert_eq!(error(r#"{"id": "x"}"#), "invalid type: string \"x\", expected i64 at line 1 column 10");
    assert_eq!(error("7"), "invalid type: integer `7`, expected struct Order at line 1 column 1");
}

#[test]
fn a_number_in_a_field_without_a_type_keeps_its_value() {
    let json = r#"{"id":1,"price":1,"key":null,"note":null,"weight":-94991296.39747155}"#;
    let order: listed::Order = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&order).unwrap(), json);
}
