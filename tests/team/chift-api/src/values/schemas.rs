//! The JSON Schemas of the hand-written types that replace generated ones.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::{Decimal, Float, Integer, Nullable, Open, RawJson, Redacted, Secret, Timestamp, Undocumented};

/// Implements `JsonSchema` for types with an inline schema.
macro_rules! inline {
    ($($name:ident $schema:tt;)*) => {
        $(impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }

            fn inline_schema() -> bool {
                true
            }
        })*
    };
}

inline! {
    Decimal {"type": "number"};
    Float {"type": "number", "format": "double"};
    Integer {"type": "integer"};
    RawJson {};
    Redacted {};
    Secret {"type": "string", "format": "password"};
    Timestamp {"type": "string", "format": "date-time"};
    Undocumented {};
}

impl<E: JsonSchema> JsonSchema for Open<E> {
    fn schema_name() -> Cow<'static, str> {
        E::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        E::json_schema(generator)
    }

    fn inline_schema() -> bool {
        E::inline_schema()
    }
}

impl<T: JsonSchema> JsonSchema for Nullable<T> {
    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }

    fn inline_schema() -> bool {
        Option::<T>::inline_schema()
    }
}
