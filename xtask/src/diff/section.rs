//! The sections of a report, in their order.

use super::difference::Entry;
use super::rules::Rule;
use super::verdict::Verdict;

/// A section of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    /// Another address of the server.
    Server,
    /// Changes that the compiler does not find.
    Silent,
    /// Changes that the compiler finds.
    Breaking,
    /// Deprecations.
    Deprecated,
    /// Changes of the client that affect no caller.
    Compatible,
    /// Changes that the client does not show.
    Note,
}

impl Section {
    pub(super) const ALL: [Self; 6] =
        [Self::Server, Self::Silent, Self::Breaking, Self::Deprecated, Self::Compatible, Self::Note];

    /// The title.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Server => "The server has another address",
            Self::Silent => "Breaking silently",
            Self::Breaking => "Breaking",
            Self::Deprecated => "Deprecations",
            Self::Compatible => "Compatible",
            Self::Note => "Notes",
        }
    }
}

/// The section of an entry.
pub(super) fn of(entry: &Entry) -> Section {
    match entry.verdict {
        _ if entry.rule == Rule::ServerUrlChanged => Section::Server,
        Verdict::Silent => Section::Silent,
        Verdict::Breaking => Section::Breaking,
        _ if entry.rule.is_deprecation() => Section::Deprecated,
        Verdict::Compatible => Section::Compatible,
        Verdict::Note => Section::Note,
    }
}
