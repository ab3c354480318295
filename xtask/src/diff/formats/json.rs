//! A difference as JSON for a program.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use super::super::difference::Difference;
use super::super::verdict::Verdict;

/// The version of the format. It changes if a program that reads the present version may fail.
const VERSION: u32 = 1;

/// The report of `diff --format json`.
#[derive(Serialize, JsonSchema)]
struct Report<'a> {
    /// The version of this format.
    version: u32,
    /// The most severe verdict.
    verdict: Verdict,
    /// The version step that a release of the client needs.
    step: Steps,
    #[serde(flatten)]
    difference: &'a Difference,
}

/// A version step, before and from version 1.0 on: `none`, `patch`, `minor` or `major`.
#[derive(Serialize, JsonSchema)]
struct Steps {
    /// Before version 1.0.
    #[serde(rename = "before_1.0")]
    before_one: &'static str,
    /// From version 1.0 on.
    #[serde(rename = "from_1.0")]
    from_one: &'static str,
}

/// The difference as JSON.
pub(super) fn json(difference: &Difference) -> anyhow::Result<String> {
    let step = difference.step();
    let report = Report {
        version: VERSION,
        verdict: difference.verdict(),
        step: Steps { before_one: step.before_one(), from_one: step.from_one() },
        difference,
    };
    Ok(format!("{}\n", serde_json::to_string_pretty(&report)?))
}

/// The JSON Schema of the report.
pub fn schema() -> serde_json::Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Report<'_>>().to_value();
    schema["title"] = "The difference between two clients, as `diff --format json` prints it".into();
    schema
}
