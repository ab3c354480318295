//! progenitor reads 3.0.x only.

use serde_json::{Value, json};

use crate::problem::Problem;

pub(super) fn state(document: &mut Value, _: &mut Vec<Problem>) -> usize {
    let changed = document["openapi"] != "3.0.3";
    document["openapi"] = json!("3.0.3");
    if let Some(fields) = document.as_object_mut() {
        // Calls that Chift makes; a client makes none of them.
        fields.shift_remove("webhooks");
    }
    usize::from(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_version_becomes_3_0_3() {
        let mut document = json!({"openapi": "3.1.0"});
        assert_eq!(state(&mut document, &mut Vec::new()), 1);
        assert_eq!(document, json!({"openapi": "3.0.3"}));
        assert_eq!(state(&mut document, &mut Vec::new()), 0);
    }
}
