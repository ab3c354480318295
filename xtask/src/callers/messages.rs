//! The messages of `cargo check --message-format json`.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

/// A message of the compiler, with the package that it is about.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Report {
    /// The id of the package, as cargo reports it.
    pub(super) package_id: String,
    pub(super) target: Target,
    pub(super) message: Message,
}

/// What cargo compiles: a library, a program, a test.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(super) struct Target {
    pub(super) kind: Vec<String>,
    pub(super) name: String,
    pub(super) src_path: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Message {
    #[serde(rename = "message")]
    pub(super) text: String,
    pub(super) code: Option<Code>,
    pub(super) level: String,
    pub(super) spans: Vec<Span>,
    pub(super) children: Vec<Self>,
    pub(super) rendered: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Code {
    pub(super) code: String,
}

/// A piece of source.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Span {
    pub(super) file_name: String,
    pub(super) line_start: usize,
    pub(super) line_end: usize,
    pub(super) column_start: usize,
    pub(super) column_end: usize,
    pub(super) is_primary: bool,
    pub(super) label: Option<String>,
    pub(super) text: Vec<Line>,
    pub(super) expansion: Option<Expansion>,
}

/// A line of a span.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) highlight_start: usize,
    pub(super) highlight_end: usize,
}

/// The call of the macro that a span is in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Expansion {
    pub(super) span: Box<Span>,
}

impl Message {
    /// Whether it is an error. The count of errors at the end of a compilation is none.
    pub(super) fn is_error(&self) -> bool {
        self.level.starts_with("error") && !self.text.starts_with("aborting due to")
    }
}

impl Span {
    /// The span, and the macro calls around it from the inside out.
    pub(super) fn with_expansions(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |span| Some(&*span.expansion.as_ref()?.span))
    }
}

impl Line {
    /// The line before, in and after the marked part.
    pub(super) fn parts(&self) -> [&str; 3] {
        let byte = |column: usize| {
            let at = self.text.char_indices().nth(column.saturating_sub(1));
            at.map_or(self.text.len(), |(at, _)| at)
        };
        let (start, end) = (byte(self.highlight_start), byte(self.highlight_end));
        [&self.text[..start], &self.text[start..end.max(start)], &self.text[end.max(start)..]]
    }
}

/// What cargo printed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Output {
    /// The messages of the compiler.
    pub(super) reports: Vec<Report>,
    /// The targets that were compiled without errors, each with the id of its package.
    pub(super) compiled: BTreeSet<(String, Target)>,
}

impl Output {
    /// Reads the lines that cargo printed. What is not a message of cargo, such as the output of a build script, is
    /// ignored.
    pub(super) fn read(text: &str) -> Self {
        let mut output = Self::default();
        for line in text.lines() {
            let Ok(mut value) = serde_json::from_str::<Value>(line) else { continue };
            match value["reason"].as_str() {
                Some("compiler-message") => output.reports.extend(serde_json::from_value(value)),
                Some("compiler-artifact") => {
                    let package = value["package_id"].as_str().unwrap_or_default().to_owned();
                    let target = serde_json::from_value(value["target"].take());
                    output.compiled.extend(target.map(|target| (package, target)));
                }
                _ => {}
            }
        }
        output
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_line_are_counted_in_characters() {
        let line = Line { text: "é = naïve.x;".to_owned(), highlight_start: 5, highlight_end: 10 };
        assert_eq!(line.parts(), ["é = ", "naïve", ".x;"]);
        let beyond = Line { highlight_start: 50, highlight_end: 60, ..line };
        assert_eq!(beyond.parts(), ["é = naïve.x;", "", ""]);
    }

    #[test]
    fn messages_and_compiled_targets_are_read_and_the_rest_is_ignored() {
        let text = r#"cargo:warning=not JSON
{"reason":"compiler-artifact","package_id":"a","target":{"kind":["lib"],"name":"a","src_path":"/a.rs"}}
{"reason":"compiler-message","package_id":"b","target":{"kind":["bin"],"name":"b","src_path":"/b.rs"},
{"reason":"compiler-message","package_id":"b","target":{"kind":["bin"],"name":"b","src_path":"/b.rs"},"message":{"message":"aborting due to 1 previous error","code":null,"level":"error","spans":[],"children":[],"rendered":"x"}}
{"reason":"build-finished","success":false}"#;
        let output = Output::read(text);
        let compiled: Vec<&str> = output.compiled.iter().map(|(package, _)| package.as_str()).collect();
        assert_eq!(compiled, ["a"]);
        assert_eq!(output.reports.len(), 1);
        assert!(!output.reports[0].message.is_error());
    }
}
