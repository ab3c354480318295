//! Removes webhooks and callbacks: they are requests that Chift sends, not the client.

use serde_json::Value;

use super::Report;
use crate::document::walk::{self, Kind};

pub(super) fn remove(document: &mut Value, report: &mut Report) -> usize {
    let mut count = 0;
    walk::change(document, &mut |kind, place, node| {
        let key = match kind {
            Kind::Document => "webhooks",
            Kind::Operation | Kind::Components => "callbacks",
            _ => return,
        };
        if node.as_object_mut().and_then(|fields| fields.shift_remove(key)).is_some() {
            report.warn(&place.child(key), "these are requests that the API sends; the client has no methods for them");
            count += 1;
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn webhooks_and_callbacks_are_removed_and_reported() {
        let mut document = json!({
            "webhooks": {}, "components": {"callbacks": {}},
            "paths": {"/a": {"post": {"callbacks": {}, "responses": {}}}},
        });
        let mut report = Report::default();
        assert_eq!(remove(&mut document, &mut report), 3);
        assert_eq!(document, json!({"components": {}, "paths": {"/a": {"post": {"responses": {}}}}}));
        assert_eq!(report.diagnostics.len(), 3);
    }
}
