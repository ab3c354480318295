//! Writing a struct as an object.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Object;
use crate::Nullable;

/// The object being written, and the first error.
pub(crate) struct Writing<M: SerializeMap> {
    map: M,
    error: Option<M::Error>,
}

impl<M: SerializeMap> Writing<M> {
    pub(crate) fn required<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        if self.error.is_none() {
            self.error = self.map.serialize_entry(name, value).err();
        }
    }

    pub(crate) fn required_or_null<T: Serialize>(&mut self, name: &str, value: &Option<T>) {
        self.required(name, value);
    }

    pub(crate) fn optional<T: Serialize>(&mut self, name: &str, value: &Option<T>) {
        if value.is_some() {
            self.required(name, value);
        }
    }

    pub(crate) fn nullable<T: Serialize>(&mut self, name: &str, value: &Nullable<T>) {
        if !value.is_absent() {
            self.required(name, value);
        }
    }

    /// The first error.
    pub(crate) fn result(&mut self) -> Result<(), M::Error> {
        self.error.take().map_or(Ok(()), Err)
    }
}

/// Writes an object.
pub(crate) fn object<T: Object, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut fields = Writing { map: serializer.serialize_map(None)?, error: None };
    value.write(&mut fields)?;
    fields.map.end()
}
