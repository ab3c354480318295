//! A difference as a JUnit report: a test case for each entry, which fails if the entry makes the command fail.

use std::fmt::Write as _;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::super::difference::{Difference, Entry, Site};
use super::super::level::FailOn;
use super::{located, sections, sentence};

/// The difference as a JUnit report.
pub(super) fn junit(difference: &Difference, fail_on: FailOn) -> anyhow::Result<String> {
    let mut report = Report::new("diff");
    for (section, entries) in sections(difference) {
        let mut suite = TestSuite::new(section.title());
        suite.add_test_cases(entries.into_iter().map(|entry| case(entry, fail_on)));
        report.add_test_suite(suite);
    }
    if let Some(callers) = difference.callers.as_ref().filter(|callers| !callers.unattributed.is_empty()) {
        let mut suite = TestSuite::new("Callers");
        for location in &callers.unattributed {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type("callers").set_message(&location.message).set_description(located(location));
            suite.add_test_case(TestCase::new(located(location), status));
        }
        report.add_test_suite(suite);
    }
    Ok(report.to_string()? + "\n")
}

fn case(entry: &Entry, fail_on: FailOn) -> TestCase {
    let stated = sentence(&entry.part, &entry.what, &entry.why);
    let places: Vec<String> = entry.sites.iter().map(place).collect();
    let status = if entry.is_accepted() {
        let mut status = TestCaseStatus::skipped();
        status.set_message("accepted");
        status
    } else if fail_on.fails_on(entry) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(entry.rule.id()).set_message(stated.clone()).set_description(places.join("\n"));
        status
    } else {
        TestCaseStatus::success()
    };
    let mut case = TestCase::new(format!("{}: {stated}", entry.rule), status);
    case.set_classname(entry.rule.id());
    case.set_system_out(places.join("\n"));
    case
}

/// A place, with what else changes there.
fn place(site: &Site) -> String {
    let subject = &site.subject;
    let mut text = subject.title().to_owned();
    let places = [("old", &site.old), ("new", &site.new)];
    for part in [subject.operation.as_deref().unwrap_or_default(), &site.part] {
        if !part.is_empty() {
            let _ = write!(text, ", {part}");
        }
    }
    for (side, place) in places {
        if let Some(place) = place {
            let position = place.position.map_or(String::new(), |at| format!(" ({}:{})", at.line, at.column));
            let _ = write!(text, ", {side} {}{position}", place.pointer);
        }
    }
    for consequence in &site.consequences {
        let stated = sentence(&consequence.part, &consequence.what, &consequence.why);
        let _ = write!(text, "\n    {}: {stated}", consequence.rule);
    }
    for location in &site.met {
        let _ = write!(text, "\n    {}", located(location));
    }
    if let Some(reason) = &site.accepted {
        let _ = write!(text, "\n    accepted: {reason}");
    }
    text
}
