//! Makes entries of changes: the same change in several places is one entry, and what results from a change is listed
//! under it.

use std::collections::BTreeMap;

use super::change::{Change, Finding};
use super::difference::{Consequence, Entry, Place, Site};
use super::rules::Rule;
use super::section;
use super::verdict::Verdict;
use crate::document::pointer::Pointer;

/// The entries, the most severe first.
pub(super) fn entries(findings: Vec<Finding>) -> Vec<Entry> {
    let findings = with_consequences(findings);
    let mut groups: BTreeMap<(Rule, String, String), Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        let Change { rule, part, what, .. } = &finding.change;
        // A change that the client does not show is one entry for all parts that it concerns.
        let part = if rule.verdict() == Verdict::Note { String::new() } else { part.clone() };
        groups.entry((*rule, part, what.clone())).or_default().push(finding);
    }
    let mut entries: Vec<Entry> = groups.into_iter().map(|(key, findings)| entry(key, &findings)).collect();
    entries.sort_by_key(|entry| (section::of(entry), entry.rule));
    entries
}

fn entry((rule, part, what): (Rule, String, String), findings: &[Finding]) -> Entry {
    let verdict = findings.iter().map(|finding| finding.change.verdict()).max().unwrap_or_else(|| rule.verdict());
    let why = findings.first().map_or_else(|| rule.why().to_owned(), |finding| finding.change.why.clone());
    let mut sites: Vec<Site> = findings.iter().map(|finding| site(finding, &part)).collect();
    sites.sort();
    sites.dedup();
    Entry { rule, verdict, part, what, why, sites }
}

fn site(finding: &Finding, part: &str) -> Site {
    let place = |pointer: &Pointer| Place { pointer: pointer.clone(), position: None };
    Site {
        subject: finding.subject.clone(),
        part: if finding.change.part == part { String::new() } else { finding.change.part.clone() },
        old: finding.old.as_ref().map(place),
        new: finding.new.as_ref().map(place),
        consequences: finding.change.consequences.iter().map(consequence).collect(),
        accepted: None,
        met: Vec::new(),
        nearest: None,
    }
}

fn consequence(change: &Change) -> Consequence {
    let Change { rule, part, what, why, .. } = change.clone();
    Consequence { rule, verdict: change.verdict(), part, what, why }
}

/// The changes of a successful and of another status.
const SUCCESSES: [Rule; 3] = [Rule::SuccessStatusAdded, Rule::SuccessStatusChanged, Rule::SuccessStatusRemoved];
const ERRORS: [Rule; 2] = [Rule::ErrorStatusAdded, Rule::ErrorStatusRemoved];

/// The findings, with the changes of types that result from another status listed under it.
fn with_consequences(findings: Vec<Finding>) -> Vec<Finding> {
    let is_cause = |cause: &Finding, result: &Finding| {
        let status = cause.change.part.trim_start_matches("response ");
        cause.subject == result.subject
            && match result.change.rule {
                Rule::StatusBodyChanged => result.change.part == format!("body of {status}"),
                Rule::ResponseTypeChanged => SUCCESSES.contains(&cause.change.rule),
                Rule::ErrorTypeChanged => ERRORS.contains(&cause.change.rule),
                _ => false,
            }
    };
    let is_status = |finding: &Finding| SUCCESSES.iter().chain(&ERRORS).any(|rule| *rule == finding.change.rule);
    let (mut causes, others): (Vec<Finding>, Vec<Finding>) = findings.into_iter().partition(is_status);
    let mut rest = Vec::new();
    for result in others {
        match causes.iter_mut().find(|cause| is_cause(cause, &result)) {
            Some(cause) => cause.change.consequences.push(result.change),
            None => rest.push(result),
        }
    }
    causes.extend(rest);
    causes
}
