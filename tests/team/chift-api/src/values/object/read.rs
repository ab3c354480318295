//! Reading a struct from an object.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::{Object, Rest};

/// The fields still to be read, the unlisted fields read so far, and the error of the last value.
pub(crate) struct Reading<'de, A: MapAccess<'de>, R> {
    map: A,
    pub(crate) rest: R,
    error: Option<A::Error>,
}

impl<'de, A: MapAccess<'de>, R: Rest> Reading<'de, A, R> {
    /// The next field's name, or the error of the last value.
    pub(crate) fn key(&mut self) -> Result<Option<Cow<'de, str>>, A::Error> {
        match self.error.take() {
            Some(error) => Err(error),
            None => Ok(self.map.next_key()?.map(|Key(name)| name)),
        }
    }

    /// Reads the value of the field whose name was read last.
    pub(crate) fn value<T: Deserialize<'de>>(&mut self, name: &'static str, to: &mut Option<T>) {
        if to.is_some() {
            self.error = Some(A::Error::duplicate_field(name));
            return;
        }
        match self.map.next_value() {
            Ok(value) => *to = Some(value),
            Err(error) => self.error = Some(error),
        }
    }

    /// Reads the value of an unlisted field.
    pub(crate) fn unknown(&mut self, name: Cow<'de, str>) {
        self.error = self.rest.take(name, &mut self.map).err();
    }
}

/// The name of a field. It is borrowed from the input if possible.
struct Key<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(name.to_owned())))
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Borrowed(name)))
    }

    fn visit_string<E: Error>(self, name: String) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(name)))
    }
}

/// The value of a required field. If it is absent, a type that accepts null reads null, as with the derives.
pub(crate) fn required<'de, T: Deserialize<'de>, E: Error>(value: Option<T>, name: &'static str) -> Result<T, E> {
    value.map_or_else(|| T::deserialize(Missing { name, error: PhantomData }), Ok)
}

/// The value of a required field that may be null.
pub(crate) fn required_or_null<T, E: Error>(value: Option<Option<T>>, name: &'static str) -> Result<Option<T>, E> {
    value.ok_or_else(|| E::missing_field(name))
}

/// The deserializer of an absent field: it returns null to types that accept null, and an error to all others. The
/// derives use the same method to recognize an `Option` behind an alias.
struct Missing<E> {
    name: &'static str,
    error: PhantomData<E>,
}

impl<'de, E: Error> Deserializer<'de> for Missing<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, E> {
        Err(E::missing_field(self.name))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_none()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Reads an object.
pub(crate) fn object<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct ObjectVisitor<T>(PhantomData<T>);

    impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "struct {}", T::NAME)
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::read(Reading { map, rest: T::Rest::default(), error: None })
        }
    }

    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

#[cfg(test)]
mod tests {
    use serde::de::value::BorrowedStrDeserializer;

    use super::*;

    #[test]
    fn a_name_is_borrowed_from_borrowed_input() {
        let key = Key::deserialize(BorrowedStrDeserializer::<serde::de::value::Error>::new("id")).unwrap();
        assert!(matches!(key.0, Cow::Borrowed("id")));
    }
}
