//! A document as YAML in one stable form: the keys in the order of the document, and nothing that depends on
//! how it was written before.

use anyhow::{Context as _, bail};
use serde_json::Value;

/// The text of a document.
///
/// # Errors
///
/// When reading the text does not give the document back.
pub(super) fn write(document: &Value) -> anyhow::Result<String> {
    let text = yaml_serde::to_string(document).context("the document cannot be written as YAML")?;
    let back: Value = yaml_serde::from_str(&text).context("what was written as YAML cannot be read")?;
    if back != *document {
        bail!("the document changes when it is written as YAML; this is a defect of xtask");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_is_kept_and_texts_stay_texts() {
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
