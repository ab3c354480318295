//! The overlay actions that leave out the same parts, as YAML to paste into an overlay.

use serde::Serialize;
use serde_json::{Value, json};

use crate::document::pointer::{Pointer, json_path_step, json_path_string};
use crate::document::problem::Problem;

/// An overlay action that removes a part of a document, or prepares that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Action {
    /// The place of the part.
    #[serde(skip)]
    pub(super) place: Pointer,
    target: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    update: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remove: Option<bool>,
}

impl Action {
    /// Removes the part at `place` because of a problem.
    pub(super) fn remove(place: &Pointer, document: &Value, problem: &Problem) -> Vec<Self> {
        let mut actions = Vec::new();
        // An action removes only objects and lists (Overlay 1.0.0, Action Object).
        if let Some(Value::Object(_) | Value::Array(_)) = place.find(document) {
        } else if let (Some(outer), Some(name)) = (place.parent(), place.tokens().last()) {
            let update = Some(json!({name: {}}));
            actions.push(Self { update, remove: None, ..Self::new(place.clone(), outer.json_path(), problem) });
        }
        actions.push(Self::new(place.clone(), place.json_path(), problem));
        actions
    }

    /// Removes a parameter. Its name selects it, because its index changes when another action removes a parameter.
    pub(super) fn remove_parameter(
        parameter: &Pointer,
        place: Pointer,
        document: &Value,
        problem: &Problem,
    ) -> Option<Self> {
        let node = parameter.find(document)?;
        let conditions: Vec<String> = ["$ref", "name", "in"]
            .iter()
            .filter_map(|key| {
                Some(format!("@{} == {}", json_path_step(key), json_path_string(node.get(key)?.as_str()?)))
            })
            .collect();
        let list = parameter.parent()?.json_path();
        Some(Self::new(place, format!("{list}[?{}]", conditions.join(" && ")), problem))
    }

    fn new(place: Pointer, target: String, problem: &Problem) -> Self {
        let description = format!("The client does not support this: {} ({})", problem.what, problem.place);
        Self { place, target, description, update: None, remove: Some(true) }
    }
}
