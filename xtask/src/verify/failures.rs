//! The failures of a document, grouped by cause, so that one defect that shows in a hundred types counts as one.

use std::io::{self, Write};

/// The number of characters that are printed of a failure.
const SHOWN: usize = 600;

/// The failures, in the order in which they were found. Each is a message `subject: what is wrong`.
#[derive(Debug, Default)]
pub(super) struct Failures(Vec<String>);

/// The failures with one cause.
#[derive(Debug, PartialEq, Eq)]
struct Group<'a> {
    cause: String,
    failures: Vec<&'a str>,
}

impl Failures {
    /// Adds a failure.
    pub(super) fn push(&mut self, failure: String) {
        self.0.push(failure);
    }

    /// Adds failures.
    pub(super) fn extend(&mut self, failures: impl IntoIterator<Item = String>) {
        self.0.extend(failures);
    }

    /// Keeps the first `count` failures.
    pub(super) fn truncate(&mut self, count: usize) {
        self.0.truncate(count);
    }

    /// The messages of all failures.
    pub(super) fn into_messages(self) -> Vec<String> {
        self.0
    }

    /// The number of failures.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no failures.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of causes.
    pub(super) fn causes(&self) -> usize {
        self.groups().len()
    }

    /// Prints each cause with its number of failures and the first of them, or all of them.
    pub(super) fn print(&self, all: bool, out: &mut dyn Write) -> io::Result<()> {
        for Group { cause, failures } in self.groups() {
            if let [only] = failures.as_slice() {
                writeln!(out, "  failed: {}", shortened(only))?;
                continue;
            }
            writeln!(out, "  failed {} times: {cause}", failures.len())?;
            let shown = if all { failures.len() } else { 1 };
            failures.iter().take(shown).try_for_each(|it| writeln!(out, "    {}", shortened(it)))?;
        }
        Ok(())
    }

    /// The failures by cause: the most frequent cause first, and otherwise in the order in which they were found.
    fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for failure in &self.0 {
            let cause = cause(failure);
            match groups.iter_mut().find(|group| group.cause == cause) {
                Some(group) => group.failures.push(failure),
                None => groups.push(Group { cause, failures: vec![failure] }),
            }
        }
        groups.sort_by_key(|group| std::cmp::Reverse(group.failures.len()));
        groups
    }
}

fn shortened(failure: &str) -> String {
    failure.chars().take(SHOWN).collect()
}

/// What failures of one kind have in common: the message without its subject and without values, names and places.
fn cause(failure: &str) -> String {
    // A subject is a name, or an operation and a status; a failure of the whole document has none.
    let is_subject = |text: &str| !text.split(", response ").next().unwrap_or(text).contains([' ', '{', '`', '"']);
    let subject = failure.split_once(": ").filter(|(subject, _)| is_subject(subject));
    let mut rest = subject.map_or(failure, |(_, what)| what);
    let mut cause = String::new();
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '{' | '[' | '"' | '`' => Some(value(rest)),
            '/' => rest.find([' ', ':', ',', ')']).or(Some(rest.len())),
            '-' | '0'..='9' => {
                rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.:".contains(c))).or(Some(rest.len()))
            }
            _ => None,
        };
        let starts_word = !cause.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if let Some(length) = length.filter(|_| starts_word) {
            cause.push('…');
            rest = &rest[length..];
        } else {
            cause.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    cause
}

/// The length of the JSON value, or of the text in backticks, at the start of `text`.
fn value(text: &str) -> usize {
    if let Some(name) = text.strip_prefix('`') {
        return name.find('`').map_or(text.len(), |end| end + 2);
    }
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (index, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            '{' | '[' if !in_string => depth += 1,
            '}' | ']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && !in_string {
            return index + c.len_utf8();
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_that_differ_only_in_their_subject_and_values_have_one_cause() {
        for (failures, expected) in [
            (
                [
                    r#"Cake: a valid instance is refused (missing field `size` at line 1 column 24): {"name": "a}\"", "layers": [1]}"#,
                    "Bread: a valid instance is refused (missing field `grain` at line 1 column 7): {}",
                ],
                "a valid instance is refused (missing field … at line … column …): …",
            ),
            (["A: /items/0/price: 1e30 became 1.0", "B: /price: -7 became \"-7\""], "…: … became …"),
            (
                [
                    "get_a, response 200: the body was not read as `A`: {}",
                    "get_b, response 404: the body was not read as `B`: []",
                ],
                "the body was not read as …: …",
            ),
        ] {
            assert_eq!(cause(failures[0]), expected);
        }
    }

    #[test]
    fn the_first_failure_of_each_cause_is_printed_or_all_of_them() {
        let mut failures = Failures::default();
        for failure in ["get_a: the method is GET, not PUT", "A: 1 became 2", "B: 3 became 4", "C: 5 became 6"] {
            failures.push(failure.to_owned());
        }
        assert_eq!((failures.len(), failures.causes()), (4, 2));
        let printed = |all| {
            let mut out = Vec::new();
            failures.print(all, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let single = "  failed: get_a: the method is GET, not PUT\n";
        assert_eq!(printed(false), format!("  failed 3 times: … became …\n    A: 1 became 2\n{single}"));
        let all = "    A: 1 became 2\n    B: 3 became 4\n    C: 5 became 6\n";
        assert_eq!(printed(true), format!("  failed 3 times: … became …\n{all}{single}"));
    }
}
