//! The kinds of nodes in a document, and the keys under which each kind contains other nodes.

/// The kind of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The whole document.
    Document,
    /// `components`.
    Components,
    /// A path item, from `paths`, `webhooks`, `components/pathItems` or a callback.
    PathItem,
    /// An operation.
    Operation,
    /// A callback: a map of path items.
    Callback,
    /// A parameter.
    Parameter,
    /// A request body.
    RequestBody,
    /// A response.
    Response,
    /// A response header.
    Header,
    /// A media type object: a value of `content`.
    MediaType,
    /// A schema.
    Schema,
}

/// The keys of a path item that are operations.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The form of the nodes under a key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// A node.
    One(Kind),
    /// A list of nodes.
    List(Kind),
    /// Nodes by name.
    Map(Kind),
}

use Shape::{List, Map, One};

/// No kind has more keys that contain other nodes.
pub(crate) const MAX_CHILDREN: usize = 9;

/// The keys of `kind` that contain other nodes. Those of a schema are in `keywords::APPLICATORS`.
pub(crate) fn children(kind: Kind) -> &'static [(&'static str, Shape)] {
    const OPERATION: Shape = One(Kind::Operation);
    const SCHEMA: Shape = One(Kind::Schema);
    match kind {
        Kind::Document => {
            &[("paths", Map(Kind::PathItem)), ("webhooks", Map(Kind::PathItem)), ("components", One(Kind::Components))]
        }
        Kind::Components => &[
            ("schemas", Map(Kind::Schema)),
            ("responses", Map(Kind::Response)),
            ("parameters", Map(Kind::Parameter)),
            ("requestBodies", Map(Kind::RequestBody)),
            ("headers", Map(Kind::Header)),
            ("callbacks", Map(Kind::Callback)),
            ("pathItems", Map(Kind::PathItem)),
        ],
        Kind::PathItem => &[
            ("parameters", List(Kind::Parameter)),
            ("get", OPERATION),
            ("put", OPERATION),
            ("post", OPERATION),
            ("delete", OPERATION),
            ("options", OPERATION),
            ("head", OPERATION),
            ("patch", OPERATION),
            ("trace", OPERATION),
        ],
        Kind::Operation => &[
            ("parameters", List(Kind::Parameter)),
            ("requestBody", One(Kind::RequestBody)),
            ("responses", Map(Kind::Response)),
            ("callbacks", Map(Kind::Callback)),
        ],
        Kind::Callback | Kind::Schema => &[],
        Kind::Parameter | Kind::Header => &[("schema", SCHEMA), ("content", Map(Kind::MediaType))],
        Kind::RequestBody => &[("content", Map(Kind::MediaType))],
        Kind::Response => &[("headers", Map(Kind::Header)), ("content", Map(Kind::MediaType))],
        Kind::MediaType => &[("schema", SCHEMA)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_kind_has_more_than_the_stated_number_of_keys() {
        let kinds = [
            Kind::Document,
            Kind::Components,
            Kind::PathItem,
            Kind::Operation,
            Kind::Callback,
            Kind::Parameter,
            Kind::RequestBody,
            Kind::Response,
            Kind::Header,
            Kind::MediaType,
            Kind::Schema,
        ];
        assert_eq!(kinds.into_iter().map(|kind| children(kind).len()).max(), Some(MAX_CHILDREN));
    }
}
