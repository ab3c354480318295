//! Adds the changes of an update to the changelog of the generated crate, under "Unreleased".

use crate::options::Tool;

/// The start of a new changelog.
const NEW: &str = "# Changelog

Changes of the client that result from changes of Chift's document. `TOOL update` writes this file.
";
const UNRELEASED: &str = "## Unreleased";

/// A changelog without changes.
pub(super) fn new(tool: Tool) -> String {
    format!("{}\n{UNRELEASED}\n", NEW.replace("TOOL", &tool.to_string()))
}

/// Adds `difference`, in Markdown, under "Unreleased", with a title that names its cause. A changelog that already has
/// a section with this title is not changed.
pub(super) fn add(changelog: &str, cause: &str, difference: &str) -> String {
    let title = format!("### {cause}");
    if changelog.lines().any(|line| line == title) {
        return changelog.to_owned();
    }
    let section = format!("{title}\n\n{}\n", difference.trim_end());
    let lines: Vec<&str> = changelog.lines().collect();
    let unreleased = lines.iter().position(|line| line.eq_ignore_ascii_case(UNRELEASED));
    let (before, after) = if let Some(index) = unreleased {
        (lines[..=index].join("\n"), lines[index + 1..].join("\n"))
    } else {
        let first = lines.iter().position(|line| line.starts_with("## ")).unwrap_or(lines.len());
        let before = lines[..first].join("\n");
        (format!("{}\n\n{UNRELEASED}", before.trim_end()), lines[first..].join("\n"))
    };
    let after = after.trim();
    let after = if after.is_empty() { String::new() } else { format!("\n{after}\n") };
    format!("{before}\n\n{section}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_added_under_unreleased_once() {
        let first = add(&new(Tool::Chift), "aaaa", "- one\n");
        assert!(first.contains("`cargo chift update` writes this file."), "{first}");
        assert!(first.ends_with("## Unreleased\n\n### aaaa\n\n- one\n"), "{first}");
        assert_eq!(add(&first, "aaaa", "- one\n"), first);
        let second = add(&first, "bbbb", "- two");
        assert!(second.ends_with("## Unreleased\n\n### bbbb\n\n- two\n\n### aaaa\n\n- one\n"));
    }

    #[test]
    fn unreleased_changes_are_added_above_the_releases() {
        let text = add("# Changelog\n\n## 0.1.0\n\n- old\n", "aaaa", "- new");
        assert_eq!(text, "# Changelog\n\n## Unreleased\n\n### aaaa\n\n- new\n\n## 0.1.0\n\n- old\n");
    }
}
