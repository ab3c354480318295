//! The constants that a `discriminator` states.

use serde_json::{Map, Value};

/// The constants that a `discriminator` states for the alternatives of a union.
#[derive(Debug, Clone, Copy)]
pub(super) struct Discriminator<'a> {
    pub(super) property: &'a str,
    mapping: Option<&'a Map<String, Value>>,
}

impl<'a> Discriminator<'a> {
    pub(super) fn of(union: &'a Value) -> Option<Self> {
        let discriminator = union.get("discriminator")?;
        let property = discriminator.get("propertyName")?.as_str()?;
        Some(Self { property, mapping: discriminator.get("mapping").and_then(Value::as_object) })
    }

    /// The constants of an alternative: those of `mapping`, or else the name of the component (OpenAPI 3.1.1,
    /// Discriminator Object). `own` are the constants of the property's schema.
    pub(super) fn constants(&self, alternative: &Value, own: Vec<Value>) -> Vec<Value> {
        let Some(reference) = alternative.get("$ref").and_then(Value::as_str) else { return own };
        let name = reference.rsplit('/').next().unwrap_or_default();
        let is_it = |target: &&Value| target.as_str().is_some_and(|target| target == reference || target == name);
        let mapped = self.mapping.into_iter().flatten().filter(|(_, target)| is_it(target));
        let mut constants: Vec<Value> = mapped.map(|(value, _)| Value::from(value.as_str())).collect();
        if constants.is_empty() && own.is_empty() {
            constants.push(Value::from(name));
        }
        for value in own {
            if !constants.contains(&value) {
                constants.push(value);
            }
        }
        constants
    }
}
