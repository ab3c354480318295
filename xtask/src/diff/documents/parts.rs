//! The part of an operation or a schema that contains a difference: a parameter, a response, a field.

use std::fmt;

/// Whether requests or responses contain a part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Direction {
    /// Requests contain it, and so callers write it.
    Sent,
    /// Only responses contain it, or nothing does.
    #[default]
    Received,
}

/// The part that contains a difference.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    /// The parameter, the response, its header, or the request body; empty in a component.
    pub(super) holder: String,
    /// The fields from the outermost to the innermost.
    pub(super) fields: Vec<String>,
    /// Whether requests contain it.
    pub(super) direction: Direction,
    /// Whether callers can leave it out.
    pub(super) is_optional: bool,
}

impl Part {
    /// The part `holder` of an operation.
    pub(super) fn within(&self, holder: String, direction: Direction) -> Self {
        let holder = if self.holder.is_empty() { holder } else { format!("{} of {}", holder, self.holder) };
        Self { holder, fields: Vec::new(), direction, is_optional: false }
    }

    /// A field of this part.
    pub(super) fn field(&self, name: &str, is_optional: bool) -> Self {
        let mut part = self.clone();
        part.fields.push(name.to_owned());
        part.is_optional = is_optional;
        part
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.fields.is_empty(), self.holder.is_empty()) {
            (true, _) => f.write_str(&self.holder),
            (false, true) => write!(f, "field `{}`", self.fields.join(".")),
            (false, false) => write!(f, "field `{}` of {}", self.fields.join("."), self.holder),
        }
    }
}
