//! Writes a document as YAML in a stable format: the keys keep their order, and the result does not depend on the
//! format of the source.

use anyhow::Context as _;
use serde_json::Value;

/// Writes a document as YAML.
///
/// # Errors
///
/// When the document has no YAML form.
pub(super) fn write(document: &Value) -> anyhow::Result<String> {
    yaml_serde::to_string(document).context("the document cannot be written as YAML")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_keep_their_order_and_strings_stay_strings() {
        let document = json!({
            "z": "null", "a": ["yes", "1.0", "0x1f", "~", "", " a", "a: b", "2020-01-01", "line\nline\n", "'\"#", "é\t"],
            "m": {"b": 1, "a": 1.5, "c": [{}, [], null, true, -7, 1e21, 18_446_744_073_709_551_615_u64]},
        });
        let text = write(&document).unwrap();
        let back: Value = yaml_serde::from_str(&text).unwrap();
        assert_eq!(back.to_string(), document.to_string());
        assert_eq!(write(&back).unwrap(), text);
    }
}
