//! Writing a struct as an object.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Object;
use crate::Nullable;

/// The object being written.
pub(crate) struct Writing<M> {
    pub(super) map: M,
}

impl<M: SerializeMap> Writing<M> {
    pub(crate) fn required<T: Serialize>(&mut self, name: &'static str, value: &T) -> Result<(), M::Error> {
        self.map.serialize_entry(name, value)
    }

    pub(crate) fn required_or_null<T: Serialize>(
        &mut self,
        name: &'static str,
        value: &Option<T>,
    ) -> Result<(), M::Error> {
        self.map.serialize_entry(name, value)
    }

    pub(crate) fn optional<T: Serialize>(&mut self, name: &'static str, value: &Option<T>) -> Result<(), M::Error> {
        if value.is_none() { Ok(()) } else { self.map.serialize_entry(name, value) }
    }

    pub(crate) fn nullable<T: Serialize>(&mut self, name: &'static str, value: &Nullable<T>) -> Result<(), M::Error> {
        if value.is_absent() { Ok(()) } else { self.map.serialize_entry(name, value) }
    }
}

/// Writes an object.
pub(crate) fn object<T: Object, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut fields = Writing { map: serializer.serialize_map(None)? };
    value.write(&mut fields)?;
    fields.map.end()
}
