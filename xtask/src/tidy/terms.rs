//! Rules on prose: standard terms of the field, in comments, messages, names and Markdown.

use super::{Repository, Violation};

/// This file, which has to name the words.
const THIS_FILE: &str = "xtask/src/tidy/terms.rs";

/// Words and phrases that are not used, each with what to write instead.
const TERMS: &[(&str, &str)] = &[
    ("are had", "are obtained"),
    ("as it came", "unchanged, as received"),
    ("be had", "be obtained"),
    ("circle", "cycle"),
    ("circles", "cycles"),
    ("comes to hold", "contains"),
    ("does without", "does not support"),
    ("done without", "not supported"),
    ("door", "the name of the function or the origin"),
    ("flight", "renewal"),
    ("flights", "renewals"),
    ("in the document's words", "as the document states it"),
    ("is had", "is obtained"),
    ("landing", "result of a renewal"),
    ("looks after itself", "is fetched and renewed automatically"),
    ("makes no sense", "is invalid"),
    ("of tomorrow", "future, unknown"),
    ("of whatever", "any"),
    ("pilot", "guard of a renewal"),
    ("rooms", "layout, folders"),
    ("said", "stated, reported"),
    ("seam", "marker, conversion"),
    ("seams", "markers, conversions"),
    ("spoil", "make invalid"),
    ("spoiled", "invalid"),
    ("spoils", "makes invalid"),
    ("tell", "report, print, return, distinguish"),
    ("telling", "reporting, printing, returning"),
    ("tells", "reports, prints, returns, distinguishes"),
    ("told", "reported, printed, returned, distinguished; for a variable: output, message"),
    ("was had", "was obtained"),
    ("who listens", "subscriber"),
    ("whoever", "the caller that, a user that"),
];

/// Words that are right in some sentences only.
const DOUBTFUL: &[(&str, &str)] = &[
    ("answer", "response, for HTTP"),
    ("answers", "responses, for HTTP"),
    ("by which", "that identifies, that distinguishes"),
    ("mend", "fix"),
    ("mends", "fixes"),
    ("nobody", "no caller, no code"),
    ("of ours", "our own"),
    ("of yours", "your own"),
    ("room", "space"),
    ("tomorrow", "later, future"),
];

pub(super) fn nonstandard(repository: &Repository) -> Vec<Violation> {
    find(repository, TERMS)
}

pub(super) fn doubtful(repository: &Repository) -> Vec<Violation> {
    find(repository, DOUBTFUL)
}

fn find(repository: &Repository, terms: &[(&str, &str)]) -> Vec<Violation> {
    let terms: Vec<(Vec<&str>, &str)> = terms.iter().map(|(term, hint)| (term.split(' ').collect(), *hint)).collect();
    let mut violations = Vec::new();
    for (path, text) in repository.hand_written().filter(|(path, _)| *path != THIS_FILE) {
        let words = words(text);
        for (at, (line, _)) in words.iter().enumerate() {
            let is_here = |term: &[&str]| {
                let window = words.get(at..at + term.len());
                window.is_some_and(|window| window.iter().map(|(_, word)| word.as_str()).eq(term.iter().copied()))
            };
            for (term, hint) in terms.iter().filter(|(term, _)| is_here(term)) {
                let what = format!("\"{}\" is not a standard term here", term.join(" "));
                violations.push(Violation::new(path, *line, what, format!("write: {hint}")));
            }
        }
    }
    violations
}

/// The words of a text in lower case, each with its line. Names in snake case are several words. A phrase may continue
/// on the next line of a comment but not in the next sentence: an empty word separates sentences.
fn words(text: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for sentence in line.split_inclusive(['.', ';', '?']) {
            let parts = sentence.split(|letter: char| !letter.is_alphanumeric() && letter != '\'');
            let parts = parts.map(|part| part.trim_matches('\'')).filter(|part| !part.is_empty());
            words.extend(parts.map(|part| (index + 1, part.to_lowercase())));
            if sentence.ends_with(['.', ';', '?']) {
                words.push((index + 1, String::new()));
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rule: fn(&Repository) -> Vec<Violation>, text: &str) -> Vec<(usize, String)> {
        let violations = rule(&Repository::of(&[("a.rs", text), (THIS_FILE, text)]));
        violations.into_iter().map(|found| (found.line, found.what.split('"').nth(1).unwrap().to_owned())).collect()
    }

    #[test]
    fn a_term_is_found_in_prose_names_and_strings_and_across_lines() {
        let text = "//! Told once.\n/// A token is\n/// had here.\nlet told = \"in the document's words\";\nfn who_is_told() {}\n";
        let expected = [(1, "told"), (2, "is had"), (4, "told"), (4, "in the document's words"), (5, "told")];
        assert_eq!(found(nonstandard, text), expected.map(|(line, term)| (line, term.to_owned())));
    }

    #[test]
    fn a_longer_word_is_not_the_term() {
        assert!(found(nonstandard, "// untold, seamless, doorstep, storytelling, intelligence\n").is_empty());
    }

    #[test]
    fn a_phrase_does_not_span_sentences() {
        assert!(found(nonstandard, "// As the call does. Without it, nothing happens.\n").is_empty());
        assert_eq!(found(nonstandard, "// The call does\n// without it.\n"), [(1, "does without".to_owned())]);
    }

    #[test]
    fn a_doubtful_word_is_advice_and_no_violation() {
        assert!(found(nonstandard, "// The answer.").is_empty());
        assert_eq!(found(doubtful, "// The answer."), [(1, "answer".to_owned())]);
    }

    #[test]
    fn both_lists_are_sorted_and_have_hints() {
        for terms in [TERMS, DOUBTFUL] {
            assert!(terms.is_sorted_by(|a, b| a.0 < b.0));
            assert!(terms.iter().all(|(_, hint)| !hint.is_empty()));
        }
    }
}
