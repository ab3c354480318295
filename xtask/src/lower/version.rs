//! progenitor reads 3.0.x only, whose schemas are of one dialect.

use serde_json::{Value, json};

use super::Report;
use crate::document::pointer::Pointer;

/// What a document of 3.1 means when it states no dialect, and what that is made from.
const DIALECTS: [&str; 2] =
    ["https://spec.openapis.org/oas/3.1/dialect/base", "https://json-schema.org/draft/2020-12/schema"];

pub(super) fn state(document: &mut Value, report: &mut Report) -> usize {
    let changed = document["openapi"] != "3.0.3";
    document["openapi"] = json!("3.0.3");
    // Since 3.1 a document may have none.
    if document.get("paths").is_none() {
        document["paths"] = json!({});
    }
    if let Some(dialect) = document.as_object_mut().and_then(|fields| fields.shift_remove("jsonSchemaDialect"))
        && !dialect.as_str().is_some_and(|dialect| DIALECTS.contains(&dialect.trim_end_matches('#')))
    {
        report.refuse(
            &Pointer::root().child("jsonSchemaDialect"),
            format!("schemas of the dialect {dialect} are not lowered"),
            "only JSON Schema 2020-12 is; remove it in the overlay if the schemas keep to that",
        );
    }
    usize::from(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_version_becomes_3_0_3() {
        let mut document = json!({"openapi": "3.1.0", "jsonSchemaDialect": DIALECTS[0]});
        let mut report = Report::default();
        assert_eq!(state(&mut document, &mut report), 1);
        assert_eq!(document, json!({"openapi": "3.0.3", "paths": {}}));
        assert_eq!(report.problems.len(), 0);
    }

    #[test]
    fn another_dialect_is_refused() {
        let mut report = Report::default();
        state(
            &mut json!({"openapi": "3.1.0", "jsonSchemaDialect": "http://json-schema.org/draft-07/schema#"}),
            &mut report,
        );
        assert_eq!(report.problems[0].place.to_string(), "#/jsonSchemaDialect");
    }
}
