//! The field of a struct that keeps unlisted fields.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde::de::{Deserialize, IgnoredAny, MapAccess};
use serde::ser::{Serialize, SerializeMap};

use super::Writing;

/// A type that keeps unlisted fields.
pub(crate) trait Rest: Default {
    /// Reads the value of an unlisted field. Of two with the same name, the last one wins.
    fn take<'de, A: MapAccess<'de>>(&mut self, name: Cow<'de, str>, fields: &mut A) -> Result<(), A::Error>;
    /// Writes all unlisted fields.
    fn write<M: SerializeMap>(&self, fields: &mut Writing<M>);
}

impl Rest for () {
    fn take<'de, A: MapAccess<'de>>(&mut self, _: Cow<'de, str>, fields: &mut A) -> Result<(), A::Error> {
        fields.next_value().map(|IgnoredAny| ())
    }

    fn write<M: SerializeMap>(&self, _: &mut Writing<M>) {}
}

impl<V> Rest for IndexMap<String, V>
where
    V: for<'de> Deserialize<'de> + Serialize,
{
    fn take<'de, A: MapAccess<'de>>(&mut self, name: Cow<'de, str>, fields: &mut A) -> Result<(), A::Error> {
        self.insert(name.into_owned(), fields.next_value()?);
        Ok(())
    }

    fn write<M: SerializeMap>(&self, fields: &mut Writing<M>) {
        self.iter().for_each(|(name, value)| fields.required(name, value));
    }
}
