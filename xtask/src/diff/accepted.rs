//! The list of changes that a team accepts.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Context as _, bail};
use serde::Deserialize;

use super::difference::{Difference, Site};
use super::rules::Rule;
use crate::document::pointer::Pointer;
use crate::document::positions::positions;
use crate::pipeline::Input;

/// The file of accepted changes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    accepted: Vec<Accepted>,
}

/// A change that is accepted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accepted {
    /// The id of the kind of change.
    id: String,
    /// The place of the change in the old or the new document, or a place around it, as a JSON pointer.
    place: String,
    /// Why it is accepted.
    reason: String,
    /// The last version of the new document, its `info.version`, for which it is accepted.
    until: Option<String>,
}

/// Marks the changes of the difference that the file `input` accepts.
///
/// # Errors
///
/// When the file is not such a list, and when an entry has an unknown id, no reason or an invalid place, has expired, or
/// matches no change. The error lists all such entries.
pub(super) fn apply(input: &Input, difference: &mut Difference) -> anyhow::Result<()> {
    let name = &input.name;
    let list: List = yaml_serde::from_str(&input.text).with_context(|| {
        format!("{name}: not a list of accepted changes (`accepted:` with `id`, `place`, `reason` and `until`)")
    })?;
    let places: Vec<Pointer> =
        (0..list.accepted.len()).map(|index| Pointer::root().child("accepted").child(index)).collect();
    let lines = positions(&input.text, &places.iter().cloned().collect::<BTreeSet<_>>());
    let mut wrong = String::new();
    for (accepted, place) in list.accepted.iter().zip(&places) {
        if let Err(problem) = mark(accepted, difference) {
            let line = lines.get(place).map_or(1, |position| position.line);
            // Writing to a string cannot fail.
            let _ = write!(wrong, "\n  {name}:{line}: {problem}");
        }
    }
    if !wrong.is_empty() {
        bail!("accepted changes that do not apply:{wrong}");
    }
    Ok(())
}

/// Marks the changes that one entry accepts.
fn mark(accepted: &Accepted, difference: &mut Difference) -> Result<(), String> {
    let Accepted { id, place, reason, until } = accepted;
    let Some(rule) = Rule::from_id(id) else {
        return Err(format!("there is no kind of change `{id}`; `--format json` prints the ids"));
    };
    let Some(outer) = Pointer::from_fragment(place) else {
        return Err(format!("`{place}` is not a JSON pointer, such as `#/components/schemas/Name`"));
    };
    if reason.trim().is_empty() {
        return Err(format!("`{id}` at `{place}` has no reason"));
    }
    if let (Some(until), Some(version)) = (until, &difference.new.version)
        && compare_versions(version, until) == Ordering::Greater
    {
        return Err(format!(
            "`{id}` at `{place}` is accepted until version {until}, and the new document has version {version}; decide again"
        ));
    }
    let is_inside = |site: &&mut Site| [&site.old, &site.new].into_iter().flatten().any(|it| it.pointer.is_in(&outer));
    let entries = difference.entries.iter_mut().filter(|entry| entry.rule == rule);
    let mut is_used = false;
    for site in entries.flat_map(|entry| &mut entry.sites).filter(is_inside) {
        site.accepted = Some(reason.clone());
        is_used = true;
    }
    if is_used { Ok(()) } else { Err(format!("`{id}` at `{place}` matches no change; remove it")) }
}

/// Compares versions by their numbers and words: `1.9.0` is less than `1.10.0`, and `2026-06-30` than `2026-07-24`.
fn compare_versions(a: &str, b: &str) -> Ordering {
    let parts = |version: &str| -> Vec<Result<u64, String>> {
        let parts = version.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
        parts.map(|part| part.parse().map_err(|_| part.to_owned())).collect()
    };
    let (mut a, mut b) = (parts(a), parts(b));
    // `1.2` is `1.2.0`.
    let length = a.len().max(b.len());
    a.resize(length, Ok(0));
    b.resize(length, Ok(0));
    a.cmp(&b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (a, b, expected) in [
            ("1.9.0", "1.10.0", Ordering::Less),
            ("1.0", "1.0.0", Ordering::Equal),
            ("2026-07-24", "2026-06-30", Ordering::Greater),
            ("2", "1.9", Ordering::Greater),
        ] {
            assert_eq!(compare_versions(a, b), expected, "{a} {b}");
        }
    }
}
