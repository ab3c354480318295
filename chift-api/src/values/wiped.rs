//! JSON that is overwritten when it is dropped, because a request body contains the client secret.

use std::io;

use bytes::Bytes;
use reqwest::Body;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::RequestError;

/// `value` as a JSON body whose memory is overwritten when the last clone is dropped.
pub(crate) fn json(value: &(impl Serialize + ?Sized)) -> Result<Body, RequestError> {
    // The serializer's message can contain values.
    let bytes = bytes(value).map_err(|_| RequestError::new("the body cannot be written as JSON"))?;
    Ok(Body::from(Bytes::from_owner(bytes)))
}

/// `value` as JSON, in memory that is overwritten when it is dropped.
pub(crate) fn bytes(value: &(impl Serialize + ?Sized)) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    let mut writer = Writer(Zeroizing::new(Vec::new()));
    serde_json::to_writer(&mut writer, value)?;
    Ok(writer.0)
}

/// A vector that leaves no copy behind when it grows.
struct Writer(Zeroizing<Vec<u8>>);

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.0.len() + bytes.len();
        if length > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(length.max(2 * self.0.capacity()).max(256)));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_any_length_equals_the_output_of_serde_json() {
        for count in [0, 1, 50, 5_000] {
            let value: Vec<_> = (0..count).map(|number| format!("item {number} \"quoted\"")).collect();
            assert_eq!(json(&value).unwrap().as_bytes(), Some(serde_json::to_vec(&value).unwrap().as_slice()));
        }
    }
}
