//! Sets the version to 3.0.3, because progenitor reads only 3.0.x, and refuses dialects of schemas that cannot be
//! lowered.

use serde_json::{Value, json};

use super::Report;
use crate::document::pointer::Pointer;

/// The default dialect of a 3.1 document, and the one that it is based on.
const DIALECTS: [&str; 2] =
    ["https://spec.openapis.org/oas/3.1/dialect/base", "https://json-schema.org/draft/2020-12/schema"];

pub(super) fn state(document: &mut Value, report: &mut Report) -> usize {
    let changed = document["openapi"] != "3.0.3";
    document["openapi"] = json!("3.0.3");
    // In 3.1, `paths` is optional.
    if document.get("paths").is_none() {
        document["paths"] = json!({});
    }
    if let Some(dialect) = document.as_object_mut().and_then(|fields| fields.shift_remove("jsonSchemaDialect"))
        && !dialect.as_str().is_some_and(|dialect| DIALECTS.contains(&dialect.trim_end_matches('#')))
    {
        report.refuse(
            &Pointer::root().child("jsonSchemaDialect"),
            format!("schemas of the dialect {dialect} cannot be lowered"),
            "if the schemas conform to JSON Schema 2020-12, which can be lowered, remove this field with an overlay action",
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
