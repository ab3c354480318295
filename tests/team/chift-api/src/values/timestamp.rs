//! A date and time, with or without an offset.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A date and time with or without an offset. It keeps the text that it was parsed from and is serialized as that text.
///
/// RFC 3339, to which `date-time` in Chift's document refers, requires an offset, but the document's examples have
/// none: a closing time of a POS may be local. So both are accepted, and so is a date alone, which means midnight.
///
/// Two values with an offset are equal if they are the same moment, and two without one if they have the same date and
/// time, in whatever notation. A value with an offset never equals one without: the moment of the latter is unknown.
///
/// ```
/// use chift_api::Timestamp;
/// let local: Timestamp = "2023-10-01T12:00:00".parse()?;
/// assert_eq!(local.offset(), None);
/// assert_eq!(local.to_utc().to_rfc3339(), "2023-10-01T12:00:00+00:00"); // treated as UTC
/// let exact: Timestamp = "2023-10-01T12:00:00+02:00".parse()?;
/// assert_eq!(exact.to_utc().to_rfc3339(), "2023-10-01T10:00:00+00:00");
/// assert_eq!(exact, "2023-10-01T10:00:00.000Z".parse()?);
/// assert_ne!(local, "2023-10-01T12:00:00Z".parse()?);
/// # Ok::<(), chift_api::TimestampError>(())
/// ```
#[derive(Clone)]
pub struct Timestamp {
    text: Box<str>,
    local: NaiveDateTime,
    offset: Option<FixedOffset>,
}

impl Timestamp {
    /// The moment in UTC. **A missing offset is treated as UTC**; [`offset`](Self::offset) returns `None` for it.
    pub fn to_utc(&self) -> DateTime<Utc> {
        let local = self.local;
        self.offset
            .and_then(|offset| local.and_local_timezone(offset).single())
            .map_or_else(|| local.and_utc(), |exact| exact.to_utc())
    }

    /// The date and time in the text, without regard to the offset.
    pub fn local(&self) -> NaiveDateTime {
        self.local
    }

    /// The offset, if the text has one.
    pub fn offset(&self) -> Option<FixedOffset> {
        self.offset
    }

    /// The text that the value was parsed from.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.offset.is_some() == other.offset.is_some() && self.to_utc() == other.to_utc()
    }
}

impl Eq for Timestamp {}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.offset.is_some(), self.to_utc()).hash(state);
    }
}

/// The error of parsing a [`Timestamp`]. `Display` shows the first 40 characters of the text.
///
/// ```
/// let error = "soon".parse::<chift_api::Timestamp>().unwrap_err();
/// assert_eq!(error.to_string(), "\"soon\" is not a date and time");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampError(String);

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a date and time", self.0)
    }
}

impl std::error::Error for TimestampError {}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let keep = |local, offset| Self { text: text.into(), local, offset };
        if let Ok(exact) = DateTime::parse_from_rfc3339(text).or_else(|_| text.parse::<DateTime<FixedOffset>>()) {
            return Ok(keep(exact.naive_local(), Some(*exact.offset())));
        }
        let local = text
            .parse::<NaiveDateTime>()
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"))
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M"))
            .or_else(|_| text.parse::<NaiveDate>().map(|date| date.and_time(NaiveTime::MIN)));
        local.map(|local| keep(local, None)).map_err(|_| TimestampError(text.chars().take(40).collect()))
    }
}

impl From<DateTime<FixedOffset>> for Timestamp {
    fn from(exact: DateTime<FixedOffset>) -> Self {
        Self { text: exact.to_rfc3339().into(), local: exact.naive_local(), offset: Some(*exact.offset()) }
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(exact: DateTime<Utc>) -> Self {
        let text = exact.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        Self { text: text.into(), ..Self::from(exact.fixed_offset()) }
    }
}

impl From<NaiveDateTime> for Timestamp {
    fn from(local: NaiveDateTime) -> Self {
        Self { text: local.format("%Y-%m-%dT%H:%M:%S%.f").to_string().into(), local, offset: None }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

    use super::*;

    #[test]
    fn every_form_is_read_and_written_back_unchanged() {
        for (text, utc) in [
            ("2023-10-01T12:00:00", "2023-10-01T12:00:00+00:00"),
            ("2023-10-01T12:00:00Z", "2023-10-01T12:00:00+00:00"),
            ("2023-10-01T12:00:00.123456", "2023-10-01T12:00:00.123456+00:00"),
            ("2023-10-01T12:00:00.5+02:00", "2023-10-01T10:00:00.500+00:00"),
            ("2023-10-01 12:00:00", "2023-10-01T12:00:00+00:00"),
            ("2023-10-01 12:00:00+00:00", "2023-10-01T12:00:00+00:00"),
            ("2023-10-01T12:00", "2023-10-01T12:00:00+00:00"),
            ("2023-10-01", "2023-10-01T00:00:00+00:00"),
        ] {
            let read: Timestamp = serde_json::from_value(text.into()).unwrap();
            assert_eq!(read.to_utc().to_rfc3339(), utc, "{text}");
            assert_eq!(serde_json::to_value(&read).unwrap(), text);
        }
        for text in ["", "soon", "2023-13-01T00:00:00", "12:00"] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn equality_is_that_of_the_moment_and_not_of_the_notation() {
        let read = |text: &str| text.parse::<Timestamp>().unwrap();
        let hashed = |text| BuildHasherDefault::<DefaultHasher>::default().hash_one(read(text));
        for (one, other) in [
            ("2023-10-01T12:00:00Z", "2023-10-01T12:00:00+00:00"),
            ("2023-10-01T12:00:00+02:00", "2023-10-01 10:00:00.000Z"),
            ("2023-10-01T12:00", "2023-10-01T12:00:00.0"),
            ("2023-10-01", "2023-10-01T00:00:00"),
        ] {
            assert_eq!((read(one), hashed(one)), (read(other), hashed(other)));
        }
        for (one, other) in
            [("2023-10-01T12:00:00Z", "2023-10-01T12:00:00"), ("2023-10-01T12:00:00Z", "2023-10-01T12:00:00.001Z")]
        {
            assert_ne!(read(one), read(other));
        }
    }
}
