//! A query parameter, or a struct of them, that is sent as OpenAPI's default: `a=1&a=2`.

use serde::ser::Error as _;
use serde::{Serialize, Serializer};

use super::styles;

/// A value and its name. It stands for progenitor's type of this name, which cannot write the digits of a
/// [`Decimal`](crate::Decimal).
pub struct QueryParam<'a, T> {
    name: &'a str,
    value: &'a T,
}

impl<'a, T> QueryParam<'a, T> {
    pub fn new(name: &'a str, value: &'a T) -> Self {
        Self { name, value }
    }
}

impl<T: Serialize> Serialize for QueryParam<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        styles::pairs(self.name, self.value).map_err(S::Error::custom)?.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Decimal, Timestamp};

    #[derive(Serialize)]
    struct Query {
        #[serde(rename = "Ratio")]
        ratio: Option<Decimal>,
        until: Option<Timestamp>,
        exact: Option<bool>,
        page: Option<i64>,
    }

    fn sent<T: Serialize>(name: &str, value: &T) -> String {
        let request = reqwest::Client::new().get("http://localhost/").query(&QueryParam::new(name, value));
        request.build().unwrap().url().query().unwrap_or_default().to_owned()
    }

    #[test]
    fn values_and_structs_are_written_with_the_digits_of_their_numbers() {
        let ratio: Decimal = "0.10".parse().unwrap();
        assert_eq!(sent("ratio", &ratio), "ratio=0.10");
        assert_eq!(sent("ratio", &Some(&ratio)), "ratio=0.10");
        assert_eq!(sent("ratios", &vec![ratio.clone(), "1e30".parse().unwrap()]), "ratios=0.10&ratios=1e30");
        let until = Some("2026-03-01T08:00:00+01:00".parse().unwrap());
        let query = Query { ratio: Some(ratio), until, exact: Some(true), page: None };
        assert_eq!(sent("query", &query), "Ratio=0.10&until=2026-03-01T08%3A00%3A00%2B01%3A00&exact=true");
    }

    #[test]
    fn strings_are_sent_without_quotes_and_nothing_for_none() {
        assert_eq!(sent("a", &"two words & \"more\""), "a=two+words+%26+%22more%22");
        assert_eq!(sent("a", &["b", ""]), "a=b&a=");
        assert_eq!(sent("a", &None::<&str>), "");
    }
}
