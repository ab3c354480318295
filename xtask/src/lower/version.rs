//! progenitor reads 3.0.x only.

use serde_json::{Value, json};

use super::Findings;
use crate::pointer::Pointer;

pub(super) fn state(document: &mut Value, findings: &mut Findings) -> usize {
    let changed = document["openapi"] != "3.0.3";
    document["openapi"] = json!("3.0.3");
    if let Some(fields) = document.as_object_mut() {
        // Calls that Chift makes; a client makes none of them.
        if fields.shift_remove("webhooks").is_some() {
            findings.warn(
                &Pointer::root().child("webhooks"),
                "these are calls to the customer; a client makes none of them",
            );
        }
    }
    usize::from(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_version_becomes_3_0_3() {
        let mut document = json!({"openapi": "3.1.0"});
        assert_eq!(state(&mut document, &mut Findings::default()), 1);
        assert_eq!(document, json!({"openapi": "3.0.3"}));
        assert_eq!(state(&mut document, &mut Findings::default()), 0);
    }
}
