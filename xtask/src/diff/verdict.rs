//! The effect of a change on callers, and the version step that it requires.

use std::fmt;

use serde::Serialize;

/// The effect of a change on callers. The order is that of the danger: the compiler finds a breaking change, and nobody
/// finds a silent one.
///
/// ```
/// use xtask::diff::Verdict;
/// assert!(Verdict::Silent > Verdict::Breaking);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The client is the same; only the server's rules or the documentation differ.
    Note,
    /// Callers compile, and behave as before.
    Compatible,
    /// Callers no longer compile.
    Breaking,
    /// Callers compile, and what they send or receive differs, or programs that are built with the old client fail.
    Silent,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Compatible => "compatible",
            Self::Breaking => "breaking",
            Self::Silent => "silent",
        })
    }
}

/// The version step that a difference requires, from version 1.0 on. Before 1.0, Cargo treats a new minor version as
/// incompatible, and a new patch version as compatible.
///
/// ```
/// use xtask::diff::Step;
/// assert_eq!((Step::Major.before_one(), Step::Major.from_one()), ("minor", "major"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// No release is needed.
    None,
    /// Only documentation differs.
    Patch,
    /// The client has additions, or other changes that break no caller.
    Minor,
    /// Callers break.
    Major,
}

impl Step {
    /// The step before 1.0.
    pub fn before_one(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch | Self::Minor => "patch",
            Self::Major => "minor",
        }
    }

    /// The step from 1.0 on.
    pub fn from_one(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}
