//! Reading the fields of an event.

use std::fmt;

use chrono::{DateTime, Utc};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::from_str;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{Open, RawJson};

/// Why the fields of an event do not match its kind; from [`OtherEvent::mismatch`](super::OtherEvent::mismatch). It
/// shows no value.
///
/// ```
/// use chift_api::webhook::Event;
///
/// let body = r#"{"event": "account.connection.created", "accountid": 7}"#;
/// let Event::Other(other) = Event::unverified_for_tests(body)? else { panic!() };
/// assert_eq!(other.mismatch.unwrap().to_string(), "the field `accountid` is not a UUID");
/// # Ok::<(), chift_api::webhook::WebhookError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    field: Option<&'static str>,
    problem: &'static str,
}

impl Mismatch {
    /// The name of the field; `None` if the body is not an object.
    pub fn field(&self) -> Option<&'static str> {
        self.field
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field {
            Some(field) => write!(f, "the field `{field}` {}", self.problem),
            None => f.write_str(self.problem),
        }
    }
}

/// The fields of an event. Of two with the same name, the last one wins, as in JavaScript and Python.
pub(super) struct Fields(IndexMap<String, RawJson>);

impl Fields {
    /// The fields of a JSON text.
    pub(super) fn read(json: &RawValue) -> Result<Self, Mismatch> {
        let problem = "the body is not an object, or the name of a field has a lone surrogate";
        from_str(json.get()).map(Self).map_err(|_| Mismatch { field: None, problem })
    }

    /// The value of a field. A field that is absent equals one that is null.
    pub(super) fn get<T: Field>(&self, name: &'static str) -> Result<T, Mismatch> {
        let value = self.0.get(name).map(RawJson::as_str).filter(|json| *json != "null");
        let refused = |problem| Mismatch { field: Some(name), problem };
        match value {
            Some(json) => T::read(json).ok_or_else(|| refused(T::OTHERWISE)),
            None => T::ABSENT.ok_or_else(|| refused("is missing")),
        }
    }

    /// Like [`get`](Self::get), and removes the field.
    pub(super) fn take<T: Field>(&mut self, name: &'static str) -> Result<T, Mismatch> {
        let value = self.get(name);
        self.0.shift_remove(name);
        value
    }

    /// The fields that were not taken.
    pub(super) fn rest(self) -> IndexMap<String, RawJson> {
        self.0
    }
}

/// The type of a field.
pub(super) trait Field: Sized {
    /// What the value is otherwise.
    const OTHERWISE: &'static str;
    /// The value if the field is absent; `None` if the field is required.
    const ABSENT: Option<Self> = None;
    /// Reads a value from JSON text.
    fn read(json: &str) -> Option<Self>;
}

impl Field for Uuid {
    const OTHERWISE: &'static str = "is not a UUID";

    fn read(json: &str) -> Option<Self> {
        from_str(json).ok()
    }
}

impl Field for String {
    const OTHERWISE: &'static str = "is not a string";

    fn read(json: &str) -> Option<Self> {
        from_str(json).ok()
    }
}

impl<E: for<'de> Deserialize<'de>> Field for Open<E> {
    const OTHERWISE: &'static str = "is not a string";

    fn read(json: &str) -> Option<Self> {
        from_str(json).ok()
    }
}

impl<T: Field> Field for Option<T> {
    const OTHERWISE: &'static str = T::OTHERWISE;
    const ABSENT: Option<Self> = Some(None);

    fn read(json: &str) -> Option<Self> {
        T::read(json).map(Some)
    }
}

/// Unix seconds, with or without a fraction, which is dropped.
impl Field for DateTime<Utc> {
    const OTHERWISE: &'static str = "is not a time in Unix seconds";

    fn read(json: &str) -> Option<Self> {
        let seconds = from_str(json).ok().or_else(|| {
            let seconds = from_str::<f64>(json).ok()?.floor();
            // Exact: a time that chrono can represent has far fewer digits than `f64`.
            #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
            (seconds.abs() < 1e15).then_some(seconds as i64)
        })?;
        Self::from_timestamp(seconds, 0)
    }
}
