//! The verdict from which on the command fails.

use super::difference::{Difference, Entry};
use super::verdict::Verdict;

/// The verdict from which on a change makes the command fail. Accepted changes do not count.
///
/// ```
/// use xtask::diff::{FailOn, Verdict};
/// assert!(FailOn::Breaking.includes(Verdict::Silent));
/// assert!(!FailOn::Silent.includes(Verdict::Breaking));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    /// Changes that the compiler does not find
    Silent,
    /// Changes that break callers, at compile time or silently
    #[default]
    Breaking,
    /// Changes that the program of `--callers` meets, and those that the compiler does not find
    Met,
    /// Changes of the client, also if they affect no caller
    Compatible,
    /// Every difference of the documents
    Note,
    /// No change
    Never,
}

impl FailOn {
    /// Whether a change with this verdict makes the command fail. [`FailOn::Met`] also depends on the program.
    pub fn includes(self, verdict: Verdict) -> bool {
        match self {
            Self::Silent | Self::Met => verdict >= Verdict::Silent,
            Self::Breaking => verdict >= Verdict::Breaking,
            Self::Compatible => verdict >= Verdict::Compatible,
            Self::Note => true,
            Self::Never => false,
        }
    }

    /// Whether a change that is not accepted makes the command fail.
    pub fn fails(self, difference: &Difference) -> bool {
        let unattributed = difference.callers.iter().flat_map(|callers| &callers.unattributed);
        self == Self::Met && unattributed.count() > 0 || difference.entries.iter().any(|entry| self.fails_on(entry))
    }

    /// Whether an entry makes the command fail.
    pub(super) fn fails_on(self, entry: &Entry) -> bool {
        let is_met = self == Self::Met && entry.met().next().is_some();
        !entry.is_accepted() && (self.includes(entry.verdict) || is_met)
    }
}
