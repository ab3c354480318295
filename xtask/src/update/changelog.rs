//! Adds the changes of an update to the changelog of the generated crate, under "Unreleased".

/// The start of a new changelog.
const NEW: &str = "# Changelog

Changes of the client that result from changes of Chift's document. `cargo xtask update` writes this file.
";
const UNRELEASED: &str = "## Unreleased";

/// Adds `difference`, in Markdown, under "Unreleased", with the name of the document that it comes from. A changelog
/// that already has a section for this document is not changed.
pub(super) fn add(changelog: Option<&str>, document: &str, difference: &str) -> String {
    let changelog = changelog.unwrap_or(NEW);
    let title = format!("### Chift's document {document}");
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
        let first = add(None, "aaaa", "- one\n");
        assert!(first.ends_with("## Unreleased\n\n### Chift's document aaaa\n\n- one\n"), "{first}");
        assert_eq!(add(Some(&first), "aaaa", "- one\n"), first);
        let second = add(Some(&first), "bbbb", "- two");
        assert!(
            second.ends_with(
                "## Unreleased\n\n### Chift's document bbbb\n\n- two\n\n### Chift's document aaaa\n\n- one\n"
            )
        );
    }

    #[test]
    fn unreleased_changes_are_added_above_the_releases() {
        let text = add(Some("# Changelog\n\n## 0.1.0\n\n- old\n"), "aaaa", "- new");
        assert_eq!(text, "# Changelog\n\n## Unreleased\n\n### Chift's document aaaa\n\n- new\n\n## 0.1.0\n\n- old\n");
    }
}
