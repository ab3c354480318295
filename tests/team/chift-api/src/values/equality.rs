//! Every type that a generated type can contain can be compared, so that generated types derive `PartialEq`.

use std::hash::Hash;

use crate::{
    Decimal, ErrorDetails, Float, IndexMap, Integer, Nullable, Open, RawJson, Redacted, Secret, Timestamp, Undocumented,
};

#[test]
fn every_value_type_has_equality() {
    fn partial<T: PartialEq>() {}
    fn total<T: Eq + Hash>() {}

    partial::<Float>();
    partial::<Secret>();
    partial::<ErrorDetails>();
    partial::<IndexMap<String, Redacted>>();
    total::<Decimal>();
    total::<Integer>();
    total::<Nullable<String>>();
    total::<Open<String>>();
    total::<RawJson>();
    total::<Redacted>();
    total::<Timestamp>();
    total::<Undocumented>();
}

#[test]
fn fields_that_the_document_does_not_list_are_compared_in_any_order_and_by_their_values() {
    let read = |json: &str| serde_json::from_str::<IndexMap<String, Redacted>>(json).unwrap();
    assert_eq!(read(r#"{"a": 1, "b": [1.50]}"#), read(r#"{"b": [1.5], "a": 1}"#));
    for other in [r#"{"a": 1}"#, r#"{"a": 1, "b": [1]}"#, r#"{"a": 1.0, "b": [1.5]}"#] {
        assert_ne!(read(r#"{"a": 1, "b": [1.5]}"#), read(other), "{other}");
    }
}
